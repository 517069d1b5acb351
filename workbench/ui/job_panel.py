"""The jobs panel: every job of this start, what it does, how long still, and what can be done about it."""

import time
from pathlib import Path

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRectF, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QColor, QGuiApplication, QPainter, QShowEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QPlainTextEdit,
    QSplitter,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from workbench.jobs.job import JobSnapshot
from workbench.jobs.spec import JobState
from workbench.ui import job_rows
from workbench.ui.job_bridge import JobBridge
from workbench.ui.log_dialog import LogDialog
from workbench.ui.theme import set_role, tokens_of
from workbench.ui.widgets.named_button import named_button
from workbench.ui.widgets.record_model import Column, RecordTableModel
from workbench.ui.widgets.record_table import RecordTable
from workbench.ui.widgets.tool_button import tool_button

REPAINT_MS = 100
PROGRESS_COLUMN = 2


class JobPanel(QWidget):
    """Follows the bridge; repaints at most ten times a second however much the jobs say, and not while it is closed."""

    running_changed = Signal(int)
    """How many jobs run or wait."""
    close_requested = Signal()

    def __init__(self, jobs: JobBridge, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._cleared: set[str] = set()
        self._running = -1
        self._build_widgets()
        self._build_layout()
        self._connect()
        self.refresh()

    @Slot()
    def refresh(self) -> None:
        """Show the jobs as they are now."""
        shown = [job for job in reversed(self._jobs.jobs()) if job.id not in self._cleared]
        if self.isVisible():  # columns that fit themselves to a hundred rows take longer than all else that is shown
            self._model.show(shown)
            self._show_selected()
            self._clear.setEnabled(any(job_rows.is_over(job) for job in shown))
        running = sum(not job_rows.is_over(job) for job in shown)
        if running != self._running:
            self._running = running
            self.running_changed.emit(running)
        if running and not self._second.isActive():
            self._second.start()
        elif not running:
            self._second.stop()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.refresh()

    def selected(self) -> JobSnapshot | None:
        return self._table.selected_record()

    def _build_widgets(self) -> None:
        self.setObjectName("job_panel")
        self._title = QLabel(self.tr("Jobs"), self)
        set_role(self._title, "subtitle")
        self._model: RecordTableModel[JobSnapshot] = RecordTableModel(_columns(self), key=lambda job: job.id)
        self._table = RecordTable(
            self._model, self.tr("Nothing runs. Indexing, training and comparing show here while they work.")
        )
        self._table.setObjectName("job_table")
        self._table.setAccessibleName(self.tr("Jobs of this start"))
        self._bar_painter = _ProgressDelegate(self._table)  # the view does not own its delegate
        self._table.setItemDelegateForColumn(PROGRESS_COLUMN, self._bar_painter)
        header = self._table.horizontalHeader()
        header.setSectionResizeMode(PROGRESS_COLUMN, QHeaderView.ResizeMode.Fixed)
        header.resizeSection(PROGRESS_COLUMN, 150)
        self._details = QPlainTextEdit(self)
        self._details.setObjectName("job_details")
        self._details.setAccessibleName(self.tr("What went wrong"))
        self._details.setReadOnly(True)
        set_role(self._details, "code")
        self._cancel = named_button(self, "job_cancel", self.tr("Stop"), "quiet", icon="stop")
        self._log = named_button(self, "job_log", self.tr("Open log"), "quiet", icon="file")
        self._copy = named_button(self, "job_copy", self.tr("Copy details"), "quiet", icon="copy")
        self._clear = named_button(self, "job_clear", self.tr("Clear finished"), "quiet", icon="check")
        self._close = tool_button(self, "job_panel_close", self.tr("Hide the jobs panel"), "chevron-down", ink="text")
        self._soon = QTimer(self, singleShot=True, interval=REPAINT_MS)
        self._second = QTimer(self, interval=1000)

    def _build_layout(self) -> None:
        bar = QHBoxLayout()
        bar.setSpacing(4)
        bar.addWidget(self._title)
        bar.addStretch(1)
        for button in (self._cancel, self._log, self._copy, self._clear, self._close):
            bar.addWidget(button)
        self._split = QSplitter(Qt.Orientation.Horizontal, self)
        self._split.setObjectName("job_panel_split")
        self._split.addWidget(self._table)
        self._split.addWidget(self._details)
        self._split.setStretchFactor(0, 3)
        self._split.setStretchFactor(1, 2)
        self._split.setChildrenCollapsible(False)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 6, 12, 10)
        column.setSpacing(6)
        column.addLayout(bar)
        column.addWidget(self._split, 1)
        self.setMinimumHeight(150)

    def _connect(self) -> None:
        self._jobs.changed.connect(self._on_jobs_changed)
        self._soon.timeout.connect(self.refresh)
        self._second.timeout.connect(self._on_second)
        self._table.selection_moved.connect(self._on_selection_moved)
        self._table.record_activated.connect(self._on_open_log)
        self._cancel.clicked.connect(self._on_cancel)
        self._log.clicked.connect(self._on_open_log)
        self._copy.clicked.connect(self._on_copy)
        self._clear.clicked.connect(self._on_clear)
        self._close.clicked.connect(self.close_requested)

    def _show_selected(self) -> None:
        job = self.selected()
        details = job_rows.details_of(job) if job else ""
        if self._details.toPlainText() != details:
            self._details.setPlainText(details)
        self._details.setVisible(bool(details))
        self._copy.setEnabled(bool(details))
        self._cancel.setEnabled(job is not None and not job_rows.is_over(job) and not job.is_cancelling)
        self._log.setEnabled(job is not None and job.log_path is not None)

    @Slot()
    def _on_jobs_changed(self) -> None:
        if not self._soon.isActive():
            self._soon.start()

    @Slot()
    def _on_second(self) -> None:
        """Elapsed time and the moving bar go on between two events."""
        if self.isVisible():
            self._table.viewport().update()

    @Slot(object)
    def _on_selection_moved(self, _job: object) -> None:
        self._show_selected()

    @Slot()
    def _on_cancel(self) -> None:
        if job := self.selected():
            self._jobs.cancel(job.id)
            self.refresh()

    @Slot()
    def _on_open_log(self) -> None:
        job = self.selected()
        if job is not None and job.log_path is not None:
            LogDialog(job_rows.title_of(job), Path(job.log_path), self.window()).show()

    @Slot()
    def _on_copy(self) -> None:
        if job := self.selected():
            QGuiApplication.clipboard().setText(job_rows.details_of(job))
            self._copy.setText(self.tr("Copied"))
            QTimer.singleShot(1500, self._copy, lambda: self._copy.setText(self.tr("Copy details")))

    @Slot()
    def _on_clear(self) -> None:
        self._cleared |= {job.id for job in self._model.records if job_rows.is_over(job)}
        self.refresh()


