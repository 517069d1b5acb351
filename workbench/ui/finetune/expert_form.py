"""Every setting of a training, generated from the declarations in `TrainingConfig`, each with its sentence."""

from enum import StrEnum
from typing import Any

from pydantic.fields import FieldInfo
from PySide6.QtCore import QSignalBlocker, Qt, Signal, Slot
from PySide6.QtGui import QValidator
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QFrame,
    QGridLayout,
    QLabel,
    QPlainTextEdit,
    QSizePolicy,
    QSpinBox,
    QWidget,
)

from workbench.finetune.types import PROJECTIONS, TrainingConfig
from workbench.ui.theme import set_role

_GROUPS = {
    "Learning": (
        "epochs", "learning_rate", "schedule", "warmup_share", "weight_decay", "max_gradient_norm", "seed",
    ),
    "Adapter": ("rank", "alpha", "dropout", "targets"),
    "Rows": ("max_length", "packing", "trained_turns", "general_share", "validation_share"),
    "Batches and memory": ("batch_size", "gradient_accumulation", "precision", "gradient_checkpointing"),
    "While it runs": (
        "evaluate_every", "patience", "samples_every", "sample_prompts", "sample_tokens", "checkpoint_seconds",
    ),
}  # fmt: skip
"""Headings and the settings below them; goal and method are chosen above."""
_EDITOR_WIDTH = 150


