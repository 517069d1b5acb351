"""The program as a whole: its start, its end, and what its process never imports."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QTableView
from pytestqt.qtbot import QtBot

from tests.gui.acting import click, find, press
from tests.unit.jobs.test_old_runs import make_run
from workbench.app import Program, peek_at_settings
from workbench.database import WriterLock
from workbench.paths import WorkbenchPaths
from workbench.settings import ColorScheme, GeneralSettings, Settings
from workbench.ui.data_folder_dialog import DataFolderDialog
from workbench.ui.faults import RunningMark
from workbench.ui.help_dialog import HelpDialog
from workbench.ui.widgets.empty_state import EmptyState

ROOT = Path(__file__).parents[3]
NEVER = {
    "torch", "llama_cpp", "pyarrow", "lancedb", "pypdfium2", "markitdown", "transformers", "peft", "onnxruntime",
    "sentence_transformers", "tokenizers",
}  # fmt: skip
NOT_BEFORE_THE_PAINT = {"sqlalchemy", "numpy", "pyqtgraph", "pydantic", "alembic"}
TABS = ("home", "models", "playground", "documents", "data", "finetune", "compare")

_LOOK_AROUND = f"""
import json, sys
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
import workbench
from workbench.app import Program
from workbench.paths import WorkbenchPaths, find_home
app = QApplication([])
program = Program(app, WorkbenchPaths(find_home()))
tops = lambda: sorted({{name.split(".")[0] for name in sys.modules}})
program.window.painted.connect(lambda: print(json.dumps(tops()), flush=True))
def look():
    if program.is_ready:
        timer.stop()
        for tab in {TABS!r}:
            program.window.open_tab(tab)
            app.processEvents()
        print(json.dumps(tops()), flush=True)
        program.window.close()
