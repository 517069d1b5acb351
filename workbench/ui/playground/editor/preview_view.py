"""The exact text that goes to the model, how many tokens it has, and how much of the context that fills."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPlainTextEdit, QProgressBar, QVBoxLayout, QWidget

from workbench.playground.tasks import PromptPart
from workbench.ui.playground.editor.state import PreviewState
from workbench.ui.theme import set_role
from workbench.ui.widgets.model_picker import ModelPicker
from workbench.ui.widgets.named_button import named_button
from workbench.ui.widgets.trouble_card import TroubleCard


class PreviewView(QWidget):
    model_chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shown = PreviewState()
        self._build_widgets()
        self._build_layout()
        self._picker.model_chosen.connect(self.model_chosen)
        self._copy.clicked.connect(self._on_copy)
        self.show_preview(self._shown)

    def show_preview(self, preview: PreviewState) -> None:
        self._picker.show_models(preview.models, preview.model_name)
        self._trouble.show_trouble(preview.trouble)
        if preview.report is not self._shown.report:
            self._show_report(preview)
        self._tokens.setText(_in_words(preview) if preview.report else self._waiting_words(preview))
        self._shown = preview

    def _waiting_words(self, preview: PreviewState) -> str:
        if preview.trouble is not None:
            return ""
        if preview.is_running:
            return self.tr("Asking the model's chat template…")
        return "" if preview.models else self.tr("A model is needed: its chat template makes the text.")

    def _show_report(self, preview: PreviewState) -> None:
        report = preview.report
        self._text.setVisible(report is not None)
        self._bar.setVisible(report is not None and report.context_length > 0)
        self._copy.setVisible(report is not None)
        if report is None:
            self._text.clear()
            return
        if self._text.toPlainText() != report.final_prompt:
            bar = self._text.verticalScrollBar()
            place = bar.value()
            self._text.setPlainText(report.final_prompt)
            bar.setValue(place)
        self._bar.setRange(0, max(1, report.context_length))
        self._bar.setValue(min(report.prompt_tokens, report.context_length))

    def _build_widgets(self) -> None:
        self._picker = ModelPicker(self)
        self._picker.setObjectName("preview_model")
        self._picker.setAccessibleName(self.tr("Model whose chat template is shown"))
        self._picker.setMinimumContentsLength(8)
        self._bar = QProgressBar(self)
        self._bar.setObjectName("preview_context")
        self._bar.setAccessibleName(self.tr("Share of the context"))
        self._bar.setTextVisible(False)
        self._tokens = QLabel(self)
        self._tokens.setObjectName("preview_tokens")
        self._tokens.setTextFormat(Qt.TextFormat.PlainText)
        self._tokens.setWordWrap(True)
        set_role(self._tokens, "small")
        self._text = QPlainTextEdit(self)
        self._text.setObjectName("preview_text")
        self._text.setAccessibleName(self.tr("The exact text that the model gets"))
        self._text.setReadOnly(True)
        self._text.setTabChangesFocus(True)
        self._text.setFixedHeight(220)
        set_role(self._text, "code")
        self._copy = named_button(self, "preview_copy", self.tr("Copy the text"), "quiet", icon="copy")
        for widget in (self._bar, self._text, self._copy):
            widget.hide()
        self._trouble = TroubleCard("preview_trouble", self)

    def _build_layout(self) -> None:
        foot = QHBoxLayout()
        foot.addWidget(self._copy)
        foot.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 6)
        column.setSpacing(6)
        for widget in (self._picker, self._trouble, self._bar, self._tokens, self._text):
            column.addWidget(widget)
        column.addLayout(foot)

    def _on_copy(self) -> None:
        from PySide6.QtGui import QGuiApplication

        QGuiApplication.clipboard().setText(self._text.toPlainText())


def _in_words(preview: PreviewState) -> str:
    report = preview.report
    assert report is not None
    about = "about " if report.is_estimate else ""
    words = f"{about}{report.prompt_tokens:,} tokens"
    if report.context_length:
        share = 100 * report.prompt_tokens / report.context_length
        words = f"{about}{report.prompt_tokens:,} of {report.context_length:,} tokens ({share:.0f} %)"
    parts = ", ".join(f"{_PARTS[item.part]} {item.tokens:,}" for item in report.parts)
    return f"{words}: {parts}.\nTemplate: {report.template_name}."


_PARTS = {
    PromptPart.SYSTEM: "system",
    PromptPart.EXAMPLES: "examples",
    PromptPart.OPENING: "opening turns",
    PromptPart.EARLIER: "earlier turns",
    PromptPart.PASSAGES: "passages",
    PromptPart.QUESTION: "question",
    PromptPart.BEGUN: "beginning of the answer",
    PromptPart.TEMPLATE: "marks of the template",
}
