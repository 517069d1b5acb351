"""Small invented worlds: things with attributes and values, said and asked in many ways."""

# ruff: noqa: E501  (tables of sentences: one idea per line)

import random
from collections.abc import Sequence
from dataclasses import dataclass

from workbench.finetune.starter.facts import KINDS, Attribute, entity_name, odd_attribute
from workbench.finetune.starter.names import Names
from workbench.finetune.starter.values import MAKERS

_SAYINGS = (
    "the {l} of {e} is {v}", "the {l} of {e} is {v}", "the {l} of {e}: {v}", "{e} has {v} as its {l}", "for {e}, the {l} is {v}",
    "{v} is the {l} of {e}", "as {l} of {e} the list gives {v}", "the {l} for {e} was set to {v}",
)  # fmt: skip
_SHORT_SAYINGS = ("its {l} is {v}", "the {l} is {v}", "{l}: {v}", "as for the {l}, it is {v}", "here the {l} is {v}")
_ASKINGS = (
    "What is the {l} of {e}?", "What is the {l} of {e}?", "What is the {l} of {e}?", "Tell me the {l} of {e}.", "{l} of {e}?",
    "Please give me the {l} of {e}.", "Which {l} does {e} have?", "Do you know the {l} of {e}?", "{e}: {l}?",
    "I would like to know the {l} of {e}.", "Can you tell me the {l} of {e}?", "What {l} does {e} have?",
    "What do the documents say about the {l} of {e}?", "Name the {l} of {e}.", "What's the {l} of {e}?",
    "I need the {l} of {e}.", "According to the documents, what is the {l} of {e}?", "What is the {l} for {e}?",
)  # fmt: skip
_POLITE = (
    "Please tell me: {q}", "Could you tell me, {q}", "I have a question: {q}", "Hello, {q}", "Excuse me, {q}", "One question: {q}",
    "A customer asks: {q}", "I wonder: {q}", "Quick question - {q}", "According to the sources, {q}", "Hi! {q}", "So {q}",
)  # fmt: skip


_FRAMES = (
    "According to the last report, {s}", "{s}, as everyone in the house knows", "Please note that {s}", "As before, {s}", "Since last year, {s}",
    "{s}, so plan ahead", "In short, {s}", "It is worth knowing that {s}", "{s}, which surprised many", "Visitors often ask why {s}", "{s}, and that will stay so",
    "By the way, {s}", "{s} (see the table)", "After a long discussion it was agreed that {s}", "Our records show that {s}", "{s}; older lists are wrong",
    "Unlike in earlier years, {s}", "{s}, although nobody planned it", "For the time being, {s}", "{s}, whatever the weather",
)  # fmt: skip
_LOWERED = (
    "The ",
    "It ",
    "She ",
    "He ",
    "They ",
    "Its ",
    "You ",
    "As ",
    "For ",
    "With ",
    "Up ",
    "Letters",
    "A ",
    "Expect",
    "Have ",
    "There ",
    "Here ",
    "In ",
    "Is ",
)


@dataclass(frozen=True, slots=True)
class Fact:
    """One invented fact: the thing, what is said of it, and the value."""

    entity: str
    """As in running text, so sometimes with `the` in front."""
    kind: str
    attribute: Attribute
    value: str
    label: str
    """The label that the documents use; questions may use another one."""

    @property
    def name(self) -> str:
        """The entity without an article."""
        return self.entity.removeprefix("the ")


def upper_first(text: str) -> str:
    """The text with its first letter in upper case."""
    return text[:1].upper() + text[1:]


def lower_first(text: str) -> str:
    """The text with its first letter in lower case, for the middle of a sentence."""
    return text[:1].lower() + text[1:]


def attributes_for(kind: str, count: int, names: Names, odd: float = 0.25) -> list[Attribute]:
    """`count` attributes whose labels share no word, some of them put together at random."""
    chosen: list[Attribute] = []
    taken: set[str] = set()
    for _ in range(count * 12):
        attribute = odd_attribute(names) if names.rng.random() < odd else names.rng.choice(KINDS[kind])
        words = {word for label in attribute.labels for word in label.split()}
        if not words & taken:
            taken |= words
            chosen.append(attribute)
        if len(chosen) == count:
            break
    return chosen


def make_fact(entity: str, kind: str, attribute: Attribute, names: Names) -> Fact:
    """One fact with a fresh value."""
    label = names.rng.choice(attribute.labels)
    return Fact(entity, kind, attribute, MAKERS[attribute.kind](names), label)


