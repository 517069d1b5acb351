"""Rows that a model writes from passages: kept only where the passage holds the answer."""

from collections.abc import Callable, Sequence

from workbench.jobs.context import RecordingContext
from workbench.llm.types import Completion, FinishReason, GenerationRequest
from workbench.rag.row_writing import RowWriter, Wanted, WriteRowsReport, WrittenRow
from workbench.rag.rows import StoredChunk

PASSAGE = (
    "The Maple toaster has a warranty of 18 months from the day of delivery, and spare parts are kept for ten years "
    "after the last one was sold by the company."
)
QUESTION = "For how long is a Maple toaster guaranteed?"


class Writer:
    """Asks one question about every passage, and answers it by a rule."""

    def __init__(self, answer: str) -> None:
        self._answer = answer

    def complete_all(
        self,
        requests: Sequence[GenerationRequest],
        on_done: Callable[[Completion], None],
        is_cancelled: Callable[[], bool],
        *,
        exact: bool = False,
    ) -> list[Completion]:
        return [
            Completion(
                id=request.id,
                text=self._answer if "[1]" in request.messages[-1].content else QUESTION,
                finish_reason=FinishReason.STOP,
            )
            for request in requests
        ]


def write(answer: str, count: int = 1) -> tuple[WriteRowsReport, list[WrittenRow]]:
    chunks = [
        StoredChunk(chunk_id=str(n), document=f"{n}.md", doc_hash=str(n), page=1, start=0, end=len(PASSAGE), title="",
                    text=PASSAGE)
        for n in range(3)
    ]  # fmt: skip
    context = RecordingContext()
    report = RowWriter(context, Wanted("writer", count), Writer(answer), context.produce).run(chunks)  # type: ignore[arg-type]
    return report, [item for item in context.produced if isinstance(item, WrittenRow)]


def test_that_a_row_has_question_answer_document_and_passage() -> None:
    report, _ = write("18 months from the day of delivery [1]")
    (row,) = report.rows
    assert (row.question, row.answer) == (QUESTION, "18 months from the day of delivery")
    assert row.passage == PASSAGE
    assert row.fact(3).source == row.document


def test_that_what_the_passage_does_not_hold_is_told_and_not_taken() -> None:
    for answer, reason in (
        ("24 months", "“24” is not in it"), ("", "no answer"), ("The documents do not say.", "could not answer"),
    ):  # fmt: skip
        report, told = write(answer)
        assert report.rows == ()
        assert reason in told[0].problem


def test_that_no_question_is_written_twice() -> None:
    report, _ = write("18 months from the day of delivery", count=3)
    assert len(report.rows) == 1
    assert report.rejected == 2
