"""Raw text: joined by the end token, cut into blocks, whole documents held out; and the model that comes out of it."""

import errno
import os
import sys
from pathlib import Path

import pytest

from tests.unit.finetune.conftest import RequestMaker
from tests.unit.finetune.test_training import StoppingContext, finish
from workbench.datasets.types import TrainingRow
from workbench.errors import WorkbenchError
from workbench.finetune import disk_patience
from workbench.finetune.checkpoints import seal
from workbench.finetune.engine_probe import EngineProbe
from workbench.finetune.made_model import read_made
from workbench.finetune.perplexity import text_gain
from workbench.finetune.running import made_base
from workbench.finetune.tasks import train
from workbench.finetune.text_folder import GatherRequest, gather_texts
from workbench.finetune.texts import encode_texts
from workbench.finetune.types import RunCondition, RunStatus, TrainingSample, TrainRequest
from workbench.jobs.context import RecordingContext
from workbench.llm.library import describe_gguf
from workbench.llm.types import ChatMessage, Role

SEA = "The sea is green and cold. The boat is small and red. The wind is loud. "


class Letters:
    """One token a letter; 1 begins, 0 ends."""

    end_token = 0

    def tokenize(self, text: str, *, at_start: bool = True) -> list[int]:
        return [1, *map(ord, text)]

    def tokenize_plain(self, text: str) -> list[int]:
        return list(map(ord, text))


def document(text: str, number: int = 1) -> TrainingRow:
    return TrainingRow(messages=(ChatMessage(role=Role.ASSISTANT, content=text),), number=number)


def test_that_documents_are_joined_by_the_end_token_and_cut_to_the_length() -> None:
    found = encode_texts([document("ab"), document("cdef"), document("  "), document("ab")], Letters(), 4, 0.0, 0)
    assert [tuple(row.ids) for row in found.training] == [(1, 97, 98, 0), (1, 99, 100, 101), (102, 0)]
    assert all(all(row.trained) for row in found.training)
    assert [note.message for note in found.notes] == ["Left out, because the same text is there twice: 1 documents."]


def test_that_whole_documents_are_held_out() -> None:
    rows = [document(f"{n:04d}" * 5) for n in range(40)]
    found = encode_texts(rows, Letters(), 11, 0.1, seed=3)
    texts = [
        "".join(map(chr, (t for row in part for t in row.ids if t > 1))) for part in (found.training, found.held_out)
    ]
    assert len(texts[1]) == pytest.approx(0.1 * 800, abs=40)
    for n in range(40):
        assert sum(f"{n:04d}" * 5 in text for text in texts) == 1
    assert found == encode_texts(rows, Letters(), 11, 0.1, seed=3)


def test_that_of_one_document_the_end_is_held_out() -> None:
    found = encode_texts([document("x" * 100)], Letters(), 10, 0.2, 0)
    assert (len(found.training), len(found.held_out)) == (9, 2)
    assert "the end of the text is held out" in found.notes[0].message


def test_that_no_text_is_refused() -> None:
    with pytest.raises(WorkbenchError, match="no text to learn from"):
        encode_texts([document("  ")], Letters(), 10, 0.2, 0)


def test_that_the_gain_is_paired_and_has_an_interval() -> None:
    before = [(3.0 * n, n) for n in (10, 20, 30, 40)]
    gain = text_gain(before, [(summed * 0.9, n) for summed, n in before])
    assert gain.before.value == pytest.approx(20.0855, rel=1e-4)
    assert gain.ratio.value == pytest.approx(2.71828**-0.3, rel=1e-4)
    assert gain.ratio.low == pytest.approx(gain.ratio.high), "every block gained alike, so nothing is doubtful"
    assert (gain.blocks, gain.tokens) == (4, 100)


# -- real trainings ---------------------------------------------------------------------------------------------------


def sea_request(make_request: RequestMaker, name: str = "sea", **settings: object) -> TrainRequest:
    rows = [document(SEA + f"Day {n} is over. ", n) for n in range(1, 21)]
    wanted: dict[str, object] = {
        "objective": "text", "max_length": 64, "validation_share": 0.2, "epochs": 3, "rank": 8, "alpha": 16.0,
    }  # fmt: skip
    return make_request(name, rows=rows, **(wanted | settings))


