"""Files too large for the memory: looked at and made into data sets row by row."""

import datetime
import random
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from workbench.datasets.doctor import Check, check_rows, find_leaks, mended, without
from workbench.datasets.doctor.keys import counted
from workbench.datasets.mapping import map_rows, mapping_with
from workbench.datasets.rows_file import hash_file, write_rows
from workbench.datasets.stream_types import StreamedRow
from workbench.datasets.streams import RowStream, stream_rows
from workbench.datasets.types import ColumnMapping, Dataset, Finding, FindingKind, RowProblem, Table, TrainingRow

STREAMED_FROM = 100_000_000
"""Bytes of a file from which on it is read row by row."""
_HEAD_ROWS = 200
_BLOCK_ROWS, _BLOCK_CHARACTERS = 2_000, 4_000_000
"""So many rows are looked at together."""
_KEPT_PROBLEMS = 10_000
_SAMPLE_ROWS, _SAMPLE_CHARACTERS = 2_000, 2_000_000

Tell = Callable[[str], None]
"""Hears what is done just now; may raise to end it."""


@dataclass(frozen=True, slots=True)
class Choices:
    """What the person wants done with doubtful rows."""

    drop: frozenset[FindingKind] = frozenset()
    mend: tuple[FindingKind, ...] = ()
    test_questions: tuple[str, ...] = ()
    also: Check | None = None
    """As in `check_rows`."""


@dataclass(slots=True)
class Look:
    """What one pass over a large file showed."""

    head: Table
    mapping: ColumnMapping
    rows: int = 0
    trained: int = 0
    problem_count: int = 0
    problems: list[RowProblem] = field(default_factory=list)
    """The first of them."""
    sample: list[TrainingRow] = field(default_factory=list)
    """Drawn evenly from all rows that give training rows, in the file's order."""
    findings: tuple[Finding, ...] = ()

    def add_problems(self, found: Sequence[RowProblem]) -> None:
        self.problem_count += len(found)
        self.problems += found[: max(0, _KEPT_PROBLEMS - len(self.problems))]


def is_large(path: Path) -> bool:
    """Whether the file is read row by row."""
    return path.is_file() and path.stat().st_size > STREAMED_FROM


def look_through(
    path: Path,
    mapping: ColumnMapping | None,
    tell: Tell,
    test_questions: Sequence[str] = (),
    named: Mapping[str, str] = MappingProxyType({}),
    also: Check | None = None,
) -> Look:
    """Every row once: counted, mapped where the mapping is complete, problems noted; the doctor sees a sample.

    `named`: see `mapping_with`; `also`: see `check_rows`.
    """
    stream = stream_rows(path)
    head = stream.head(_HEAD_ROWS)
    look = Look(head, mapping or mapping_with(head, named))
    look.add_problems(stream.problems)
    draw = _Sample(random.Random(path.name))
    for table, problems in _blocks(stream, tell):
        look.rows += len(table.rows)
        look.add_problems(problems)
        if look.mapping.is_complete:
            mapped = map_rows(table, look.mapping)
            look.trained += len(mapped.rows)
            look.add_problems(mapped.problems)
            draw.offer(mapped.rows)
    look.sample = draw.rows()
    tell("Looking for problems")
    if look.sample:
        look.findings = (*check_rows(look.sample, also=also), *find_leaks(look.sample, test_questions))
    if look.trained > len(look.sample):
        said = f"The file is large: the data doctor looked at {len(look.sample):,} of {look.trained:,} rows."
        look.problems.insert(0, RowProblem(row=0, message=said, dropped=False))
        look.problem_count += 1
    return look


@dataclass(slots=True)
class Prepared:
    """A data set made of a large file."""

    dataset: Dataset
    problems: list[RowProblem]
    findings: tuple[Finding, ...]
    dropped: int
    mended: int


def prepare_large(
    path: Path, name: str, mapping: ColumnMapping, choices: Choices, folder: Path, tell: Tell
) -> Prepared | None:
    """Write the usable rows; None when there is none. Rows are compared with those near them in the file only."""
    stream = stream_rows(path)
    source_hash = hash_file(path)
    made = _Making(mapping, choices)
    rows_path, digest = write_rows(made.rows(stream, tell), folder)
    if not made.kept:
        rows_path.unlink(missing_ok=True)
        return None
    dataset = Dataset(
        name=name,
        content_hash=digest,
        rows_path=str(rows_path),
        source_path=str(path.absolute()),
        source_hash=source_hash,
        mapping=mapping,
        row_count=made.kept,
        problem_count=made.left_out,
        created=datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        left_out=tuple(sorted(choices.drop)),
        mended=choices.mend,
    )
    return Prepared(dataset, made.problems, tuple(made.findings.values()), made.dropped, made.mended)


