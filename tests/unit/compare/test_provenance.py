"""A report keeps what is needed to repeat it."""

from pathlib import Path

from tests.unit.compare.scripted import COLLECTION, ScriptedTools, always_right, arm, numbered
from workbench import __version__
from workbench.compare.seen import SeenKind, SeenRow, SeenRows
from workbench.compare.tasks import compare
from workbench.compare.types import CompareRequest
from workbench.jobs.context import RecordingContext
from workbench.rag.journal import Commit, DocumentMark, Journal
from workbench.scoring.types import MetricChoice


def test_that_the_report_keeps_the_request_the_indexes_and_the_machine(tmp_path: Path) -> None:
    index = tmp_path / "index"
    index.mkdir()
    Journal(index).confirm(Commit(1, documents={"a" * 64: DocumentMark(3, "1" * 64)}))
    collection = COLLECTION.model_copy(update={"folder": str(index)})
    request = CompareRequest(
        name="sums",
        examples=numbered(3),
        metrics=(MetricChoice(name="exact_match"),),
        arms=(arm("prompt", system="Add."), arm("rag", collection=True).model_copy(update={"collection": collection})),
        folder=str(tmp_path / "run"),
        seen=(SeenRows(kind=SeenKind.TRAINING, where="w", rows=(SeenRow(question="What is 1 plus one?"),)),),
    )
    report = compare(RecordingContext(), request, ScriptedTools(always_right))
    assert report.request is not None and report.environment is not None
    assert report.request.arms == request.arms
    assert (report.request.examples, report.request.seen[0].rows) == ((), ())
    assert report.indexes["handbook"].chunks == 3
    assert report.environment.program == __version__
    assert report.environment.cores > 0