def _columns(panel: QWidget) -> list[Column[JobSnapshot]]:
    return [
        Column(panel.tr("State"), job_rows.state_of, ink=job_rows.ink_of),
        Column(panel.tr("Job"), job_rows.title_of, tooltip=job_rows.title_of),
        Column(panel.tr("Progress"), job_rows.percent),
        Column(panel.tr("Left"), job_rows.left, align_right=True),
        Column(panel.tr("Elapsed"), job_rows.elapsed, align_right=True),
        Column(panel.tr("Now"), job_rows.doing, tooltip=job_rows.doing, stretch=True),
    ]


class _ProgressDelegate(QStyledItemDelegate):
    """A thin bar with the number beside it; a job whose length nobody knows shows a bar that moves."""

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        ground = QStyleOptionViewItem(option)
        self.initStyleOption(ground, index)
        ground.text = ""  # the bar has the number beside it
        widget = self.parent()
        assert isinstance(widget, QWidget)
        widget.style().drawControl(QStyle.ControlElement.CE_ItemViewItem, ground, painter, widget)
        model = index.model()
        assert isinstance(model, RecordTableModel)
        job: JobSnapshot = model.record(index.row())
        if job.state is not JobState.RUNNING and job.progress is None:
            return
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        tokens = tokens_of()
        text_width = option.fontMetrics.horizontalAdvance("100 %") + 8
        area = QRectF(option.rect).adjusted(10, 0, -10, 0)
        bar = QRectF(area.left(), area.center().y() - 3, area.width() - text_width, 6)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(tokens.track))
        painter.drawRoundedRect(bar, 3, 3)
        painter.setBrush(QColor(tokens.accent if not job_rows.is_over(job) else tokens.muted))
        painter.drawRoundedRect(_filled(bar, job), 3, 3)
        painter.setPen(QColor(tokens.text))
        painter.drawText(area, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, job_rows.percent(job))
        painter.restore()


def _filled(bar: QRectF, job: JobSnapshot) -> QRectF:
    if job.progress is not None:
        return QRectF(bar.left(), bar.top(), bar.width() * job.progress, bar.height())
    place = (time.monotonic() % 4) / 4 * 0.75
    return QRectF(bar.left() + bar.width() * place, bar.top(), bar.width() * 0.25, bar.height())
