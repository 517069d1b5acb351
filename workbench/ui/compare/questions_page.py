"""The questions of a comparison: where they come from, and what is wrong with some of them."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from workbench.ui.compare.describing import describe_questions, short_name
from workbench.ui.compare.state import CompareState
from workbench.ui.theme import set_role
from workbench.ui.widgets.elided_label import ElidedLabel
from workbench.ui.widgets.trouble_card import TroubleCard


class QuestionsPage(QWidget):
    choose_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._build_widgets()
        self._build_layout()
        self._connect()

    @property
    def widget(self) -> QWidget:
        return self

    def show_state(self, state: CompareState) -> None:
        questions = state.questions
        self._file.setText(short_name(questions.path) if questions else self.tr("No questions yet"))
        self._about.setText(
            describe_questions(questions)
            if questions
            else self.tr("Drop a CSV, XLSX or JSONL file with questions and answers here, or a comparison (YAML).")
        )
        self._left_out.setVisible(bool(questions and questions.left_out))
        self._left_out.setText("\n".join(questions.left_out[:3]) if questions else "")
        trouble = state.questions_trouble
        self._trouble.say(*(trouble.text, trouble.hint, trouble.details) if trouble else ("",))

    def _build_widgets(self) -> None:
        self._file, self._about, self._left_out = ElidedLabel(parent=self), QLabel(self), QLabel(self)
        set_role(self._file, "subtitle")
        for label in (self._about, self._left_out):
            set_role(label, "muted")
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setWordWrap(True)
        self._choose = QPushButton(self.tr("Choose a file…"), self)
        self._choose.setObjectName("compare_choose")
        self._choose.setAccessibleName(self._choose.text())
        self._trouble = TroubleCard("compare_questions_trouble", self)

    def _build_layout(self) -> None:
        card = QFrame(self)
        set_role(card, "panel")
        texts = QVBoxLayout()
        texts.setSpacing(2)
        for label in (self._file, self._about, self._left_out):
            texts.addWidget(label)
        row = QHBoxLayout(card)
        row.setContentsMargins(16, 12, 16, 12)
        row.setSpacing(20)
        row.addLayout(texts, 1)
        row.addWidget(self._choose, 0, Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 8, 0, 0)
        column.setSpacing(12)
        column.addWidget(card)
        column.addWidget(self._trouble)
        column.addStretch(1)

    def _connect(self) -> None:
        self._choose.clicked.connect(self.choose_requested)
