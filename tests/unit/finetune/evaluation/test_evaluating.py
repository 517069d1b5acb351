"""Before and after through an engine that says what it is told: proof, intervals, what is taken over, sentences."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from tests.llm_models import write_tiny_adapter, write_tiny_gguf
from tests.unit.finetune.conftest import colour_rows
from workbench.database import Database
from workbench.datasets.rows_file import hash_file
from workbench.datasets.store import DatasetStore
from workbench.errors import WorkbenchError
from workbench.finetune.evaluation.running import (
    evaluation_request,
    evaluation_spec,
    is_finished,
    load_report,
)
from workbench.finetune.evaluation.tasks import evaluate, run_evaluation
from workbench.finetune.evaluation.types import Change, EvaluationReport, EvaluationRequest, Side
from workbench.finetune.evaluation.wording import gain_in_words, headline, proof_in_words
from workbench.finetune.history_store import AdapterHistory
from workbench.finetune.types import Adapter, TrainingConfig
from workbench.jobs.context import RecordingContext
from workbench.jobs.events import Finished
from workbench.llm.file_hash import file_hash
from workbench.llm.types import (
    ChatMessage,
    Completion,
    FinishReason,
    GenerationRequest,
    LoadConfig,
    MemoryUse,
    ModelRef,
)
from workbench.paths import WorkbenchPaths
from workbench.recording import recorder

Says = Callable[[str, bool], str]
"""(question, whether the adapter is on) -> answer."""


class SayingEngine:
    """Answers by a rule, and reports the adapter that it was given, as llama.cpp's engine does."""

    def __init__(self, says: Says, hides_adapter: bool = False) -> None:
        self._says, self._hides = says, hides_adapter
        self.asked: list[tuple[str, bool]] = []
        self.closed = False
        self.context_length = 2048

    def complete_all(
        self,
        requests: Sequence[GenerationRequest],
        on_done: Callable[[Completion], None],
        is_cancelled: Callable[[], bool],
        *,
        exact: bool = False,
    ) -> list[Completion]:
        return [self._answer(request) for request in requests]

    def stream(
        self, request: GenerationRequest, on_text: Callable[[str], None], is_cancelled: Callable[[], bool]
    ) -> Completion:
        return self._answer(request)

    def _answer(self, request: GenerationRequest) -> Completion:
        tuned = request.adapter is not None
        self.asked.append((request.messages[-1].content, tuned))
        return Completion(
            id=request.id,
            text=self._says(request.messages[-1].content, tuned),
            finish_reason=FinishReason.STOP,
            adapter_hash=file_hash(Path(request.adapter.path)) if request.adapter and not self._hides else "",
        )

    def count_tokens(self, messages: Sequence[ChatMessage]) -> int:
        return sum(len(message.content) for message in messages)

    def count_text_tokens(self, text: str) -> int:
        return len(text)

    def memory(self) -> MemoryUse:
        return MemoryUse()

    def close(self) -> None:
        self.closed = True


COLOUR_OF = {row.question: row.answer for row in colour_rows(60)}


def knows_colours(question: str, tuned: bool) -> str:
    """The adapter knows the colours and forgot everything else; the base can only read passages."""
    if question in COLOUR_OF:
        return COLOUR_OF[question] if tuned else "purple"
    return "purple" if tuned or "visitor card" not in question else "12 euros"


@pytest.fixture
def adapter(home: WorkbenchPaths, database: Database, tmp_path: Path) -> Adapter:
    base = write_tiny_gguf(tmp_path / "tiny.gguf")
    folder = home.adapters / "colours"
    folder.mkdir()
    gguf = write_tiny_adapter(folder / "adapter.gguf", rank=3)
    dataset = DatasetStore(database).save("colours", colour_rows(60))
    return Adapter(
        name="colours", folder=str(folder), gguf_path=str(gguf), gguf_hash=hash_file(gguf), base_name="tiny",
        base_path=str(base), base_hash=hash_file(base), rank=3, rows=45, dataset_name="colours",
        dataset_hash=dataset.content_hash, config=TrainingConfig(validation_share=0.25),
    )  # fmt: skip


def run(request: EvaluationRequest, engine: SayingEngine) -> EvaluationReport:
    def open_with(_model: ModelRef, _load: LoadConfig) -> SayingEngine:
        return engine

    return run_evaluation(RecordingContext(), request, open_with)


def test_that_gain_and_forgetting_are_measured_together(adapter: Adapter, home: WorkbenchPaths) -> None:
    engine = SayingEngine(knows_colours)
    report = run(evaluation_request(home, adapter), engine)
    assert engine.closed
    assert report.gain is not None
    assert (report.gain.metric, report.gain.base.mean, report.gain.tuned.mean) == ("label_accuracy", 0.0, 1.0)
    assert report.gain.change is Change.BETTER
    assert report.gain.low > 0.5
    reading = next(each for each in report.abilities if each.ability == "Reading passages")
    assert reading.gain.base.mean is not None
    assert reading.gain.base.mean < 0.1
    assert not reading.can_show, "one right answer of fifteen is no ability"
    assert report.general is None
    assert "forgetting cannot be shown" in headline(report)


