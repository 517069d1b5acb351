"""Which column of a table of questions means what, before it is imported."""

from functools import partial
from pathlib import Path

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QComboBox, QFormLayout, QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from workbench.ui.documents.measure_state import MeasureState
from workbench.ui.theme import set_role
from workbench.ui.widgets.named_button import named_button


class MappingForm(QFrame):
    """Hidden while no table is looked at."""

    column_mapped = Signal(str, str)
    """A field of `ColumnChoice`, and the column."""
    import_requested = Signal()
    left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._build_widgets()
        self._build_layout()
        self._connect()

    def show_state(self, state: MeasureState) -> None:
        mapping = state.mapping
        self.setVisible(mapping is not None)
        if mapping is None:
            return
        self._title.setText(self.tr("Columns of {}").format(Path(mapping.path).name))
        for meaning, box in self._columns.items():
            with QSignalBlocker(box):
                box.clear()
                box.addItem(self.tr("(none)"), "")
                for column in mapping.columns:
                    box.addItem(column, column)
                box.setCurrentIndex(max(0, box.findData(getattr(mapping.choice, meaning))))
        self._import.setEnabled(bool(mapping.choice.question and mapping.choice.source))

    def _build_widgets(self) -> None:
        self.setObjectName("measure_mapping")
        set_role(self, "panel")
        self._title = QLabel(self)
        self._title.setTextFormat(Qt.TextFormat.PlainText)
        set_role(self._title, "field")
        self._columns: dict[str, QComboBox] = {}
        for meaning, text in (
            ("question", self.tr("Question")),
            ("source", self.tr("Document that answers")),
            ("page", self.tr("Page (optional)")),
            ("quote", self.tr("Passage word by word (optional)")),
        ):
            box = QComboBox(self)
            box.setObjectName(f"measure_column_{meaning}")
            box.setAccessibleName(text)
            self._columns[meaning] = box
        self._import = named_button(self, "measure_import_now", self.tr("Import"), "primary", icon="check")
        self._leave = named_button(self, "measure_import_leave", self.tr("Cancel"), icon="close")

    def _build_layout(self) -> None:
        form = QFormLayout()
        form.setVerticalSpacing(6)
        for box in self._columns.values():
            form.addRow(box.accessibleName(), box)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(self._leave)
        buttons.addWidget(self._import)
        column = QVBoxLayout(self)
        column.addWidget(self._title)
        column.addLayout(form)
        column.addLayout(buttons)

    def _connect(self) -> None:
        for meaning, box in self._columns.items():
            box.activated.connect(partial(self._on_mapped, meaning))
        self._import.clicked.connect(self.import_requested)
        self._leave.clicked.connect(self.left)

    def _on_mapped(self, meaning: str, number: int) -> None:
        self.column_mapped.emit(meaning, self._columns[meaning].itemData(number))
