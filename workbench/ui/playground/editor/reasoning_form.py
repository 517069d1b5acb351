"""The reasoning switch, what the model is told, and the rule by which its answer is taken out."""

from PySide6.QtCore import QSignalBlocker, Qt, Signal, Slot
from PySide6.QtWidgets import QCheckBox, QComboBox, QFormLayout, QLabel, QLineEdit, QVBoxLayout, QWidget

from workbench.playground.answer_rule import rule_in_words
from workbench.playground.types import AnswerRule, Reasoning
from workbench.ui.playground.editor.growing_edit import GrowingEdit
from workbench.ui.playground.editor.limits import LONGEST_VALUE
from workbench.ui.playground.editor.state import EditorState
from workbench.ui.theme import set_role


class ReasoningForm(QWidget):
    switched = Signal(bool)
    edited = Signal(str, str)
    """Field of `Reasoning` and its new value."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shown: Reasoning | None = Reasoning()
        self._build_widgets()
        self._build_layout()
        self._connect()
        self._show(None)

    def show_state(self, state: EditorState) -> None:
        if state.draft.prompt.reasoning is not self._shown:
            self._show(state.draft.prompt.reasoning)

    def _show(self, reasoning: Reasoning | None) -> None:
        self._shown = reasoning
        with QSignalBlocker(self._switch):
            self._switch.setChecked(reasoning is not None)
        self._fields.setVisible(reasoning is not None)
        if reasoning is None:
            return
        self._instruction.show_text(reasoning.instruction)
        with QSignalBlocker(self._rule):
            self._rule.setCurrentIndex(self._rule.findData(reasoning.rule.value))
        if self._mark.text() != reasoning.mark:
            with QSignalBlocker(self._mark):
                self._mark.setText(reasoning.mark)
        self._form.setRowVisible(self._mark, reasoning.rule is AnswerRule.AFTER_MARK)
        self._words.setText(rule_in_words(reasoning))

    def _build_widgets(self) -> None:
        self._switch = QCheckBox(self.tr("Think before answering"), self)
        self._switch.setObjectName("reasoning_switch")
        self._fields = QWidget(self)
        self._instruction = GrowingEdit(
            "reasoning_instruction", self.tr("What the model is told about thinking"), lines=(2, 6),
            longest=LONGEST_VALUE, parent=self._fields,
        )  # fmt: skip
        self._instruction.setPlaceholderText(self.tr("Nothing: the model reasons without being told"))
        self._rule = QComboBox(self._fields)
        self._rule.setObjectName("reasoning_rule")
        self._rule.setAccessibleName(self.tr("Where the answer is"))
        self._rule.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        for rule, words in (
            (AnswerRule.AFTER_MARK, self.tr("behind a mark")),
            (AnswerRule.LAST_LINE, self.tr("in the last line")),
            (AnswerRule.AFTER_THINKING, self.tr("behind </think>")),
        ):
            self._rule.addItem(words, rule.value)
        self._mark = QLineEdit(self._fields)
        self._mark.setObjectName("reasoning_mark")
        self._mark.setAccessibleName(self.tr("The mark"))
        self._words = QLabel(self._fields)
        self._words.setObjectName("reasoning_words")
        self._words.setTextFormat(Qt.TextFormat.PlainText)
        self._words.setWordWrap(True)
        set_role(self._words, "small")

    def _build_layout(self) -> None:
        self._form = QFormLayout()
        self._form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        self._form.addRow(self.tr("Answer"), self._rule)
        self._form.addRow(self.tr("Mark"), self._mark)
        self._form.addRow(self._words)
        fields = QVBoxLayout(self._fields)
        fields.setContentsMargins(0, 0, 0, 0)
        fields.addWidget(self._instruction)  # not in the form, which does not follow its height
        fields.addLayout(self._form)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 6)
        column.addWidget(self._switch, 0, Qt.AlignmentFlag.AlignLeft)  # so that a click beside its words is none
        column.addWidget(self._fields)

    def _connect(self) -> None:
        self._switch.toggled.connect(self.switched)
        self._instruction.text_edited.connect(lambda text: self.edited.emit("instruction", text))
        self._rule.activated.connect(self._on_rule)
        self._mark.textEdited.connect(lambda text: self.edited.emit("mark", text))

    @Slot(int)
    def _on_rule(self, index: int) -> None:
        self.edited.emit("rule", self._rule.itemData(index))
