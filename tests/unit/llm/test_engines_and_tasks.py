from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.llm_models import write_saying_gguf, write_tiny_adapter, write_tiny_gguf
from workbench.errors import WorkbenchError
from workbench.jobs.context import JobCancelled, RecordingContext
from workbench.jobs.memory_claims import UnmetClaim
from workbench.llm import devices, fit
from workbench.llm.engines import (
    KEPT,
    borrowed,
    close_engines,
    get_engine,
    give_way,
    idle_memory,
    open_engine,
    say_nothing,
)
from workbench.llm.file_hash import file_hash
from workbench.llm.library import describe_gguf
from workbench.llm.placement import Device
from workbench.llm.tasks import (
    GenerateRequest,
    ScanModelsRequest,
    TextProduced,
    generate,
    measure_idle,
    scan_models,
)
from workbench.llm.types import (
    ChatEngine,
    ChatMessage,
    Completion,
    FinishReason,
    GenerationConfig,
    GenerationRequest,
    IdleMemory,
    LoadConfig,
    ModelKind,
    ModelRef,
    ModelUnloaded,
    Role,
)

LOAD = LoadConfig(context_length=256, threads=1, parallel_sequences=2)


@pytest.fixture(autouse=True)
def unloaded() -> Iterator[None]:
    yield
    close_engines()


@pytest.fixture
def saying(tmp_path: Path) -> ModelRef:
    return describe_gguf(write_saying_gguf(tmp_path / "saying.gguf", "Hey!"))


def ask(text: str, id: str = "1", **config: int) -> GenerationRequest:
    return GenerationRequest(
        id=id, messages=(ChatMessage(role=Role.USER, content=text),), config=GenerationConfig.model_validate(config)
    )


def test_that_one_request_is_streamed_and_its_completion_produced(saying: ModelRef) -> None:
    context = RecordingContext()
    report = generate(context, GenerateRequest(model=saying, load=LOAD, requests=(ask("hi"),)))
    pieces = [item.text for item in context.produced if isinstance(item, TextProduced)]
    assert "".join(pieces) == report.completions[0].text == "Hey!"
    assert context.produced[-1] == report.completions[0]
    assert report.model_hash == file_hash(Path(saying.path))
    assert (report.context_length, report.memory.weights > 0) == (256, True)


def test_that_several_requests_come_back_in_order_and_the_bad_one_says_why(saying: ModelRef) -> None:
    context = RecordingContext()
    requests = (ask("a", "a"), ask("x" * 400, "b"), ask("c", "c"))
    report = generate(context, GenerateRequest(model=saying, load=LOAD, requests=requests, exact=True))
    assert [c.id for c in report.completions] == ["a", "b", "c"]
    assert [c.finish_reason for c in report.completions] == [FinishReason.STOP, FinishReason.ERROR, FinishReason.STOP]
    assert "The prompt has" in report.completions[1].problem
    assert sorted(c.id for c in context.produced if isinstance(c, Completion)) == ["a", "b", "c"]
    assert context.progressed[-1][:2] == (3, 3)


def test_that_a_cancelled_answer_is_produced_with_its_text_before_the_job_ends(tmp_path: Path) -> None:
    model = describe_gguf(write_tiny_gguf(tmp_path / "long.gguf", context=8192, ends=False))
    load = LOAD.model_copy(update={"context_length": 8192})

    class StopsAfterSomeText(RecordingContext):
        def produce(self, item: object) -> None:
            self.produced.append(item)
            if len(self.produced) == 10:
                self.cancelled.set()

    context = StopsAfterSomeText()
    with pytest.raises(JobCancelled):
        generate(context, GenerateRequest(model=model, load=load, requests=(ask("hi", max_tokens=8000),)))
    last = context.produced[-1]
    assert isinstance(last, Completion) and last.finish_reason is FinishReason.CANCELLED
    assert last.text == "".join(item.text for item in context.produced[:-1])


def test_that_an_engine_is_loaded_once_per_model_and_settings(saying: ModelRef, tmp_path: Path) -> None:
    first = get_engine(saying, LOAD)
    assert get_engine(saying, LOAD) is first
    assert get_engine(saying, LOAD.model_copy(update={"context_length": 128})) is not first


