"""The composition root of the window: first the window, then settings, log, jobs, database, tabs.

What costs time to import (pydantic, SQLAlchemy, everything of the tabs) comes after the first paint; what needs more
than a moment (opening the database) happens on a thread, and its outcome is posted back.
"""

import json
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QApplication

from workbench.errors import WorkbenchError
from workbench.paths import WorkbenchPaths, find_home, in_short
from workbench.ui.garbage import UiGarbage
from workbench.ui.main_window import MainWindow
from workbench.ui.messages import EarlyMessages
from workbench.ui.protocols import Messages
from workbench.ui.theme import Theme
from workbench.ui.window_state import WindowState
from workbench.ui.wiring import Tabs

if TYPE_CHECKING:
    from workbench.database import Database, WriterLock
    from workbench.settings import Settings
    from workbench.ui.faults import Fault
    from workbench.ui.job_bridge import JobBridge

T = TypeVar("T")
WARM_UP_AFTER_MS = 1000
TIDY_UP_AFTER_MS = 5000
UPKEEP_AFTER_MS = 8000
UPKEEP_EVERY_MS = 30_000


def main() -> int:
    """Open the window and stay until it is closed; returns the exit code."""
    app = QApplication(sys.argv[:1])
    app.setApplicationName("LLM Workbench")
    program = Program(app, WorkbenchPaths(find_home()))
    program.window.show()
    app.exec()
    return program.exit_code


