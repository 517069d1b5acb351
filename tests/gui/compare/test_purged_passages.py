"""What the tab shows of answers whose passages were purged."""

from pathlib import Path

from PySide6.QtWidgets import QLabel, QPushButton

from tests.gui.compare.conftest import Desk
from tests.unit.compare.running import placed
from tests.unit.compare.scripted import ScriptedTools, arm, knows_with_passages
from workbench.compare.quoted import forget_quoted
from workbench.compare.tasks import compare
from workbench.compare.trial_types import ANSWER_PURGED, PASSAGE_PURGED
from workbench.database import Database
from workbench.jobs.context import RecordingContext
from workbench.paths import WorkbenchPaths
from workbench.rag.purged import Purged


def test_that_an_open_comparison_shows_that_passages_were_purged(
    desk: Desk, database: Database, home: WorkbenchPaths, tmp_path: Path
) -> None:
    request = placed(home.home, arm("rag", collection=True), count=3)
    unsourced = tuple(example.model_copy(update={"sources": ()}) for example in request.examples)
    request = request.model_copy(update={"examples": unsourced})
    report = compare(RecordingContext(), request, ScriptedTools(knows_with_passages))
    number = desk.store.save(report, folder=request.folder).id
    desk.tab.presenter.refresh()
    desk.tab.presenter.open_history(number)
    desk.tab.presenter.select_trial("rag", "q1")
    assert ANSWER_PURGED not in texts(desk)
    forget_quoted(database, home, Purged("handbook", frozenset(), frozenset({"doc1.md"})), "handbook-1")
    desk.tab.presenter.history.show_again()
    desk.tab.presenter.select_trial("rag", "q1")
    assert {ANSWER_PURGED, PASSAGE_PURGED} <= texts(desk)
    assert any(text.endswith("page 1 of a purged document") for text in texts(desk))
    assert "doc1.md" not in " ".join(button.text() for button in desk.tab.findChildren(QPushButton))


def texts(desk: Desk) -> set[str]:
    return {label.text() for label in desk.tab.findChildren(QLabel)}
