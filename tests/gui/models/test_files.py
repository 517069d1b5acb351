"""What can be done with the files of a model."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QComboBox, QLabel, QLineEdit, QPushButton

from tests.gui.acting import click, find, press, type_text
from tests.gui.models.conftest import Desk
from tests.llm_models import write_tiny_gguf
from workbench.errors import WorkbenchError
from workbench.finetune.types import Adapter
from workbench.llm.file_hash import file_hash, hash_whole
from workbench.llm.library import describe_gguf
from workbench.llm.quantizing import QUANTIZE, QuantizeReport, QuantizeRequest
from workbench.llm.tasks import HASH_FILES, SCAN_MODELS, HashFilesReport
from workbench.llm.types import ModelKind, ModelRef
from workbench.ui.models.state import Filter
from workbench.ui.widgets.record_table import RecordTable


@pytest.fixture
def tiny(desk: Desk, tmp_path: Path) -> ModelRef:
    """A model on the disk, listed and selected."""
    model = describe_gguf(write_tiny_gguf(tmp_path / "Tiny-F32.gguf"), source="own folder")
    desk.list_models(model)
    return model


def do(desk: Desk, action: str) -> None:
    """Choose it from the menu "More"."""
    find(desk.tab, QAction, action).trigger()


def names(desk: Desk) -> list[str]:
    return [row.model.name for row in desk.tab.presenter.state.shown]


def text(desk: Desk, name: str) -> str:
    label = find(desk.tab, QLabel, name)
    return label.text() if label.isVisibleTo(desk.tab) else ""


def test_that_a_model_gets_another_name_and_its_file_does_not(desk: Desk, tiny: ModelRef) -> None:
    do(desk, "rename_model")
    box = find(desk.tab, QLineEdit, "new_model_name")
    assert box.text() == "Tiny-F32"
    type_text(box, "My model")
    press(box, Qt.Key.Key_Return)
    assert (names(desk), desk.tab.presenter.state.selected) == (["My model"], "My model")
    assert desk.memory.names() == {tiny.content_key: "My model"}
    assert Path(tiny.path).is_file()


def test_that_a_name_that_is_taken_is_refused(desk: Desk, tiny: ModelRef) -> None:
    other = tiny.model_copy(update={"name": "other", "path": "/m/o.gguf", "content_key": "ko"})
    desk.tab.presenter.refresh()
    desk.list_models(tiny, other)
    desk.tab.presenter.files.rename("other")
    assert desk.tab.presenter.state.trouble is not None
    assert names(desk) == ["Tiny-F32", "other"]


def test_that_escape_keeps_the_name(desk: Desk, tiny: ModelRef) -> None:
    do(desk, "rename_model")
    box = find(desk.tab, QLineEdit, "new_model_name")
    type_text(box, "x")
    press(box, Qt.Key.Key_Escape)
    assert (names(desk), box.isVisible()) == (["Tiny-F32"], False)


def test_that_a_removed_model_is_found_among_the_removed_and_put_back(desk: Desk, tiny: ModelRef) -> None:
    do(desk, "remove_model")
    assert names(desk) == []
    assert Path(tiny.path).is_file()
    desk.tab.presenter.filter(Filter.REMOVED)
    assert names(desk) == ["Tiny-F32"]
    do(desk, "put_back_model")
    assert (desk.tab.presenter.state.wanted, names(desk)) == (Filter.ALL, ["Tiny-F32"])


def test_that_a_file_that_was_added_by_hand_is_forgotten_when_it_is_removed(desk: Desk, tiny: ModelRef) -> None:
    desk.tab.presenter.add_paths([tiny.path])
    desk.list_models(tiny)
    do(desk, "remove_model")
    assert desk.settings.llm.model_folders == ()
    assert desk.memory.all_models() == {}


def test_that_a_removed_file_that_is_added_again_is_listed_again(desk: Desk, tiny: ModelRef) -> None:
    do(desk, "remove_model")
    desk.tab.presenter.add_paths([tiny.path])
    desk.list_models(tiny)
    assert names(desk) == ["Tiny-F32"]


def test_that_deleting_asks_first_and_names_the_adapters_that_need_the_model(desk: Desk, tiny: ModelRef) -> None:
    desk.adapters.append(
        Adapter(name="facts", folder="/a", gguf_path="/a/a.gguf", gguf_hash="h", base_name="Tiny-F32",
                base_path=tiny.path, base_hash="b", rank=4, rows=9)
    )  # fmt: skip
    do(desk, "delete_model")
    question = desk.tab.presenter.state.asked_to_delete
    assert question.startswith("Delete Tiny-F32.gguf (")
    assert "The adapter “facts” needs it as base and cannot be used without it." in question
    click(find(desk.tab, QPushButton, "delete_no"))
    assert Path(tiny.path).is_file()
    do(desk, "delete_model")
    click(find(desk.tab, QPushButton, "delete_yes"))
    assert not Path(tiny.path).exists()
    desk.list_models()
    assert names(desk) == []


def test_that_models_of_other_programs_are_deleted_there(desk: Desk, tiny: ModelRef) -> None:
    desk.tab.presenter.refresh()
    desk.list_models(tiny.model_copy(update={"source": "Ollama"}))
    do(desk, "delete_model")
    assert desk.tab.presenter.state.asked_to_delete == ""
    assert "It belongs to Ollama: delete it there" in str(desk.tab.presenter.state.trouble)


def test_that_a_smaller_copy_is_made_by_a_job_and_selected(desk: Desk, tiny: ModelRef) -> None:
    do(desk, "quantize_model")
    box = find(desk.tab, QComboBox, "quantization_type")
    assert box.currentText().startswith("Q4_K_M, about ")
    click(find(desk.tab, QPushButton, "make_quantized_copy"))
    job = desk.jobs.of(QUANTIZE)[-1]
    request = QuantizeRequest.model_validate(job.spec.params)
    assert Path(request.target) == desk.models_folder / "Tiny-Q4_K_M.gguf"
    job.progress(3, 21, "Quantizing to Q4_K_M")
    assert not find(desk.tab, QAction, "quantize_model").isEnabled()
    made = describe_gguf(write_tiny_gguf(desk.models_folder / "Tiny-Q4_K_M.gguf", seed=1), source="this program")
    job.finish(QuantizeReport(model=made, seconds=1.0))
    desk.list_models(tiny, made)
    assert desk.tab.presenter.state.selected == "Tiny-Q4_K_M"


def test_that_a_copy_that_fails_says_why_and_a_stopped_one_says_nothing(desk: Desk, tiny: ModelRef) -> None:
    making = desk.tab.presenter.making
    do(desk, "quantize_model")
    click(find(desk.tab, QPushButton, "make_quantized_copy"))
    desk.jobs.of(QUANTIZE)[-1].fail(WorkbenchError("The copy needs 9 GB, but only 1 GB are free."))
    assert "only 1 GB are free" in str(desk.tab.presenter.state.trouble)
    do(desk, "quantize_model")
    click(find(desk.tab, QPushButton, "make_quantized_copy"))
    making.stop()
    assert desk.jobs.of(QUANTIZE)[-1].cancelled
    desk.jobs.of(QUANTIZE)[-1].end_cancelled()
    state = desk.tab.presenter.state
    assert state.trouble is None and state.making_job is None


def test_that_a_quantized_model_is_no_source_for_a_copy(desk: Desk, tiny: ModelRef) -> None:
    desk.tab.presenter.refresh()
    desk.list_models(tiny.model_copy(update={"quantization": "Q8_0"}))
    do(desk, "quantize_model")
    assert "quantized already" in str(desk.tab.presenter.state.trouble)
    assert not find(desk.tab, QPushButton, "make_quantized_copy").isVisible()


def test_that_the_hash_of_the_selected_model_is_computed_once_and_shown(desk: Desk, tiny: ModelRef) -> None:
    job = desk.jobs.of(HASH_FILES)[-1]
    assert job.spec.background
    job.progress(30, 100, "Hashing")
    assert text(desk, "model_sha256") == "is computed… 30%"
    job.finish(HashFilesReport(files=(hash_whole(Path(tiny.path), lambda _done: None),)))
    assert text(desk, "model_sha256") == file_hash(Path(tiny.path))
    desk.tab.presenter.refresh()
    desk.list_models(tiny)
    assert len(desk.jobs.of(HASH_FILES)) == 1


def test_that_only_the_model_that_is_looked_at_is_hashed(desk: Desk, tiny: ModelRef, tmp_path: Path) -> None:
    other = describe_gguf(write_tiny_gguf(tmp_path / "other.gguf", seed=2), source="own folder")
    desk.tab.presenter.refresh()
    desk.list_models(tiny, other)
    first = desk.jobs.of(HASH_FILES)[-1]
    desk.tab.presenter.select("other")
    assert first.cancelled
    first.end_cancelled()
    assert desk.jobs.of(HASH_FILES)[-1].spec.params["paths"] == [other.path]


def test_that_a_hash_that_was_cancelled_by_hand_is_not_begun_again(desk: Desk, tiny: ModelRef) -> None:
    desk.jobs.of(HASH_FILES)[-1].end_cancelled()
    desk.tab.presenter.refresh()
    desk.list_models(tiny)
    assert len(desk.jobs.of(HASH_FILES)) == 1
    assert text(desk, "model_sha256") == ""


def test_that_models_are_told_apart_by_kind_and_found_by_name(desk: Desk, tiny: ModelRef) -> None:
    desk.tab.presenter.refresh()
    kinds = (ModelKind.ADAPTER, ModelKind.PROJECTOR, ModelKind.EMBEDDER)
    others = [ModelRef(name=f"the {kind}", path=f"/m/{kind}", kind=kind) for kind in kinds]
    desk.list_models(tiny, *others, ModelRef(name="bad", path="/m/bad", problem="It is cut."))
    shown = {}
    for wanted in Filter:
        desk.tab.presenter.filter(wanted)
        shown[wanted.value] = names(desk)
    assert shown == {
        "all": ["Tiny-F32", "the adapter", "the projector", "the embedder", "bad"],
        "chat": ["Tiny-F32"],
        "adapter": ["the adapter"],
        "projector": ["the projector"],
        "embedder": ["the embedder"],
        "broken": ["bad"],
        "removed": [],
    }
    desk.tab.presenter.filter(Filter.ALL)
    type_text(find(desk.tab, QLineEdit, "model_search"), "EMB")
    assert (names(desk), desk.tab.presenter.state.selected) == (["the embedder"], "the embedder")
    box = find(desk.tab, QComboBox, "model_filter")
    assert [box.itemText(n) for n in range(3)] == ["All (5)", "Chat models (1)", "Adapters (1)"]
    assert len(desk.jobs.of(SCAN_MODELS)) == 2


def test_that_models_that_are_listed_again_are_not_drawn_anew(desk: Desk) -> None:
    models = [ModelRef(name=f"m{n}", path=f"/m/{n}", content_key=str(n), size_bytes=10**6) for n in range(300)]
    desk.list_models(*models)
    drawn: list[int] = []
    table = find(desk.tab, RecordTable, "models_table").model()
    table.dataChanged.connect(lambda *_: drawn.append(1))
    rows = desk.tab.presenter.state.rows
    desk.tab.presenter.refresh()
    assert desk.tab.presenter.state.rows is rows
    desk.list_models(*models)
    assert (drawn, desk.tab.presenter.state.rows) == ([], rows)
