"""Reports and trials as they were stored, also by other versions of the program: what they measured is shown."""

import json
from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from workbench.compare.trial_types import Trial
from workbench.compare.types import ComparisonReport
from workbench.errors import WorkbenchError
from workbench.log import get_logger

T = TypeVar("T", bound=BaseModel)
_MENDINGS = 20
"""Rounds of mending: each may bring to light what lay deeper."""
_OPTIONAL = {
    "request": "the exact set-up",
    "indexes": "what the collections held",
    "environment": "the machine",
    "verdict_without_leaks": "the verdict without leaks",
    "leaks": "the leaks",
}
"""Parts of a report without which the rest can be shown."""

_log = get_logger("compare")


def read_stored_report(text: str) -> ComparisonReport:
    """A report from its JSON. Fields of another version are left out; a part that cannot be read is missing.

    Raises WorkbenchError when what is left is no report.
    """
    try:
        return ComparisonReport.model_validate_json(text)
    except ValidationError as error:
        values = _object(text, error)
    for name in _OPTIONAL:
        if name in values and not _is_readable(ComparisonReport, {name: values[name]}, name):
            _log.info("a stored comparison goes without %s: it is of another version", _OPTIONAL[name])
            del values[name]
    return _mended(ComparisonReport, values)


def read_stored_trial(text: str) -> Trial:
    """A trial from its JSON, as `read_stored_report`."""
    try:
        return Trial.model_validate_json(text)
    except ValidationError as error:
        return _mended(Trial, _object(text, error))


def _object(text: str, error: ValidationError) -> dict[str, Any]:
    try:
        values = json.loads(text)
    except (ValueError, RecursionError):
        values = None
    if not isinstance(values, dict):
        raise _unreadable(error) from error
    return values


def _is_readable(kind: type[BaseModel], values: dict[str, Any], name: str) -> bool:
    """Whether this field can be read once unknown keys inside it are dropped; drops them."""
    for _ in range(_MENDINGS):
        try:
            kind.model_validate(values)
        except ValidationError as error:
            own = [problem for problem in error.errors(include_url=False) if problem["loc"][:1] == (name,)]
            if not own:
                return True
            if not _drop_unknown(values, own):
                return False
        else:
            return True
    return False


def _mended(kind: type[T], values: dict[str, Any]) -> T:
    for _ in range(_MENDINGS):
        try:
            return kind.model_validate(values)
        except ValidationError as error:
            if not _drop_unknown(values, error.errors(include_url=False)):
                raise _unreadable(error) from error
    raise WorkbenchError("The comparison was saved by another version of LLM Workbench.", code="other_version")


def _drop_unknown(values: Any, problems: Any) -> bool:
    """Take out the keys that this version does not know; whether there were any."""
    dropped = False
    for problem in problems:
        if problem["type"] != "extra_forbidden":
            continue
        *way, last = problem["loc"]
        place = values
        for step in way:
            inside = isinstance(place, Mapping) and step in place
            inside = inside or (isinstance(place, list) and isinstance(step, int) and step < len(place))
            place = place[step] if inside else None
        if isinstance(place, dict) and last in place:
            del place[last]
            dropped = True
    return dropped


def _unreadable(error: ValidationError) -> WorkbenchError:
    return WorkbenchError(
        "The comparison was saved by another version of LLM Workbench and cannot be read.",
        hint="Nothing of it was changed. Open it with the version that made it, or run it again.",
        details=str(error)[:2000],
        code="other_version",
    )
