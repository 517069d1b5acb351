"""Every question of an evaluation with both answers and their scores; the selected one in full."""

from collections.abc import Sequence
from enum import StrEnum

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QPlainTextEdit, QVBoxLayout, QWidget

from workbench.finetune.evaluation.types import EvaluatedRow, GivenAnswer
from workbench.scoring.types import ScoreValue
from workbench.ui.theme import set_role
from workbench.ui.widgets.record_model import Column, RecordTableModel
from workbench.ui.widgets.record_table import RecordTable


class Shown(StrEnum):
    """Which rows."""

    ALL = "all"
    CHANGED = "changed"
    LOST = "lost"
    GAINED = "gained"


class AnswersPanel(QWidget):
    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows: tuple[EvaluatedRow, ...] = ()
        self._wanted = Shown.ALL
        self._build_widgets()
        self._build_layout()
        self._filter.currentIndexChanged.connect(self._on_filter)
        self._table.selection_moved.connect(self._on_selected)

    def show_rows(self, rows: Sequence[EvaluatedRow], trouble: str) -> None:
        """`trouble`: why there are none."""
        self._trouble.setText(trouble)
        self._trouble.setVisible(bool(trouble))
        if rows is self._rows:
            return
        self._rows = tuple(rows)
        self._show()

    def _show(self) -> None:
        shown = [row for row in self._rows if _is_wanted(row, self._wanted)]
        self._model.show(shown)
        self._count.setText(self.tr("{} of {} questions").format(f"{len(shown):,}", f"{len(self._rows):,}"))
        if shown:
            self._table.select_key(shown[0].question.id)
        else:
            self._text.clear()

    def _build_widgets(self) -> None:
        self._filter = QComboBox(self)
        self._filter.setObjectName("answers_filter")
        self._filter.setAccessibleName(self.tr("Which questions are shown"))
        words = {
            Shown.ALL: self.tr("All questions"),
            Shown.CHANGED: self.tr("Scored differently"),
            Shown.GAINED: self.tr("Better after"),
            Shown.LOST: self.tr("Worse after"),
        }
        for wanted, text in words.items():
            self._filter.addItem(text, wanted)
        self._count, self._trouble = QLabel(self), QLabel(self)
        set_role(self._count, "small")
        set_role(self._trouble, "error")
        self._trouble.setWordWrap(True)
        self._model = RecordTableModel[EvaluatedRow](
            (
                Column("Question", lambda r: _flat(r.question.text, 300), stretch=True,
                       tooltip=lambda r: r.question.text),
                Column("About", lambda r: r.question.ability or f"row {r.question.number}", gives_way=True),
                Column("Before", lambda r: _flat(_said(r.base)), tooltip=lambda r: _said(r.base)),
                Column("After", lambda r: _flat(_said(r.tuned)), tooltip=lambda r: _said(r.tuned)),
                Column("Score", lambda r: f"{_score(_base(r))} → {_score(_tuned(r))}", ink=_ink, sort_key=_change),
            ),
            key=lambda r: r.question.id,
        )  # fmt: skip
        self._table = RecordTable(self._model, parent=self)
        self._table.setObjectName("answers_table")
        self._table.setAccessibleName(self.tr("Questions with the answers before and after"))
        self._table.allow_sorting()
        self._text = QPlainTextEdit(self)
        self._text.setObjectName("answer_in_full")
        self._text.setAccessibleName(self.tr("The selected question in full"))
        self._text.setReadOnly(True)

    def _build_layout(self) -> None:
        head = QHBoxLayout()
        head.addWidget(self._filter)
        head.addWidget(self._count)
        head.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 4, 0, 0)
        column.setSpacing(6)
        column.addLayout(head)
        column.addWidget(self._trouble)
        both = QHBoxLayout()
        both.setSpacing(8)
        both.addWidget(self._table, 5)
        both.addWidget(self._text, 3)
        column.addLayout(both, 1)

    @Slot(int)
    def _on_filter(self, index: int) -> None:
        self._wanted = Shown(self._filter.itemData(index))
        self._show()

    @Slot(object)
    def _on_selected(self, row: EvaluatedRow | None) -> None:
        self._text.setPlainText(_in_full(row) if row is not None else "")


def _in_full(row: EvaluatedRow) -> str:
    right = " / ".join(row.question.references) or "a refusal: nothing of it is known"
    before, after = _base(row), _tuned(row)
    parts = [
        row.question.text,
        f"Right: {right}",
        f"Before ({_score(before)}): {_said(row.base)}" + _why(before),
        f"After ({_score(after)}): {_said(row.tuned)}" + _why(after),
    ]
    return "\n\n".join(parts)


def _is_wanted(row: EvaluatedRow, wanted: Shown) -> bool:
    change = _change(row)
    return {
        Shown.ALL: True, Shown.CHANGED: change != 0, Shown.LOST: change < 0, Shown.GAINED: change > 0,
    }[wanted]  # fmt: skip


def _base(row: EvaluatedRow) -> ScoreValue:
    return row.base_scores[row.question.metric.name]


def _tuned(row: EvaluatedRow) -> ScoreValue:
    return row.tuned_scores[row.question.metric.name]


def _change(row: EvaluatedRow) -> float:
    return (_tuned(row).value or 0.0) - (_base(row).value or 0.0)


def _ink(row: EvaluatedRow) -> str:
    change = _change(row)
    return "good" if change > 0 else "bad" if change < 0 else "text"


def _said(answer: GivenAnswer) -> str:
    return answer.problem or answer.text


def _score(score: ScoreValue) -> str:
    return "–" if score.value is None else f"{score.value:.2f}"


def _why(score: ScoreValue) -> str:
    return f"\n{score.explanation}" if score.explanation else ""


def _flat(text: str, longest: int = 20) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= longest else flat[: longest - 1] + "…"
