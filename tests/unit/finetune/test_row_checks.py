"""What a base says of rows before they are trained."""

from pathlib import Path

import pytest

from tests.unit.finetune.conftest import colour_rows
from workbench.datasets.tasks import InspectRequest, PrepareRequest
from workbench.datasets.types import FindingKind
from workbench.errors import WorkbenchError
from workbench.finetune.row_checks import BaseChoice, InspectForBaseRequest, PrepareForBaseRequest
from workbench.finetune.tasks import inspect_for_base, prepare_for_base
from workbench.jobs.context import RecordingContext
from workbench.llm.types import ModelRef


@pytest.fixture
def rows(tmp_path: Path) -> Path:
    """The colours; row numbers of the file are one more than those of `colour_rows`."""
    lines = [f"{row.question},{row.answer}" for row in colour_rows()]
    path = tmp_path / "rows.csv"
    path.write_text("\n".join(["question,answer", *lines]) + "\n", encoding="utf-8")
    return path


def found(rows: Path, choice: BaseChoice) -> dict[FindingKind, tuple[int, ...]]:
    request = InspectForBaseRequest(inspect=InspectRequest(path=str(rows)), choice=choice)
    report = inspect_for_base(RecordingContext(), request)
    return {finding.kind: finding.rows for finding in report.findings}


# bos, user mark, "number 10", end, assistant mark, "green", end: one token each byte and each mark
LONGER_THAN_17 = tuple(r.number + 1 for r in colour_rows() if 5 + len(r.question) + len(r.answer) > 17)


def test_that_rows_too_long_for_the_base_are_named_by_number(rows: Path, base: ModelRef) -> None:
    assert FindingKind.TOO_LONG not in found(rows, BaseChoice(base=base))
    assert found(rows, BaseChoice(base=base, max_length=17))[FindingKind.TOO_LONG] == LONGER_THAN_17


def test_that_rows_of_which_nothing_is_learned_are_an_error(rows: Path, base: ModelRef) -> None:
    silent = found(rows, BaseChoice(base=base, max_length=1))
    assert len(silent[FindingKind.NOTHING_TRAINED]) == 24 and FindingKind.TOO_LONG not in silent


def test_that_rows_too_long_for_the_base_are_left_out(rows: Path, base: ModelRef, tmp_path: Path) -> None:
    prepare = PrepareRequest(name="n", path=str(rows), folder=str(tmp_path / "out"), drop=(FindingKind.TOO_LONG,))
    choice = BaseChoice(base=base, max_length=17)
    report = prepare_for_base(RecordingContext(), PrepareForBaseRequest(prepare=prepare, choice=choice))
    assert (report.dropped, report.dataset.row_count) == (len(LONGER_THAN_17), 24 - len(LONGER_THAN_17))


def test_that_more_tokens_than_the_base_sees_are_refused(rows: Path, base: ModelRef) -> None:
    with pytest.raises(WorkbenchError, match="tiny sees 256 tokens"):
        found(rows, BaseChoice(base=base, max_length=300))
