"""The editor of prompts as its tests open it, and what a hand does in it."""

from dataclasses import dataclass, field
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QDialog, QLabel, QMenu, QPlainTextEdit, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from tests.fakes import FakeJobs, FakeMessages
from tests.gui.acting import click, find, press, type_text
from workbench.database import Database
from workbench.datasets.store import DatasetStore
from workbench.llm.tasks import SCAN_MODELS, ScanModelsReport
from workbench.llm.types import ModelRef
from workbench.playground.prompt_store import PromptStore
from workbench.settings import Settings
from workbench.ui.models.catalog import ModelCatalog
from workbench.ui.playground.editor import EditorPanel, Surroundings, build
from workbench.ui.playground.editor.growing_edit import GrowingEdit
from workbench.ui.protocols import at_once
from workbench.ui.widgets.section import Section

CONTROL, SHIFT, ALT = (
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.AltModifier,
)
STARTER = ModelRef(name="starter", path="/r/starter.gguf")
BIG = ModelRef(name="big", path="/m/big.gguf")


@dataclass
class Room:
    database: Database
    home: Path
    jobs: FakeJobs = field(default_factory=FakeJobs)
    messages: FakeMessages = field(default_factory=FakeMessages)

    def build(self, qtbot: QtBot) -> EditorPanel:
        panel = build(
            Surroundings(
                jobs=self.jobs,
                messages=self.messages,
                catalog=ModelCatalog(self.jobs, Path("/w"), lambda: ()),
                settings=Settings,
                prompts=PromptStore(self.database),
                datasets=DatasetStore(self.database),
                in_background=at_once,
                memory_file=self.home / "playground.json",
                presets_folder=self.home / "presets",
            )
        )
        self.jobs.of(SCAN_MODELS)[0].finish(ScanModelsReport(models=(STARTER, BIG)))
        qtbot.addWidget(panel)
        panel.resize(420, 900)
        panel.show()
        panel.activateWindow()
        qtbot.waitUntil(panel.isActiveWindow)
        return panel


def block(panel: EditorPanel, at: int) -> GrowingEdit:
    return find(panel, GrowingEdit, f"block_text_{panel.part.board.draft.block_ids[at]}")


def open_section(panel: EditorPanel, name: str) -> None:
    if not find(panel, Section, f"section_{name}").is_open:
        click(find(panel, QToolButton, f"section_{name}_head"))


def summary(panel: EditorPanel, name: str) -> str:
    return find(panel, QLabel, f"section_{name}_summary").text()


def choose(box: QComboBox, words: str) -> None:
    """As a user does it: with the keyboard."""
    index = box.findText(words)
    assert index >= 0, [box.itemText(n) for n in range(box.count())]
    box.setCurrentIndex(index)
    box.activated.emit(index)


def rewrite(edit: QPlainTextEdit, text: str) -> None:
    edit.setFocus()
    press(edit, Qt.Key.Key_A, CONTROL)
    type_lines(edit, text)


def type_lines(edit: QPlainTextEdit, text: str) -> None:
    for number, line in enumerate(text.split("\n")):
        if number:
            press(edit, Qt.Key.Key_Return)
        type_text(edit, line)


def wait_until_gone(qtbot: QtBot, parent: QWidget, name: str) -> None:
    qtbot.waitUntil(lambda: parent.findChild(QDialog, name) is None)


def underlined_line(edit: GrowingEdit) -> int:
    """From 0; -1 where nothing is underlined."""
    selections = edit.extraSelections()
    return selections[0].cursor.blockNumber() if selections else -1


def pick(menu: QMenu, words: str) -> None:
    menu.aboutToShow.emit()
    action = next(action for action in menu.actions() if action.text() == words)
    action.trigger()