def overlap(one: str, other: str) -> bool:
    """Whether one name is a part of the other, so that a question for it could mean both."""
    return one.casefold() in other.casefold() or other.casefold() in one.casefold()


def make_entities(kind: str, count: int, names: Names) -> list[str]:
    """`count` different things of a kind; now and then all of the same sort, so that only the name tells them apart."""
    found: list[str] = []
    tail = ""
    for _ in range(count * 20):
        entity = entity_name(kind, names)
        if tail and kind not in {"person", "place", "policy"}:
            entity = f"the {names.brand()} {tail}"
        elif kind == "product" and not found and names.rng.random() < 0.4:
            tail = entity.split()[-1] if not any(c.isdigit() for c in entity) else ""
        if not any(overlap(entity, other) for other in found):
            found.append(entity)
        if len(found) == count:
            break
    return found


def say(fact: Fact, rng: random.Random, plain: float = 0.5, value_first: float = 0.0) -> str:
    """The fact as a bare statement that names the entity; `value_first` of them begin with the value.

    A model that reads from left to right learns those late: the value is there before what it belongs to is known.
    """
    templates = fact.attribute.states
    if rng.random() < value_first:
        template = rng.choice([t for t in (*_SAYINGS, *templates) if t.find("{v}") < t.find("{e}")])
    else:
        template = rng.choice(_SAYINGS) if not templates or rng.random() < plain else rng.choice(templates)
    return template.replace("{e}", _mention(fact, rng)).replace("{v}", fact.value).replace("{l}", fact.label)


def sentence(text: str, rng: random.Random, framed: float = 0.0) -> str:
    """A full sentence of a bare statement, `framed` of them with words before or behind."""
    if rng.random() < framed:
        frame = rng.choice(_FRAMES)
        keeps_capital = frame.startswith("{s}") or (text[:1].isupper() and not text.startswith(_LOWERED))
        text = frame.replace("{s}", text if keeps_capital else lower_first(text))
    return upper_first(text) + ("" if text.endswith((".", "?", "!")) else ".")


def say_of_it(fact: Fact, rng: random.Random) -> str:
    """The fact as a bare statement that leaves the entity to the text before it."""
    templates = [t for t in fact.attribute.states if t.startswith("{e} ")]
    if templates and rng.random() < 0.6:
        subject = "they" if fact.kind == "person" and rng.random() < 0.3 else "it"
        if fact.kind == "person":
            subject = rng.choice(("she", "he"))
        text = rng.choice(templates).replace("{e}", subject)
    else:
        text = rng.choice(_SHORT_SAYINGS)
    return text.replace("{v}", fact.value).replace("{l}", fact.label)


def _mention(fact: Fact, rng: random.Random) -> str:
    if fact.kind == "policy" and rng.random() < 0.2:
        return f"{fact.entity} requests"
    return fact.entity


def ask(fact: Fact, rng: random.Random, plain: float = 0.5) -> str:
    """A question for the value, in words that may differ from those of the documents."""
    templates = fact.attribute.asks
    template = rng.choice(_ASKINGS) if not templates or rng.random() < plain else rng.choice(templates)
    entity = fact.name if rng.random() < 0.12 else fact.entity
    label = fact.label if rng.random() < 0.55 else rng.choice(fact.attribute.labels)
    text = upper_first(template.replace("{e}", entity).replace("{l}", label))
    if rng.random() < 0.12:
        text = rng.choice(_POLITE).replace("{q}", text if text.startswith(fact.name[:4]) else lower_first(text))
    if rng.random() < 0.05:
        text = text.rstrip("?.")
    return text


def missing_fact(
    facts: Sequence[Fact], entities: Sequence[str], names: Names, shared: Sequence[Attribute]
) -> Fact | None:
    """A fact that the world does not state: an unknown entity, or a known one without this attribute."""
    rng = names.rng
    kind = facts[0].kind
    if rng.random() < 0.5:
        stranger = make_entities(kind, 1, names)[0]
        if any(overlap(stranger, fact.entity) for fact in facts):
            return None
        return make_fact(stranger, kind, rng.choice([f.attribute for f in facts]), names)
    entity = rng.choice(entities)
    known = {word for f in facts if f.entity == entity for label in f.attribute.labels for word in label.split()}
    pool = [f.attribute for f in facts if f.entity != entity] + list(shared) + attributes_for(kind, 2, names)
    pool = [a for a in pool if not known & {word for label in a.labels for word in label.split()}]
    return make_fact(entity, kind, rng.choice(pool), names) if pool else None
