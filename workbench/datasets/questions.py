"""Test questions from a file: rows become examples, rows that cannot be used are named."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from workbench.datasets.mapping import as_text
from workbench.datasets.readers import read_table
from workbench.datasets.types import Example, RowProblem, Table
from workbench.errors import WorkbenchError

_IDS = ("id", "_id", "number")
_QUESTIONS = ("question", "text", "query", "prompt", "input", "message")
_ANSWERS = ("answers", "answer", "reference", "expected", "output", "target", "label")
_SOURCES = ("sources", "source", "documents", "document")
_TAGS = ("tags", "tag", "category")


@dataclass(frozen=True, slots=True)
class QuestionFile:
    """The usable questions of a file, and what is wrong with the rest."""

    examples: tuple[Example, ...]
    problems: tuple[RowProblem, ...] = ()


class _Unusable(Exception):
    pass


def read_questions(path: Path) -> QuestionFile:
    """The test questions of a CSV, XLSX or JSONL file. Raises WorkbenchError when there is none to be used."""
    table = read_table(path)
    columns = _find_columns(table, path)
    examples: dict[str, Example] = {}
    problems = list(table.problems)
    for index, row in enumerate(table.rows):
        number = table.number(index)
        try:
            example = _example(row, columns, number)
            if example.id in examples:
                raise _Unusable(f"the id {example.id!r} is used twice")
        except _Unusable as problem:
            problems.append(RowProblem(row=number, message=str(problem)))
            continue
        examples[example.id] = example
    if not examples:
        reason = f" The first problem: {problems[0]}." if problems else ""
        raise WorkbenchError(
            f"{path.name} holds no question that can be used.{reason}",
            hint='Each row needs "question" and "answer", or "answers": [] where nothing is right.',
            code="no_questions",
        )
    return QuestionFile(tuple(examples.values()), tuple(sorted(problems, key=lambda problem: problem.row)))


def _find_columns(table: Table, path: Path) -> dict[str, tuple[str, ...]]:
    """Our names to the file's columns that may hold them, likeliest first."""
    by_name = {column.strip().casefold(): column for column in reversed(table.columns)}
    wanted = {"id": _IDS, "question": _QUESTIONS, "answers": _ANSWERS, "sources": _SOURCES, "tags": _TAGS}
    found = {name: tuple(by_name[known] for known in names if known in by_name) for name, names in wanted.items()}
    for name in ("question", "answers"):
        if not found[name]:
            raise WorkbenchError(
                f"{path.name} has no column for the {name}.",
                hint=f"Name it {' or '.join(wanted[name][:2])}. The file has: {', '.join(table.columns[:12])}.",
                code="no_column",
            )
    return found


def _example(row: Mapping[str, object], columns: Mapping[str, tuple[str, ...]], number: int) -> Example:
    question = next((text for name in columns["question"] if (text := as_text(row.get(name)).strip())), "")
    if not question:
        raise _Unusable("the question is empty")
    return Example(
        id=next((text for name in columns["id"] if (text := as_text(row.get(name)).strip())), str(number)),
        question=question,
        answers=_answers(row, columns["answers"]),
        sources=next((found for name in columns["sources"] if (found := _texts(row.get(name), "document"))), ()),
        tags=next((found for name in columns["tags"] if (found := _texts(row.get(name), "name"))), ()),
        variables=_variables(row, columns),
    )


def _variables(row: Mapping[str, object], columns: Mapping[str, tuple[str, ...]]) -> dict[str, str]:
    """What a prompt may refer to by the column's name; never the answers, which would leak into it."""
    kept_out = {name for field in ("id", "answers", "sources", "tags") for name in columns[field]} | {"question"}
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
    raise _Unusable('the answer is empty (write "answers": [] where nothing is right)')


def _from_json(value: object) -> object:
    """Spreadsheets hold lists as text: "[]" or ["a", "b"]."""
    if isinstance(value, str) and value.strip().startswith("[") and value.strip().endswith("]"):
        try:
            parsed = json.loads(value)
        except (ValueError, RecursionError):
            return value
        return parsed if isinstance(parsed, list) and all(isinstance(item, str) for item in parsed) else value
    return value


def _texts(value: object, key: str) -> tuple[str, ...]:
    """One text, a list of texts, or a list of objects that name it under `key`."""
    value = _from_json(value)
    items = value if isinstance(value, list) else [value]
    texts = (as_text(item.get(key) if isinstance(item, dict) else item).strip() for item in items)
    return tuple(text for text in texts if text)
