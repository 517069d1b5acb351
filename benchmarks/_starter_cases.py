"""Questions for the starter model: invented documents, cut by the program's chunker, for its grounded prompt."""

import random
from collections.abc import Sequence
from dataclasses import dataclass

from workbench.embedding import starter_embedder
from workbench.finetune.starter.facts import KINDS, Attribute
from workbench.finetune.starter.names import Names
from workbench.finetune.starter.passages import filler, pairs
from workbench.finetune.starter.world import (
    Fact,
    ask,
    attributes_for,
    make_entities,
    make_fact,
    say,
    say_of_it,
    sentence,
    upper_first,
)
from workbench.llm.grounded_prompt import Passage
from workbench.rag.chunking import Chunker
from workbench.rag.loaders.parsed import Parsed
from workbench.rag.types import ChunkingConfig, PageText

SOURCES = (3, 5)


@dataclass(frozen=True, slots=True)
class Case:
    """One question with its sources; `answer` is empty when the sources do not say it."""

    question: str
    passages: tuple[Passage, ...]
    answer: str
    source: int
    """Number of the passage that has the answer, from 1; 0 when there is none."""


@dataclass(frozen=True, slots=True)
class _Chunk:
    title: str
    text: str
    facts: tuple[Fact, ...]


def cases(count: int, seed: int) -> list[Case]:
    """`count` questions, every second without an answer in its sources; names that training never saw."""
    names = Names(random.Random(seed), held_out=True)
    chunker = Chunker(ChunkingConfig(), starter_embedder())
    found: list[Case] = []
    while len(found) < count:
        case = _case(names, chunker, answerable=len(found) % 2 == 0)
        if case is not None:
            found.append(case)
    return found


def _case(names: Names, chunker: Chunker, *, answerable: bool) -> Case | None:
    """One question over the documents of three to five similar things."""
    rng = names.rng
    kind = rng.choice(list(KINDS))
    shared = attributes_for(kind, 4, names)
    entities = make_entities(kind, rng.randint(*SOURCES), names)
    chunks = [rng.choice(_document(entity, kind, shared, names, chunker)) for entity in entities]
    usable = [chunk for chunk in chunks if chunk.facts]
    if len(usable) < SOURCES[0]:
        return None
    rng.shuffle(usable)
    passages = tuple(Passage(chunk.title, chunk.text) for chunk in usable)
    if answerable:
        number = rng.randrange(len(usable))
        fact = rng.choice(usable[number].facts)
        if sum(fact.value in passage.text for passage in passages) > 1:
            return None
        return Case(ask(fact, rng), passages, fact.value, number + 1)
    return _unanswerable(usable, passages, entities, names)


def _unanswerable(
    chunks: Sequence[_Chunk], passages: tuple[Passage, ...], entities: Sequence[str], names: Names
) -> Case | None:
    """The attribute is there, but of another thing, or the thing is there without the attribute."""
    rng = names.rng
    donor = rng.choice(chunks)
    fact = rng.choice(donor.facts)
    if rng.random() < 0.5:
        stranger = make_entities(fact.kind, 1, names)[0]
    else:
        words = set(" ".join(fact.attribute.labels).split())
        without = [c for c in chunks if not any(words & set(" ".join(f.attribute.labels).split()) for f in c.facts)]
        stranger = rng.choice(without).facts[0].entity if without else ""
    if not stranger or (stranger in entities and not _is_unsaid(stranger, fact, chunks)):
        return None
    return Case(ask(make_fact(stranger, fact.kind, fact.attribute, names), rng), passages, "", 0)


def _is_unsaid(entity: str, fact: Fact, chunks: Sequence[_Chunk]) -> bool:
    """Whether no passage says this attribute of this entity."""
    said = [f for chunk in chunks for f in chunk.facts if f.entity == entity]
    return all(not set(f.attribute.labels) & set(fact.attribute.labels) for f in said)


def _document(entity: str, kind: str, shared: Sequence[Attribute], names: Names, chunker: Chunker) -> list[_Chunk]:
    """One document about one thing, as the program's chunker cuts it."""
    rng = names.rng
    facts: list[Fact] = []
    taken: set[str] = set()
    attributes = [*shared, *attributes_for(kind, 3, names)]
    for attribute in rng.sample(attributes, len(attributes)):
        words = set(" ".join(attribute.labels).split())
        if not words & taken:
            taken |= words
            facts.append(make_fact(entity, kind, attribute, names))
    statements, text = _body(facts, names)
    text = f"# {upper_first(facts[0].name)}\n\n{text}"
    parsed = Parsed(pages=(PageText(number=1, text=text),), is_markdown=True)
    pieces = [(span.title, text[span.start : span.end]) for span in chunker.chunk(parsed, "document.md", "0" * 20)]
    return [_Chunk(title, piece, tuple(f for f, said in statements if said in piece)) for title, piece in pieces]


def _body(facts: Sequence[Fact], names: Names) -> tuple[list[tuple[Fact, str]], str]:
    """Each fact with the sentence or line that states it, and the text with other sentences between them."""
    rng = names.rng
    listed = rng.randint(2, 3) if rng.random() < 0.35 else 0
    statements: list[tuple[Fact, str]] = []
    sentences: list[str] = []
    for fact in facts[listed:]:
        by_name = not statements or rng.random() < 0.5
        said = sentence(say(fact, rng) if by_name else say_of_it(fact, rng), rng, 0.2)
        statements.append((fact, said))
        sentences += [said, *(filler(names) for _ in range(rng.randint(0, 2)))]
    text = " ".join(sentences)
    if not listed:
        return statements, text
    lines = pairs(facts[:listed], names, titled=True)
    return [*statements, *((f, f.value) for f in facts[:listed])], f"{text}\n\n{lines}"
