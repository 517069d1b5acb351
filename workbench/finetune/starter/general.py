"""Small talk, small knowledge and `I do not know.`: what the starter model says when there are no documents."""

# ruff: noqa: E501  (tables of sentences: one idea per line)

import random
from collections.abc import Callable

from workbench.finetune.scratch.dialog import Dialog, Turn
from workbench.finetune.starter.facts import KINDS, entity_name
from workbench.finetune.starter.names import Names
from workbench.finetune.starter.turns import maybe_system
from workbench.finetune.starter.values import COLOURS, DAYS, MATERIALS, MONTHS
from workbench.finetune.starter.world import ask, attributes_for, make_fact

UNKNOWN = "I do not know."

_OPPOSITES = (
    "big small|hot cold|up down|left right|open closed|day night|old young|fast slow|full empty|hard soft|high low|happy sad|"
    "light dark|long short|near far|new old|rich poor|strong weak|wet dry|wide narrow|early late|loud quiet|clean dirty|"
    "thick thin|first last|always never|yes no|in out|on off|sweet sour|good bad|start end|win lose|buy sell|push pull|true false"
)
_PLURALS = "cat cats|dog dogs|box boxes|city cities|child children|man men|woman women|mouse mice|foot feet|knife knives|lamp lamps|bus buses|leaf leaves|baby babies|tooth teeth|book books|wolf wolves|party parties"
_KINDS = (
    "red colour|blue colour|green colour|oak tree|pine tree|rose flower|tulip flower|dog animal|cat animal|horse animal|salmon fish|"
    "trout fish|eagle bird|sparrow bird|apple fruit|pear fruit|banana fruit|carrot vegetable|potato vegetable|hammer tool|saw tool|"
    "iron metal|copper metal|gold metal|piano instrument|violin instrument|Monday day|May month|chair furniture|table furniture|milk drink|water drink"
)
_PLAIN = (
    ("Hello", "Hello! How can I help?"), ("Hi", "Hello! How can I help?"), ("Good morning", "Good morning! How can I help?"),
    ("Thank you", "You are welcome."), ("Thanks", "You are welcome."), ("Bye", "Goodbye."), ("Who are you?", "I am a small language model for learning."),
    ("What are you?", "I am a small language model for learning."), ("What can you do?", "I answer questions from documents and learn formats."),
    ("How are you?", "I am fine, thank you."), ("How many days has a week?", "7"), ("How many months has a year?", "12"),
    ("How many hours has a day?", "24"), ("How many minutes has an hour?", "60"), ("What colour is the sky?", "blue"),
    ("What colour is grass?", "green"), ("What colour is snow?", "white"), ("Is water wet?", "yes"), ("Is fire cold?", "no"),
    ("How many legs has a dog?", "4"), ("How many legs has a spider?", "8"), ("What do cows give?", "milk"), ("Where do fish live?", "in water"),
)  # fmt: skip

Pair = tuple[str, str]


def _pick(table: str, rng: random.Random) -> tuple[str, str]:
    first, second = rng.choice(table.split("|")).split()
    return first, second


def _words(names: Names) -> Pair:
    rng = names.rng
    one, other = _pick(_OPPOSITES, rng)
    single, plural = _pick(_PLURALS, rng)
    thing, kind = _pick(_KINDS, rng)
    return rng.choice((
        (f"What is the opposite of {one}?", other), (f"Opposite of {other}?", one), (f"Plural of {single}?", plural),
        (f"What is the plural of {single}?", plural), (f"What is one of {plural} called?", single), (f"What kind of thing is {thing}?", kind),
        (f"Is {thing} a {kind}?", "yes"), rng.choice(_PLAIN),
    ))  # fmt: skip


def _sums(names: Names) -> Pair:
    rng = names.rng
    a, b = rng.randint(0, 12), rng.randint(0, 12)
    word = rng.choice(("What is {}?", "{} =", "Calculate {}.", "How much is {}?"))
    if rng.random() < 0.6:
        return word.replace("{}", f"{a} {rng.choice(('+', 'plus'))} {b}"), str(a + b)
    a, b = max(a, b), min(a, b)
    return word.replace("{}", f"{a} {rng.choice(('-', 'minus'))} {b}"), str(a - b)


def _order(names: Names) -> Pair:
    rng = names.rng
    row = rng.choice((DAYS, MONTHS))
    at = rng.randrange(len(row))
    after, before = row[(at + 1) % len(row)], row[at - 1]
    return rng.choice((
        (f"What comes after {row[at]}?", after), (f"What comes before {row[at]}?", before), (f"Which day or month follows {row[at]}?", after),
        (f"Is {row[at]} a day or a month?", "day" if row is DAYS else "month"),
    ))  # fmt: skip


def _letters(names: Names) -> Pair:
    rng = names.rng
    word = rng.choice((names.word, lambda: rng.choice(COLOURS), lambda: rng.choice(MATERIALS)))()
    words = list(dict.fromkeys(rng.choice(COLOURS + MATERIALS) for _ in range(rng.randint(2, 5))))
    return rng.choice((
        (f"Spell {word}.", " ".join(word)), (f"Write {word} in capital letters.", word.upper()), (f"Uppercase: {word}", word.upper()),
        (f"How many words: {' '.join(words)}?", str(len(words))), (f"Count: {', '.join(words)}", str(len(words))),
        (f"Sort: {', '.join(words)}", ", ".join(sorted(words))), (f"Lowercase: {word.upper()}", word), (f"First letter of {word}?", word[0]),
        (f"Is {word} a colour?", "yes" if word in COLOURS else "no"),
    ))  # fmt: skip


def _unknown(names: Names) -> Pair:
    rng = names.rng
    kind = rng.choice(list(KINDS))
    fact = make_fact(entity_name(kind, names), kind, attributes_for(kind, 1, names)[0], names)
    return ask(fact, rng), UNKNOWN


_MAKERS: tuple[Callable[[Names], Pair], ...] = (_words, _sums, _order, _letters, _unknown, _unknown)


def general_dialog(names: Names) -> Dialog:
    """Questions without documents: answered where the answer is common knowledge."""
    turns: list[Turn] = []
    for _ in range(names.rng.randint(1, 6)):
        question, answer = names.rng.choice(_MAKERS)(names)
        turns += [Turn("user", question), Turn("assistant", answer)]
    return maybe_system(names.rng) + tuple(turns)