@pytest.mark.slow
def test_that_raw_text_makes_a_better_model_that_is_found_and_can_be_tuned(make_request: RequestMaker) -> None:
    context = RecordingContext()
    request = sea_request(make_request, samples_every=1000)
    report = train(context, request)
    made = report.made
    assert made is not None
    assert report.adapter is None
    assert report.gain is not None and report.gain.ratio.high < 0.8
    assert read_made(Path(made.folder)) == made
    assert {"config.json", "model.safetensors", "sea.gguf", "card.json", "manifest.json"} <= {
        path.name for path in Path(made.folder).iterdir()
    }
    base = describe_gguf(Path(made.gguf_path))
    assert not base.problem
    with EngineProbe(Path(made.gguf_path)) as probe:
        assert probe.logits(probe.tokenize("The sea is")).shape[0] > 5
    assert {item.step for item in context.produced if isinstance(item, TrainingSample)} == {0, report.steps}
    assert train(RecordingContext(), request) == report
    on_top = finish(make_request("answers").model_copy(update={"base": made_base(made)}))
    assert on_top.adapter is not None
    assert on_top.adapter.base_hash == made.gguf_hash


@pytest.mark.slow
@pytest.mark.parametrize("objective", ["instructions", "text"])
def test_that_full_tuning_stops_and_goes_on_to_the_same_bytes(make_request: RequestMaker, objective: str) -> None:
    settings = {"method": "full", "objective": objective, "learning_rate": 1e-3, "epochs": 2, "validation_share": 0.2}
    make = sea_request if objective == "text" else lambda maker, name, **more: maker(name, **more)
    whole = finish(make(make_request, "whole", **settings))
    request = make(make_request, "stopped", **settings)
    train(StoppingContext(after_step=3), request)
    resumed = finish(request)
    assert resumed.resumed_from == 4
    assert whole.made and resumed.made
    weights = [Path(made.folder, "model.safetensors").read_bytes() for made in (whole.made, resumed.made)]
    assert weights[0] == weights[1]
    assert whole.eval_loss == resumed.eval_loss


@pytest.mark.slow
def test_that_a_models_name_that_is_taken_is_refused(make_request: RequestMaker) -> None:
    request = sea_request(make_request)
    (Path(request.models_folder) / "sea").mkdir(parents=True)
    with pytest.raises(WorkbenchError, match="already a model “sea”"):
        finish(request)


@pytest.mark.slow
def test_that_a_disk_that_is_full_at_the_end_is_waited_for(
    make_request: RequestMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(disk_patience, "LOOK_AGAIN_SECONDS", 0.0)
    honest, calls = seal, 0

    def full_once(folder: Path) -> None:
        nonlocal calls
        calls += 1
        if calls == 1:
            raise OSError(errno.ENOSPC, "No space left on device")
        honest(folder)

    monkeypatch.setattr("workbench.finetune.made_model.seal", full_once)
    context = RecordingContext()
    report = train(context, sea_request(make_request, epochs=1))
    conditions = [item.condition for item in context.produced if isinstance(item, RunStatus)]
    assert conditions == [RunCondition.DISK_FULL, RunCondition.TRAINING]
    assert report.made is not None
    assert read_made(Path(report.made.folder)) == report.made


@pytest.mark.skipif(sys.platform != "linux", reason="other systems keep no such names")
def test_that_a_file_whose_name_is_no_text_is_named_and_left_out(tmp_path: Path) -> None:
    folder = tmp_path / "texts"
    folder.mkdir()
    (folder / "a.txt").write_text("The sea is wide.", encoding="utf-8")
    (folder / os.fsdecode(b"b\xff.txt")).write_text("The sea is deep.", encoding="utf-8")
    (folder / os.fsdecode(b"c\xff")).mkdir()
    (folder / os.fsdecode(b"c\xff") / "d.txt").write_text("The sea is cold.", encoding="utf-8")
    request = GatherRequest(name="sea", path=str(folder), folder=str(tmp_path / "rows"))
    report = gather_texts(RecordingContext(), request)
    assert report.dataset.row_count == 1
    said = [problem.message for problem in report.problems]
    assert said == [f"{name}: its name is not valid text: rename it." for name in ("b?.txt", "c?/d.txt")]
    assert report.model_dump_json()
