"""Test questions from a file: rows become examples, rows that cannot be used are named."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from workbench.boundary import Boundary
from workbench.datasets.json_rows import UnusableError, check_characters, parse_json
from workbench.datasets.mapping import as_text
from workbench.datasets.readers import read_table
from workbench.datasets.types import Example, RowProblem, Table
from workbench.errors import WorkbenchError

_KNOWN: Mapping[str, tuple[str, ...]] = {
    "id": ("id", "_id", "number"),
    "question": ("question", "text", "query", "prompt", "input", "message"),
    "answers": ("answers", "answer", "reference", "expected", "output", "target", "label"),
    "sources": ("sources", "source", "documents", "document"),
    "tags": ("tags", "tag", "category"),
}
"""What columns are called, the likeliest name first."""

_APART = re.compile(r"[;|\n]")
"""Between several sources or tags of one cell; a comma may be part of a name."""
UNKNOWN = "answers_unknown"
"""A column that says "true" where nobody knows the right answer."""

Columns = Mapping[str, tuple[str, ...]]
"""Our names to the file's columns that may hold them, likeliest first."""


class ColumnChoice(Boundary):
    """Columns that a person chose; an empty name leaves it to the columns' own names."""

    id: str = ""
    question: str = ""
    answers: str = ""
    sources: str = ""
    tags: str = ""

    @property
    def is_empty(self) -> bool:
        return self == ColumnChoice()


@dataclass(frozen=True, slots=True)
class QuestionFile:
    """The usable questions of a file, and what is wrong with the rest."""

    examples: tuple[Example, ...]
    problems: tuple[RowProblem, ...] = ()


class UnusableRowError(Exception):
    """Why a row is no question, in words."""


def read_questions(path: Path) -> QuestionFile:
    """The test questions of a CSV, XLSX or JSONL file. Raises WorkbenchError when there is none to be used."""
    table = read_table(path)
    columns = find_columns(table)
    require_columns(table, columns, "question", "answers")
    examples: dict[str, Example] = {}
    problems = list(table.problems)
    for index, row in enumerate(table.rows):
        number = table.number(index)
        try:
            example = example_of(row, columns, number)
            if example.answers_unknown:
                raise UnusableRowError("its answer is not known")
            if example.id in examples:
                raise UnusableRowError(f"the id {example.id!r} is used twice")
        except UnusableRowError as problem:
            problems.append(RowProblem(row=number, message=str(problem)))
            continue
        examples[example.id] = example
    if not examples:
        raise no_questions(table.name, problems)
    return QuestionFile(tuple(examples.values()), tuple(sorted(problems, key=lambda problem: problem.row)))


def no_questions(name: str, problems: Sequence[RowProblem]) -> WorkbenchError:
    """That nothing of a file can be used, with the first reason."""
    reason = f" The first problem: {problems[0]}." if problems else ""
    return WorkbenchError(
        f"{name} holds no question that can be used.{reason}",
        hint='Each row needs "question" and "answer", or "answers": [] where nothing is right.',
        code="no_questions",
    )


def find_columns(table: Table, chosen: ColumnChoice | None = None) -> Columns:
    """Which columns mean what: what a person chose, else by their names."""
    by_name = {column.strip().casefold(): column for column in reversed(table.columns)}
    found = {name: tuple(by_name[known] for known in names if known in by_name) for name, names in _KNOWN.items()}
    wished = {name: getattr(chosen, name) for name in found} if chosen else {}
    missing = [column for column in wished.values() if column and column not in table.columns]
    if missing:
        raise _no_column(table, f"{table.name} has no column {missing[0]!r}.", "Choose another.")
    taken = {column for column in wished.values() if column}
    free = {name: tuple(column for column in columns if column not in taken) for name, columns in found.items()}
    return {name: (wished[name],) if wished.get(name) else columns for name, columns in free.items()}


def require_columns(table: Table, columns: Columns, *names: str) -> None:
    """Raises WorkbenchError (code "no_column") when one of them was not found."""
    for name in names:
        if not columns[name]:
            wish = f"Name it {' or '.join(_KNOWN[name][:2])}."
            raise _no_column(table, f"{table.name} has no column for the {name}.", wish)


def _no_column(table: Table, message: str, hint: str) -> WorkbenchError:
    return WorkbenchError(message, hint=f"{hint} The file has: {', '.join(table.columns[:12])}.", code="no_column")


def example_of(row: Mapping[str, object], columns: Columns, number: int) -> Example:
    """A row as a question; without any column of answers these are unknown. Raises UnusableRowError."""
    question = next((text for name in columns["question"] if (text := as_text(row.get(name)).strip())), "")
    if not question:
        raise UnusableRowError("the question is empty")
    is_unknown = not columns["answers"] or as_text(row.get(UNKNOWN)).casefold() == "true"
    return Example(
        id=next((text for name in columns["id"] if (text := as_text(row.get(name)).strip())), str(number)),
        question=question,
        answers=() if is_unknown else _answers(row, columns["answers"]),
        answers_unknown=is_unknown,
        sources=next((found for name in columns["sources"] if (found := _several(row.get(name), "document"))), ()),
        tags=next((found for name in columns["tags"] if (found := _several(row.get(name), "name"))), ()),
        variables=_variables(row, columns),
    )


def _variables(row: Mapping[str, object], columns: Columns) -> dict[str, str]:
    """What a prompt may refer to by the column's name; never the answers, which would leak into it."""
    kept_out = {name for field in ("id", "answers", "sources", "tags") for name in columns[field]}
    kept_out |= {"question", UNKNOWN}
    return {name: as_text(value) for name, value in row.items() if name not in kept_out and value is not None}


def _answers(row: Mapping[str, object], names: tuple[str, ...]) -> tuple[str, ...]:
    """An empty list says that nothing is right; an empty cell says that somebody forgot the answer."""
    for name in names:
        value = _from_json(row.get(name))
        if value is None or value == "":
            continue
        if isinstance(value, list) and not value:
            return ()
        if found := tuple(text for text in _texts(value, "text") if text.strip()):
            return found
    raise UnusableRowError('the answer is empty (write "answers": [] where nothing is right)')


def _from_json(value: object) -> object:
    """Spreadsheets hold lists as text: "[]" or ["a", "b"]."""
    if isinstance(value, str) and value.strip().startswith("[") and value.strip().endswith("]"):
        try:
            parsed = parse_json(value)
            check_characters(value, parsed)
        except UnusableError:
            return value
        return parsed if isinstance(parsed, list) and all(isinstance(item, str) for item in parsed) else value
    return value


def _several(value: object, key: str) -> tuple[str, ...]:
    """As `_texts`; in a cell of a spreadsheet they may also stand apart by a semicolon, a bar or a line break."""
    if isinstance(value, str) and not isinstance(_from_json(value), list):
        return tuple(part.strip() for part in _APART.split(value) if part.strip())
    return _texts(value, key)


def _texts(value: object, key: str) -> tuple[str, ...]:
    """One text, a list of texts, or a list of objects that name it under `key`."""
    value = _from_json(value)
    items = value if isinstance(value, list) else [value]
    texts = (as_text(item.get(key) if isinstance(item, dict) else item).strip() for item in items)
    return tuple(text for text in texts if text)
