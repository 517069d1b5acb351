"""What a grid has done so far, in its folder: a stop, a crash or a power cut loses at most the answers under way.

Transcripts and what the table shows of them lie in two files, so that a table of many thousand cells opens quickly. A
transcript is written first: one whose outcome is missing does not count.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path

from pydantic import ValidationError

from workbench.errors import WorkbenchError
from workbench.jobs.attempts import Attempts
from workbench.jobs.journal_file import (
    append_record,
    close_last_line,
    read_placed,
    read_record_at,
    read_records,
    write_whole,
)
from workbench.llm.types import FinishReason
from workbench.playground.grid.types import Cell, GridReport, Outcome

CELLS = "cells.jsonl"
OUTCOMES = "outcomes.jsonl"
ATTEMPTS = "attempts.json"
REPORT = "report.json"
_WORDS = 120
"""Characters of an answer that the table knows."""


class GridJournal:
    """For the process that fills the grid."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._folder = folder
        (folder / REPORT).unlink(missing_ok=True)  # it is not filled while somebody is filling it
        close_last_line(folder / CELLS)
        self._outcomes = {(one.combination, one.row): one for one in read_records(folder / OUTCOMES, Outcome)}
        self.attempts = Attempts(folder / ATTEMPTS)

    def find(self, combination: int, row: int, key: str) -> Outcome | None:
        """What an earlier attempt made with the same key, failed or not; None when it is missing."""
        outcome = self._outcomes.get((combination, row))
        return outcome if outcome is not None and outcome.key == key else None

    def add(self, combination: int, row: int, key: str, cell: Cell, metrics: tuple[str, ...]) -> Outcome:
        """Remember a cell durably."""
        place = append_record(self._folder / CELLS, cell)
        outcome = Outcome(
            combination=combination,
            row=row,
            key=key,
            place=place,
            values=tuple(cell.scores[metric].value if metric in cell.scores else None for metric in metrics),
            words=" ".join(cell.answer[: 4 * _WORDS].split())[:_WORDS],
            problem=cell.problem,
            is_cut=cell.finish_reason is FinishReason.LENGTH,
            prompt_tokens=cell.usage.prompt_tokens,
            generated_tokens=cell.usage.generated_tokens,
            model_hash=cell.model_hash,
            cost=cell.cost,
        )
        append_record(self._folder / OUTCOMES, outcome)
        self._outcomes[(combination, row)] = outcome
        return outcome

    def finish(self, report: GridReport) -> None:
        """Write the report; a later run of this folder tries combinations that crashed again."""
        write_whole(self._folder / REPORT, report.model_dump_json())
        self.attempts.forget()


def is_finished(folder: Path) -> bool:
    return (folder / REPORT).is_file()


def read_outcomes(folder: Path) -> dict[tuple[int, int], Outcome]:
    """All cells so far, by combination and row; while another process fills the grid, what it has by now."""
    found = read_placed(folder / OUTCOMES, Outcome, is_ours=False)
    return {(outcome.combination, outcome.row): outcome for _, outcome in found}


def read_cell(folder: Path, outcome: Outcome) -> Cell:
    """The transcript of a cell. Raises WorkbenchError when the file is gone or damaged."""
    try:
        return read_record_at(folder / CELLS, outcome.place, Cell)
    except (OSError, ValidationError) as error:
        raise WorkbenchError(
            "The transcript of this answer cannot be read.",
            hint="Its file was removed or changed; run the grid again.",
            details=f"{folder / CELLS}: {error}",
            code="no_transcript",
        ) from error


def read_cells(folder: Path, outcomes: Iterable[Outcome]) -> Iterator[Cell]:
    """The transcripts of these cells. Raises like `read_cell`."""
    for outcome in outcomes:
        yield read_cell(folder, outcome)
