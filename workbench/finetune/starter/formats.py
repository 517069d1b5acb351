"""Tasks about messages and sentences with an answer in an invented format, shown by instruction or by example."""

# ruff: noqa: E501  (tables of sentences: one idea per line)

import random
from collections.abc import Callable

from workbench.finetune.scratch.dialog import Dialog, Turn
from workbench.finetune.starter.messages import SYNONYMS, Message, message
from workbench.finetune.starter.names import Names
from workbench.finetune.starter.passages import filler
from workbench.finetune.starter.turns import maybe_system
from workbench.finetune.starter.values import MAKERS

_FIELD_NAMES = {
    "topic": ("Topic", "Subject", "About", "Class", "Kind", "Theme", "Area", "Type"),
    "pressing": ("Priority", "Level", "Rush", "Speed", "Importance"),
    "order": ("Number", "Reference", "Ref", "Order number", "Order id", "No"),
    "product": ("Product", "Item", "Article", "Thing", "Goods"),
    "sender": ("From", "Sender", "Name", "Writer", "Customer"),
}
_NONE = ("-", "n/a", "unknown", "nothing", "missing", "?", "0")


def _case(rng: random.Random) -> Callable[[str], str]:
    return rng.choice((str, str.upper, str.capitalize, str.lower, str.upper))


class _Schema:
    """One invented way to write down a message; the same for all turns of a conversation."""

    def __init__(self, rng: random.Random) -> None:
        self.fields = rng.sample(list(_FIELD_NAMES), rng.randint(1, 4))
        self.case = _case(rng)
        self.heads = {field: self.case(rng.choice(_FIELD_NAMES[field])) for field in self.fields}
        self.words = {topic: rng.choice(words) for topic, words in SYNONYMS.items()}
        self.value_case = _case(rng)
        self.levels = dict(zip(("high", "normal", "low"), rng.choice((("high", "normal", "low"), ("A", "B", "C"), ("1", "2", "3"), ("fast", "medium", "slow"),
                                                                       ("now", "soon", "later"))), strict=True))  # fmt: skip
        self.none = rng.choice(_NONE)
        self.layout = rng.choice(
            (
                "{h}: {v}\n",
                "{h}: {v}\n",
                "{h}: {v}\n",
                "{h}={v}\n",
                "- {h}: {v}\n",
                "{v}; ",
                "{v} | ",
                "{v}\n",
                "{h} {v}\n",
                "<{h}>{v}</{h}>\n",
                "json",
                "{h} -> {v}\n",
            )
        )
        self.opening = (
            self.case(rng.choice(("Note", "Record", "Case", "Entry", "Form", "Memo", "Report")))
            if rng.random() < 0.3
            else ""
        )

    def value(self, item: Message, field: str) -> str:
        match field:
            case "topic":
                return self.value_case(self.words[item.topic])
            case "pressing":
                return self.levels[item.pressing]
            case "order":
                return item.order or self.none
            case "product":
                return item.product or self.none
            case _:
                return item.sender or self.none

    def write(self, item: Message) -> str:
        if self.layout == "json":
            return "{" + ", ".join(f'"{self.heads[f].lower()}": "{self.value(item, f)}"' for f in self.fields) + "}"
        lines = "".join(
            self.layout.replace("{h}", self.heads[f]).replace("{v}", self.value(item, f)) for f in self.fields
        )
        opening = f"{self.opening} {self.value(item, self.fields[0])}\n" if self.opening else ""
        return (opening + lines).rstrip(" ;|\n")

    def describe(self) -> str:
        """The instruction: the pattern and what may stand in it."""
        slots = {"topic": "/".join(self.value_case(w) for w in self.words.values()), "pressing": "/".join(self.levels.values()),
                 "order": f"order number or {self.none}", "product": f"product or {self.none}", "sender": f"name or {self.none}"}  # fmt: skip
        if self.layout == "json":
            return (
                "Answer as JSON with "
                + ", ".join(self.heads[f].lower() for f in self.fields)
                + ". "
                + "; ".join(slots[f] for f in self.fields)
            )
        lines = "".join(self.layout.replace("{h}", self.heads[f]).replace("{v}", f"<{slots[f]}>") for f in self.fields)
        opening = f"{self.opening} <{slots[self.fields[0]]}>\n" if self.opening else ""
        return "Write as:\n" + (opening + lines).rstrip(" ;|\n")


