"""Before and after as a job: the base is loaded once and answers bare, then with the adapter."""

import datetime
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from workbench.errors import WorkbenchError
from workbench.finetune.base_model import locate_base
from workbench.finetune.evaluation.answering import AnswerJournal, Asking, answer_all, answer_tokens
from workbench.finetune.evaluation.questions import GeneralSet, TestSet, general_set, load_test
from workbench.finetune.evaluation.summing_up import (
    evaluated_rows,
    gain_over_abilities,
    gains_by_ability,
    gains_on_test,
)
from workbench.finetune.evaluation.types import (
    AskedQuestion,
    EvaluatedRow,
    EvaluationReport,
    EvaluationRequest,
    GivenAnswer,
    Side,
)
from workbench.jobs.context import JobContext
from workbench.jobs.journal_file import write_whole
from workbench.llm.adapters import check_adapter
from workbench.llm.engines import open_engine
from workbench.llm.file_hash import file_hash
from workbench.llm.fingerprints import checked_adapter_hash
from workbench.llm.library import describe_gguf
from workbench.llm.types import AdapterRef, ChatEngine, LoadConfig, ModelRef

REPORT = "report.json"
OpenEngine = Callable[[ModelRef, LoadConfig], ChatEngine]


def evaluate(context: JobContext, request: EvaluationRequest) -> EvaluationReport:
    """The report without its rows, which lie in the folder (a message between processes is limited)."""
    return run_evaluation(context, request, open_engine).without_rows()


def run_evaluation(context: JobContext, request: EvaluationRequest, open_with: OpenEngine) -> EvaluationReport:
    """Ask, score, sum up. What an interrupted run of this folder answered is taken over."""
    began = time.monotonic()
    context.progress(0, 0, "Reading the test questions")
    test, general = load_test(request), general_set(request)
    if not test.questions and not general.questions:
        raise WorkbenchError("There is nothing to ask.", hint="Choose a test set, general abilities, or both.")
    base = _base(context, request)
    adapter = AdapterRef(path=request.adapter.gguf_path)
    checked_adapter_hash(adapter, request.adapter.gguf_hash)
    check_adapter(Path(adapter.path), base)
    context.progress(0, 0, f"Loading {base.name}")
    engine = open_with(base, request.load)
    try:
        rows = _Answering(context, request, engine, adapter).rows(test, general)
    finally:
        engine.close()
    report = _report(request, test, general, rows, time.monotonic() - began)
    write_whole(Path(request.folder) / REPORT, report.model_dump_json())
    return report


def _base(context: JobContext, request: EvaluationRequest) -> ModelRef:
    """The base's file, proved to be the one that was trained on."""
    files = locate_base(request.base)
    context.progress(0, 0, f"Checking {request.base.name}")
    if request.adapter.base_hash and file_hash(files.gguf) != request.adapter.base_hash:
        raise WorkbenchError(
            f"{request.base.name} is not the file that “{request.adapter.name}” was trained on.",
            hint=f"Put the old file back to {files.gguf}, or choose the model that it was trained on.",
            code="base_changed",
        )
    return describe_gguf(files.gguf).model_copy(update={"name": request.base.name})


class _Answering:
    """Both sides over both sets, with one progress over all of it."""

    def __init__(
        self, context: JobContext, request: EvaluationRequest, engine: ChatEngine, adapter: AdapterRef
    ) -> None:
        self._context, self._request, self._engine, self._adapter = context, request, engine, adapter
        self._journal = AnswerJournal(Path(request.folder))
        self._done, self._total, self._label = 0, 0, ""

    def rows(self, test: TestSet, general: GeneralSet) -> list[EvaluatedRow]:
        self._total = 2 * (len(test.questions) + len(general.questions))
        rows = []
        for questions in (test.questions, general.questions):
            if questions:
                both = {side: self._answers(questions, side) for side in Side}
                rows += evaluated_rows(questions, both[Side.BASE], both[Side.TUNED], test.metrics)
        return rows

    def _answers(self, questions: Sequence[AskedQuestion], side: Side) -> dict[str, GivenAnswer]:
        who = self._request.base.name if side is Side.BASE else self._request.adapter.name
        self._label = f"{who} answers"
        self._tell()
        asking = Asking(
            engine=self._engine,
            adapter=self._adapter,
            adapter_hash=self._request.adapter.gguf_hash,
            max_tokens=answer_tokens(self._engine, questions, self._request.max_tokens),
            is_cancelled=self._context.is_cancelled,
            check_cancelled=self._context.check_cancelled,
            on_answer=self._on_answer,
        )
        return answer_all(asking, self._journal, questions, side)

    def _on_answer(self) -> None:
        self._done += 1
        self._tell()

    def _tell(self) -> None:
        self._context.progress(self._done, self._total, self._label)


def _report(
    request: EvaluationRequest, test: TestSet, general: GeneralSet, rows: Sequence[EvaluatedRow], seconds: float
) -> EvaluationReport:
    asked = [row for row in rows if not row.question.is_general]
    general_rows = [row for row in rows if row.question.is_general]
    abilities = gains_by_ability(general_rows)
    return EvaluationReport(
        adapter_name=request.adapter.name,
        adapter_hash=request.adapter.gguf_hash,
        base_name=request.base.name,
        base_hash=request.adapter.base_hash,
        source=request.source,
        data_name=request.data_name,
        data_hash=test.data_hash,
        gains=gains_on_test(asked, test.metrics),
        abilities=abilities,
        general=gain_over_abilities(general_rows, abilities),
        general_name=general.name,
        general_hash=general.content_hash,
        notes=(*test.notes, *_answer_notes(rows)),
        created=datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        seconds=seconds,
        rows=tuple(rows),
    )


def _answer_notes(rows: Sequence[EvaluatedRow]) -> list[str]:
    """Answers that were cut or failed: they count as what they are, but a reader should know."""
    notes = []
    for side, answers in (("base", [row.base for row in rows]), ("adapter", [row.tuned for row in rows])):
        if failed := [answer for answer in answers if answer.problem]:
            notes.append(f"{len(failed):,} questions failed with the {side} and count as wrong: {failed[0].problem}")
        if cut := sum(answer.is_cut for answer in answers):
            notes.append(f"{cut:,} answers of the {side} were cut at the longest length.")
    return notes
