"""Questions about the facts: as they are written, where their answers stand, and whether they fit together."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path
from typing import Any

import yaml

from samples.written import Facts, SampleError, Written


@dataclass(frozen=True, slots=True)
class Asked:
    """One question about one fact, or about something that the documents leave out."""

    question: str
    fact: str = ""
    via: str = ""
    absent: str = ""
    tags: tuple[str, ...] = ()


def read_questions(path: Path) -> list[Asked]:
    return [_asked(entry) for entry in yaml.safe_load(path.read_text("utf-8"))]


def read_training(path: Path, facts: Facts) -> list[Asked]:
    written = yaml.safe_load(path.read_text("utf-8"))
    patterned = [asked for name, pattern in written["patterns"].items() for asked in _patterned(name, pattern, facts)]
    return patterned + [_asked(entry) for entry in written["questions"]]


def _asked(entry: Mapping[str, Any]) -> Asked:
    rest = {key: str(entry.get(key, "")) for key in ("fact", "via", "absent")}
    return Asked(entry["ask"], tags=tuple(entry.get("tags", ())), **rest)


def _patterned(name: str, pattern: Mapping[str, Any], facts: Facts) -> Iterator[Asked]:
    attribute = pattern.get("attribute", name)
    for thing, wording in zip(pattern["of"], cycle(pattern["wordings"]), strict=False):
        yield Asked(wording.replace("{name}", facts[f"{thing}.name"]), fact=f"{thing}.{attribute}")


def sources_of(asked: Asked, written: Sequence[Written]) -> list[str]:
    """The documents in which the answer stands; for a question over two documents also those that lead there."""
    if not asked.fact:
        return []
    last = [document.name for document in written if asked.fact in document.facts]
    if not asked.via:
        return last
    first = [document.name for document in written if asked.via in document.facts]
    if set(first) & set(last):
        raise SampleError(f"one document is enough for: {asked.question}")
    return first + last


def check_questions(test: Sequence[Asked], training: Sequence[Asked], written: Sequence[Written], facts: Facts) -> None:
    problems = [
        f"no document answers: {asked.question}"
        for asked in (*test, *training)
        if not asked.absent and not (asked.fact in facts and sources_of(asked, written))
    ]
    tested = {asked.fact for asked in test if asked.fact}
    problems += [f"training asks a tested fact: {asked.question}" for asked in training if asked.fact in tested]
    problems += [f"asked twice: {question}" for question in _repeated(a.question for a in (*test, *training))]
    if problems:
        raise SampleError("\n".join(problems))


def _repeated(questions: Iterable[str]) -> list[str]:
    return [question for question, times in Counter(questions).items() if times > 1]