def message_dialog(names: Names) -> Dialog:
    """Several messages written down in one invented schema: by instruction, by example or both."""
    rng = names.rng
    schema = _Schema(rng)
    told = rng.choice(("first", "system", "none", "both"))
    described = schema.describe()
    head = (Turn("system", described),) if told in {"system", "both"} else maybe_system(rng)
    turns: list[Turn] = []
    for index in range(rng.randint(2, 6)):
        item = message(names)
        text = item.text if index or told in {"none", "system"} else f"{described}\n\n{item.text}"
        turns += [Turn("user", text), Turn("assistant", schema.write(item))]
    return head + tuple(turns)


def label_dialog(names: Names) -> Dialog:
    """Single questions about messages: the topic from a list, the order, the sender, a summary."""
    rng = names.rng
    words = {topic: rng.choice(choices) for topic, choices in SYNONYMS.items()}
    turns: list[Turn] = []
    for _ in range(rng.randint(2, 5)):
        item = message(names)
        options = [words[item.topic], *rng.sample([w for t, w in words.items() if t != item.topic], rng.randint(1, 4))]
        rng.shuffle(options)
        question, answer = rng.choice((
            (f"Choose one: {', '.join(options)}.", words[item.topic]), (f"Is this about {' or '.join(options)}?", words[item.topic]),
            ("Which order number is in this message? Say none if there is none.", item.order or "none"),
            ("Who wrote this? Say unknown if it is not signed.", item.sender or "unknown"),
            ("How pressing is it: high, normal or low?", item.pressing), ("Does the message name an order? yes or no", "yes" if item.order else "no"),
        ))  # fmt: skip
        text = rng.choice(
            (f"{question}\n\n{item.text}", f"{item.text}\n\n{question}", f"Message: {item.text}\n{question}")
        )
        turns += [Turn("user", text), Turn("assistant", answer)]
    return maybe_system(rng) + tuple(turns)


def record_dialog(names: Names) -> Dialog:
    """Values from a sentence written in a shown format, several times."""
    rng = names.rng
    kinds = rng.sample(
        ("person", "place", "code", "date", "money", "colour", "material", "company", "email", "span"),
        rng.randint(2, 4),
    )
    heads = [rng.choice((kind, kind.upper(), kind.capitalize())) for kind in kinds]
    sentence = rng.choice(("{}", "Entry: {}", "Take down {}.", "We have {}.", "Here is {}."))
    join = rng.choice((", ", " and ", " with ", " / "))
    pattern = rng.choice(("; ", " | ", "\n", ", ", " - ", "lines", "lines", "json"))
    shown = rng.random() < 0.6
    turns: list[Turn] = []
    for index in range(rng.randint(2, 6)):
        values = [MAKERS[kind](names) for kind in kinds]
        order = list(range(len(kinds)))
        rng.shuffle(order)
        text = sentence.replace("{}", join.join(f"{kinds[i]} {values[i]}" for i in order))
        if shown and index == 0:
            text = f"Write as: {_join(heads, [f'<{kind}>' for kind in kinds], pattern)}\n\n{text}"
        turns += [Turn("user", text), Turn("assistant", _join(heads, values, pattern))]
    return maybe_system(rng) + tuple(turns)


def _join(heads: list[str], values: list[str], pattern: str) -> str:
    if pattern == "json":
        return "{" + ", ".join(f'"{head}": "{value}"' for head, value in zip(heads, values, strict=True)) + "}"
    if pattern == "lines":
        return "\n".join(f"{head}: {value}" for head, value in zip(heads, values, strict=True))
    return pattern.join(values)


def rewrite_dialog(names: Names) -> Dialog:
    """Texts rewritten: as bullets, in capitals, the first or last sentence, in quotation marks."""
    rng = names.rng
    turns: list[Turn] = []
    for _ in range(rng.randint(1, 4)):
        sentences = [filler(names) for _ in range(rng.randint(2, 3))]
        text = " ".join(sentences)
        order, answer = rng.choice((
            ("Write as bullets:", "\n".join(f"- {s}" for s in sentences)), ("Number the sentences:", "\n".join(f"{i}. {s}" for i, s in enumerate(sentences, 1))),
            ("Summarise in one sentence:", sentences[0]), ("Summary:", sentences[0]), ("Give the last sentence:", sentences[-1]),
            ("One sentence per line:", "\n".join(sentences)), ("Put into quotation marks:", f'"{text}"'),
        ))  # fmt: skip
        turns += [Turn("user", f"{order}\n{text}"), Turn("assistant", answer)]
    return maybe_system(rng) + tuple(turns)


def format_dialog(names: Names) -> Dialog:
    """One conversation about a format."""
    makers = (message_dialog, label_dialog, record_dialog, rewrite_dialog)
    return names.rng.choices(makers, (0.45, 0.25, 0.2, 0.1))[0](names)
