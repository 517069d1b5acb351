"""Smaller copies of models, by llama.cpp itself."""

import shutil
from collections import namedtuple
from pathlib import Path

import pytest

from tests.llm_models import write_tiny_adapter, write_tiny_gguf
from workbench.errors import WorkbenchError
from workbench.jobs.context import JobCancelled, RecordingContext
from workbench.llm.engines import open_engine
from workbench.llm.library import describe_gguf
from workbench.llm.quantizing import QuantizationType, QuantizeRequest, size_of, target_for
from workbench.llm.tasks import quantize
from workbench.llm.types import ChatMessage, GenerationConfig, GenerationRequest, LoadConfig, ModelRef, Role


@pytest.fixture
def source(tmp_path: Path) -> ModelRef:
    path = tmp_path / "tiny-F32.gguf"
    return describe_gguf(write_tiny_gguf(path, width=256, heads_kv=4, feed_forward=512, blocks=3))


def request(source: ModelRef, target: Path, kind: QuantizationType = QuantizationType.Q4_K_M) -> QuantizeRequest:
    return QuantizeRequest(model=source, file_type=kind, target=str(target))


def files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if path.is_file())


@pytest.mark.parametrize("kind", list(QuantizationType))
def test_that_a_copy_says_its_type_is_smaller_and_answers(
    source: ModelRef, tmp_path: Path, kind: QuantizationType
) -> None:
    context = RecordingContext()
    made = quantize(context, request(source, tmp_path / "new/tiny.gguf", kind)).model
    assert (made.problem, made.quantization.removesuffix("_S").removesuffix("_M")) == ("", kind.removesuffix("_M"))
    assert made.size_bytes < 0.4 * source.size_bytes
    assert files(tmp_path / "new") == ["tiny.gguf"]
    engine = open_engine(made, LoadConfig(context_length=128, threads=1, parallel_sequences=1))
    try:
        asked = GenerationRequest(
            messages=(ChatMessage(role=Role.USER, content="hi"),), config=GenerationConfig(max_tokens=4)
        )
        assert engine.stream(asked, lambda _text: None, lambda: False).usage.generated_tokens > 0
    finally:
        engine.close()


def test_that_a_size_is_told_before_that_is_about_right() -> None:
    model = ModelRef(name="7B", path="/m.gguf", parameters=7_000_000_000)
    assert size_of(model, QuantizationType.Q4_K_M) == pytest.approx(4.3e9, rel=0.03)


def test_that_what_is_quantized_already_is_refused(source: ModelRef, tmp_path: Path) -> None:
    made = quantize(RecordingContext(), request(source, tmp_path / "a.gguf", QuantizationType.Q8_0)).model
    with pytest.raises(WorkbenchError, match=r"quantized already \(Q8_0\)"):
        quantize(RecordingContext(), request(made, tmp_path / "b.gguf"))


def test_that_adapters_are_refused(tmp_path: Path) -> None:
    adapter = describe_gguf(write_tiny_adapter(tmp_path / "adapter.gguf"))
    with pytest.raises(WorkbenchError, match="only those can be quantized"):
        quantize(RecordingContext(), request(adapter, tmp_path / "b.gguf"))


def test_that_a_file_that_is_there_is_never_replaced(source: ModelRef, tmp_path: Path) -> None:
    (tmp_path / "mine.gguf").write_text("precious")
    with pytest.raises(WorkbenchError, match=r"There is a file mine\.gguf already"):
        quantize(RecordingContext(), request(source, tmp_path / "mine.gguf"))
    assert (tmp_path / "mine.gguf").read_text() == "precious"


def test_that_too_little_room_is_told_before_anything_is_written(
    source: ModelRef, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _folder: usage(10**6, 10**6 - 1000, 1000))
    with pytest.raises(WorkbenchError, match=r"needs 1\.\d MB, but only 1\.0 kB are free"):
        quantize(RecordingContext(), request(source, tmp_path / "new/x.gguf"))
    assert files(tmp_path / "new") == []


def test_that_a_damaged_source_leaves_nothing_behind(source: ModelRef, tmp_path: Path) -> None:
    Path(source.path).write_bytes(Path(source.path).read_bytes()[:100_000])  # since it was listed
    with pytest.raises(WorkbenchError, match="could not be quantized"):
        quantize(RecordingContext(), request(source, tmp_path / "new/x.gguf"))
    assert files(tmp_path / "new") == []


def test_that_a_folder_that_cannot_be_written_to_is_a_sentence(source: ModelRef) -> None:
    with pytest.raises((WorkbenchError, OSError)):
        quantize(RecordingContext(), request(source, Path("/proc/x.gguf")))


def test_that_a_cancelled_copy_leaves_nothing_behind(source: ModelRef, tmp_path: Path) -> None:
    context = RecordingContext()
    context.cancelled.set()
    with pytest.raises(JobCancelled):
        quantize(context, request(source, tmp_path / "new/x.gguf"))
    assert not (tmp_path / "new/x.gguf").exists()


def test_that_leftovers_of_a_killed_process_are_removed(source: ModelRef, tmp_path: Path) -> None:
    folder = tmp_path / "new"
    folder.mkdir()
    (folder / "old.gguf.999999999.quantizing").write_text("half")
    quantize(RecordingContext(), request(source, folder / "x.gguf"))
    assert files(folder) == ["x.gguf"]


@pytest.mark.parametrize(
    ("file", "expected"),
    [
        ("Tiny-F16.gguf", "Tiny-Q8_0.gguf"),
        ("tiny.gguf", "tiny-Q8_0.gguf"),
        ("big-BF16-00001-of-00003.gguf", "big-Q8_0.gguf"),
        ("taken.gguf", "taken-Q8_0-2.gguf"),
    ],
)
def test_that_a_copy_is_named_after_its_model_and_type(tmp_path: Path, file: str, expected: str) -> None:
    (tmp_path / "taken-Q8_0.gguf").write_text("")
    model = ModelRef(name="x", path=f"/models/{file}")
    assert target_for(model, QuantizationType.Q8_0, tmp_path).name == expected
