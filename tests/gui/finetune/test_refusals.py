"""A training that would end at once cannot be started: as soon as that is known, and with the reason beside it."""

from pathlib import Path

import pytest
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFrame, QLabel, QPushButton, QToolButton
from pytestqt.qtbot import QtBot

from tests.gui.acting import click, find
from tests.gui.finetune.test_finetune_tab import (
    ESTIMATE,
    FITS,
    STARTER,
    Around,
    around,
    open_setup,
    open_tab,
    save_rows,
)
from tests.gui.finetune.test_preview import PREVIEW, preview_of
from workbench.datasets.types import Dataset
from workbench.errors import WorkbenchError
from workbench.finetune.encoding import nothing_trained
from workbench.finetune.preview import PreviewReport, RowPreview
from workbench.llm.tasks import SCAN_MODELS, ScanModelsReport
from workbench.ui.finetune import TRAIN, FinetuneTab

__all__ = ["around"]  # a fixture
SILENT = preview_of(1, ("<user>", False), ("Hm", False))
CUT_TO_ONE = preview_of(2, ("!", True), cut=4)
"""Its only token has nothing before it that could predict it."""
TOLD = preview_of(2, ("<user>", False), ("Yes", True))


def start_button(tab: FinetuneTab) -> QPushButton:
    return find(tab, QPushButton, "start_training")


def reason(tab: FinetuneTab) -> str:
    card = find(tab, QFrame, "setup_trouble")
    return card.accessibleName() if card.isVisible() else ""


def fail_estimate(qtbot: QtBot, around: Around, problem: WorkbenchError) -> None:
    qtbot.waitUntil(lambda: bool(around.jobs.of(ESTIMATE)))
    around.jobs.of(ESTIMATE)[-1].fail(problem)


def open_small_set(qtbot: QtBot, around: Around, count: int) -> FinetuneTab:
    save_rows(around, count=count)
    tab = open_tab(qtbot, around)
    click(find(tab.adapters, QPushButton, "empty_state_action"))
    around.jobs.of(SCAN_MODELS)[-1].finish(ScanModelsReport(models=(STARTER,)))
    click(find(tab, QToolButton, "section_preview_head"))
    return tab


def test_that_rows_of_which_nothing_would_be_learned_cannot_be_started(qtbot: QtBot, around: Around) -> None:
    tab = open_setup(qtbot, around)
    assert start_button(tab).isEnabled()
    fail_estimate(qtbot, around, nothing_trained())
    assert not start_button(tab).isEnabled()
    assert not find(tab, QAction, "pack_training").isEnabled()
    assert reason(tab).startswith("No token of these rows would be trained. Check which column is the answer")
    assert find(tab, QLabel, "preflight").text() == ""


@pytest.mark.parametrize("code", ["template_not_incremental", "too_long"])
def test_that_what_the_training_would_refuse_too_cannot_be_started(qtbot: QtBot, around: Around, code: str) -> None:
    tab = open_setup(qtbot, around)
    fail_estimate(qtbot, around, WorkbenchError("Not with these rows.", code=code))
    assert (start_button(tab).isEnabled(), reason(tab)) == (False, "Not with these rows.")


def test_that_other_settings_are_asked_about_anew(qtbot: QtBot, around: Around) -> None:
    tab = open_setup(qtbot, around)
    fail_estimate(qtbot, around, nothing_trained())
    click(find(tab, QPushButton, "preset_quick"))
    assert (start_button(tab).isEnabled(), reason(tab)) == (True, "")
    qtbot.waitUntil(lambda: len(around.jobs.of(ESTIMATE)) == 2)
    around.jobs.of(ESTIMATE)[-1].finish(FITS)
    click(start_button(tab))
    assert around.jobs.of(TRAIN)


def test_that_an_estimate_that_merely_went_wrong_forbids_nothing(qtbot: QtBot, around: Around) -> None:
    tab = open_setup(qtbot, around)
    qtbot.waitUntil(lambda: bool(around.jobs.of(ESTIMATE)))
    around.jobs.of(ESTIMATE)[-1].crash()
    assert start_button(tab).isEnabled()
    assert reason(tab).startswith("The worker process stopped unexpectedly.")


def test_that_a_preview_of_all_rows_is_enough_to_know(qtbot: QtBot, around: Around) -> None:
    tab = open_small_set(qtbot, around, 2)
    around.jobs.of(PREVIEW)[-1].finish(PreviewReport(rows=(SILENT, CUT_TO_ONE), max_length=2))
    assert not start_button(tab).isEnabled()
    assert reason(tab).startswith("No token of these rows would be trained.")
    click(find(tab, QPushButton, "preview_after"))
    assert find(tab, QLabel, "preview_words").text() == "1 token, none of them learned: this row is left out."


def test_that_settings_that_change_no_token_do_not_hide_what_the_preview_saw(qtbot: QtBot, around: Around) -> None:
    tab = open_small_set(qtbot, around, 2)
    around.jobs.of(PREVIEW)[-1].finish(PreviewReport(rows=(SILENT, CUT_TO_ONE), max_length=2))
    click(find(tab, QPushButton, "preset_quick"))
    qtbot.waitUntil(lambda: not start_button(tab).isEnabled())
    assert len(around.jobs.of(PREVIEW)) == 1


@pytest.mark.parametrize(("count", "rows"), [(2, (SILENT, TOLD)), (3, (SILENT, CUT_TO_ONE))])
def test_that_a_row_that_is_learned_or_not_seen_yet_can_be_started(
    qtbot: QtBot, around: Around, count: int, rows: tuple[RowPreview, ...]
) -> None:
    tab = open_small_set(qtbot, around, count)
    around.jobs.of(PREVIEW)[-1].finish(PreviewReport(rows=rows, max_length=512))
    assert (start_button(tab).isEnabled(), reason(tab)) == (True, "")


def test_that_a_data_set_without_rows_is_refused_at_once(qtbot: QtBot, around: Around, tmp_path: Path) -> None:
    around.datasets.record(Dataset(name="empty", content_hash="0", rows_path=str(tmp_path / "rows"), row_count=0))
    tab = open_tab(qtbot, around)
    click(find(tab.adapters, QPushButton, "empty_state_action"))
    around.jobs.of(SCAN_MODELS)[-1].finish(ScanModelsReport(models=(STARTER,)))
    assert not start_button(tab).isEnabled()
    assert reason(tab).startswith("No token of these rows would be trained.")


def test_that_what_is_found_only_after_the_start_is_said_on_the_page_of_the_training(
    qtbot: QtBot, around: Around
) -> None:
    tab = open_setup(qtbot, around)
    click(start_button(tab))
    around.jobs.of(TRAIN)[-1].fail(nothing_trained())
    qtbot.waitUntil(lambda: find(tab, QLabel, "run_phase").text() == "failed")
    assert find(tab, QFrame, "run_trouble").accessibleName().startswith("No token of these rows would be trained.")
