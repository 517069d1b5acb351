"""The settings of one metric, each with the editor of its kind."""

from collections.abc import Sequence

from PySide6.QtCore import QLocale, QSignalBlocker, Signal, Slot
from PySide6.QtGui import QDoubleValidator
from PySide6.QtWidgets import QCheckBox, QComboBox, QFormLayout, QLineEdit, QSpinBox, QWidget

from workbench.scoring.metric_options import MetricOption, OptionKind
from workbench.scoring.types import MetricChoice

_MOST = 1_000_000


class OptionForm(QWidget):
    """Built anew when another metric is shown."""

    option_changed = Signal(str, object)
    """The option's name and its value."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._options: Sequence[MetricOption] = ()
        self._editors: dict[str, QWidget] = {}
        self._form = QFormLayout(self)
        self._form.setContentsMargins(0, 0, 0, 0)
        self._form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapLongRows)

    def show_options(self, options: Sequence[MetricOption], choice: MetricChoice | None) -> None:
        """The options with the values that are set; greyed out while the metric is not used (`choice` of None)."""
        if options is not self._options:
            self._build(options)
        for option in options:
            editor = self._editors[option.name]
            editor.setEnabled(choice is not None)
            with QSignalBlocker(editor):
                _set(editor, (choice.options if choice else {}).get(option.name, option.default))
        self.setVisible(bool(options))

    def _build(self, options: Sequence[MetricOption]) -> None:
        while self._form.rowCount():
            self._form.removeRow(0)
        self._options, self._editors = options, {}
        for option in options:
            editor = self._editor(option)
            editor.setObjectName(f"compare_option_{option.name}")
            editor.setAccessibleName(option.title)
            editor.setAccessibleDescription(option.sentence)
            editor.setToolTip(option.sentence)
            editor.setProperty("option", option.name)
            self._editors[option.name] = editor
            self._form.addRow("" if option.kind is OptionKind.SWITCH else option.title, editor)

    def _editor(self, option: MetricOption) -> QWidget:
        match option.kind:
            case OptionKind.SWITCH:
                box = QCheckBox(option.title, self)
                box.toggled.connect(self._on_switch)
                return box
            case OptionKind.WHOLE:
                spin = QSpinBox(self)
                spin.setRange(0, 1000)
                spin.setSpecialValueText(self.tr("all"))
                spin.valueChanged.connect(self._on_whole)
                return spin
            case OptionKind.CHOICE:
                combo = QComboBox(self)
                for value, title in option.choices:
                    combo.addItem(title, value)
                combo.activated.connect(self._on_choice)
                return combo
            case OptionKind.NUMBER:
                number = QLineEdit(self)
                validator = QDoubleValidator(0.0, _MOST, 9, number)
                validator.setLocale(QLocale.c())
                number.setValidator(validator)
                number.editingFinished.connect(self._on_number)
                return number
            case OptionKind.TEXT | OptionKind.LIST:
                text = QLineEdit(self)
                text.setPlaceholderText(option.sentence)
                text.editingFinished.connect(self._on_text)
                return text

    @Slot(bool)
    def _on_switch(self, is_on: bool) -> None:
        self._tell(int(is_on))

    @Slot(int)
    def _on_whole(self, value: int) -> None:
        self._tell(value)

    @Slot(int)
    def _on_choice(self, index: int) -> None:
        sender = self.sender()
        if isinstance(sender, QComboBox):
            self._tell(str(sender.itemData(index)))

    @Slot()
    def _on_number(self) -> None:
        sender = self.sender()
        if isinstance(sender, QLineEdit):
            self._tell(float(sender.text() or 0))

    @Slot()
    def _on_text(self) -> None:
        sender = self.sender()
        if isinstance(sender, QLineEdit):
            self._tell(sender.text().strip())

    def _tell(self, value: object) -> None:
        self.option_changed.emit(str(self.sender().property("option")), value)


def _set(editor: QWidget, value: object) -> None:
    match editor:
        case QCheckBox():
            editor.setChecked(bool(value))
        case QSpinBox():
            editor.setValue(int(str(value or 0)))
        case QComboBox():
            editor.setCurrentIndex(max(0, editor.findData(value)))
        case QLineEdit():
            text = (
                ", ".join(map(str, value))
                if isinstance(value, list | tuple)
                else f"{value:g}"
                if isinstance(value, float)
                else str(value)
            )
            if editor.text() != text and not editor.hasFocus():
                editor.setText(text)
