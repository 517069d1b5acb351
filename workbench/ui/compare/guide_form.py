"""The interview of the guide: a question, its choices, and what is here that suggests one of them."""

from functools import partial

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QSpinBox, QVBoxLayout, QWidget

from workbench.compare.guide.interview import INTERVIEW, InterviewQuestion
from workbench.llm.computer import Computer
from workbench.ui.compare.guide_state import GuideState
from workbench.ui.sizes import in_words
from workbench.ui.theme import set_role
from workbench.ui.widgets.named_button import named_button
from workbench.ui.widgets.segments import Segments
from workbench.ui.widgets.wrapped_label import WrappedLabel

_MOST = 2**31 - 1
"""Of a spin box; more words make no other proposal."""


class GuideForm(QFrame):
    answered = Signal(str, object)
    """The field of the answers, and the answer."""
    reset_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._segments: dict[str, Segments] = {}
        self._numbers: dict[str, QSpinBox] = {}
        self._whys: dict[str, QLabel] = {}
        self._rows: dict[str, QWidget] = {}
        self._build_widgets()
        self._build_layout()
        self._reset.clicked.connect(self.reset_requested)

    def show_guide(self, guide: GuideState) -> None:
        for question in INTERVIEW:
            value = getattr(guide.answers, question.key)
            if question.options:
                word = next(option.word for option in question.options if option.value == value)
                self._segments[question.key].show_choice(word)
            else:
                spin = self._numbers[question.key]
                with QSignalBlocker(spin):
                    spin.setValue(min(value, _MOST))
            why = guide.why.get(question.key, "")
            self._whys[question.key].setText(self.tr("suggested: {}").format(why) if why else question.help)
        self._rows["words"].setVisible(guide.answers.own_language)
        self._reset.setVisible(bool(guide.answered))
        self._computer.setText(self._about(guide.computer, guide.training))

    def _about(self, computer: Computer | None, training: str) -> str:
        if computer is None:
            return self.tr("Measuring this computer…")
        card = computer.graphics.name if computer.graphics else self.tr("no graphics card")
        text = self.tr("{} free, {} cores, {}").format(in_words(computer.memory_free_bytes), computer.cores, card)
        return f"{text}\n" + (self.tr("Tuning here: {}").format(training) if training else "")

    def _build_widgets(self) -> None:
        self.setObjectName("compare_guide_form")
        set_role(self, "panel")
        self._title = QLabel(self.tr("Your case"), self)
        set_role(self._title, "subtitle")
        self._reset = named_button(
            self,
            "compare_guide_reset",
            self.tr("As suggested"),
            "quiet",
            spoken=self.tr("Back to the suggested answers"),
        )
        self._computer = WrappedLabel("", "small", self)
        self._computer.setObjectName("compare_guide_computer")
        for question in INTERVIEW:
            self._rows[question.key] = self._row(question)

    def _row(self, question: InterviewQuestion) -> QWidget:
        row = QWidget(self)
        column = QVBoxLayout(row)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(3)
        column.addWidget(WrappedLabel(question.title, "field", row))
        column.addWidget(self._editor(question, row), 0, Qt.AlignmentFlag.AlignLeft)
        why = WrappedLabel("", "small", row)
        why.setObjectName(f"compare_guide_why_{question.key}")
        self._whys[question.key] = why
        column.addWidget(why)
        return row

    def _editor(self, question: InterviewQuestion, row: QWidget) -> QWidget:
        name = f"compare_guide_{question.key}"
        if question.options:
            segments = Segments(name, {option.word: option.label for option in question.options}, row)
            segments.setAccessibleName(question.title)
            for option in question.options:
                segments.buttons[option.word].setToolTip(option.hint)
            segments.chosen.connect(partial(self._on_chosen, question))
            self._segments[question.key] = segments
            return segments
        spin = QSpinBox(row)
        spin.setObjectName(name)
        spin.setAccessibleName(question.title)
        spin.setRange(0, _MOST)
        spin.setGroupSeparatorShown(True)
        spin.setKeyboardTracking(False)
        spin.setStepType(QSpinBox.StepType.AdaptiveDecimalStepType)
        spin.setSuffix(f" {question.unit}")
        spin.valueChanged.connect(partial(self.answered.emit, question.key))
        self._numbers[question.key] = spin
        return spin

    def _build_layout(self) -> None:
        head = QHBoxLayout()
        head.addWidget(self._title, 1)
        head.addWidget(self._reset)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 14, 16, 14)
        column.setSpacing(12)
        column.addLayout(head)
        for row in self._rows.values():
            column.addWidget(row)
        column.addWidget(WrappedLabel(self.tr("This computer"), "field", self))
        column.addWidget(self._computer)
        column.addStretch(1)

    def _on_chosen(self, question: InterviewQuestion, word: str) -> None:
        value = next(option.value for option in question.options if option.word == word)
        self.answered.emit(question.key, value)