timer = QTimer(interval=10)
timer.timeout.connect(look)
timer.start()
program.window.show()
app.exec()
"""


def test_that_the_process_of_the_window_imports_no_native_machinery(home: WorkbenchPaths) -> None:
    ended = subprocess.run(
        [sys.executable, "-c", _LOOK_AROUND], cwd=ROOT, env={**os.environ}, capture_output=True, text=True, timeout=280
    )
    assert ended.returncode == 0, ended.stderr
    painted, all_tabs = (set(json.loads(line)) for line in ended.stdout.splitlines())
    assert not painted & NOT_BEFORE_THE_PAINT
    assert not all_tabs & NEVER
    assert "sqlalchemy" in all_tabs


def test_that_home_stands_with_the_projects_and_this_computer(qtbot: QtBot, program: Program) -> None:
    assert program.window.current_tab == "home"
    fits = find(program.window, QLabel, "what_fits")
    qtbot.waitUntil(lambda: "parameters at 4 bits" in fits.text())
    for key in ("facts", "format"):
        assert find(program.window, QPushButton, f"open_project_{key}").isEnabled()


def test_that_a_second_window_on_the_same_data_names_the_first_and_exits_1(
    qtbot: QtBot, qapp: QApplication, home: WorkbenchPaths, capsys: pytest.CaptureFixture[str]
) -> None:
    with WriterLock(home.lock).held("the demo"):
        program = Program(qapp, home)
        qtbot.addWidget(program.window)
        program.window.show()
        qtbot.waitUntil(lambda: program.exit_code == 1, timeout=60_000)
        notice = find(program.window, EmptyState, "refusal")
        qtbot.waitUntil(notice.isVisible)
        texts = [label.text() for label in notice.findChildren(QLabel)]
        assert any("in use by the demo" in text and str(home.home) in text for text in texts)
        assert "in use by the demo" in capsys.readouterr().err
        program.window.close()
    assert not program.is_ready


def test_that_the_lock_is_free_after_the_window_was_closed(qtbot: QtBot, program: Program) -> None:
    program.window.close()
    with WriterLock(program.paths.lock).held("the next start"):
        pass


def test_that_old_runs_are_removed_beside_the_window(
    qtbot: QtBot, qapp: QApplication, home: WorkbenchPaths, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workbench.app.TIDY_UP_AFTER_MS", 0)
    run = make_run(home.runs, "old", days=31)
    program = Program(qapp, home)
    qtbot.addWidget(program.window)
    program.window.show()
    qtbot.waitUntil(lambda: not run.folder.exists(), timeout=60_000)
    program.window.close()


def test_that_a_start_after_a_crash_says_so(qtbot: QtBot, qapp: QApplication, home: WorkbenchPaths) -> None:
    RunningMark(home.logs).put()
    program = Program(qapp, home)
    qtbot.addWidget(program.window)
    program.window.show()
    qtbot.waitUntil(lambda: program.is_ready, timeout=60_000)
    assert "did not close properly" in program.window.messages.messages[0].text
    program.window.close()
    assert RunningMark(home.logs).put() is False


def test_that_damaged_settings_are_set_aside_and_said(qtbot: QtBot, qapp: QApplication, home: WorkbenchPaths) -> None:
    home.settings.write_text('{"general": 7}', encoding="utf-8")
    program = Program(qapp, home)
    qtbot.addWidget(program.window)
    program.window.show()
    qtbot.waitUntil(lambda: program.is_ready, timeout=60_000)
    assert "settings file" in program.window.messages.messages[0].text
    assert home.settings.with_suffix(".damaged").exists()
    program.window.close()


def test_that_a_data_folder_that_cannot_be_made_is_refused_in_words(
    qtbot: QtBot, qapp: QApplication, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("no folder")
    program = Program(qapp, WorkbenchPaths(tmp_path / "file" / "home"))
    qtbot.addWidget(program.window)
    program.window.show()
    qtbot.waitUntil(lambda: program.exit_code == 1)
    assert any("cannot be used" in label.text() for label in program.window.findChildren(QLabel))
    program.window.close()


def test_that_a_damaged_database_is_refused_in_words(qtbot: QtBot, qapp: QApplication, home: WorkbenchPaths) -> None:
    home.database.write_bytes(b"this is no database " * 200)
    program = Program(qapp, home)
    qtbot.addWidget(program.window)
    program.window.show()
    qtbot.waitUntil(lambda: program.exit_code == 1, timeout=60_000)
    assert any(home.database.name in label.text() for label in program.window.findChildren(QLabel))
    program.window.close()


def test_that_the_durable_tasks_are_called_what_their_rooms_call_them() -> None:
    from workbench.compare.tasks import RUN_COMPARISON
    from workbench.finetune.evaluation.running import EVALUATE
    from workbench.finetune.sweeps import SWEEP
    from workbench.llm.hub.tasks import DOWNLOAD
    from workbench.playground.grid.tasks import RUN_GRID
    from workbench.playground.search.tasks import SEARCH_PROMPT
    from workbench.ui import wiring
    from workbench.ui.finetune.presenter import TRAIN

    assert (wiring.TRAIN, wiring.RUN_COMPARISON, wiring.DOWNLOAD) == (TRAIN, RUN_COMPARISON, DOWNLOAD)
    assert wiring.EVALUATE == EVALUATE
    assert (wiring.RUN_GRID, wiring.SWEEP) == (RUN_GRID, SWEEP)
    assert wiring.SEARCH_PROMPT == SEARCH_PROMPT


def test_that_f1_shows_the_keys_and_the_data_folder(qtbot: QtBot, program: Program) -> None:
    press(program.window, Qt.Key.Key_F1)
    dialog = find(program.window, HelpDialog)
    texts = {label.text() for label in dialog.findChildren(QLabel)}
    assert {"Ctrl+K", "Go to: Compare", str(program.paths.home)} <= texts
    click(find(dialog, QPushButton, "help_data_folder"))
    sizes = find(find(program.window, DataFolderDialog), QTableView, "data_folder_parts").model()
    qtbot.waitUntil(lambda: sizes.index(0, 1).data() not in ("…", "0 B"))
    find(program.window, DataFolderDialog).reject()
    dialog.close()


def test_that_the_scheme_of_the_first_paint_is_the_saved_one(home: WorkbenchPaths) -> None:
    assert peek_at_settings(home.settings) == ("system", True)
    general = GeneralSettings(color_scheme=ColorScheme.DARK, reopen_last_tab=False)
    Settings(general=general).save(home.settings)
    assert peek_at_settings(home.settings) == ("dark", False)
    home.settings.write_text("[]", encoding="utf-8")
    assert peek_at_settings(home.settings) == ("system", True)


@pytest.mark.skipif(sys.platform == "win32", reason="no such signals")
def test_that_a_signal_closes_the_window_as_its_user_would(home: WorkbenchPaths) -> None:
    code = """
import os, signal, sys, threading
from workbench.app import Program
from PySide6.QtWidgets import QApplication
from PySide6.QtCore import QTimer
from workbench.paths import WorkbenchPaths, find_home
app = QApplication([])
program = Program(app, WorkbenchPaths(find_home()))
def look():
    if program.is_ready:
        timer.stop()
        threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGTERM)).start()
timer = QTimer(interval=10)
timer.timeout.connect(look)
timer.start()
program.window.show()
app.exec()
print("closed")
"""
    ended = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=280)
    assert ended.stdout.strip() == "closed", ended.stderr
    assert RunningMark(home.logs).put() is False
