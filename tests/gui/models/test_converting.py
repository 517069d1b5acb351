"""A transformers folder becomes a GGUF model with a click."""

from pathlib import Path

import pytest
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from tests.gui.acting import click, find
from tests.gui.models.conftest import Desk
from tests.llm_models import write_tiny_gguf
from workbench.errors import WorkbenchError
from workbench.finetune.converting import CONVERT, ConvertReport, ConvertRequest
from workbench.llm.library import describe_gguf
from workbench.llm.tasks import SCAN_MODELS
from workbench.llm.types import ModelKind, ModelRef
from workbench.ui.trouble import Trouble

FOLDER = ModelRef(
    name="Smol", path="/m/Smol", file_format="transformers", architecture="llama", content_key="k", kind=ModelKind.CHAT
)


def convert(desk: Desk) -> QPushButton:
    button = find(desk.tab, QPushButton, "convert_model")
    click(button)
    return button


def test_that_a_folder_is_converted_into_the_data_folder(desk: Desk, qtbot: QtBot) -> None:
    desk.list_models(FOLDER)
    assert not find(desk.tab, QPushButton, "use_in_playground").isVisible(), "a folder cannot answer"
    button = convert(desk)
    job = desk.jobs.of(CONVERT)[-1]
    request = ConvertRequest.model_validate(job.spec.params)
    assert (request.model, Path(request.target).parent) == (FOLDER, desk.models_folder)
    assert not button.isEnabled()
    made = describe_gguf(write_tiny_gguf(Path(request.target)))
    job.finish(ConvertReport(model=made, relative_difference=0.001, seconds=1.0))
    assert desk.messages.texts("info")[-1].startswith("Smol-F16 is ready")
    assert desk.jobs.of(SCAN_MODELS)[-1].last_word is None, "models are looked for again"


def test_that_a_family_that_cannot_be_written_is_refused_by_name(desk: Desk) -> None:
    desk.list_models(FOLDER.model_copy(update={"architecture": "mamba"}))
    convert(desk)
    assert desk.jobs.of(CONVERT) == []
    assert "“mamba”" in str(desk.tab.presenter.state.trouble)
    assert "qwen2" in str(desk.tab.presenter.state.trouble)


@pytest.mark.parametrize("is_cancelled", [True, False])
def test_that_a_conversion_that_ends_badly_can_be_tried_again(desk: Desk, is_cancelled: bool) -> None:
    desk.list_models(FOLDER)
    button = convert(desk)
    job = desk.jobs.of(CONVERT)[-1]
    if is_cancelled:
        click(find(desk.tab, QPushButton, "job_strip_stop"))
        assert job.cancelled
        job.end_cancelled()
    else:
        job.fail(WorkbenchError("The disk is full.", hint="Free some space."))
        assert "The disk is full." in str(desk.tab.presenter.state.trouble)
    assert button.isEnabled()


def test_that_a_failed_conversion_is_told_beside_its_own_model_only(desk: Desk) -> None:
    other = FOLDER.model_copy(update={"name": "Other", "path": "/m/Other", "content_key": "o"})
    desk.list_models(FOLDER, other)
    presenter = desk.tab.presenter
    presenter.select("Smol")
    convert(desk)
    presenter.select("Other")
    desk.jobs.of(CONVERT)[-1].fail(WorkbenchError("The disk is full.", hint="Free some space."))
    assert presenter.state.trouble is None
    assert desk.messages.said == [("error", "Smol was not converted to GGUF. The disk is full.")]
    assert desk.messages.hints == ["Free some space."]
    presenter.select("Smol")
    assert presenter.state.trouble == Trouble("The disk is full.", "Free some space.")
    convert(desk)
    presenter.select("Other")
    presenter.select("Smol")
    assert presenter.state.trouble is None, "it is being tried again"


def test_that_a_gguf_file_offers_no_conversion(desk: Desk, tmp_path: Path) -> None:
    desk.list_models(describe_gguf(write_tiny_gguf(tmp_path / "tiny.gguf")))
    assert not find(desk.tab, QPushButton, "convert_model").isVisible()