def test_that_forgetting_is_seen_where_the_base_has_the_ability(adapter: Adapter, home: WorkbenchPaths) -> None:
    def says(question: str, tuned: bool) -> str:
        return "no" if not tuned and question.endswith("Answer yes or no.") else "purple"

    report = run(evaluation_request(home, adapter, is_test_wanted=False), SayingEngine(says))
    assert report.gain is None
    assert report.general is not None
    assert report.general.count == 15, "only the ability that the base has counts"
    assert report.general.change is Change.WORSE
    assert headline(report).startswith("Lost 4")
    shown = {each.ability for each in report.abilities if each.can_show}
    assert shown == {"Comparing"}


def test_that_two_that_answer_alike_cannot_be_told_apart(adapter: Adapter, home: WorkbenchPaths) -> None:
    report = run(evaluation_request(home, adapter, general=False), SayingEngine(lambda question, tuned: "red"))
    assert report.gain is not None
    assert report.gain.change is Change.UNDECIDED
    assert report.gain.needed > 0
    assert "cannot be told apart" in gain_in_words(report.gain)
    assert report.abilities == ()


def test_that_each_answer_proves_who_gave_it(adapter: Adapter, home: WorkbenchPaths) -> None:
    report = run(evaluation_request(home, adapter, general=False), SayingEngine(knows_colours))
    assert {row.base.adapter_hash for row in report.rows} == {""}
    assert {row.tuned.adapter_hash for row in report.rows} == {adapter.gguf_hash}
    assert adapter.gguf_hash[:12] in proof_in_words(report)


def test_that_an_answer_from_the_wrong_side_stops_the_evaluation(adapter: Adapter, home: WorkbenchPaths) -> None:
    with pytest.raises(WorkbenchError, match="did not come from the right models"):
        run(evaluation_request(home, adapter, general=False), SayingEngine(knows_colours, hides_adapter=True))


def test_that_another_base_is_refused(adapter: Adapter, home: WorkbenchPaths, tmp_path: Path) -> None:
    other = write_tiny_gguf(tmp_path / "other.gguf", seed=9)
    base = ModelRef(name="other", path=str(other))
    with pytest.raises(WorkbenchError, match="is not the file that “colours” was trained on"):
        run(evaluation_request(home, adapter, base=base), SayingEngine(knows_colours))


def test_that_an_interrupted_evaluation_asks_only_what_is_missing(adapter: Adapter, home: WorkbenchPaths) -> None:
    def breaks(question: str, tuned: bool) -> str:
        if tuned:
            raise RuntimeError("power cut")
        return "red"

    request = evaluation_request(home, adapter, general=False)
    with pytest.raises(RuntimeError):
        run(request, SayingEngine(breaks))
    assert evaluation_request(home, adapter, general=False).folder == request.folder, "it goes on"
    engine = SayingEngine(knows_colours)
    report = run(request, engine)
    assert {tuned for _, tuned in engine.asked} == {True}
    assert all(row.base.side is Side.BASE and row.base.text == "red" for row in report.rows)
    assert is_finished(Path(request.folder))
    assert evaluation_request(home, adapter, general=False).folder != request.folder, "a new one begins anew"


def test_that_what_was_found_is_recorded_once_and_found_by_the_adapters_hash(
    adapter: Adapter, home: WorkbenchPaths, database: Database
) -> None:
    request = evaluation_request(home, adapter, general=False)
    report = run(request, SayingEngine(knows_colours))
    record = recorder(database, evaluation_spec(request))
    for _ in range(2):
        record(Finished(job_id="1", result=report.without_rows().model_dump(mode="json")))
    history = AdapterHistory(database)
    [(folder, kept)] = history.evaluations_of(adapter.gguf_hash)
    assert kept == report.without_rows()
    assert load_report(folder) == report
    assert history.newest_evaluations() == {adapter.gguf_hash: kept}


@pytest.mark.slow
def test_that_llama_cpp_answers_both_sides_in_one_loaded_base(adapter: Adapter, home: WorkbenchPaths) -> None:
    request = evaluation_request(home, adapter, general=False, limit=6, load=LoadConfig(context_length=512))
    request = request.model_copy(update={"max_tokens": 8})
    report = load_report(request.folder) if evaluate(RecordingContext(), request) else None
    assert report is not None
    assert {(row.base.adapter_hash, row.tuned.adapter_hash) for row in report.rows} == {("", adapter.gguf_hash)}
