"""Which prompts take part: instructions x example sets x formats, those nearest to the start first."""

import hashlib
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product

from workbench.playground.search.catalogue import (
    Format,
    load_catalogue,
    with_format,
    with_shots,
    with_system,
    with_technique,
)
from workbench.playground.search.types import Candidate, Origin
from workbench.playground.types import ExampleSelection, FewShot, Prompt, Shot

_COUNTS = (2, 4, 8)
"""Sizes of example sets."""
AS_IT_IS = "As it is"


@dataclass(frozen=True, slots=True)
class _Instruction:
    title: str
    origin: Origin
    prompt: Prompt


@dataclass(frozen=True, slots=True)
class _Examples:
    title: str
    few_shot: FewShot | None


@dataclass(frozen=True, slots=True)
class Field:
    """The candidates, the start first, and how many combinations were left out."""

    candidates: tuple[Candidate, ...]
    left_out: int


def build_field(
    start: Prompt,
    *,
    own: Sequence[str] = (),
    written: Sequence[str] = (),
    techniques: bool = True,
    formats: bool = True,
    shots: Sequence[Shot] = (),
    shots_name: str = "",
    seed: int = 0,
    limit: int,
) -> Field:
    """At most `limit` candidates. Those with one change come before those with two, those before three; within a kind
    the seed decides. The same content counts once.
    """
    instructions = list(_instructions(start, own, written, techniques))
    example_sets = list(_example_sets(start, shots, shots_name, seed))
    layouts: list[Format | None] = [None, *(load_catalogue().formats if formats else ())]
    combinations = list(product(range(len(instructions)), range(len(example_sets)), range(len(layouts))))
    chance = random.Random(seed)
    order = {one: chance.random() for one in combinations}
    combinations.sort(key=lambda one: (sum(part > 0 for part in one), order[one]))
    found: dict[str, Candidate] = {}
    for instruction, examples, layout in combinations:
        candidate = _combined(instructions[instruction], example_sets[examples], layouts[layout])
        found.setdefault(candidate.id, candidate)
    everybody = list(found.values())
    return Field(tuple(everybody[:limit]), max(0, len(everybody) - limit))


def rewritten(parent: Candidate, instruction: str, number: int) -> Candidate:
    """A candidate with another instruction, its examples and format those of its parent."""
    return _candidate(
        Origin.REWRITTEN,
        f"Rewritten {number}",
        parent.examples,
        parent.format,
        with_system(parent.prompt, instruction),
        parent_id=parent.id,
    )


def _instructions(
    start: Prompt, own: Sequence[str], written: Sequence[str], techniques: bool
) -> Iterator[_Instruction]:
    yield _Instruction(AS_IT_IS, Origin.START, start)
    for number, text in enumerate(own, start=1):
        yield _Instruction(f"Yours {number}", Origin.OWN, with_system(start, text))
    for number, text in enumerate(written, start=1):
        yield _Instruction(f"Written {number}", Origin.WRITTEN, with_system(start, text))
    if techniques:
        for technique in load_catalogue().techniques:
            yield _Instruction(technique.title, Origin.TECHNIQUE, with_technique(start, technique))


def _example_sets(start: Prompt, shots: Sequence[Shot], shots_name: str, seed: int) -> Iterator[_Examples]:
    own = start.few_shot
    yield _Examples(f"{min(own.count, len(own.shots))} examples as they are" if own and own.shots else "", own)
    if own and own.shots:
        yield _Examples("no examples", None)
    pool = tuple(shots)
    for count in _COUNTS:
        if count > len(pool):
            break
        for selection, title in (
            (ExampleSelection.SIMILAR, f"{count} similar examples"),
            (ExampleSelection.COVERAGE, f"{count} unlike examples"),
            (ExampleSelection.RANDOM, f"{count} random examples"),
        ):
            few_shot = FewShot(shots=pool, source=shots_name, selection=selection, count=count, seed=seed, in_form=True)
            yield _Examples(title, few_shot)


def _combined(instruction: _Instruction, examples: _Examples, layout: Format | None) -> Candidate:
    prompt = with_shots(instruction.prompt, examples.few_shot)
    if layout is not None:
        prompt = with_format(prompt, layout)
    title = layout.title if layout else ""
    return _candidate(instruction.origin, instruction.title, examples.title, title, prompt)


def _candidate(
    origin: Origin, instruction: str, examples: str, layout: str, prompt: Prompt, *, parent_id: str = ""
) -> Candidate:
    digest = hashlib.sha256(prompt.model_dump_json().encode()).hexdigest()[:16]
    return Candidate(
        id=digest,
        origin=origin,
        instruction=instruction,
        examples=examples,
        format=layout,
        parent_id=parent_id,
        prompt=prompt,
    )
