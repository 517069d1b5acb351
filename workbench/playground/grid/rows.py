"""The rows of a grid: from a file of questions or from a saved data set."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from workbench.datasets.questions import read_questions
from workbench.datasets.rows_file import read_rows
from workbench.datasets.types import Example, RowProblem, TrainingRow
from workbench.errors import WorkbenchError
from workbench.llm.types import Role
from workbench.playground.grid.types import GridRow

LARGEST_BYTES = 8 * 1024 * 1024
"""Of all rows together as JSON: what a job is told and what it tells must fit into a message between processes."""


@dataclass(frozen=True, slots=True)
class FoundRows:
    rows: tuple[GridRow, ...]
    problems: tuple[RowProblem, ...] = ()
    """Rows that cannot be used."""


def rows_of_file(path: Path, limit: int = 0) -> FoundRows:
    """The rows of a file with questions and answers; a `limit` above 0 takes only the first.

    Raises WorkbenchError when none can be used, or when they are too large together.
    """
    found = read_questions(path)
    examples = found.examples[:limit] if limit > 0 else found.examples
    return FoundRows(_checked([GridRow(example=example) for example in examples], path.name), found.problems)


def rows_of_data_set(name: str, path: Path, content_hash: str, limit: int = 0) -> FoundRows:
    """The rows of a saved data set: the last question is asked, what was said before stands before it.

    A row's system message is the variable `system`, the document of its answer `document`.
    """
    saved = read_rows(path, content_hash)
    rows, problems = [], []
    for number, row in enumerate(saved[:limit] if limit > 0 else saved, 1):
        if row.question and row.answer:
            rows.append(_as_row(row, number))
        else:
            missing = "answer" if row.question else "question"
            problems.append(RowProblem(row=number, message=f"it has no {missing}"))
    if not rows:
        raise WorkbenchError(f"The data set “{name}” holds no row with a question and an answer.", code="no_questions")
    return FoundRows(_checked(rows, name), tuple(problems))


def columns_of(rows: Sequence[GridRow]) -> tuple[str, ...]:
    """The variables that every row fills, apart from the question."""
    if not rows:
        return ()
    shared = set(rows[0].example.variables).intersection(*(row.example.variables for row in rows))
    return tuple(name for name in rows[0].example.variables if name in shared)


def _as_row(row: TrainingRow, number: int) -> GridRow:
    system = "\n\n".join(message.content for message in row.messages if message.role is Role.SYSTEM)
    asked = max(place for place, message in enumerate(row.messages) if message.role is Role.USER)
    variables = {"system": system, "document": row.document}
    example = Example(
        id=str(number),
        question=row.question,
        answers=(row.answer,),
        sources=tuple(part.strip() for part in row.document.split(";") if part.strip()),
        variables={name: value for name, value in variables.items() if value},
    )
    earlier = tuple(message for message in row.messages[:asked] if message.role is not Role.SYSTEM)
    return GridRow(example=example, earlier=earlier)


def _checked(rows: Sequence[GridRow], name: str) -> tuple[GridRow, ...]:
    size = 0
    for number, row in enumerate(rows):
        size += len(row.model_dump_json().encode())
        if size > LARGEST_BYTES:
            raise WorkbenchError(
                f"The rows of {name} are too large for one grid: only the first {number} of {len(rows)} fit.",
                hint="Take fewer rows, or rows with shorter texts.",
                code="rows_too_large",
            )
    return tuple(rows)
