"""Answers that are meant to be JSON."""

import json
import re
from collections.abc import Sequence
from typing import Any

from workbench.scoring.metrics.case import Case
from workbench.scoring.metrics.text import plain, texts_of
from workbench.scoring.types import ScoreValue

_FENCE = re.compile(r"^```(?:json)?\s*\n(.*?)\n?```$", re.DOTALL | re.IGNORECASE)
_NOTHING = object()


def json_valid(case: Case) -> ScoreValue:
    """1 when the whole answer (or the inside of its one code fence) is a JSON object or list."""
    value, problem = _parse(case.answer)
    return ScoreValue(value=float(not problem), explanation=problem or f"A JSON {_kind(value)}.")


def json_fields(case: Case) -> ScoreValue:
    """Share of the reference's fields (nested ones by path) that the answer has with the same value; best reference.

    Option: `fields`, the only ones that count, with all that is below them.
    """
    value, problem = _parse(case.answer)
    only = texts_of(case.options.get("fields", ()))
    expected = [fields for r in case.references if (fields := _chosen(_fields(_parse(r)[0]), only))]
    if not expected:
        return ScoreValue(explanation="The reference is no JSON with fields.")
    if problem:
        return ScoreValue(value=0.0, explanation=problem)
    given = _fields(value)
    share, wrong = max(((_share(given, fields)) for fields in expected), key=lambda found: found[0])
    return ScoreValue(
        value=share, explanation=f"Wrong or missing: {', '.join(wrong[:5])}." if wrong else "All fields agree."
    )


def _chosen(fields: dict[str, Any], only: Sequence[str]) -> dict[str, Any]:
    if not only:
        return fields
    return {
        path: value
        for path, value in fields.items()
        if any(path == name or path.startswith((f"{name}.", f"{name}[")) for name in only)
    }


def json_fields_of(text: str) -> dict[str, Any]:
    """The fields of a JSON text by path; empty of anything else."""
    return _fields(_parse(text)[0])


def _share(given: dict[str, Any], expected: dict[str, Any]) -> tuple[float, list[str]]:
    wrong = [path for path, value in expected.items() if given.get(path, _NOTHING) != value]
    return 1 - len(wrong) / len(expected), wrong


def _parse(text: str) -> tuple[Any, str]:
    text = text.strip()
    if fenced := _FENCE.match(text):
        text = fenced[1]
    try:
        value = json.loads(text, parse_constant=_refuse)
    except RecursionError:
        return None, "The JSON is nested too deeply."
    except ValueError as error:
        return None, f"Not JSON: {error}."
    return (value, "") if isinstance(value, dict | list) else (None, "Neither a JSON object nor a list.")


def _refuse(constant: str) -> Any:
    raise ValueError(f"{constant} is not a JSON value")


def _kind(value: Any) -> str:
    return "object" if isinstance(value, dict) else "list"


def _fields(value: Any, path: str = "") -> dict[str, Any]:
    """Leaves by path, like {"order.items[0].name": "kettle"}; text is compared without case and outer punctuation."""
    if isinstance(value, dict):
        parts = [(f"{path}.{key}" if path else str(key), inner) for key, inner in value.items()]
    elif isinstance(value, list):
        parts = [(f"{path}[{number}]", inner) for number, inner in enumerate(value)]
    else:
        return {path: plain(value) if isinstance(value, str) else value} if path else {}
    leaves: dict[str, Any] = {} if parts or not path else {path: type(value)()}
    for inner_path, inner in parts:
        leaves |= _fields(inner, inner_path)
    return leaves
