"""Conversations over numbered passages: the program's own RAG prompt with questions that have and lack an answer."""

import random
from collections.abc import Sequence
from dataclasses import dataclass

from workbench.finetune.scratch.dialog import Dialog, Turn
from workbench.finetune.starter.facts import KINDS, Attribute, entity_name
from workbench.finetune.starter.names import Names
from workbench.finetune.starter.passages import filler, loose_end, loose_title, pairs, prose, table, title_for
from workbench.finetune.starter.turns import vary_system
from workbench.finetune.starter.world import (
    Fact,
    ask,
    attributes_for,
    make_entities,
    make_fact,
    missing_fact,
    overlap,
    say,
    sentence,
    upper_first,
)
from workbench.llm import grounded_prompt
from workbench.llm.grounded_prompt import REFUSAL


@dataclass(frozen=True, slots=True)
class Passage:
    """One numbered source and the facts in it."""

    title: str
    text: str
    facts: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class Shape:
    """How hard the documents of one conversation are to read."""

    passages: tuple[int, int]
    facts: tuple[int, int]
    """Facts in one passage."""
    fillers: tuple[int, int]
    """Sentences in one passage that answer nothing."""
    layouts: float
    """Share of passages that are lists or tables."""
    questions: tuple[int, int]
    framed: float = 0.0
    """Share of statements with other words around them in the same sentence."""
    refusals: tuple[float, ...] = (0.1, 0.22, 0.22, 0.4)
    """Shares of questions without an answer; a conversation draws one."""
    value_first: float = 0.15
    """Share of sentences that are made to begin with the value; some do so anyway."""


TINY = Shape((1, 4), (1, 1), (0, 0), 0.0, (3, 8), value_first=0.5)
EASY = Shape((2, 6), (1, 1), (0, 0), 0.0, (3, 8), refusals=(0.0, 0.0, 0.1))
SHORT = Shape((1, 7), (1, 1), (0, 0), 0.0, (3, 8), value_first=0.3)
MEDIUM = Shape((1, 5), (1, 4), (0, 2), 0.2, (4, 12), 0.15)
LONG = Shape((2, 5), (2, 5), (1, 5), 0.3, (6, 16), 0.3)


def grounded_dialog(names: Names, shape: Shape) -> Dialog:
    """One conversation about one invented set of sources."""
    rng = names.rng
    passages, spare = _library(names, shape)
    facts = [fact for passage in passages for fact in passage.facts]
    turns: list[Turn] = []
    for question, answer in _questions(passages, facts, spare, names, shape):
        text = f"Question: {question}"
        if not turns:
            text = user_text(question, passages)
        turns += [Turn("user", text), Turn("assistant", answer)]
    return vary_system(grounded_prompt.grounded_system(), rng) + tuple(turns)


def user_text(question: str, passages: Sequence[Passage]) -> str:
    """The first user turn of the program's grounded prompt."""
    return grounded_prompt.grounded_question(question, [grounded_prompt.Passage(p.title, p.text) for p in passages])


