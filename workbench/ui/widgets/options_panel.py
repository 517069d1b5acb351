"""The settings of an answer, generated from the declared fields of `GenerationConfig`."""

from functools import partial
from typing import Any

from pydantic.fields import FieldInfo
from PySide6.QtCore import QSignalBlocker, Signal, Slot
from PySide6.QtWidgets import (
    QDoubleSpinBox,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QSpinBox,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from workbench.llm.types import GenerationConfig
from workbench.ui import icons
from workbench.ui.theme import set_role
from workbench.ui.widgets.named_button import named_button

_LARGEST = 2**31 - 1  # of a spin box; a seed beyond it makes no better dice
_STEPS = {"temperature": 0.1, "top_p": 0.05, "min_p": 0.01, "repeat_penalty": 0.05}


class OptionsPanel(QWidget):
    """One row per field with its own reset, and one reset for all."""

    option_changed = Signal(str, object)
    """Field name and new value."""
    reset_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._editors: dict[str, QSpinBox | QDoubleSpinBox | QPlainTextEdit] = {}
        self._resets: dict[str, QToolButton] = {}
        self._defaults = GenerationConfig()
        self._build_widgets()
        self._build_layout()
        self._connect()

    def show_config(self, config: GenerationConfig) -> None:
        """Show the values without telling them back."""
        for name, editor in self._editors.items():
            value = getattr(config, name)
            with QSignalBlocker(editor):
                if isinstance(editor, QPlainTextEdit):
                    if _stops(editor.toPlainText()) != value:
                        editor.setPlainText(stops_as_text(value))
                else:
                    editor.setValue(min(value, _LARGEST))
            self._resets[name].setVisible(value != getattr(self._defaults, name))
        self._reset_all.setEnabled(config != self._defaults)

    def _build_widgets(self) -> None:
        for name, field in GenerationConfig.model_fields.items():
            if not field.title:
                continue  # nothing to set by hand
            self._editors[name] = self._editor(name, field)
            reset = QToolButton()
            reset.setObjectName(f"reset_{name}")
            reset.setAccessibleName(self.tr("Reset {}").format(field.title))
            reset.setToolTip(self.tr("Back to the default"))
            icons.set_icon(reset, "undo", "muted", 14)
            policy = reset.sizePolicy()
            policy.setRetainSizeWhenHidden(True)
            reset.setSizePolicy(policy)
            self._resets[name] = reset
        self._reset_all = named_button(
            self, "reset_options", self.tr("Reset all"), "quiet", spoken=self.tr("Reset all settings of the answer")
        )

    def _editor(self, name: str, field: FieldInfo) -> QSpinBox | QDoubleSpinBox | QPlainTextEdit:
        default = getattr(self._defaults, name)
        editor: QSpinBox | QDoubleSpinBox | QPlainTextEdit
        if isinstance(default, tuple):
            editor = QPlainTextEdit()
            editor.setFixedHeight(56)
            editor.setTabChangesFocus(True)
            editor.setPlaceholderText(self.tr("one per line"))
        else:
            low, high = _bounds(field)
            if isinstance(default, float):
                editor = QDoubleSpinBox()
                editor.setRange(max(low, 0.01) if name == "top_p" else low, high)
                editor.setSingleStep(_STEPS.get(name, 0.1))
            else:
                editor = QSpinBox()
                editor.setRange(int(low), int(min(high, _LARGEST)))
            editor.setKeyboardTracking(False)
            editor.setMinimumWidth(84)
            editor.setMaximumWidth(130)
        editor.setObjectName(f"option_{name}")
        editor.setAccessibleName(field.title or name)
        editor.setToolTip(field.description or "")
        return editor

    def _build_layout(self) -> None:
        head = QHBoxLayout()
        title = QLabel(self.tr("Settings of the answer"))
        set_role(title, "field")
        head.addWidget(title, 1)
        head.addWidget(self._reset_all)
        form = QFormLayout()
        form.setHorizontalSpacing(10)
        form.setVerticalSpacing(6)
        for name, editor in self._editors.items():
            field = GenerationConfig.model_fields[name]
            label = QLabel(field.title or name)
            label.setToolTip(field.description or "")
            row = QHBoxLayout()
            row.setSpacing(4)
            row.addWidget(editor, 1)
            row.addWidget(self._resets[name])
            form.addRow(label, row)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addLayout(head)
        column.addLayout(form)

    def _connect(self) -> None:
        for name, editor in self._editors.items():
            if isinstance(editor, QPlainTextEdit):
                editor.textChanged.connect(partial(self._on_stops_edited, name))
            else:
                editor.valueChanged.connect(partial(self.option_changed.emit, name))
            self._resets[name].clicked.connect(partial(self._on_reset, name))
        self._reset_all.clicked.connect(self.reset_requested)

    def _on_stops_edited(self, name: str) -> None:
        editor = self._editors[name]
        assert isinstance(editor, QPlainTextEdit)
        self.option_changed.emit(name, _stops(editor.toPlainText()))

    @Slot()
    def _on_reset(self, name: str, _checked: bool = False) -> None:
        self.option_changed.emit(name, getattr(self._defaults, name))


def _bounds(field: FieldInfo) -> tuple[float, float]:
    """The declared range."""
    lows = [
        rule for m in field.metadata for rule in (getattr(m, "ge", None), getattr(m, "gt", None)) if rule is not None
    ]
    highs = [rule for m in field.metadata if (rule := getattr(m, "le", None)) is not None]
    return float(lows[0]), float(highs[0])


def _stops(text: str) -> tuple[str, ...]:
    """One stop string per line; "\\n" typed as backslash and n means a line break."""
    return tuple(line.replace("\\n", "\n") for line in text.split("\n") if line)


def stops_as_text(stops: tuple[Any, ...]) -> str:
    """The lines for `_stops`."""
    return "\n".join(str(stop).replace("\n", "\\n") for stop in stops)
