"""The live preview with real workers and a real model file: nothing is answered by the test."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPlainTextEdit, QProgressBar
from pytestqt.qtbot import QtBot

from tests.fakes import FakeMessages
from tests.gui.acting import find, press, type_text
from tests.gui.playground.editor_given import CONTROL, block, open_section, rewrite
from tests.llm_models import write_tiny_gguf
from workbench.app import Program
from workbench.database import Database
from workbench.datasets.store import DatasetStore
from workbench.jobs.runner import JobRunner
from workbench.paths import WorkbenchPaths
from workbench.playground.prompt_store import PromptStore
from workbench.settings import LlmSettings, Settings
from workbench.ui.job_bridge import JobBridge
from workbench.ui.models.catalog import ModelCatalog
from workbench.ui.playground.columns import Columns
from workbench.ui.playground.editor import EditorPanel, Surroundings, build
from workbench.ui.playground.editor.growing_edit import GrowingEdit
from workbench.ui.protocols import at_once
from workbench.ui.widgets.trouble_card import TroubleCard

PATIENCE_MS = 60_000


@pytest.fixture
def panel(qtbot: QtBot, home: WorkbenchPaths, database: Database, tmp_path: Path) -> Iterator[EditorPanel]:
    write_tiny_gguf(tmp_path / "tiny.gguf")
    settings = Settings(llm=LlmSettings(context_length=512, model_folders=(str(tmp_path),)))
    bridge = JobBridge(JobRunner(home))
    panel = build(
        Surroundings(
            jobs=bridge,
            messages=FakeMessages(),
            catalog=ModelCatalog(bridge, home.models, lambda: settings.llm.model_folders),
            settings=lambda: settings,
            prompts=PromptStore(database),
            datasets=DatasetStore(database),
            in_background=at_once,
            memory_file=home.playground,
            presets_folder=home.presets,
        )
    )
    qtbot.addWidget(panel)
    panel.resize(420, 900)
    panel.show()
    panel.activateWindow()
    qtbot.waitUntil(lambda: bool(panel.part.state.preview.models), timeout=PATIENCE_MS)
    panel.part.preview.choose_model("tiny")
    yield panel
    bridge.shutdown()


def text(panel: EditorPanel) -> str:
    return find(panel, QPlainTextEdit, "preview_text").toPlainText()


@pytest.mark.slow
def test_that_what_is_typed_is_seen_in_the_exact_text_of_the_model(panel: EditorPanel, qtbot: QtBot) -> None:
    open_section(panel, "preview")
    qtbot.waitUntil(lambda: "<|user|>" in text(panel), timeout=PATIENCE_MS)
    rewrite(block(panel, 0), "Speak {{ language }}.")
    qtbot.waitUntil(lambda: panel.findChild(GrowingEdit, "value_language") is not None)
    type_text(find(panel, GrowingEdit, "value_language"), "Welsh")
    expected = "<|system|>Speak Welsh.<|end|><|user|>(your question)<|end|><|assistant|>"
    qtbot.waitUntil(lambda: text(panel).endswith(expected), timeout=PATIENCE_MS)
    tokens = panel.part.state.preview.report
    assert tokens is not None and tokens.context_length == 512
    bar = find(panel, QProgressBar, "preview_context")
    assert (bar.value(), bar.maximum()) == (tokens.prompt_tokens, 512)
    assert f"{tokens.prompt_tokens} of 512 tokens" in find(panel, QLabel, "preview_tokens").text()


@pytest.mark.slow
def test_that_an_endless_template_is_said_and_the_next_one_is_shown(panel: EditorPanel, qtbot: QtBot) -> None:
    endless = "{% for a in range(99999) %}{% for b in range(99999) %}{{ a * b }}{% endfor %}{% endfor %}"
    edit = block(panel, 1)
    edit.setFocus()
    press(edit, Qt.Key.Key_A, CONTROL)
    edit.insertPlainText(endless)
    open_section(panel, "preview")
    card = find(panel, TroubleCard, "preview_trouble")
    qtbot.waitUntil(card.isVisible, timeout=PATIENCE_MS)
    assert "user block" in card.text()
    rewrite(edit, "Hello")
    qtbot.waitUntil(lambda: "<|user|>Hello<|end|>" in text(panel), timeout=PATIENCE_MS)
    assert not card.isVisible()


@pytest.mark.slow
def test_that_the_input_box_and_the_first_column_are_in_the_preview(qtbot: QtBot, program: Program) -> None:
    program.window.open_tab("playground")
    editor = find(program.window, EditorPanel)
    open_section(editor, "preview")
    type_text(find(program.window, QPlainTextEdit, "prompt"), "How warm is it?")
    qtbot.waitUntil(lambda: "How warm is it?" in text(editor), timeout=PATIENCE_MS)
    first = find(program.window, Columns).presenter.state.columns[0].setup.model_name
    assert editor.part.state.preview.model_name == first
