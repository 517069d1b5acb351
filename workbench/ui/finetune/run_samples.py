"""What the model answered to the same prompts before it was trained and after some steps, one below the other."""

from PySide6.QtCore import QSignalBlocker, Qt, Slot
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QHeaderView,
    QLabel,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from workbench.finetune.types import TrainingSample
from workbench.ui.theme import set_role

_SHOWN_PROMPT = 90


class SamplesView(QWidget):
    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._samples: tuple[TrainingSample, ...] = ()
        self._build_widgets()
        self._build_layout()
        self._prompt.activated.connect(self._show_chosen)

    def show_samples(self, samples: tuple[TrainingSample, ...], *, is_asked: bool) -> None:
        """`is_asked`: whether this training makes samples at all."""
        self._empty.setVisible(not samples)
        self._prompt.setVisible(bool(samples))
        self._table.setVisible(bool(samples))
        self._empty.setText(
            self.tr("The first samples come before the first step.")
            if is_asked
            else self.tr("This training makes no samples: “Samples every” was 0 in its settings.")
        )
        if samples == self._samples:
            return
        self._samples = samples
        self._show_prompts()
        self._show_chosen()

    def _show_prompts(self) -> None:
        prompts = {sample.number: sample.prompt for sample in self._samples}
        if [self._prompt.itemData(index) for index in range(self._prompt.count())] == sorted(prompts):
            return
        with QSignalBlocker(self._prompt):
            chosen = self._prompt.currentData()
            self._prompt.clear()
            for number in sorted(prompts):
                line = " ".join(prompts[number].split())
                short = line if len(line) <= _SHOWN_PROMPT else line[: _SHOWN_PROMPT - 1] + "…"
                self._prompt.addItem(short, number)
                self._prompt.setItemData(self._prompt.count() - 1, prompts[number], Qt.ItemDataRole.ToolTipRole)
            self._prompt.setCurrentIndex(max(0, self._prompt.findData(chosen)))

    @Slot()
    def _show_chosen(self) -> None:
        shown = [sample for sample in self._samples if sample.number == self._prompt.currentData()]
        rows = [(self.tr("Wanted"), shown[0].expected)] if shown and shown[0].expected else []
        rows += [(self.tr("Before") if s.step == 0 else self.tr("Step {:,}").format(s.step), s.text) for s in shown]
        self._table.setRowCount(len(rows))
        for number, (when, text) in enumerate(rows):
            for column, value in enumerate((when, text.strip() or self.tr("(nothing)"))):
                item = QTableWidgetItem(value)
                item.setFlags(Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable)
                item.setTextAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
                self._table.setItem(number, column, item)
        self._table.scrollToBottom()

    def _build_widgets(self) -> None:
        self._empty = QLabel(self)
        self._empty.setObjectName("samples_empty")
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._empty.setWordWrap(True)
        set_role(self._empty, "muted")
        self._prompt = QComboBox(self)
        self._prompt.setObjectName("sample_prompt")
        self._prompt.setAccessibleName(self.tr("Prompt of the samples"))
        self._prompt.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self._table = QTableWidget(0, 2, self)
        self._table.setObjectName("sample_table")
        self._table.setAccessibleName(self.tr("Samples"))
        self._table.setHorizontalHeaderLabels([self.tr("When"), self.tr("What the model says")])
        self._table.verticalHeader().hide()
        self._table.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        self._table.setWordWrap(True)
        self._table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self._table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self._table.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        head = self._table.horizontalHeader()
        head.setSectionResizeMode(0, QHeaderView.ResizeMode.ResizeToContents)
        head.setSectionResizeMode(1, QHeaderView.ResizeMode.Stretch)
        head.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)

    def _build_layout(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(self._empty, 1)
        column.addWidget(self._prompt)
        column.addWidget(self._table, 1)
