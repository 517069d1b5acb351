"""The line that a tab shows while its job runs: what happens, how far, how long still, and a way to stop it."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QProgressBar, QSizePolicy, QWidget

from workbench.naming import duration_in_words as in_words
from workbench.ui.board import Running
from workbench.ui.pace import Pace
from workbench.ui.theme import set_role
from workbench.ui.widgets.elided_label import ElidedLabel
from workbench.ui.widgets.named_button import named_button

_STEPS = 1000


class JobStrip(QFrame):
    """Hidden while nothing runs."""

    stop_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._pace = Pace()
        self._build_widgets()
        self._build_layout()
        self._stop.clicked.connect(self.stop_requested)
        self.hide()

    def show_progress(self, done: float, total: float, label: str) -> None:
        """How far the job is; a `total` of 0 means that nobody knows."""
        self._pace.report(done, total)
        self._label.setText(label)
        self._bar.setRange(0, _STEPS if total > 0 else 0)
        if total > 0:
            self._bar.setValue(round(_STEPS * min(1.0, done / total)))
        left = self._pace.seconds_left()
        self._left.setText("" if left is None else self.tr("about {} left").format(in_words(left)))
        self._bar.show()
        self._show_stop(True)

    def show_text(self, text: str, *, stoppable: bool = True) -> None:
        """A state without a measure, such as "Waits for 'Index handbook'"."""
        self._pace = Pace()
        self._label.setText(text)
        self._left.clear()
        self._bar.hide()
        self._show_stop(stoppable)

    def show_running(self, running: Running | None, about: str = "") -> None:
        """The state of a job, with what it is about before its label; None when none runs."""
        if running is None:
            self.clear()
            return
        label = self.tr("{}: {}").format(about, running.label) if about else running.label
        if running.total > 0:
            self.show_progress(running.done, running.total, label)
        else:
            self.show_text(label)

    def clear(self) -> None:
        """The job is over."""
        self._pace = Pace()
        self.hide()

    def _show_stop(self, visible: bool) -> None:
        self._stop.setVisible(visible)
        self.show()

    def _build_widgets(self) -> None:
        set_role(self, "strip")
        self.setAccessibleName(self.tr("Running job"))
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._label, self._left = ElidedLabel(parent=self), QLabel(self)
        set_role(self._left, "muted")
        self._bar = QProgressBar(self)
        self._bar.setObjectName("job_strip_progress")
        self._bar.setAccessibleName(self.tr("Progress"))
        self._bar.setTextVisible(False)
        self._bar.setMinimumWidth(80)
        self._stop = named_button(
            self, "job_strip_stop", self.tr("Stop"), spoken=self.tr("Stop the running job"), icon="stop"
        )

    def _build_layout(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 6, 8, 6)
        row.setSpacing(12)
        row.addWidget(self._label, 3)
        row.addWidget(self._bar, 2)
        row.addWidget(self._left)
        row.addWidget(self._stop)
