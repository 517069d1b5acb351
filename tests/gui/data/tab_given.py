"""The Data tab as its tests open it, and what a hand does in it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QComboBox, QPushButton, QTableView
from pytestqt.qtbot import QtBot

from tests.fakes import FakeJob, FakeJobs, FakeMessages, FakeNavigator
from tests.gui.acting import click as click_on
from tests.gui.acting import find
from workbench.datasets import tasks
from workbench.datasets.store import DatasetStore
from workbench.datasets.types import ColumnMapping, TrainingRow
from workbench.embedding import EmbedderRef
from workbench.errors import WorkbenchError
from workbench.jobs.context import RecordingContext
from workbench.llm.types import ChatMessage, Role
from workbench.rag.types import CollectionRef
from workbench.ui.data import DataTab, build
from workbench.ui.data.import_part import INSPECT

TICKETS = 'message,ticket\n"Broken, sadly","DAMAGE"\nonly one cell\nWhen?,QUESTION\n"Broken, sadly","DAMAGE"\n'


@dataclass(frozen=True)
class Shelf:
    name: str


class FakeCollections:
    def __init__(self, *names: str) -> None:
        self.names = list(names)

    def list_collections(self) -> Sequence[Shelf]:
        return [Shelf(name) for name in self.names]

    def ref(self, name: str) -> CollectionRef:
        return CollectionRef(name=name, folder="/c", embedder=EmbedderRef(name="e", path="/e", content_hash="0"))


@dataclass
class Around:
    datasets: DatasetStore
    collections: FakeCollections = field(default_factory=FakeCollections)
    jobs: FakeJobs = field(default_factory=FakeJobs)
    messages: FakeMessages = field(default_factory=FakeMessages)
    navigator: FakeNavigator = field(default_factory=FakeNavigator)
    test_questions: tuple[str, ...] = ()


def open_tab(qtbot: QtBot, around: Around) -> DataTab:
    tab = build(
        around.jobs,
        around.messages,
        around.navigator,
        datasets=around.datasets,
        collections=around.collections,
        test_questions=lambda: around.test_questions,
    )
    qtbot.addWidget(tab)
    tab.resize(720, 540)
    tab.show()
    return tab


def click(tab: DataTab, name: str) -> None:
    """Click the button of that name."""
    click_on(find(tab, QPushButton, name))


def drop(tab: DataTab, *paths: Path) -> None:
    """Let go of files over the tab."""
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    button, keys = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    tab.dropEvent(QDropEvent(QPointF(9, 9), Qt.DropAction.CopyAction, mime, button, keys))


def answer(job: FakeJob) -> None:
    """Have the real task answer, without a process."""
    context = RecordingContext()
    try:
        if job.spec.task == INSPECT:
            job.finish(tasks.inspect(context, tasks.InspectRequest.model_validate(job.spec.params)))
        else:
            job.finish(tasks.prepare(context, tasks.PrepareRequest.model_validate(job.spec.params)))
    except WorkbenchError as problem:
        job.fail(problem)


def import_file(tab: DataTab, around: Around, path: Path) -> None:
    drop(tab, path)
    answer(around.jobs.last)


def save_rows(around: Around, name: str, count: int = 30, document: str = "") -> None:
    rows = [
        TrainingRow(
            messages=(
                ChatMessage(role=Role.USER, content=f"Where is {number}?"),
                ChatMessage(role=Role.ASSISTANT, content=f"In box {number}."),
            ),
            number=number,
            document=document,
        )
        for number in range(1, count + 1)
    ]
    around.datasets.save(name, rows, mapping=ColumnMapping(question="q", answer="a", document="d" if document else ""))


def texts(table: QTableView, column: int) -> list[str]:
    model = table.model()
    return [str(model.index(row, column).data()) for row in range(model.rowCount())]


def choose(combo: QComboBox, text: str) -> None:
    combo.setCurrentIndex(combo.findText(text))