@dataclass(slots=True)
class _Making:
    """Rows on their way from a file to a data set, and what happens to them."""

    mapping: ColumnMapping
    choices: Choices
    kept: int = 0
    left_out: int = 0
    dropped: int = 0
    mended: int = 0
    problems: list[RowProblem] = field(default_factory=list)
    findings: dict[FindingKind, Finding] = field(default_factory=dict)
    _counts: Counter[FindingKind] = field(default_factory=Counter)
    """Rows of each kind of finding; of `findings` only the first ones are kept."""

    def rows(self, stream: RowStream, tell: Tell) -> Iterator[TrainingRow]:
        self._note(stream.problems)
        for table, problems in _blocks(stream, tell):
            mapped = map_rows(table, self.mapping)
            self._note([*problems, *mapped.problems])
            yield from self._chosen(mapped.rows)

    def _chosen(self, rows: Sequence[TrainingRow]) -> Sequence[TrainingRow]:
        if not rows or not (self.choices.drop or self.choices.mend):
            self.kept += len(rows)
            return rows
        findings = [*check_rows(rows, also=self.choices.also), *find_leaks(rows, self.choices.test_questions)]
        for finding in findings:
            self._add(finding)
        kept = without(rows, [finding for finding in findings if finding.kind in self.choices.drop])
        result = mended(kept, findings, self.choices.mend)
        self.kept += len(result)
        self.dropped += len(rows) - len(result)
        self.mended += sum(before != after for before, after in zip(kept, result, strict=True))
        return result

    def _add(self, finding: Finding) -> None:
        """Findings of one kind in several blocks are one, with all its rows counted and the first of them kept."""
        before, first = self._counts[finding.kind], self.findings.get(finding.kind, finding)
        self._counts[finding.kind] += len(finding.rows)
        said = first.message.removesuffix(f"{counted(before or len(finding.rows))}.")
        whole = first.message if said == first.message else f"{said}{counted(self._counts[finding.kind])}."
        rows = (*first.rows, *finding.rows)[:_KEPT_PROBLEMS] if before else finding.rows
        self.findings[finding.kind] = first.model_copy(update={"message": whole, "rows": rows})

    def _note(self, problems: Sequence[RowProblem]) -> None:
        self.left_out += sum(problem.dropped for problem in problems)
        self.problems += problems[: max(0, _KEPT_PROBLEMS - len(self.problems))]


class _Sample:
    """A bounded sample in which every row has the same chance (Vitter 1985, algorithm R)."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self._kept: list[TrainingRow] = []
        self._limit = _SAMPLE_ROWS
        self._seen = 0

    def offer(self, rows: Sequence[TrainingRow]) -> None:
        for row in rows:
            self._seen += 1
            if len(self._kept) < self._limit:
                self._kept.append(row)
                continue
            place = self._chance.randrange(self._seen)
            if place < self._limit:
                self._kept[place] = row
        self._stay_small()

    def rows(self) -> list[TrainingRow]:
        return sorted(self._kept, key=lambda row: row.number)

    def _stay_small(self) -> None:
        """Long rows: fewer of them, each still with the same chance."""
        while len(self._kept) > 20 and sum(map(_characters, self._kept)) > _SAMPLE_CHARACTERS:
            self._chance.shuffle(self._kept)
            self._limit = len(self._kept) // 2
            del self._kept[self._limit :]


def _blocks(stream: RowStream, tell: Tell) -> Iterator[tuple[Table, list[RowProblem]]]:
    """The file in tables of a bounded size, each with its problems."""
    rows: list[StreamedRow] = []
    problems: list[RowProblem] = []
    size = 0

    def block() -> tuple[Table, list[RowProblem]]:
        values, numbers = tuple(row.values for row in rows), tuple(row.number for row in rows)
        return Table(stream.columns, values, (), numbers, stream.name, stream.file_format), list(problems)

    for item in stream:
        if isinstance(item, RowProblem):
            problems.append(item)
        else:
            rows.append(item)
            size += item.size
        if len(rows) >= _BLOCK_ROWS or len(problems) >= _BLOCK_ROWS or size > _BLOCK_CHARACTERS:
            yield block()
            tell(f"Reading row {(rows[-1].number if rows else problems[-1].row):,}")
            rows, problems, size = [], [], 0
    if rows or problems:
        yield block()


def _characters(row: TrainingRow) -> int:
    return sum(len(message.content) for message in row.messages)