class ExpertForm(QFrame):
    option_chosen = Signal(str, object)
    """The field's name and its new value."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        set_role(self, "panel")
        self.setObjectName("expert_form")
        self.setAccessibleName(self.tr("Expert settings"))
        self._editors: dict[str, QWidget] = {}
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(14, 12, 14, 12)
        self._grid.setHorizontalSpacing(12)
        self._grid.setVerticalSpacing(6)
        self._grid.setColumnStretch(2, 1)
        self._headings: dict[str, QLabel] = {}
        self._rows: dict[str, tuple[QWidget, ...]] = {}
        for group, names in _GROUPS.items():
            self._add_heading(group)
            for name in names:
                self._add(name, TrainingConfig.model_fields[name])

    def show_config(self, config: TrainingConfig, hidden: frozenset[str] = frozenset()) -> None:
        """Show these values, without the settings that mean nothing for what is trained; tells nothing back."""
        for group, names in _GROUPS.items():
            self._headings[group].setVisible(any(name not in hidden for name in names))
            for name in names:
                for widget in self._rows[name]:
                    widget.setVisible(name not in hidden)
        for name, editor in self._editors.items():
            value = getattr(config, name)
            with QSignalBlocker(editor):
                match editor:
                    case _Layers():
                        editor.show_layers(value)
                    case _Lines():
                        editor.show_lines(value)
                    case QCheckBox():
                        editor.setChecked(value)
                    case QComboBox():
                        editor.setCurrentIndex(editor.findData(value))
                    case QSpinBox():
                        if not editor.hasFocus() or editor.value() != value:
                            editor.setValue(value)
                    case _ShortNumber():
                        if editor.value() != value:
                            editor.setValue(value)

    def _add_heading(self, group: str) -> None:
        heading = QLabel(group, self)
        set_role(heading, "field")
        self._headings[group] = heading
        row = self._grid.rowCount()
        if row > 1:
            self._grid.setRowMinimumHeight(row, 12)
        self._grid.addWidget(heading, row + 1, 0, 1, 3)

    def _add(self, name: str, field: FieldInfo) -> None:
        editor = self._editor(name, field)
        editor.setObjectName(f"option_{name}")
        title = field.title or name
        editor.setAccessibleName(title)
        editor.setAccessibleDescription(field.description or "")
        label, about = QLabel(title, self), QLabel(field.description or "", self)
        label.setBuddy(editor)
        about.setWordWrap(True)
        set_role(about, "small")
        self._editors[name] = editor
        self._rows[name] = (label, about, editor)
        row = self._grid.rowCount()
        self._grid.addWidget(label, row, 0)
        if isinstance(editor, _Layers | _Lines):
            self._grid.addWidget(about, row, 1, 1, 2)
            self._grid.addWidget(editor, row + 1, 1, 1, 2)
            return
        editor.setFixedWidth(_EDITOR_WIDTH)
        self._grid.addWidget(editor, row, 1)
        self._grid.addWidget(about, row, 2)

    def _editor(self, name: str, field: FieldInfo) -> QWidget:
        low, high = _bounds(field)
        match field.default:
            case bool():
                box = QCheckBox(self)
                box.toggled.connect(lambda value: self.option_chosen.emit(name, value))
                return box
            case StrEnum():
                return self._choice(name, type(field.default))
            case int():
                spin = QSpinBox(self)
                spin.setRange(int(low), int(min(high, 2**31 - 1)))
                spin.setKeyboardTracking(False)
                spin.setStepType(QSpinBox.StepType.AdaptiveDecimalStepType)
                spin.valueChanged.connect(lambda value: self.option_chosen.emit(name, value))
                return spin
            case float():
                number = _ShortNumber(low, high, self)
                number.valueChanged.connect(lambda value: self.option_chosen.emit(name, value))
                return number
            case tuple() if not field.default:
                lines = _Lines(self)
                lines.chosen.connect(lambda value: self.option_chosen.emit(name, value))
                return lines
            case tuple():
                layers = _Layers(self)
                layers.chosen.connect(lambda value: self.option_chosen.emit(name, value))
                return layers
            case _:
                raise TypeError(f"no editor for the setting {name}")

    def _choice(self, name: str, choices: type[StrEnum]) -> QComboBox:
        box = QComboBox(self)
        for choice in choices:
            box.addItem(choice.value.capitalize(), choice)
        box.activated.connect(lambda index: self.option_chosen.emit(name, box.itemData(index)))
        return box


class _ShortNumber(QDoubleSpinBox):
    """Shows 0.002 as 0.002, not as 0.00200000."""

    def __init__(self, low: float, high: float, parent: QWidget) -> None:
        super().__init__(parent)
        self.setDecimals(10)
        self.setRange(low, high)
        self.setKeyboardTracking(False)
        self.setStepType(QDoubleSpinBox.StepType.AdaptiveDecimalStepType)

    def textFromValue(self, value: float) -> str:
        return f"{value:.10f}".rstrip("0").rstrip(".") if value < 1e-3 else f"{value:g}"

    def valueFromText(self, text: str) -> float:
        try:
            return float(text.replace(",", "."))
        except ValueError:
            return self.value()

    def validate(self, text: str, position: int) -> tuple[QValidator.State, str, int]:
        """Also "2e-4" is a number."""
        try:
            value = float(text.replace(",", "."))
        except ValueError:
            is_begun = all(letter in "0123456789.,eE+-" for letter in text)
            state = QValidator.State.Intermediate if is_begun else QValidator.State.Invalid
            return state, text, position
        fits = self.minimum() <= value <= self.maximum()
        return (QValidator.State.Acceptable if fits else QValidator.State.Intermediate), text, position


class _Layers(QWidget):
    """A check box per kind of layer."""

    chosen = Signal(object)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 4)
        self._boxes: dict[str, QCheckBox] = {}
        for number, layer in enumerate(PROJECTIONS):
            box = QCheckBox(layer.replace("_proj", ""), self)
            box.setObjectName(f"layer_{layer}")
            box.setAccessibleName(self.tr("Adapter on layer {}").format(layer))
            box.toggled.connect(self._on_toggled)
            self._boxes[layer] = box
            grid.addWidget(box, number // 4, number % 4, Qt.AlignmentFlag.AlignLeft)

    def show_layers(self, layers: tuple[str, ...]) -> None:
        for layer, box in self._boxes.items():
            with QSignalBlocker(box):
                box.setChecked(layer in layers)

    @Slot()
    def _on_toggled(self) -> None:
        self.chosen.emit(tuple(layer for layer, box in self._boxes.items() if box.isChecked()))


class _Lines(QPlainTextEdit):
    """Texts, one a line."""

    chosen = Signal(object)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setFixedHeight(64)
        self.setTabChangesFocus(True)
        self.textChanged.connect(self._on_changed)

    def show_lines(self, lines: tuple[str, ...]) -> None:
        if lines != self._lines():
            self.setPlainText("\n".join(lines))

    def _lines(self) -> tuple[str, ...]:
        return tuple(line.strip() for line in self.toPlainText().splitlines() if line.strip())

    @Slot()
    def _on_changed(self) -> None:
        self.chosen.emit(self._lines())


def _bounds(field: FieldInfo) -> tuple[float, float]:
    """The declared range; an open end is moved in by a hair."""
    low, high = -1e9, 1e9
    for rule in field.metadata:
        values: dict[str, Any] = {name: getattr(rule, name, None) for name in ("ge", "gt", "le", "lt")}
        low = values["ge"] if values["ge"] is not None else low
        low = values["gt"] + 1e-9 if values["gt"] is not None else low
        high = values["le"] if values["le"] is not None else high
        high = values["lt"] - 1e-9 if values["lt"] is not None else high
    return low, high
