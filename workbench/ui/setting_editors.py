"""Which widget edits which declared setting."""

from abc import abstractmethod
from enum import StrEnum
from typing import Any

from pydantic.fields import FieldInfo
from PySide6.QtCore import QObject, QSignalBlocker, Qt, Signal, Slot
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QHBoxLayout,
    QLineEdit,
    QListWidget,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from workbench.ui.theme import set_role
from workbench.ui.widgets.file_dialogs import FOLDER, OpenDialog

EDITOR_WIDTH = 170


class Editor(QObject):
    """A widget for one value: `chosen` when the user changed it, `show_value` without telling it back."""

    chosen = Signal(object)
    is_wide = False
    """Takes a line of its own."""
    widget: QWidget

    @abstractmethod
    def show_value(self, value: Any) -> None: ...


def editor_for(field: FieldInfo, value: object) -> Editor:
    """The editor for a declared field; TypeError for a type that no setting has had yet."""
    match value:
        case bool():
            editor: Editor = _Switch()
        case StrEnum():
            editor = _Choice(type(value))
        case int():
            editor = _WholeNumber(*_bounds(field))
        case float():
            editor = _Number(*_bounds(field))
        case tuple():
            editor = _Folders()
        case str():
            editor = _Text()
        case _:
            raise TypeError(f"no editor for a setting of type {type(value).__name__}")
    editor.show_value(value)
    return editor


def _bounds(field: FieldInfo) -> tuple[float, float]:
    """The declared range, inclusive."""
    lows = [float(rule.ge) for rule in field.metadata if getattr(rule, "ge", None) is not None]
    highs = [float(rule.le) for rule in field.metadata if getattr(rule, "le", None) is not None]
    return max(lows, default=-1e9), min(highs, default=1e9)


class _Switch(Editor):
    def __init__(self) -> None:
        super().__init__()
        self.widget = self._box = QCheckBox()
        set_role(self._box, "bare")  # its words are the title of the row
        self._box.toggled.connect(self.chosen.emit)

    def show_value(self, value: Any) -> None:
        with QSignalBlocker(self._box):
            self._box.setChecked(value)


class _Choice(Editor):
    def __init__(self, choices: type[StrEnum]) -> None:
        super().__init__()
        self._choices = list(choices)
        self.widget = self._box = QComboBox()
        self._box.setFixedWidth(EDITOR_WIDTH)
        for choice in self._choices:
            self._box.addItem(choice.value.replace("_", " ").capitalize())
        self._box.currentIndexChanged.connect(self._on_index_changed)

    def show_value(self, value: Any) -> None:
        with QSignalBlocker(self._box):
            self._box.setCurrentIndex(self._choices.index(value))

    @Slot(int)
    def _on_index_changed(self, number: int) -> None:
        self.chosen.emit(self._choices[number])


class _WholeNumber(Editor):
    def __init__(self, low: float, high: float) -> None:
        super().__init__()
        self.widget = self._box = QSpinBox()
        self._box.setRange(int(low), int(high))
        self._box.setFixedWidth(EDITOR_WIDTH)
        self._box.setKeyboardTracking(False)  # a number is chosen when it is typed to its end
        self._box.setStepType(QSpinBox.StepType.AdaptiveDecimalStepType)
        self._box.valueChanged.connect(self.chosen.emit)

    def show_value(self, value: Any) -> None:
        with QSignalBlocker(self._box):
            self._box.setValue(value)


class _Number(Editor):
    def __init__(self, low: float, high: float) -> None:
        super().__init__()
        self.widget = self._box = QDoubleSpinBox()
        self._box.setRange(low, high)
        self._box.setDecimals(2)
        self._box.setSingleStep(0.5)
        self._box.setFixedWidth(EDITOR_WIDTH)
        self._box.setKeyboardTracking(False)
        self._box.valueChanged.connect(self.chosen.emit)

    def show_value(self, value: Any) -> None:
        with QSignalBlocker(self._box):
            self._box.setValue(value)


class _Text(Editor):
    def __init__(self) -> None:
        super().__init__()
        self.widget = self._line = QLineEdit()
        self._line.setFixedWidth(EDITOR_WIDTH)
        self._line.editingFinished.connect(self._on_edited)

    def show_value(self, value: Any) -> None:
        self._line.setText(value)

    @Slot()
    def _on_edited(self) -> None:
        self.chosen.emit(self._line.text())


class _Folders(Editor):
    """A list of folders with Add and Remove."""

    is_wide = True

    def __init__(self) -> None:
        super().__init__()
        self.widget = QWidget()
        self._list = QListWidget()
        self._list.setObjectName("folder_list")
        self._list.setAccessibleName(self.tr("Folders"))
        self._list.setMaximumHeight(120)
        self._list.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self._add, self._remove = QPushButton(self.tr("Add folder…")), QPushButton(self.tr("Remove"))
        self._add.setObjectName("folder_add")
        self._remove.setObjectName("folder_remove")
        set_role(self._remove, "quiet")
        buttons = QHBoxLayout()
        buttons.addWidget(self._add)
        buttons.addWidget(self._remove)
        buttons.addStretch(1)
        column = QVBoxLayout(self.widget)
        column.setContentsMargins(0, 2, 0, 0)
        column.addWidget(self._list)
        column.addLayout(buttons)
        self._add.clicked.connect(self._on_add)
        self._remove.clicked.connect(self._on_remove)
        self._list.currentRowChanged.connect(self._on_row_changed)
        self._on_row_changed(-1)

    def folders(self) -> tuple[str, ...]:
        return tuple(self._list.item(row).text() for row in range(self._list.count()))

    def show_value(self, value: Any) -> None:
        self._list.clear()
        self._list.addItems(list(value))

    @Slot()
    def _on_add(self) -> None:
        dialog = OpenDialog(self.widget, self.tr("A folder with models"), "folder_dialog", mode=FOLDER)
        dialog.fileSelected.connect(self._on_folder_chosen)
        dialog.open()

    @Slot(str)
    def _on_folder_chosen(self, folder: str) -> None:
        if folder and folder not in self.folders():
            self._list.addItem(folder)
            self.chosen.emit(self.folders())

    @Slot()
    def _on_remove(self) -> None:
        self._list.takeItem(self._list.currentRow())
        self.chosen.emit(self.folders())

    @Slot(int)
    def _on_row_changed(self, row: int) -> None:
        self._remove.setEnabled(row >= 0)
