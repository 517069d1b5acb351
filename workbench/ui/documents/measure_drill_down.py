"""What each question found with the selected setting: where the relevant passages stood, and which are missing."""

from dataclasses import dataclass

from PySide6.QtCore import QSignalBlocker, Qt, Signal, Slot
from PySide6.QtWidgets import QLabel, QSplitter, QVBoxLayout, QWidget

from workbench.rag.answer_types import Citation
from workbench.rag.evaluation.measures import DEPTH
from workbench.rag.evaluation.types import EvaluationQuestion, FoundPlace, QuestionOutcome
from workbench.ui.documents.measure_question_form import place_in_words
from workbench.ui.documents.measure_state import MeasureState
from workbench.ui.theme import set_role
from workbench.ui.widgets.record_model import Column, RecordTableModel
from workbench.ui.widgets.record_table import RecordTable


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with what it found."""

    question: EvaluationQuestion
    outcome: QuestionOutcome

    @property
    def first(self) -> int:
        """Rank of the first relevant passage; 0: none."""
        return min((rank for rank in self.outcome.ranks if rank), default=0)


_Found = tuple[int, FoundPlace]


class DrillDown(QWidget):
    question_selected = Signal(str)
    place_opened = Signal(object)
    """A `Citation` of what was retrieved."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._build_widgets()
        self._build_layout()
        self._questions.selection_moved.connect(self._on_question)
        self._found.record_activated.connect(self._on_found)

    def show_state(self, state: MeasureState) -> None:
        asked = self._asked(state)
        chosen = next((one for one in asked if one.question.id == state.question), None)
        with QSignalBlocker(self._questions):
            self._question_model.show(asked)
            if chosen is not None:
                self._questions.select_key(chosen.question.id)
            else:
                self._questions.clearSelection()
        self._found_model.show(list(enumerate(chosen.outcome.found, 1)) if chosen else [])
        self._found.set_empty_text(
            self.tr("Nothing was found.") if chosen else self.tr("Choose a question to see what was found for it.")
        )
        self._missed.setText(self._lost(chosen, state) if chosen else "")
        self._missed.setVisible(bool(self._missed.text()))

    @staticmethod
    def _asked(state: MeasureState) -> list[Asked]:
        """The worst first: they are what one wants to look into."""
        if state.report is None:
            return []
        questions = {question.id: question for question in state.report.questions}
        found = [
            Asked(questions[one.question], one)
            for one in state.outcomes
            if one.setting == state.setting and one.question in questions
        ]
        return sorted(found, key=lambda one: (one.outcome.ndcg, one.outcome.recall))

    def _lost(self, asked: Asked, state: MeasureState) -> str:
        k = state.report.k if state.report else 0
        lost = []
        for place, rank in zip(asked.question.relevant, asked.outcome.ranks, strict=True):
            if rank == 0:
                lost.append(self.tr("{}: not among the first {}").format(place_in_words(place), DEPTH))
            elif rank > k:
                lost.append(self.tr("{}: only at rank {}").format(place_in_words(place), rank))
        return self.tr("Missed: {}").format("; ".join(lost)) if lost else ""

    def _build_widgets(self) -> None:
        self._question_model: RecordTableModel[Asked] = RecordTableModel(
            [
                Column(
                    self.tr("Question"),
                    lambda one: one.question.text,
                    stretch=True,
                    narrowest=24,
                    tooltip=lambda one: one.question.text,
                ),
                Column(
                    self.tr("First at rank"),
                    lambda one: str(one.first) if one.first else self.tr("not found"),
                    align_right=True,
                    sort_key=lambda one: one.first or DEPTH + 1,
                    ink=lambda one: "" if one.first else "bad",
                ),
                Column(
                    self.tr("Recall"),
                    lambda one: f"{100 * one.outcome.recall:.0f} %",
                    align_right=True,
                    sort_key=lambda one: one.outcome.recall,
                ),
                Column(
                    self.tr("nDCG"),
                    lambda one: f"{100 * one.outcome.ndcg:.0f} %",
                    align_right=True,
                    sort_key=lambda one: one.outcome.ndcg,
                    gives_way=True,
                ),
            ],
            key=lambda one: one.question.id,
        )
        self._questions: RecordTable[Asked] = RecordTable(
            self._question_model, self.tr("The questions appear here when they were measured."), self
        )
        self._questions.setObjectName("measure_drill_questions")
        self._questions.setAccessibleName(self.tr("Questions with this setting"))
        self._questions.allow_sorting()
        self._found_model: RecordTableModel[_Found] = RecordTableModel(
            [
                Column("", lambda row: str(row[0]), align_right=True),
                Column(
                    self.tr("Passage found"),
                    lambda row: f"{row[1].document}, page {row[1].page}",
                    stretch=True,
                    tooltip=lambda row: self.tr("{}, page {}; Enter opens it").format(row[1].document, row[1].page),
                ),
                Column(
                    self.tr("Relevant"),
                    lambda row: self.tr("yes") if row[1].is_relevant else "",
                    ink=lambda row: "good" if row[1].is_relevant else "",
                ),
            ]
        )
        self._found: RecordTable[_Found] = RecordTable(self._found_model, "", self)
        self._found.setObjectName("measure_drill_found")
        self._found.setAccessibleName(self.tr("Passages found for the question"))
        self._missed = QLabel(self)
        self._missed.setObjectName("measure_missed")
        self._missed.setTextFormat(Qt.TextFormat.PlainText)
        self._missed.setWordWrap(True)
        set_role(self._missed, "muted")

    def _build_layout(self) -> None:
        right = QWidget(self)
        column = QVBoxLayout(right)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(self._missed)
        column.addWidget(self._found, 1)
        splitter = QSplitter(Qt.Orientation.Horizontal, self)
        splitter.addWidget(self._questions)
        splitter.addWidget(right)
        splitter.setChildrenCollapsible(False)
        splitter.setSizes([520, 420])
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(splitter)
        self.setMinimumHeight(170)

    @Slot(object)
    def _on_question(self, asked: object) -> None:
        if isinstance(asked, Asked):
            self.question_selected.emit(asked.question.id)

    @Slot(object)
    def _on_found(self, row: object) -> None:
        if isinstance(row, tuple):
            number, place = row
            cited = Citation(
                number=number, document=place.document, page=place.page, start=place.start, end=place.end, text=""
            )
            self.place_opened.emit(cited)
