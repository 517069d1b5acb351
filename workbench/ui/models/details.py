"""Everything about the selected model, and what can be done with it."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFormLayout, QFrame, QHBoxLayout, QLabel, QPushButton, QScrollArea, QVBoxLayout, QWidget

from workbench.llm.in_words import context_in_words, kind_in_words, parameters_in_words, size_in_words
from workbench.ui.models.state import ModelRow, ModelsState, memory_in_words
from workbench.ui.theme import set_role
from workbench.ui.widgets.elided_label import ElidedLabel

_FACTS = (
    "kind",
    "architecture",
    "parameters",
    "quantization",
    "context",
    "size",
    "licence",
    "source",
    "memory",
    "file",
)


class ModelDetails(QScrollArea):
    """A panel; empty while nothing is selected."""

    use_requested = Signal()
    tune_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._build_widgets()
        self._build_layout()
        self._use.clicked.connect(self.use_requested)
        self._tune.clicked.connect(self.tune_requested)

    def show_state(self, state: ModelsState) -> None:
        row = state.row
        self._panel.setVisible(row is not None)
        if row is None:
            return
        self._name.setText(row.model.name)
        self._fit.setText(row.fit)
        self._fit.setVisible(bool(row.fit))
        set_role(self._fit, {"good": "badge-good", "warn": "badge-warn", "bad": "badge-bad"}.get(row.ink, "badge"))
        self._problem.setText(row.model.problem)
        self._problem.setVisible(bool(row.model.problem))
        self._about.setText(self._about_text(row))
        self._about.setVisible(bool(self._about.text()))
        for key, text in self._facts(row, state).items():
            self._values[key].setText(text)
            self._form.setRowVisible(self._values[key], bool(text))
        self._use.setEnabled(row.is_usable)
        self._tune.setEnabled(row.is_usable)

    def _facts(self, row: ModelRow, state: ModelsState) -> dict[str, str]:
        model = row.model
        context = context_in_words(model)
        return {
            "kind": kind_in_words(model.kind) if not model.problem else "",
            "architecture": model.architecture,
            "parameters": parameters_in_words(model.parameters),
            "quantization": model.quantization,
            "context": self.tr("{} tokens").format(context) if context else "",
            "size": size_in_words(model.size_bytes),
            "licence": model.licence,
            "source": model.source,
            "memory": memory_in_words(row, state.load),
            "file": model.path,
        }

    def _about_text(self, row: ModelRow) -> str:
        if row.is_starter:
            return self.tr(
                "The starter model is small and made for learning the program: it answers from passages that it is "
                "shown and can be fine-tuned in minutes, but it knows nothing of the world. For real work get a bigger "
                "one: any chat model as a GGUF file works. Open the file here or drop it on this tab. Nothing is "
                "downloaded by itself."
            )
        if row.is_usable and not row.model.has_chat_template:
            return self.tr("This model has no chat template: prompts are sent as plain “role: content” lines.")
        if not row.model.problem and row.model.file_format != "gguf":
            return self.tr("A transformers folder cannot answer here; get or export the same model as a GGUF file.")
        return ""

    def _build_widgets(self) -> None:
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self._panel = QFrame(self)
        set_role(self._panel, "panel")
        self._name, self._fit = ElidedLabel(parent=self), QLabel(self)
        set_role(self._name, "subtitle")
        set_role(self._fit, "badge")
        self._problem, self._about = QLabel(self), QLabel(self)
        self._problem.setObjectName("model_problem")
        self._about.setObjectName("model_about")
        set_role(self._problem, "error")
        set_role(self._about, "muted")
        for label in (self._problem, self._about):
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setWordWrap(True)
        self._values = {
            key: ElidedLabel(mode=Qt.TextElideMode.ElideMiddle, parent=self)
            if key in {"file", "source", "licence"}
            else QLabel(self)
            for key in _FACTS
        }
        for key, label in self._values.items():
            label.setObjectName(f"model_{key}")
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._values["memory"].setWordWrap(True)
        self._use, self._tune = QPushButton(self.tr("Use in playground")), QPushButton(self.tr("Fine-tune…"))
        for button, name in ((self._use, "use_in_playground"), (self._tune, "fine_tune_model")):
            button.setObjectName(name)
            button.setAccessibleName(button.text())
        set_role(self._use, "primary")

    def _build_layout(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(10)
        head.addWidget(self._name, 1)
        head.addWidget(self._fit)
        buttons = QHBoxLayout()
        buttons.addWidget(self._use)
        buttons.addWidget(self._tune)
        buttons.addStretch(1)
        words = QVBoxLayout()
        words.setSpacing(10)
        words.addLayout(head)
        words.addWidget(self._problem)
        words.addWidget(self._about)
        words.addLayout(buttons)
        words.addStretch(1)
        row = QHBoxLayout(self._panel)
        row.setContentsMargins(16, 14, 16, 14)
        row.setSpacing(28)
        row.addLayout(words, 1)
        row.addLayout(self._facts_layout(), 1)
        self.setWidget(self._panel)

    def _facts_layout(self) -> QFormLayout:
        self._form = QFormLayout()
        self._form.setHorizontalSpacing(14)
        self._form.setVerticalSpacing(5)
        self._form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        for key, value in self._values.items():
            title = QLabel(key.capitalize(), self)
            set_role(title, "muted")
            self._form.addRow(title, value)
        return self._form