def test_that_models_stay_loaded_while_there_is_memory_and_the_one_unused_for_longest_makes_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    models = [describe_gguf(write_tiny_gguf(tmp_path / f"{n}.gguf", seed=n)) for n in range(4)]
    needed = fit.estimate(models[3], LOAD).total
    with borrowed(models[0], LOAD, say_nothing) as lent:
        second, third = get_engine(models[1], LOAD), get_engine(models[2], LOAD)
        assert second.count_text_tokens("abc") == third.count_text_tokens("abc") == 3
        # As if the memory were full until one more model is unloaded.
        monkeypatch.setattr(fit, "free_memory", lambda: needed if _is_unloaded(second) else needed - 1)
        context = RecordingContext()
        report = generate(context, GenerateRequest(model=models[3], load=LOAD, requests=(ask("hi", max_tokens=2),)))
        assert report.completions[0].usage.generated_tokens
        unloaded = [item for item in context.produced if isinstance(item, ModelUnloaded)]
        assert unloaded == [ModelUnloaded(name="1", for_name="3")]
        assert _is_unloaded(second) and not _is_unloaded(third) and not _is_unloaded(lent)


def test_that_only_unused_models_count_as_what_would_be_given_back(tmp_path: Path) -> None:
    models = [describe_gguf(write_tiny_gguf(tmp_path / f"{n}.gguf", seed=n)) for n in range(2)]
    assert idle_memory() == IdleMemory()
    with borrowed(models[0], LOAD, say_nothing):
        assert idle_memory() == IdleMemory()
        other = get_engine(models[1], LOAD)
        assert idle_memory() == measure_idle(RecordingContext()) == IdleMemory(memory_bytes=other.memory().total)


def test_that_models_make_way_on_the_gpu_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    models = [describe_gguf(write_tiny_gguf(tmp_path / f"{n}.gguf", seed=n)) for n in range(2)]
    first, second = (get_engine(model, LOAD) for model in models)
    monkeypatch.setattr(fit, "claims", lambda: [UnmetClaim("x", 0, missing_card_bytes=9_000_000_000)])
    monkeypatch.setattr(
        devices,
        "list_backends",
        lambda _: [(1, Device(name="RTX", free_bytes=11_000_000_000 if _is_unloaded(first) else 9_500_000_000))],
    )
    monkeypatch.setattr(devices, "_offloads", lambda: True)
    assert give_way() == ["0"]
    assert _is_unloaded(first) and not _is_unloaded(second)


def test_that_no_more_than_a_few_models_stay_loaded(tmp_path: Path) -> None:
    models = [describe_gguf(write_tiny_gguf(tmp_path / f"{n}.gguf", seed=n)) for n in range(KEPT + 1)]
    engines = [get_engine(model, LOAD) for model in models]
    assert [_is_unloaded(engine) for engine in engines] == [True] + [False] * KEPT


def _is_unloaded(engine: ChatEngine) -> bool:
    try:
        engine.count_text_tokens("abc")
    except WorkbenchError as problem:
        return problem.code == "engine_closed"
    return False


def test_that_a_model_file_that_was_replaced_is_loaded_anew(tmp_path: Path) -> None:
    path = write_saying_gguf(tmp_path / "model.gguf", "Old")
    assert generate(RecordingContext(), _request(path)).completions[0].text == "Old"
    beside = write_saying_gguf(tmp_path / "beside.gguf", "New!")
    beside.replace(path)
    assert generate(RecordingContext(), _request(path)).completions[0].text == "New!"


def _request(path: Path) -> GenerateRequest:
    return GenerateRequest(model=describe_gguf(path), load=LOAD, requests=(ask("hi"),))


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"kind": ModelKind.ADAPTER}, "is no language model but an adapter"),
        ({"kind": ModelKind.EMBEDDER}, "is no language model but an embedding model"),
        ({"file_format": "transformers"}, "answering needs a GGUF file"),
        ({"problem": "x.gguf is incomplete."}, "x.gguf is incomplete"),
        ({"path": "/nowhere/x.gguf", "name": "x"}, "There is no file"),
    ],
)
def test_that_what_cannot_answer_is_refused_by_name(saying: ModelRef, change: dict[str, object], why: str) -> None:
    with pytest.raises(WorkbenchError, match=why):
        open_engine(saying.model_copy(update=change), LOAD)


def test_that_an_adapter_file_given_as_a_model_says_what_it_is(tmp_path: Path) -> None:
    with pytest.raises(WorkbenchError, match="choose it together with its base model"):
        open_engine(describe_gguf(write_tiny_adapter(tmp_path / "adapter.gguf")), LOAD)


def test_that_a_scan_lists_own_folders_and_models_of_this_program(tmp_path: Path) -> None:
    (tmp_path / "own").mkdir()
    (tmp_path / "made").mkdir()
    write_tiny_gguf(tmp_path / "own/mine.gguf")
    write_tiny_gguf(tmp_path / "made/merged.gguf")
    request = ScanModelsRequest(own_folders=(str(tmp_path / "own"),), models_folder=str(tmp_path / "made"))
    report = scan_models(RecordingContext(), request)
    assert {"mine", "merged"} <= {model.name for model in report.models}
