"""Several values for some settings, each combination one training."""

from PySide6.QtCore import QSignalBlocker, Signal, Slot
from PySide6.QtWidgets import QCheckBox, QComboBox, QFrame, QGridLayout, QLabel, QLineEdit, QVBoxLayout, QWidget

from workbench.finetune.types import TrainingConfig
from workbench.ui.finetune.setup_state import SetupState, SweepLine
from workbench.ui.theme import set_role

LINES = 3
_SWEPT = (
    "learning_rate", "rank", "alpha", "dropout", "epochs", "batch_size", "gradient_accumulation", "schedule",
    "warmup_share", "weight_decay", "packing", "general_share",
)  # fmt: skip
"""Settings whose values can be compared by the loss on the same held-out rows."""


class SweepForm(QFrame):
    toggled = Signal(bool)
    changed = Signal(object)
    """A tuple of `SweepLine`."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        set_role(self, "panel")
        self.setObjectName("sweep_form")
        self._build_widgets()
        self._build_layout()
        self._connect()

    def show_sweep(self, setup: SetupState) -> None:
        with QSignalBlocker(self._switch):
            self._switch.setChecked(setup.is_sweep)
        self._body.setVisible(setup.is_sweep)
        for line, (box, edit) in zip(setup.sweep, self._lines, strict=False):
            with QSignalBlocker(box), QSignalBlocker(edit):
                box.setCurrentIndex(max(0, box.findData(line.setting)))
                if edit.text() != line.values:
                    edit.setText(line.values)
        self._trouble.setText(setup.sweep_trouble)
        self._trouble.setVisible(bool(setup.sweep_trouble))
        count = setup.sweep_count
        self._count.setVisible(bool(count))
        self._count.setText(
            self.tr("1 training.") if count == 1 else self.tr("{} trainings, one after the other.").format(count)
        )

    def _build_widgets(self) -> None:
        self._switch = QCheckBox(self.tr("Try several values and keep the best"), self)
        self._switch.setObjectName("sweep_switch")
        self._switch.setAccessibleName(self.tr("Try several values and keep the best on the held-out rows"))
        self._body = QWidget(self)
        self._about = QLabel(
            self.tr("Every combination is trained as one job and measured on the same held-out rows."), self._body
        )
        self._about.setWordWrap(True)
        set_role(self._about, "small")
        self._lines: list[tuple[QComboBox, QLineEdit]] = []
        for number in range(LINES):
            box, edit = QComboBox(self._body), QLineEdit(self._body)
            box.setObjectName(f"sweep_setting_{number}")
            box.setAccessibleName(self.tr("Setting {} to vary").format(number + 1))
            box.addItem(self.tr("(no setting)"), "")
            for name in _SWEPT:
                box.addItem(TrainingConfig.model_fields[name].title or name, name)
            edit.setObjectName(f"sweep_values_{number}")
            edit.setAccessibleName(self.tr("Values of setting {}").format(number + 1))
            edit.setPlaceholderText(self.tr("values, separated by commas"))
            self._lines.append((box, edit))
        self._trouble, self._count = QLabel(self._body), QLabel(self._body)
        self._trouble.setObjectName("sweep_trouble")
        self._trouble.setWordWrap(True)
        self._count.setObjectName("sweep_count")
        set_role(self._trouble, "error")
        set_role(self._count, "muted")

    def _build_layout(self) -> None:
        grid = QGridLayout(self._body)
        grid.setContentsMargins(0, 4, 0, 0)
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(6)
        grid.setColumnStretch(1, 1)
        grid.addWidget(self._about, 0, 0, 1, 2)
        for row, (box, edit) in enumerate(self._lines, 1):
            grid.addWidget(box, row, 0)
            grid.addWidget(edit, row, 1)
        grid.addWidget(self._trouble, LINES + 1, 0, 1, 2)
        grid.addWidget(self._count, LINES + 2, 0, 1, 2)
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 10, 14, 10)
        column.addWidget(self._switch)
        column.addWidget(self._body)

    def _connect(self) -> None:
        self._switch.toggled.connect(self.toggled)
        for box, edit in self._lines:
            box.activated.connect(self._on_changed)
            edit.textEdited.connect(self._on_changed)

    @Slot()
    def _on_changed(self) -> None:
        self.changed.emit(tuple(SweepLine(box.currentData(), edit.text()) for box, edit in self._lines))
