"""What one candidate says, beside what the start says."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QLabel, QPlainTextEdit, QVBoxLayout, QWidget

from workbench.ui.playground.search.describing import (
    describe_candidate,
    describe_origin,
    describe_place,
    describe_score,
)
from workbench.ui.playground.search.state import Row, SearchState
from workbench.ui.theme import set_role


class CandidatePanel(QFrame):
    """Of the selected candidate, or of the first in the table."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._build_widgets()
        self._build_layout()

    def show_state(self, state: SearchState) -> None:
        live = state.live
        rows = live.rows if live else ()
        row = next((row for row in rows if row.id == state.selected), rows[0] if rows else None)
        self.setVisible(row is not None)
        if row is None or live is None:
            return
        self._title.setText(describe_candidate(row))
        self._about.setText(f"{describe_origin(row)}. {self._standing(row)}")
        _show(self._text, row.entered.text or self.tr("(nothing)"))
        _show(self._start, live.start_text or self.tr("(nothing)"))
        is_other = row.entered.text != live.start_text
        for part in (self._start_title, self._start):
            part.setVisible(is_other)

    def _standing(self, row: Row) -> str:
        if not row.standing.count:
            return self.tr("Not asked yet.")
        return self.tr("{} on {} search questions, {}.").format(
            describe_score(row), row.standing.count, describe_place(row)
        )

    def _build_widgets(self) -> None:
        set_role(self, "panel")
        self.setObjectName("search_candidate")
        self.setAccessibleName(self.tr("Selected candidate"))
        self._title, self._about = QLabel(self), QLabel(self)
        for label in (self._title, self._about):
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setWordWrap(True)
        self._title.setObjectName("search_candidate_title")
        self._about.setObjectName("search_candidate_about")
        set_role(self._title, "field")
        set_role(self._about, "small")
        self._text_title = self._field(self.tr("What it says"))
        self._start_title = self._field(self.tr("What the starting prompt says"))
        self._text = _text_field("search_candidate_text", self.tr("What the candidate says"), self)
        self._start = _text_field("search_start_text", self.tr("What the starting prompt says"), self)

    def _field(self, text: str) -> QLabel:
        label = QLabel(text, self)
        set_role(label, "muted")
        return label

    def _build_layout(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 10, 12, 12)
        column.setSpacing(6)
        for part, stretch in (
            (self._title, 0),
            (self._about, 0),
            (self._text_title, 0),
            (self._text, 3),
            (self._start_title, 0),
            (self._start, 2),
        ):
            column.addWidget(part, stretch)


def _text_field(name: str, title: str, parent: QWidget) -> QPlainTextEdit:
    field = QPlainTextEdit(parent)
    field.setObjectName(name)
    field.setAccessibleName(title)
    field.setReadOnly(True)
    field.setTabChangesFocus(True)
    field.setMinimumHeight(3 * field.fontMetrics().lineSpacing() + 12)
    return field


def _show(field: QPlainTextEdit, text: str) -> None:
    """The same text again keeps its place and selection."""
    if field.toPlainText() != text:
        field.setPlainText(text)
