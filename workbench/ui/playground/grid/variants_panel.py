"""Variants of the settings, and a line that adds more: a setting and its values."""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QLineEdit, QVBoxLayout, QWidget

from workbench.playground.grid.combining import settings_to_sweep
from workbench.ui.playground.grid.check_list import CheckList
from workbench.ui.playground.grid.state import Choice, GridPageState
from workbench.ui.theme import set_role
from workbench.ui.widgets.named_button import named_button


class VariantsPanel(QWidget):
    variant_toggled = Signal(str, bool)
    vary_requested = Signal(str, str)
    """The field of a setting, and its values separated by commas."""
    tidy_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._build_widgets()
        self._build_layout()
        self._connect()

    def _build_widgets(self) -> None:
        self._shown = 0
        self._list = CheckList("grid_variants", self.tr("Settings"), "", self)
        self._field = QComboBox(self)
        self._field.setObjectName("grid_vary_field")
        self._field.setAccessibleName(self.tr("Setting that varies"))
        self._field.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self._field.setMinimumContentsLength(8)
        for field, title in settings_to_sweep().items():
            self._field.addItem(title, field)
        self._field.setCurrentIndex(self._field.findData("temperature"))
        self._values = QLineEdit(self)
        self._values.setObjectName("grid_vary_values")
        self._values.setAccessibleName(self.tr("Values, separated by commas"))
        self._values.setPlaceholderText("0, 0.7, 1")
        self._values.setMinimumWidth(60)
        self._add = named_button(self, "grid_vary_add", self.tr("Add"), spoken=self.tr("Add a variant for each value"))
        self._tidy = named_button(
            self,
            "grid_vary_tidy",
            self.tr("Remove those without a mark"),
            "link",
            spoken=self.tr("Remove the variants that are not chosen"),
        )
        self._trouble = QLabel(self)
        self._trouble.setObjectName("grid_vary_trouble")
        self._trouble.setTextFormat(Qt.TextFormat.PlainText)
        self._trouble.setWordWrap(True)
        set_role(self._trouble, "error")

    def _build_layout(self) -> None:
        line = QHBoxLayout()
        line.setSpacing(6)
        line.addWidget(self._values, 1)
        line.addWidget(self._add)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(self._list, 1)
        column.addWidget(self._tidy, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(self._field)
        column.addLayout(line)
        column.addWidget(self._trouble)
        self.setFocusProxy(self._list)

    def _connect(self) -> None:
        self._list.toggled.connect(self.variant_toggled)
        self._add.clicked.connect(self._on_add)
        self._values.returnPressed.connect(self._on_add)
        self._tidy.clicked.connect(self.tidy_requested)

    def show_state(self, state: GridPageState) -> None:
        choices = [
            Choice(variant.name, variant.name or self.tr("As the prompt says"), variant.name)
            for variant in state.variants
        ]
        if len(state.variants) != self._shown and not state.variant_trouble:
            self._values.clear()
        self._shown = len(state.variants)
        self._list.show_choices(choices, state.chosen_variants)
        self._trouble.setText(state.variant_trouble)
        self._trouble.setVisible(bool(state.variant_trouble))
        unused = any(variant.changes and variant.name not in state.chosen_variants for variant in state.variants)
        self._tidy.setVisible(unused)

    @Slot()
    def _on_add(self) -> None:
        self.vary_requested.emit(str(self._field.currentData()), self._values.text())