def _library(names: Names, shape: Shape) -> tuple[list[Passage], list[Attribute]]:
    rng = names.rng
    count = rng.randint(*shape.passages)
    kind = rng.choice(list(KINDS))
    shared = attributes_for(kind, rng.randint(1, 4), names)
    make = _single if shape.facts[1] == 1 else _document
    passages: list[Passage] = []
    entities = make_entities(kind, max(1, rng.randint((count + 1) // 2, count)), names)
    used: set[tuple[str, str]] = set()
    for index in range(count):
        if rng.random() < 0.08 and kind != "person":
            other = rng.choice(list(KINDS))
            entity, own_kind, pool = entity_name(other, names), other, attributes_for(other, 2, names)
            if any(overlap(entity, e) for e in entities):
                continue
        else:
            entity, own_kind, pool = entities[index % len(entities)], kind, shared + attributes_for(kind, 1, names)
        passage = make(entity, own_kind, pool, names, shape, used)
        if passage is not None:
            passages.append(passage)
    if not passages:
        return _library(names, shape)
    if shape.layouts and rng.random() < 0.12:
        passages = _with_table(passages, kind, names)
    if len(passages) > 2 and shape.framed and rng.random() < 0.2:
        passages = [_merged(passages[0], passages[1], names, shape), *passages[2:]]
    if len(passages) > 1 and rng.random() < 0.06:
        passages.append(_echo(rng.choice(passages), names))
    rng.shuffle(passages)
    return passages, shared


def _fresh(
    entity: str, kind: str, pool: Sequence[Attribute], count: int, names: Names, used: set[tuple[str, str]]
) -> list[Fact]:
    facts: list[Fact] = []
    for attribute in names.rng.sample(list(pool), len(pool)):
        words = {(entity, word) for label in attribute.labels for word in label.split()}
        if words & used or len(facts) == count:
            continue
        used |= words
        facts.append(make_fact(entity, kind, attribute, names))
    return facts


def _single(
    entity: str, kind: str, pool: Sequence[Attribute], names: Names, shape: Shape, used: set[tuple[str, str]]
) -> Passage | None:
    facts = _fresh(entity, kind, pool, 1, names, used)
    if not facts:
        return None
    title = "" if names.rng.random() < 0.6 else loose_title(names)
    text = sentence(say(facts[0], names.rng, value_first=shape.value_first), names.rng)
    return Passage(title, text, tuple(facts))


def _document(
    entity: str, kind: str, pool: Sequence[Attribute], names: Names, shape: Shape, used: set[tuple[str, str]]
) -> Passage | None:
    rng = names.rng
    pool = [*pool, *attributes_for(kind, 2, names)]
    facts = _fresh(entity, kind, pool, rng.randint(*shape.facts), names, used)
    if not facts:
        return None
    titled = rng.random() < 0.6
    title = title_for(facts, rng) if titled else loose_title(names)
    fillers = rng.randint(*shape.fillers)
    listed = rng.randint(1, len(facts)) if rng.random() < shape.layouts else 0
    parts = [pairs(facts[:listed], names, titled=titled)] if listed else []
    if listed < len(facts):
        told = prose(facts[listed:], names, fillers, titled=titled, framed=shape.framed, value_first=shape.value_first)
        parts.append(told)
    elif fillers:
        parts.append(" ".join(filler(names) for _ in range(fillers)))
    rng.shuffle(parts)
    text = "\n\n".join(parts)
    if fillers and rng.random() < 0.2:
        text = f"{loose_end(names)} {text}"
    elif titled and rng.random() < shape.framed:
        text = f"{rng.choice(('#', '##', '#'))} {upper_first(facts[0].name)}\n\n{text}"
    return Passage(title, text, tuple(facts))


def _with_table(passages: list[Passage], kind: str, names: Names) -> list[Passage]:
    """Replaces the passages of one kind by a table of those things and leaves the others."""
    rng = names.rng
    attributes = attributes_for(kind, rng.randint(1, 3), names)
    entities = make_entities(kind, rng.randint(2, 5), names)
    rows = [[make_fact(entity, kind, attribute, names) for attribute in attributes] for entity in entities]
    label = [names.rng.choice(attribute.labels) for attribute in attributes]
    rows = [[Fact(f.entity, f.kind, f.attribute, f.value, label[i]) for i, f in enumerate(row)] for row in rows]
    known = {f.entity for p in passages for f in p.facts}
    if any(overlap(a, b) for a in known for b in entities):
        return passages
    one = Passage(loose_title(names), table(rows), tuple(fact for row in rows for fact in row))
    return [*passages[: rng.randint(0, 2)], one]


def _merged(one: Passage, other: Passage, names: Names, shape: Shape) -> Passage:
    """A passage about two things."""
    facts = (*one.facts, *other.facts)
    text = prose(facts, names, names.rng.randint(*shape.fillers), titled=False, framed=shape.framed)
    return Passage(loose_title(names), text, facts)


def _echo(passage: Passage, names: Names) -> Passage:
    """A second passage that says one of the facts again."""
    fact = names.rng.choice(passage.facts)
    text = sentence(say(fact, names.rng), names.rng)
    return Passage(loose_title(names), f"{filler(names)} {text}" if names.rng.random() < 0.5 else text, (fact,))


def marks(fact: Fact, passages: Sequence[Passage]) -> str:
    """The numbers of all passages that state this fact, like `[1][3]`."""
    return "".join(f"[{number}]" for number, passage in enumerate(passages, 1) if fact in passage.facts)


def as_written(fact: Fact, passages: Sequence[Passage]) -> str:
    """The value as the first passage that states it writes it: with a capital where it begins a sentence."""
    text = next(passage.text for passage in passages if fact in passage.facts)
    return fact.value if fact.value in text else upper_first(fact.value)


def _questions(
    passages: Sequence[Passage], facts: Sequence[Fact], shared: Sequence[Attribute], names: Names, shape: Shape
) -> list[tuple[str, str]]:
    rng = names.rng
    order = list(dict.fromkeys(facts))
    rng.shuffle(order)
    entities = list(dict.fromkeys(fact.entity for fact in facts))
    count, refusals = rng.randint(*shape.questions), rng.choice(shape.refusals)
    pairs_: list[tuple[str, str]] = []
    while len(pairs_) < count and (order or len(pairs_) < 2):
        missing = missing_fact(facts, entities, names, shared) if not order or rng.random() < refusals else None
        if missing is not None:
            pairs_.append((ask(missing, rng), REFUSAL))
        elif order:
            fact = order.pop()
            pairs_.append(
                _reverse(fact, facts, passages, rng)
                or (ask(fact, rng), f"{as_written(fact, passages)} {marks(fact, passages)}")
            )
        else:
            break
    return pairs_


_REVERSE = ("What has {v} as its {l}?", "Whose {l} is {v}?", "Which {n} has the {l} {v}?", "For what is {v} the {l}?")


def _reverse(
    fact: Fact, facts: Sequence[Fact], passages: Sequence[Passage], rng: random.Random
) -> tuple[str, str] | None:
    """Sometimes a question for the thing, given the value."""
    if rng.random() > 0.05 or sum(other.value == fact.value for other in facts) > len(marks(fact, passages)) // 3:
        return None
    noun = fact.kind if fact.kind not in {"policy", "site", "species"} else "one"
    template = rng.choice(_REVERSE)
    question = template.replace("{v}", fact.value).replace("{l}", fact.label).replace("{n}", noun)
    return question, f"{fact.name} {marks(fact, passages)}"
