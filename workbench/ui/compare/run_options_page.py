"""How a comparison is run: how often, how long, what is measured beside the answers. Each with its sentence."""

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import QSignalBlocker, Qt, Signal, Slot
from PySide6.QtWidgets import QCheckBox, QFrame, QGridLayout, QLabel, QSpinBox, QVBoxLayout, QWidget

from workbench.compare.types import MOST_REPEATS
from workbench.ui.compare.run_options import RunOptions
from workbench.ui.compare.state import CompareState
from workbench.ui.theme import set_role
from workbench.ui.widgets.page_scroller import PageScroller

_LONGEST_MINUTES = 7 * 24 * 60
_LARGEST_SEED = 2**31 - 1  # what a QSpinBox can hold; a file may say more


class RunOptionsPage(QWidget):
    options_changed = Signal(object)
    seed_changed = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._options = RunOptions()
        self._build_widgets()
        self._build_layout()
        self._connect()

    @property
    def widget(self) -> QWidget:
        return self

    def show_state(self, state: CompareState) -> None:
        self._options = options = state.options
        shown = (
            (self._repeats, options.repeats),
            (self._minutes, round(options.budget_seconds / 60)),
            (self._timed, options.timed_questions),
            (self._seed, min(state.seed, _LARGEST_SEED)),
        )
        for box, value in shown:
            if box.value() != value:
                with QSignalBlocker(box):
                    box.setValue(value)
        for check, on in ((self._forgetting, options.forgetting), (self._fresh, options.fresh)):
            with QSignalBlocker(check):
                check.setChecked(on)
        self._estimate.setText(state.estimate)
        self._estimate.setVisible(bool(state.estimate))

    def _build_widgets(self) -> None:
        self._repeats = self._box("compare_repeats", self.tr("Answers per question"), 1, MOST_REPEATS)
        self._minutes = self._box("compare_minutes", self.tr("Time, in minutes"), 0, _LONGEST_MINUTES)
        self._minutes.setSpecialValueText(self.tr("no limit"))
        self._minutes.setSuffix(self.tr(" min"))
        self._timed = self._box("compare_timed", self.tr("Questions timed alone"), 0, 1000)
        self._timed.setSpecialValueText(self.tr("none"))
        self._seed = self._box("compare_seed", self.tr("Seed"), 0, _LARGEST_SEED)
        self._forgetting = self._check("compare_forgetting", self.tr("Look for what tuning made it forget"))
        self._fresh = self._check("compare_anew", self.tr("Ask everything anew"))
        self._estimate = QLabel(self)
        self._estimate.setObjectName("compare_estimate")
        self._estimate.setWordWrap(True)

    def _build_layout(self) -> None:
        page = QWidget(self)
        card = QFrame(page)
        set_role(card, "panel")
        grid = QGridLayout(card)
        grid.setContentsMargins(16, 14, 16, 14)
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(12)
        grid.setColumnStretch(2, 1)
        for control, sentence in self._sentences():
            self._add(grid, control, sentence)
        inside = QVBoxLayout(page)
        inside.setContentsMargins(0, 8, 0, 0)
        inside.setSpacing(12)
        inside.addWidget(card)
        inside.addWidget(self._estimate)
        inside.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(PageScroller(page, self))

    def _sentences(self) -> Sequence[tuple[QSpinBox | QCheckBox, str]]:
        """What each setting means."""
        return (
            (
                self._repeats,
                self.tr(
                    "Arms that sample (temperature above 0) answer so often, each time with another seed: what chance "
                    "alone does is told. The others say the same every time, and are asked once."
                ),
            ),
            (
                self._minutes,
                self.tr(
                    "When the time is up, no further questions are begun. By then the arms were asked about the same "
                    "ones, and what is there is compared."
                ),
            ),
            (
                self._timed,
                self.tr(
                    "So many questions are asked once more, one at a time: how long a person waits for an answer "
                    "cannot be told from batches."
                ),
            ),
            (
                self._seed,
                self.tr(
                    "Draws what is random: few-shot examples, sampled answers, intervals. The same seed repeats them."
                ),
            ),
            (
                self._forgetting,
                self.tr(
                    "Tuned arms and their base are asked about 130 general questions: what was lost stands beside what "
                    "was won. Once for each adapter."
                ),
            ),
            (
                self._fresh,
                self.tr(
                    "Otherwise answers that an earlier run got to exactly the same (model, adapter, prompt, passages, "
                    "settings, batch) are taken over."
                ),
            ),
        )

    def _add(self, grid: QGridLayout, control: QSpinBox | QCheckBox, sentence: str) -> None:
        """A row: what it is called, where it is set, what it means."""
        row = grid.rowCount()
        about = QLabel(sentence, self)
        about.setWordWrap(True)
        about.setTextFormat(Qt.TextFormat.PlainText)
        set_role(about, "muted")
        control.setAccessibleDescription(sentence)
        control.setToolTip(sentence)
        middle = Qt.AlignmentFlag.AlignVCenter
        if isinstance(control, QCheckBox):
            grid.addWidget(control, row, 0, 1, 2, middle)
        else:
            name = QLabel(control.accessibleName(), self)
            name.setBuddy(control)
            grid.addWidget(name, row, 0, middle)
            grid.addWidget(control, row, 1, middle)
        grid.addWidget(about, row, 2, middle)

    def _box(self, name: str, title: str, least: int, most: int) -> QSpinBox:
        box = QSpinBox(self)
        box.setObjectName(name)
        box.setAccessibleName(title)
        box.setRange(least, most)
        box.setKeyboardTracking(False)
        return box

    def _check(self, name: str, title: str) -> QCheckBox:
        check = QCheckBox(title, self)
        check.setObjectName(name)
        check.setAccessibleName(title)
        return check

    def _connect(self) -> None:
        for box in (self._repeats, self._minutes, self._timed):
            box.valueChanged.connect(self._on_changed)
        for check in (self._forgetting, self._fresh):
            check.toggled.connect(self._on_changed)
        self._seed.valueChanged.connect(self.seed_changed)

    @Slot()
    def _on_changed(self) -> None:
        minutes = self._minutes.value()
        kept = round(self._options.budget_seconds / 60) == minutes  # a file may say 90 seconds
        self.options_changed.emit(
            replace(
                self._options,
                repeats=self._repeats.value(),
                budget_seconds=self._options.budget_seconds if kept else 60.0 * minutes,
                timed_questions=self._timed.value(),
                forgetting=self._forgetting.isChecked(),
                fresh=self._fresh.isChecked(),
            )
        )
