"""The fields of one server."""

from dataclasses import replace
from typing import TypeVar

from PySide6.QtCore import QSignalBlocker, Qt, Signal, Slot
from PySide6.QtWidgets import (
    QComboBox,
    QDoubleSpinBox,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from workbench.ui.endpoints.state import PRESETS, ServerForm, ServersState
from workbench.ui.theme import set_role

W = TypeVar("W", bound=QWidget)


class ServerFields(QWidget):
    """Says what it becomes by every change. The key never leaves it but by `typed_key`."""

    edited = Signal(object)
    """A ServerForm."""
    preset_chosen = Signal(int)
    model_chosen = Signal(str)
    forget_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._form = ServerForm()
        self._listed: tuple[str, ...] = ()
        self._build_widgets()
        self._build_layout()
        self._connect()

    def typed_key(self) -> str:
        return self._key.text()

    def clear_key(self) -> None:
        self._key.clear()

    def show_state(self, state: ServersState) -> None:
        self._form = state.form
        self._show_form(state.form)
        self._show_models(tuple(model.name for model in state.tested.models) if state.tested else (), state.form.model)
        words, leaves = state.where_text_goes
        set_role(self._goes, "badge-warn" if leaves else "badge-good")
        self._goes.setText(words)
        self._goes.setVisible(bool(words))
        self._goes.updateGeometry()  # the new role may need more room
        self._show_key(state)

    def _show_form(self, form: ServerForm) -> None:
        for edit, text in ((self._name, form.name), (self._url, form.base_url), (self._variable, form.key_from_env)):
            if edit.text() != text:
                with QSignalBlocker(edit):
                    edit.setText(text)
        for box, value in ((self._context, form.context_length), (self._parallel, form.parallel_requests)):
            with QSignalBlocker(box):
                box.setValue(value)
        for price, dollars in ((self._price_in, form.price_prompt), (self._price_out, form.price_generated)):
            with QSignalBlocker(price):
                price.setValue(dollars)
        urls = [url for _, url in PRESETS]
        with QSignalBlocker(self._preset):
            self._preset.setCurrentIndex(urls.index(form.base_url) + 1 if form.base_url in urls else 0)

    def _show_models(self, names: tuple[str, ...], chosen: str) -> None:
        with QSignalBlocker(self._model):
            if names != self._listed:
                self._listed = names
                self._model.clear()
                self._model.addItems(list(names))
                self._model.setCurrentIndex(-1)
            if self._model.currentText() != chosen:
                self._model.setCurrentText(chosen)

    def _show_key(self, state: ServersState) -> None:
        uses_variable = bool(state.form.key_from_env)
        self._key.setEnabled(not state.why_no_keyring and not uses_variable)
        self._forget.setVisible(state.has_key and not uses_variable)
        self._key.setPlaceholderText(self.tr("kept in the keyring") if state.has_key else self.tr("none"))
        self._key_words.setText(
            self.tr("{} Put it into an environment variable and name that here.").format(state.why_no_keyring)
            if state.why_no_keyring
            else self.tr("Kept in this system's keyring, and sent only to this server.")
        )

    def _build_widgets(self) -> None:
        self._preset = _named(QComboBox(self), "server_preset", self.tr("Kind of server"))
        self._preset.addItem(self.tr("Another address"))
        self._preset.addItems([title for title, _ in PRESETS])
        self._preset.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self._preset.setMinimumContentsLength(16)
        self._url = _named(QLineEdit(self), "server_url", self.tr("Address"))
        self._url.setPlaceholderText("https://api.example.com/v1")
        self._goes = QLabel(self)
        self._goes.setObjectName("server_goes")
        set_role(self._goes, "badge")
        self._key = _named(QLineEdit(self), "server_key", self.tr("Key"))
        self._key.setEchoMode(QLineEdit.EchoMode.Password)
        self._forget = _named(QPushButton(self.tr("Forget"), self), "server_forget_key", self.tr("Forget the key"))
        self._variable = _named(QLineEdit(self), "server_variable", self.tr("Environment variable of the key"))
        self._variable.setPlaceholderText(self.tr("or the name of an environment variable"))
        self._key_words = QLabel(self)
        self._key_words.setObjectName("server_key_words")
        self._model = _named(QComboBox(self), "server_model", self.tr("Model"))
        self._model.setEditable(True)
        self._model.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self._model.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self._model.setMinimumContentsLength(16)
        self._name = _named(QLineEdit(self), "server_name", self.tr("Name"))
        self._name.setPlaceholderText(self.tr("what you want to call it"))
        self._context = _spin(QSpinBox(self), "server_context", self.tr("Context length"), 256, 100_000_000)
        self._context.setGroupSeparatorShown(True)
        self._context.setSuffix(self.tr(" tokens"))
        self._parallel = _spin(QSpinBox(self), "server_parallel", self.tr("Requests at once"), 1, 64)
        self._price_in = _price(self, "server_price_in", self.tr("Price of prompts"), self.tr("not known"))
        self._price_out = _price(self, "server_price_out", self.tr("Price of answers"), self.tr("not known"))
        for label in (self._goes, self._key_words):
            label.setTextFormat(Qt.TextFormat.PlainText)
        self._key_words.setWordWrap(True)
        set_role(self._key_words, "small")

    def _build_layout(self) -> None:
        goes = QHBoxLayout()
        goes.setContentsMargins(0, 2, 0, 4)  # a badge wants to be as tall as its round ends
        goes.addWidget(self._goes)
        goes.addStretch(1)
        key = QVBoxLayout()
        key.setSpacing(4)
        key.addLayout(_row(self._key, self._forget))
        key.addWidget(self._variable)
        key.addWidget(self._key_words)
        prices = _row(self._price_in, QLabel(self.tr("in"), self), self._price_out, QLabel(self.tr("out"), self))
        form = QFormLayout(self)
        form.setContentsMargins(0, 0, 0, 0)
        form.setVerticalSpacing(9)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        form.addRow(self.tr("Server"), self._preset)
        form.addRow(self.tr("Address"), self._url)
        form.addRow("", goes)
        form.addRow(self.tr("Key"), key)
        form.addRow(self.tr("Model"), self._model)
        form.addRow(self.tr("Name"), self._name)
        form.addRow(self.tr("Context"), self._context)
        form.addRow(self.tr("Requests at once"), self._parallel)
        form.addRow(self.tr("$ per million tokens"), prices)

    def _connect(self) -> None:
        for edit in (self._name, self._url, self._variable):
            edit.textEdited.connect(self._on_edited)
        for box in (self._context, self._parallel, self._price_in, self._price_out):
            box.valueChanged.connect(self._on_edited)
        self._model.editTextChanged.connect(self._on_edited)
        self._model.activated.connect(self._on_model)
        self._preset.activated.connect(self._on_preset)
        self._forget.clicked.connect(self.forget_requested)

    @Slot()
    def _on_edited(self) -> None:
        form = replace(
            self._form,
            name=self._name.text(),
            base_url=self._url.text(),
            model=self._model.currentText(),
            context_length=self._context.value(),
            parallel_requests=self._parallel.value(),
            price_prompt=self._price_in.value(),
            price_generated=self._price_out.value(),
            key_from_env=self._variable.text(),
        )
        self.edited.emit(form)

    @Slot(int)
    def _on_model(self, index: int) -> None:
        self.model_chosen.emit(self._model.itemText(index))

    @Slot(int)
    def _on_preset(self, index: int) -> None:
        if index > 0:
            self.preset_chosen.emit(index - 1)


def _named(widget: W, name: str, title: str) -> W:
    widget.setObjectName(name)
    widget.setAccessibleName(title)
    return widget


def _spin(box: QSpinBox, name: str, title: str, low: int, high: int) -> QSpinBox:
    box.setRange(low, high)
    return _named(box, name, title)


def _price(parent: QWidget, name: str, title: str, unknown: str) -> QDoubleSpinBox:
    box = QDoubleSpinBox(parent)
    box.setRange(0, 100_000)
    box.setDecimals(4)
    box.setStepType(QDoubleSpinBox.StepType.AdaptiveDecimalStepType)
    box.setSpecialValueText(unknown)
    return _named(box, name, title)


def _row(*widgets: QWidget) -> QHBoxLayout:
    row = QHBoxLayout()
    row.setSpacing(8)
    for widget in widgets:
        row.addWidget(widget, 0 if isinstance(widget, QLabel | QPushButton) else 1)
    return row
