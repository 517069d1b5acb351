"""Files dragged over the window and let go somewhere: what is seen meanwhile, and where they end."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDragMoveEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QPlainTextEdit, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from tests.gui.acting import find
from workbench.app import Program
from workbench.errors import WorkbenchError
from workbench.paths import WorkbenchPaths
from workbench.ui.main_window import MainWindow
from workbench.ui.tabs import TabSpec
from workbench.ui.widgets.drop_area import paths_of
from workbench.ui.window_state import WindowState

COPY, LEFT, NO_KEYS = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier


class Dragging:
    """Files held over the window, as the window system tells of them."""

    def __init__(self, window: MainWindow, paths: Sequence[Path | str], at: QPoint | None = None) -> None:
        self._window = window
        self._data = QMimeData()
        self._data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
        self._at = at or QPoint(400, 300)
        self.is_accepted = self._send(QDragEnterEvent(self._at, COPY, self._data, LEFT, NO_KEYS))

    def move(self, at: QPoint) -> None:
        self._at = at
        self._send(QDragMoveEvent(at, COPY, self._data, LEFT, NO_KEYS))

    def leave(self) -> None:
        QApplication.sendEvent(self._window.windowHandle(), QDragLeaveEvent())

    def drop(self) -> None:
        self._send(QDropEvent(QPointF(self._at), COPY, self._data, LEFT, NO_KEYS))

    def _send(self, event: QDropEvent) -> bool:
        event.ignore()
        QApplication.sendEvent(self._window.windowHandle(), event)
        return event.isAccepted()


class Taking(QWidget):
    """A tab that takes files itself, too, and remembers which; with a text field on it."""

    def __init__(self) -> None:
        super().__init__()
        self.given: list[str] = []
        self.dropped: list[str] = []
        self.setAcceptDrops(True)
        self.field = QLineEdit(self)
        column = QVBoxLayout(self)
        column.addWidget(self.field)
        column.addStretch(1)

    def take_paths(self, paths: list[str]) -> None:
        self.given += paths

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        self.dropped += paths_of(event.mimeData())


class Opening(QWidget):
    def __init__(self) -> None:
        super().__init__()
        self.opened: list[dict[str, str]] = []

    def open_case(self, case: dict[str, str]) -> None:
        self.opened.append(case)


@pytest.fixture
def documents() -> Taking:
    return Taking()


@pytest.fixture
def models() -> Opening:
    return Opening()


@pytest.fixture
def shell(qtbot: QtBot, home: WorkbenchPaths, documents: Taking, models: Opening) -> MainWindow:
    specs = [
        TabSpec("home", "Home", "home", QLineEdit),
        TabSpec("documents", "Documents", "documents", lambda: documents),
        TabSpec("models", "Models", "models", lambda: models),
    ]
    window = MainWindow(specs, WindowState(home.home / "window.ini"))
    qtbot.addWidget(window)
    with qtbot.waitSignal(window.painted):
        window.show()
    return window


def sign(window: MainWindow) -> str:
    """What lies over the window while files are dragged; empty when nothing does."""
    label = window.findChild(QLabel, "drop_sign_text")
    return label.text() if label is not None and label.isVisible() else ""


def test_that_documents_dropped_on_home_go_to_documents(shell: MainWindow, documents: Taking) -> None:
    shell.make_ready()
    dragging = Dragging(shell, ["/papers/a.pdf", "/papers/b.md"])
    assert dragging.is_accepted and sign(shell) == "Add 2 files to Documents"
    dragging.drop()
    assert sign(shell) == "" and shell.current_tab == "documents" and documents.isVisible()
    assert documents.given == ["/papers/a.pdf", "/papers/b.md"]


def test_that_a_model_is_opened_on_models(shell: MainWindow, models: Opening) -> None:
    shell.make_ready()
    Dragging(shell, ["/models/a.gguf"]).drop()
    assert shell.current_tab == "models" and models.opened == [{"file": "/models/a.gguf"}]


def test_that_files_let_go_before_the_tabs_are_ready_wait_for_them(shell: MainWindow, documents: Taking) -> None:
    Dragging(shell, ["/papers/a.pdf"]).drop()
    assert shell.current_tab == "documents" and documents.given == []
    shell.make_ready()
    assert documents.given == ["/papers/a.pdf"]
    shell.open_tab("home")
    shell.open_tab("documents")
    assert documents.given == ["/papers/a.pdf"]


def test_that_a_drag_that_leaves_does_nothing(shell: MainWindow, documents: Taking) -> None:
    shell.make_ready()
    dragging = Dragging(shell, ["/papers/a.pdf"])
    dragging.leave()
    assert sign(shell) == "" and shell.current_tab == "home" and documents.given == []


def test_that_a_mixed_drop_is_explained_in_the_message_bar(shell: MainWindow) -> None:
    shell.make_ready()
    dragging = Dragging(shell, ["/x/a.pdf", "/x/rows.csv"])
    assert "different tabs" in sign(shell)
    dragging.drop()
    [message] = shell.messages.messages
    assert message.text == "These files belong to different tabs: 1 for Documents, 1 for Data."
    assert message.hint == "Drop one kind at a time." and shell.current_tab == "home"


def test_that_dragged_words_still_go_into_a_text_field(qtbot: QtBot, shell: MainWindow) -> None:
    shell.make_ready()
    field = find(shell, QLineEdit)
    data = QMimeData()
    data.setText("some words")
    at = field.mapTo(shell, field.rect().center())
    for event in (QDragEnterEvent(at, COPY, data, LEFT, NO_KEYS), QDragMoveEvent(at, COPY, data, LEFT, NO_KEYS)):
        QApplication.sendEvent(shell.windowHandle(), event)
    assert sign(shell) == ""
    QApplication.sendEvent(shell.windowHandle(), QDropEvent(QPointF(at), COPY, data, LEFT, NO_KEYS))
    assert field.text() == "some words"


def test_that_a_window_that_cannot_go_on_takes_nothing(shell: MainWindow) -> None:
    shell.refuse(WorkbenchError("The data folder is in use."))
    Dragging(shell, ["/papers/a.pdf"]).drop()
    assert sign(shell) == "" and shell.current_tab == "home"


def test_that_rows_dropped_on_the_prompt_of_the_playground_are_imported(
    qtbot: QtBot, program: Program, tmp_path: Path
) -> None:
    rows = tmp_path / "rows.csv"
    rows.write_text("question,answer\nWhat is one plus one?,2\nWhat is two plus two?,4\n", encoding="utf-8")
    window = program.window
    window.open_tab("playground")
    prompt = find(window, QPlainTextEdit, "prompt")
    dragging = Dragging(window, [rows], prompt.mapTo(window, prompt.rect().center()))
    assert sign(window) == "Import rows.csv on Data"
    dragging.drop()
    assert window.current_tab == "data" and prompt.toPlainText() == ""
    qtbot.waitUntil(lambda: find(window, QLabel, "import_file").text() == "rows.csv", timeout=60_000)
    qtbot.waitUntil(lambda: "2" in find(window, QLabel, "import_count").text(), timeout=60_000)


def test_that_a_document_dropped_on_home_is_indexed_into_a_collection(
    qtbot: QtBot, program: Program, tmp_path: Path
) -> None:
    note = tmp_path / "opening-hours.md"
    note.write_text("The shop opens at half past eight.", encoding="utf-8")
    window = program.window
    assert window.current_tab == "home"
    Dragging(window, [note]).drop()
    assert window.current_tab == "documents"

    def labels() -> set[str]:
        return {label.text() for label in window.findChildren(QLabel) if label.isVisible()}

    def indexings() -> int:
        return [job.spec.task for job in program.jobs.jobs()].count("workbench.rag.tasks:index")

    # The collection appears before its first file is listed: the indexing follows once a child has listed it.
    qtbot.waitUntil(lambda: "opening-hours" in labels() and indexings() == 1, timeout=60_000)


def test_that_a_tab_takes_what_is_its_own_also_over_its_text_fields(shell: MainWindow, documents: Taking) -> None:
    shell.make_ready()
    shell.open_tab("documents")
    dragging = Dragging(shell, ["/papers/a.pdf"])
    assert dragging.is_accepted and sign(shell) == "Add a.pdf to Documents"
    dragging.move(documents.field.mapTo(shell, documents.field.rect().center()))
    dragging.drop()
    assert documents.dropped == ["/papers/a.pdf"] and documents.given == []
    assert documents.field.text() == "" and sign(shell) == ""