class Program:
    """Everything that lives as long as the window."""

    jobs: "JobBridge"
    database: "Database | None" = None
    settings: "Settings"

    def __init__(self, app: QApplication, paths: WorkbenchPaths) -> None:
        self.paths = paths
        self.exit_code = 0
        self._early = EarlyMessages()
        self.messages: Messages = self._early
        self.is_ready = False
        self._lock: WriterLock | None = None
        self._ending: list[Callable[[], None]] = []
        scheme, reopens = peek_at_settings(paths.settings)
        self.theme = Theme(app, scheme)
        state = WindowState(paths.home / "window.ini")
        self.tabs = Tabs(self)
        self.window = MainWindow(self.tabs.specs(), state, state.last_tab if reopens else "")
        self.window.show_scheme(scheme)
        self.window.painted.connect(self._on_painted, Qt.ConnectionType.QueuedConnection)
        self.window.closing.connect(self._on_closing)

    # -- after the first paint --------------------------------------------------------------------------------------

    def _on_painted(self) -> None:
        try:
            self.paths.create()
        except OSError as error:
            self._refuse(_unusable(self.paths.home, error))
            return
        self._start_record_keeping()
        self._ending.append(UiGarbage(self.window).stop)
        self._start_jobs()
        self._connect_dialogs()
        self._early.hand_over(self.window.messages)
        self.window.make_early()
        opening = threading.Thread(target=self._open_database, name="open-database", daemon=True)
        QTimer.singleShot(0, opening.start)  # after Home was painted: importing would slow that down

    def _start_record_keeping(self) -> None:
        from workbench.log import start_logging
        from workbench.settings import load_or_set_aside
        from workbench.ui.faults import FaultWatch, keep_native_traces
        from workbench.ui.system_signals import close_on_signals

        start_logging(self.paths.logs)
        self._ending.append(keep_native_traces(self.paths.logs))
        watch = FaultWatch(self.paths.logs, self._tell_fault)
        watch.start()
        self._ending += [watch.stop, close_on_signals(self.window)]
        self.settings, problem = load_or_set_aside(self.paths.settings)
        if problem is not None:
            self.messages.warning(problem.message, problem.hint, problem.details)

    def _start_jobs(self) -> None:
        from workbench.jobs.runner import JobRunner
        from workbench.llm.making_room import RoomMaker
        from workbench.ui.job_bridge import JobBridge
        from workbench.ui.job_panel import JobPanel
        from workbench.ui.notifications import JobNotifier
        from workbench.ui.settings_writer import SettingsWriter

        job_settings = self.settings.jobs
        runner = JobRunner(
            self.paths,
            grace_seconds=job_settings.cancel_seconds,
            background_threads=job_settings.background_threads,
        )
        self.jobs = JobBridge(runner)
        self._ending.append(self.jobs.shutdown)
        self._ending.append(runner.observe(RoomMaker(runner, self._tell_unloaded)))
        self._settings_writer = SettingsWriter(self.paths.settings, self._tell_unsaved)
        self._ending.append(self._settings_writer.finish)
        panel = JobPanel(self.jobs)
        panel.running_changed.connect(self.window.show_running)
        panel.close_requested.connect(lambda: self.window.show_job_panel(False))
        self.window.attach_job_panel(panel)
        self._notifier = JobNotifier(self.jobs, self.window, lambda: self.settings.general.notify_when_done)

    def _open_database(self) -> None:
        """On a thread: SQLAlchemy takes longer to import than the window to show."""
        from sqlalchemy.exc import SQLAlchemyError

        from workbench.database import Database, WriterLock

        lock = WriterLock(self.paths.lock)
        try:
            lock.acquire("the window of LLM Workbench")
            self._lock = lock
            database = Database(self.paths.database)
            database.migrate()
        except WorkbenchError as error:
            problem = error
        except (SQLAlchemyError, OSError) as error:
            problem = _unusable(self.paths.database, error)
        else:
            self.jobs.post(lambda: self._on_database_open(database))
            return
        self.jobs.post(lambda: self._refuse(problem))

    def _on_database_open(self, database: "Database") -> None:
        self.database = database
        self._ending.append(database.close)
        self._look_back()
        self.window.show_status(in_short(self.paths.home))
        self.window.make_ready()
        self.is_ready = True
        QTimer.singleShot(0, self.tabs.follow_durable_runs)
        QTimer.singleShot(WARM_UP_AFTER_MS, self._warm_up)
        QTimer.singleShot(TIDY_UP_AFTER_MS, self._tidy_up)
        QTimer.singleShot(UPKEEP_AFTER_MS, self._look_after_collections)

    def _warm_up(self) -> None:
        threading.Thread(target=self.tabs.warm_up, name="warm-up", daemon=True).start()

    def _tidy_up(self) -> None:
        from workbench.tidying import TidyUp

        if self._lock is None:
            return  # closed meanwhile
        tidy_up = TidyUp(self.paths, self.settings.jobs)
        self._ending.append(tidy_up.stop)
        tidy_up.start()

    def _look_after_collections(self) -> None:
        """Sync folders, purge what was deleted, check indexes: now and while the window is open."""
        from workbench.rag.collection_jobs import UnaskedJobs
        from workbench.rag.store import CollectionStore
        from workbench.rag.upkeep import Upkeep
        from workbench.recording.purging import forgets_elsewhere

        if self._lock is None or self.database is None:
            return  # closed meanwhile
        store = CollectionStore(self.database, self.paths, forgets_elsewhere(self.database, self.paths))
        upkeep = Upkeep(
            store,
            UnaskedJobs(self.tabs.shared.collection_jobs),
            self.jobs.post,
            self.messages.info,
            in_background=self.in_background,
            tell_purged=self.tabs.shared.collection_jobs.tell_purged,
        )
        self._ending.append(upkeep.stop)
        upkeep.start()
        timer = QTimer(self.window)
        timer.timeout.connect(upkeep.tick)
        timer.start(UPKEEP_EVERY_MS)
        self._ending.append(timer.stop)

    def _look_back(self) -> None:
        """Say so when the last start ended without closing: possible only for the holder of the lock."""
        from workbench.ui.faults import RunningMark, newest_report

        mark = RunningMark(self.paths.logs)
        if mark.put():
            report = newest_report(self.paths.logs)
            self.messages.warning(
                "LLM Workbench did not close properly last time.",
                "Saved work is safe; training that was running goes on and shows under Jobs.",
                f"The last report: {report}" if report else "Nothing was written down about it.",
            )
        self._ending.append(mark.remove)

    def _refuse(self, problem: WorkbenchError) -> None:
        print(f"{problem.message} {problem.hint}".strip(), file=sys.stderr)
        self.exit_code = 1
        self.window.refuse(problem)

    def _tell_fault(self, fault: "Fault") -> None:
        """Called on the thread of the fault."""
        if hasattr(self, "jobs"):
            self.jobs.post(lambda: self._show_fault(fault))
        else:
            self._show_fault(fault)

    def _show_fault(self, fault: "Fault") -> None:
        from workbench.ui.crash_dialog import CrashDialog

        dialog = self.window.findChild(CrashDialog) or CrashDialog(self.window)
        dialog.show_fault(fault)

    # -- dialogs and settings ---------------------------------------------------------------------------------------

    def _connect_dialogs(self) -> None:
        from workbench.ui.dialogs import Dialogs

        self.dialogs = Dialogs(self.window, self.paths, self.jobs.post, self.messages)
        self.window.preferences_requested.connect(
            lambda: self.dialogs.open_preferences(lambda: self.settings, self.change_settings)
        )
        self.window.servers_requested.connect(self.tabs.models.open_servers)
        self.window.scheme_chosen.connect(self._choose_scheme)
        self.window.help_requested.connect(self.dialogs.open_help)
        self.window.about_requested.connect(self.dialogs.open_help)
        self.window.data_folder_requested.connect(self.dialogs.open_data_folder)
        self.window.logs_requested.connect(self.dialogs.open_logs)

    def change_settings(self, settings: "Settings") -> None:
        """Apply at once and save soon; what cannot be saved is still applied, and said."""
        before, self.settings = self.settings, settings
        self.theme.choose(settings.general.color_scheme.value)
        self.window.show_scheme(settings.general.color_scheme.value)
        self._settings_writer.write(settings)
        self.dialogs.follow_settings()
        self.tabs.shared.catalog.follow_preferences(before.llm, settings.llm)

    def _tell_unloaded(self, sentence: str) -> None:
        """Called on the thread of a job."""
        self.jobs.post(lambda: self.messages.info(sentence))

    def _tell_unsaved(self, error: OSError) -> None:
        """Called on the writer's thread."""
        said = f"The settings could not be saved: {error.strerror}."
        hint = "They are in force until the program is closed."
        self.jobs.post(lambda: self.messages.error(said, hint, str(error)))

    def _choose_scheme(self, scheme: str) -> None:
        from workbench.settings import ColorScheme

        general = self.settings.general.model_copy(update={"color_scheme": ColorScheme(scheme)})
        self.change_settings(self.settings.model_copy(update={"general": general}))

    def in_background(self, work: Callable[[], T], then: Callable[[T], None]) -> None:
        """For a moment's work that would stall the window; `then` gets its result on the UI thread."""

        def run() -> None:
            from workbench.database import DatabaseClosedError

            try:
                result = work()
            except DatabaseClosedError:
                return  # the window is gone, and with it whoever waits for this
            self.jobs.post(lambda: then(result))

        threading.Thread(target=run, name="in-background", daemon=True).start()

    # -- the end ------------------------------------------------------------------------------------------------------

    def _on_closing(self) -> None:
        """The window is gone at once; then jobs end, and the data folder is free for the next start."""
        self.window.hide()
        QApplication.processEvents()
        for end in reversed(self._ending):
            end()
        self._ending.clear()
        if self._lock is not None:
            self._lock.release()
            self._lock = None


def peek_at_settings(path: Path) -> tuple[str, bool]:
    """Colour scheme and whether to reopen the last tab, read without pydantic; the real reading follows the paint."""
    try:
        general = json.loads(path.read_text(encoding="utf-8"))["general"]
        return str(general["color_scheme"]), bool(general["reopen_last_tab"])
    except (OSError, ValueError, KeyError, TypeError):
        return "system", True


def _unusable(path: Path, error: Exception) -> WorkbenchError:
    return WorkbenchError(
        f"{path} cannot be used.",
        hint="Check that the disk is not full and the folder can be written, or name another folder in WORKBENCH_HOME.",
        details=str(error),
        code="data_folder_unusable",
    )
