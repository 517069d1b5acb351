"""Tells the desktop when a long job ended while the window was in the background."""

from collections.abc import Callable

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QApplication, QSystemTrayIcon, QWidget

from workbench.jobs.job import JobSnapshot
from workbench.ui import job_rows
from workbench.ui.job_bridge import JobBridge

LONG_SECONDS = 20


class JobNotifier(QObject):
    """Follows the bridge; says each end once."""

    def __init__(self, jobs: JobBridge, window: QWidget, is_wanted: Callable[[], bool]) -> None:
        super().__init__(window)
        self._jobs = jobs
        self._window = window
        self._is_wanted = is_wanted
        self._seen_over: set[str] = set()
        self._tray: QSystemTrayIcon | None = None
        jobs.ended.connect(self._on_ended)

    @Slot()
    def _on_ended(self) -> None:
        for job in self._jobs.jobs():
            if job_rows.is_over(job) and job.id not in self._seen_over:
                self._seen_over.add(job.id)
                if is_worth_telling(job) and self._is_wanted() and not self._window.isActiveWindow():
                    self._tell(job)

    def _tell(self, job: JobSnapshot) -> None:
        QApplication.alert(self._window)
        if not QSystemTrayIcon.isSystemTrayAvailable():
            return
        if self._tray is None:
            self._tray = QSystemTrayIcon(self._window.windowIcon(), self)
        self._tray.show()
        self._tray.showMessage(job_rows.title_of(job), f"{job_rows.state_of(job)} · {job_rows.elapsed(job)}")


def is_worth_telling(job: JobSnapshot) -> bool:
    """Long enough that the user has turned to something else."""
    return job.started_at > 0 and job.ended_at - job.started_at >= LONG_SECONDS
