"""Copying tasks: they teach a small model to look back in its context, without which it answers nothing."""

# ruff: noqa: E501  (tables of sentences: one idea per line)

import random
from collections.abc import Callable

from workbench.finetune.scratch.dialog import Dialog, Turn
from workbench.finetune.starter.names import Names
from workbench.finetune.starter.passages import filler
from workbench.finetune.starter.turns import maybe_system
from workbench.finetune.starter.values import MAKERS

Pair = tuple[str, str]


def _thing(names: Names) -> str:
    rng = names.rng
    kind = rng.choice(
        (
            "free",
            "person",
            "place",
            "code",
            "money",
            "date",
            "span",
            "colour",
            "material",
            "quantity",
            "email",
            "company",
        )
    )
    return MAKERS[kind](names)


def _things(names: Names, least: int, most: int) -> list[str]:
    return list(dict.fromkeys(_thing(names) for _ in range(names.rng.randint(least, most))))


def repeat(names: Names) -> list[Pair]:
    """Say it again: words, values, sentences."""
    rng = names.rng
    found: list[Pair] = []
    for _ in range(rng.randint(2, 6)):
        text = rng.choice(
            (lambda: " ".join(_things(names, 1, 6)), lambda: filler(names), lambda: ", ".join(_things(names, 2, 5)))
        )()
        order = rng.choice(
            (
                "Repeat: {}",
                "Copy: {}",
                "Say: {}",
                "Repeat this: {}",
                "Write down: {}",
                "Echo {}",
                "Repeat after me: {}",
                "Copy this text: {}",
            )
        )
        found.append((order.replace("{}", text), text))
    return found


def lookup(names: Names) -> list[Pair]:
    """Pairs of key and value, then several questions for values."""
    rng = names.rng
    keys, values = _things(names, 3, 12), []
    values = [_thing(names) for _ in keys]
    join = rng.choice((": ", " = ", " -> ", " is ", " - ", ", "))
    lines = [f"{key}{join}{value}" for key, value in zip(keys, values, strict=True)]
    text = rng.choice(("\n", "\n", "; ", ". ")).join(lines)
    asking = rng.choice(("{}?", "{}", "What is {}?", "What belongs to {}?", "Value of {}?", "{}:", "Look up {}."))
    asked = rng.sample(range(len(keys)), min(len(keys), rng.randint(3, 8)))
    found = [(asking.replace("{}", keys[i]), values[i]) for i in asked]
    return [(f"{text}\n\n{found[0][0]}", found[0][1]), *found[1:]]


def numbered(names: Names) -> list[Pair]:
    """Which line says it? Numbers like the sources' numbers."""
    rng = names.rng
    things = _things(names, 2, 8)
    text = "\n".join(f"[{number}] {thing}" for number, thing in enumerate(things, 1))
    found: list[Pair] = []
    for number in rng.sample(range(1, len(things) + 1), min(len(things), rng.randint(2, 6))):
        thing = things[number - 1]
        found.append(
            rng.choice((
                (f"Which source says {thing}?", f"[{number}]"), (f"What does [{number}] say?", thing),
                (f"Copy source {number}.", thing), (f"Find: {thing}", f"{thing} [{number}]"),
            ))
        )  # fmt: skip
    return [(f"{text}\n\n{found[0][0]}", found[0][1]), *found[1:]]


def neighbours(names: Names) -> list[Pair]:
    """The word after, the first, the last: of a list of words."""
    rng = names.rng
    words = list(dict.fromkeys(rng.choice((names.word, names.proper, names.code))() for _ in range(rng.randint(4, 10))))
    text = rng.choice((" ", ", ", " | ")).join(words)
    found: list[Pair] = []
    for _ in range(rng.randint(2, 6)):
        at = rng.randrange(len(words) - 1)
        found.append(
            rng.choice((
                (f"Which word comes after {words[at]}?", words[at + 1]), (f"What is before {words[at + 1]}?", words[at]),
                ("First word?", words[0]), ("Last word?", words[-1]), (f"What follows {words[at]}?", words[at + 1]),
            ))
        )  # fmt: skip
    return [(f"{text}\n{found[0][0]}", found[0][1]), *found[1:]]


def drill_dialog(names: Names) -> Dialog:
    """One text said again and again: the densest practice in looking back."""
    rng = names.rng
    makers = (names.word, names.proper, names.code, lambda: _thing(names))
    words = [rng.choice(makers)() for _ in range(rng.randint(4, 24))]
    text = rng.choice((" ", " ", ", ", "\n")).join(words)
    turns = [Turn("user", f"{rng.choice(('Repeat', 'Copy', 'Say'))}: {text}"), Turn("assistant", text)]
    for _ in range(rng.randint(1, 3)):
        turns += [Turn("user", rng.choice(("Again.", "Once more.", "Repeat.", "And again."))), Turn("assistant", text)]
    return tuple(turns)


_ALL: tuple[Callable[[Names], list[Pair]], ...] = (repeat, lookup, lookup, numbered, numbered, neighbours)


def copying_dialog(names: Names) -> Dialog:
    """One conversation of copying tasks over one text."""
    rng: random.Random = names.rng
    turns = [turn for q, a in rng.choice(_ALL)(names) for turn in (Turn("user", q), Turn("assistant", a))]
    return maybe_system(rng) + tuple(turns)
