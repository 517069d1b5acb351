"""Test sets as files: JSON lines that `read_question_file` reads again, or CSV for a spreadsheet."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from workbench.datasets.csv_writing import to_csv
from workbench.datasets.questions import UNKNOWN
from workbench.datasets.test_sets.types import SetQuestion

_COLUMNS = ("id", "question", "answers", "sources", "tags")


def write_questions(questions: Sequence[SetQuestion], path: Path) -> None:
    """By the ending of the name: ".csv", else JSON lines. Raises OSError."""
    if path.suffix.casefold() == ".csv":
        path.write_text(as_csv(questions), encoding="utf-8", newline="")
    else:
        path.write_text(as_json_lines(questions), encoding="utf-8")


def as_json_lines(questions: Sequence[SetQuestion]) -> str:
    """One question per line, with what decides and with who looked at it; variables are further keys."""
    return "".join(json.dumps(_row(question), ensure_ascii=False) + "\n" for question in questions)


def as_csv(questions: Sequence[SetQuestion]) -> str:
    """Lists are JSON in their cell; "[]" as answers: there is none."""
    names = list(dict.fromkeys(name for question in questions for name in question.variables if name not in _COLUMNS))
    has_unknown = any(question.answers_unknown for question in questions)
    rows = [
        [
            question.id,
            question.question,
            "" if question.answers_unknown else json.dumps(question.answers, ensure_ascii=False),
            json.dumps(question.sources, ensure_ascii=False) if question.sources else "",
            json.dumps(question.tags, ensure_ascii=False) if question.tags else "",
            *(["true" if question.answers_unknown else ""] if has_unknown else []),
            *(question.variables.get(name, "") for name in names),
        ]
        for question in questions
    ]
    return to_csv([*_COLUMNS, *([UNKNOWN] if has_unknown else []), *names], rows)


def _row(question: SetQuestion) -> dict[str, Any]:
    row: dict[str, Any] = {"id": question.id, "question": question.question}
    if question.answers_unknown:
        row[UNKNOWN] = True
    else:
        row["answers"] = list(question.answers)
    if question.sources:
        row["sources"] = list(question.sources)
    if question.tags:
        row["tags"] = list(question.tags)
    return {**{name: text for name, text in question.variables.items() if name not in row}, **row}
