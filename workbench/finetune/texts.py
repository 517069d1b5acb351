"""Raw text for continued pre-training: documents joined by the end token and cut into blocks of one length."""

import hashlib
from array import array
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from workbench.datasets.types import TrainingRow
from workbench.errors import WorkbenchError
from workbench.finetune.encoding import EncodedRow
from workbench.finetune.types import RunNote

BLOCK_TOKENS = 512
"""Tokens of a block where no length was set."""
_FEWEST_TOKENS = 2
"""A block of one token has nothing to predict."""


class RawTextModel(Protocol):
    """What this needs of the engine (`EngineProbe`)."""

    def tokenize(self, text: str, *, at_start: bool = True) -> list[int]: ...
    def tokenize_plain(self, text: str) -> list[int]: ...
    @property
    def end_token(self) -> int: ...


@dataclass(frozen=True, slots=True)
class EncodedTexts:
    training: tuple[EncodedRow, ...]
    held_out: tuple[EncodedRow, ...]
    notes: tuple[RunNote, ...]


def text_of(row: TrainingRow) -> str:
    """The document that a row holds: its messages without who speaks."""
    return "\n\n".join(message.content.strip() for message in row.messages if message.content.strip())


def encode_texts(
    rows: Sequence[TrainingRow],
    model: RawTextModel,
    length: int,
    held_out_share: float,
    seed: int,
    on_progress: Callable[[int], None] = lambda done: None,
) -> EncodedTexts:
    """Blocks of `length` tokens to train and to measure. Raises WorkbenchError when there is no text.

    Whole documents are held out; where there are too few, the last blocks are.
    """
    documents, doubles = _documents(rows)
    encoded = []
    for done, text in enumerate(documents):
        on_progress(done)
        encoded.append(_tokens(text, model))
    held = _held_out([len(ids) for ids in encoded], documents, held_out_share, seed)
    training = _blocks([ids for number, ids in enumerate(encoded) if number not in held], length)
    measured = _blocks([ids for number, ids in enumerate(encoded) if number in held], length)
    notes = []
    if doubles:
        notes.append(RunNote(message=f"Left out, because the same text is there twice: {doubles:,} documents."))
    if held_out_share and not measured and len(training) > 1:
        last = max(1, round(held_out_share * len(training)))
        training, measured = training[:-last], training[-last:]
        notes.append(
            RunNote(message="The documents are too few to hold out whole ones: the end of the text is held out.")
        )
    if not training:
        raise no_text()
    return EncodedTexts(tuple(training), tuple(measured), tuple(notes))


def no_text() -> WorkbenchError:
    """Why such a set is refused."""
    return WorkbenchError(
        "There is no text to learn from.", hint="Choose a folder or a data set with text.", code="nothing_trained"
    )


def _documents(rows: Sequence[TrainingRow]) -> tuple[list[str], int]:
    """Texts that are not empty, each once; and how many were there twice."""
    texts = [text for row in rows if (text := text_of(row))]
    once = list(dict.fromkeys(texts))
    return once, len(texts) - len(once)


def _tokens(text: str, model: RawTextModel) -> "array[int]":
    """One document with its begin mark, where the model wants one, and the end token before the next."""
    begin = model.tokenize("")
    end = [model.end_token] if model.end_token >= 0 else model.tokenize_plain("\n\n")
    return array("i", [*begin, *model.tokenize_plain(text), *end])


def _held_out(lengths: Sequence[int], documents: Sequence[str], share: float, seed: int) -> set[int]:
    """Numbers of the documents that are only measured: about `share` of the tokens, chosen by a hash of their text."""
    wanted = share * sum(lengths)
    held: set[int] = set()
    taken = 0
    order = sorted(range(len(documents)), key=lambda n: hashlib.sha256(f"{seed}\0{documents[n]}".encode()).digest())
    for number in order[:-1]:
        if taken + lengths[number] <= 1.5 * wanted and taken < wanted:
            held.add(number)
            taken += lengths[number]
    return held


def _blocks(documents: "Sequence[array[int]]", length: int) -> list[EncodedRow]:
    stream = array("i")
    for ids in documents:
        stream.extend(ids)
    pieces = (stream[start : start + length] for start in range(0, len(stream), length))
    return [
        EncodedRow(ids, array("b", [True]) * len(ids), number)
        for number, ids in enumerate(pieces, 1)
        if len(ids) >= _FEWEST_TOKENS
    ]
