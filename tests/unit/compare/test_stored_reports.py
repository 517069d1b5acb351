"""What other versions of the program stored is shown, as far as it can be."""

import json
from pathlib import Path
from typing import Any

import pytest

from workbench.compare.stored_reports import read_stored_report, read_stored_trial
from workbench.compare.verdict_types import VerdictKind
from workbench.errors import WorkbenchError

OLD = Path(__file__).parents[2] / "data" / "compare" / "report_v1.json"


@pytest.fixture
def values() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(OLD.read_text(encoding="utf-8"))
    return found


def test_that_a_report_of_the_first_version_opens() -> None:
    report = read_stored_report(OLD.read_text(encoding="utf-8"))
    assert (report.schema_version, report.verdict.kind, report.verdict.winner) == (1, VerdictKind.WINNER, "rag")
    assert (len(report.trials), len(report.examples), len(report.leaks)) == (16, 8, 1)
    assert report.request is None


def test_that_fields_of_another_version_are_left_out(values: dict[str, Any]) -> None:
    values["mood"] = "good"
    values["verdict"]["confidence"] = 0.9
    values["arms"][1]["timing"]["phase"] = "of the moon"
    report = read_stored_report(json.dumps(values))
    assert report.verdict.winner == "rag"
    assert report.arms[1].name == "rag"


def test_that_a_part_that_cannot_be_read_is_missing(values: dict[str, Any]) -> None:
    values["request"] = {"name": "sums", "arms": 7}
    values["environment"] = {"program": "9.0", "new": 1}
    report = read_stored_report(json.dumps(values))
    assert report.request is None
    assert report.environment is not None
    assert report.environment.program == "9.0"


def test_that_a_trial_of_another_version_opens(values: dict[str, Any]) -> None:
    trial = values["trials"][0] | {"temperature": "warm"}
    assert read_stored_trial(json.dumps(trial)).arm == "prompt"


@pytest.mark.parametrize("text", ["", "[]", '{"name": 1}', "{", "[" * 5000])
def test_that_what_is_no_report_is_said(text: str) -> None:
    with pytest.raises(WorkbenchError, match="another version"):
        read_stored_report(text)
