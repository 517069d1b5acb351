"""Everything about the selected model, and what can be done with it."""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QComboBox,
    QFormLayout,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QMenu,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from workbench.llm.in_words import context_in_words, kind_in_words, parameters_in_words, size_in_words
from workbench.ui.models.loading_panel import LoadingPanel
from workbench.ui.models.state import ModelRow, ModelsState, file_in_words, kinds_to_choose, template_in_words
from workbench.ui.theme import set_role
from workbench.ui.widgets.elided_label import ElidedLabel
from workbench.ui.widgets.named_button import named_button

_FACTS = {
    "kind": "Kind",
    "base": "Base model",
    "architecture": "Architecture",
    "parameters": "Parameters",
    "quantization": "Quantization",
    "context": "Context",
    "size": "Size",
    "template": "Chat template",
    "licence": "Licence",
    "source": "Source",
    "file": "File",
    "sha256": "SHA-256",
}
_LONG = {"file": Qt.TextElideMode.ElideMiddle, "sha256": Qt.TextElideMode.ElideMiddle}


class ModelDetails(QScrollArea):
    """A panel; empty while nothing is selected."""

    use_requested = Signal()
    tune_requested = Signal()
    rename_requested = Signal()
    name_chosen = Signal(str)
    name_kept = Signal()
    quantize_requested = Signal()
    convert_requested = Signal()
    type_chosen = Signal(object)
    """A QuantizationType."""
    type_kept = Signal()
    folder_requested = Signal()
    remove_requested = Signal()
    put_back_requested = Signal()
    delete_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.loading = LoadingPanel(self)
        self._is_renaming = False
        self._build_widgets()
        self._build_menu()
        self._build_layout()
        self._connect()

    def show_state(self, state: ModelsState) -> None:
        row = state.row
        self._panel.setVisible(row is not None)
        if row is None:
            return
        self._show_head(row, state)
        self._problem.setText(row.model.problem)
        self._problem.setVisible(bool(row.model.problem))
        self._about.setText(self._about_text(row))
        self._about.setVisible(bool(self._about.text()))
        for key, text in self._facts(row, state).items():
            self._values[key].setText(text)
            self._form.setRowVisible(self._values[key], bool(text))
        self._use.setEnabled(row.is_usable)
        self._tune.setEnabled(row.is_usable)
        self._convert.setVisible(row.can_convert)
        self._convert.setEnabled(state.making_job is None and not row.model.problem)
        self._use.setVisible(not row.can_convert)
        self.loading.show_row(row)

    def _show_head(self, row: ModelRow, state: ModelsState) -> None:
        self._name.setText(row.model.name)
        self._name.setVisible(not state.is_renaming)
        self._new_name.setVisible(state.is_renaming)
        if state.is_renaming and not self._is_renaming:
            self._new_name.setText(row.model.name)
            self._new_name.selectAll()
            self._new_name.setFocus(Qt.FocusReason.OtherFocusReason)
        self._is_renaming = state.is_renaming
        self._fit.setText(row.fit)
        self._fit.setVisible(bool(row.fit))
        set_role(self._fit, {"good": "badge-good", "warn": "badge-warn", "bad": "badge-bad"}.get(row.ink, "badge"))
        self._remove.setVisible(not row.is_removed)
        self._put_back.setVisible(row.is_removed)
        self._rename.setEnabled(bool(row.model.content_key))
        self._quantize.setEnabled(state.making_job is None)
        self._show_types(row, state.is_choosing_type)

    def _show_types(self, row: ModelRow, is_asked: bool) -> None:
        was_hidden = self._types.isHidden()
        self._types.setVisible(is_asked)
        if is_asked and was_hidden:
            chosen = self._type.currentData()
            self._type.clear()
            for kind, text in kinds_to_choose(row.model):
                self._type.addItem(text, kind)
            self._type.setCurrentIndex(self._type.findData(chosen or "Q4_K_M"))
            self._make.setFocus(Qt.FocusReason.OtherFocusReason)

    def _facts(self, row: ModelRow, state: ModelsState) -> dict[str, str]:
        model = row.model
        context = context_in_words(model)
        return {
            "kind": kind_in_words(model.kind) if not model.problem else "",
            "base": model.base_name,
            "architecture": model.architecture,
            "parameters": parameters_in_words(model.parameters),
            "quantization": model.quantization,
            "context": self.tr("{} tokens").format(context) if context else "",
            "size": size_in_words(model.size_bytes),
            "template": template_in_words(model),
            "licence": model.licence,
            "source": model.source,
            "file": self.tr("comes with the program") if row.is_starter else file_in_words(model),
            "sha256": state.sha256 or self._hashing_text(state),
        }

    def _hashing_text(self, state: ModelsState) -> str:
        if state.hashing is None:
            return ""
        if not state.hashing.total:
            return self.tr("is computed…")
        return self.tr("is computed… {:.0%}").format(state.hashing.done / state.hashing.total)

    def _about_text(self, row: ModelRow) -> str:
        if row.is_starter:
            return self.tr(
                "The starter model is small and made for learning the program: it answers from passages that it is "
                "shown and can be fine-tuned in minutes, but it knows nothing of the world. For real work get a bigger "
                "one: any chat model as a GGUF file works. Open the file here, drop it on this tab, or press “Get a "
                "model…”. Nothing is downloaded by itself."
            )
        if row.is_usable and not row.model.has_chat_template:
            return self.tr("This model has no chat template: prompts are sent as plain “role: content” lines.")
        if not row.model.problem and row.model.file_format != "gguf":
            return self.tr("A transformers folder cannot answer here. “Convert to GGUF” makes a copy that can.")
        return ""

    def _build_widgets(self) -> None:
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self._panel = QFrame(self)
        set_role(self._panel, "panel")
        self._name, self._fit = ElidedLabel(parent=self), QLabel(self)
        set_role(self._name, "subtitle")
        set_role(self._fit, "badge")
        self._new_name = QLineEdit(self)
        self._new_name.setObjectName("new_model_name")
        self._new_name.setAccessibleName(self.tr("New name of the model"))
        self._new_name.setPlaceholderText(self.tr("Its file name"))
        self._new_name.setMaxLength(120)
        self._problem, self._about = QLabel(self), QLabel(self)
        self._problem.setObjectName("model_problem")
        self._about.setObjectName("model_about")
        set_role(self._problem, "error")
        set_role(self._about, "muted")
        for label in (self._problem, self._about):
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setWordWrap(True)
        self._values = {key: self._value(key) for key in _FACTS}
        self._use = named_button(self, "use_in_playground", self.tr("Use in playground"), "primary")
        self._tune = named_button(self, "fine_tune_model", self.tr("Fine-tune…"))
        self._convert = named_button(self, "convert_model", self.tr("Convert to GGUF"), "primary")
        self._convert.setToolTip(self.tr("Writes a copy that can answer; it is kept when both engines agree."))
        self._more = named_button(self, "model_more", self.tr("More"))
        self._build_types()

    def _value(self, key: str) -> QLabel:
        label = ElidedLabel(mode=_LONG.get(key, Qt.TextElideMode.ElideRight), parent=self)
        label.setObjectName(f"model_{key}")
        label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        return label

    def _build_types(self) -> None:
        """The question which smaller copy to make."""
        self._types = QFrame(self)
        self._types.setObjectName("quantize_question")
        set_role(self._types, "message-info")
        self._type = QComboBox(self)
        self._type.setObjectName("quantization_type")
        self._type.setAccessibleName(self.tr("Quantization of the copy"))
        self._make = named_button(self, "make_quantized_copy", self.tr("Make a copy"), "primary")
        self._no_copy = named_button(self, "keep_quantization", self.tr("Cancel"))
        about = QLabel(
            self.tr("A smaller copy in the data folder; fewer bits are smaller, faster and less exact."), self
        )
        about.setWordWrap(True)
        row = QHBoxLayout(self._types)
        row.setContentsMargins(12, 8, 8, 8)
        row.addWidget(about, 1)
        for widget in (self._type, self._make, self._no_copy):
            row.addWidget(widget)
        self._types.hide()

    def _build_menu(self) -> None:
        menu = QMenu(self)
        menu.setObjectName("model_more_menu")
        self._rename = menu.addAction(self.tr("Rename…"), self.rename_requested.emit)
        self._quantize = menu.addAction(self.tr("Quantize…"), self.quantize_requested.emit)
        self._folder = menu.addAction(self.tr("Show in its folder"), self.folder_requested.emit)
        menu.addSeparator()
        self._remove = menu.addAction(self.tr("Remove from the list"), self.remove_requested.emit)
        self._put_back = menu.addAction(self.tr("Put back into the list"), self.put_back_requested.emit)
        self._delete = menu.addAction(self.tr("Delete the file…"), self.delete_requested.emit)
        for action, name in (
            (self._rename, "rename_model"), (self._quantize, "quantize_model"), (self._folder, "show_model_folder"),
            (self._remove, "remove_model"), (self._put_back, "put_back_model"), (self._delete, "delete_model"),
        ):  # fmt: skip
            action.setObjectName(name)
        self._more.setMenu(menu)

    def _build_layout(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(10)
        head.addWidget(self._name, 1)
        head.addWidget(self._new_name, 1)
        head.addWidget(self._fit)
        for button in (self._convert, self._use, self._tune, self._more):
            head.addWidget(button)
        both = QHBoxLayout()
        both.setSpacing(28)
        both.addLayout(self._facts_layout(), 1)
        both.addWidget(self.loading, 1)
        column = QVBoxLayout(self._panel)
        column.setContentsMargins(16, 12, 16, 14)
        column.setSpacing(10)
        column.addLayout(head)
        for widget in (self._types, self._problem, self._about):
            column.addWidget(widget)
        column.addLayout(both)
        column.addStretch(1)
        self.setWidget(self._panel)

    def _facts_layout(self) -> QFormLayout:
        self._form = QFormLayout()
        self._form.setHorizontalSpacing(14)
        self._form.setVerticalSpacing(5)
        self._form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        for key, value in self._values.items():
            title = QLabel(_FACTS[key], self)
            set_role(title, "muted")
            self._form.addRow(title, value)
        return self._form

    def _connect(self) -> None:
        self._use.clicked.connect(self.use_requested)
        self._tune.clicked.connect(self.tune_requested)
        self._convert.clicked.connect(self.convert_requested)
        self._new_name.returnPressed.connect(self._on_name)
        escape = QShortcut(QKeySequence(Qt.Key.Key_Escape), self._new_name)
        escape.setContext(Qt.ShortcutContext.WidgetShortcut)
        escape.activated.connect(self.name_kept)
        self._make.clicked.connect(self._on_make)
        self._no_copy.clicked.connect(self.type_kept)

    @Slot()
    def _on_name(self) -> None:
        self.name_chosen.emit(self._new_name.text())

    @Slot()
    def _on_make(self) -> None:
        self.type_chosen.emit(self._type.currentData())
