"""One question with its answer: asked, searched, growing, answered or failed; and what can be done then."""

from functools import partial

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QLineEdit, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from workbench.ui.documents.answer_markdown import CITE, WHY
from workbench.ui.documents.conversation_state import AskedTurn
from workbench.ui.documents.marked_answer import MarkedAnswer
from workbench.ui.documents.prompt_view import PromptView
from workbench.ui.documents.refusal_view import RefusalView
from workbench.ui.documents.support_view import SupportView
from workbench.ui.theme import set_role
from workbench.ui.widgets.named_button import named_button
from workbench.ui.widgets.trouble_card import TroubleCard


class TurnCard(QFrame):
    chosen = Signal(str)
    """The turn was clicked: show its passages."""
    citation_opened = Signal(str, int)
    hit_opened = Signal(object)
    asked_again = Signal(str, str)
    """The turn and the question that shall be searched for."""
    copy_requested = Signal(str)
    offer_chosen = Signal(str, object)

    def __init__(self, turn_id: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.turn_id = turn_id
        self._turn: AskedTurn | None = None
        self._build_widgets()
        self._build_layout()
        self._connect()

    def show_turn(self, turn: AskedTurn, *, is_looked_at: bool, can_ask: bool) -> None:
        before, self._turn = self._turn, turn
        set_role(self, "turn-chosen" if is_looked_at else "turn")
        self._question.setText(turn.question)
        self._by.setText(self.tr("search") if turn.is_search else turn.model)
        self._show_searched(turn, can_ask)
        self._show_status(turn)
        self._show_answer(before, turn)
        self._refusal.show_turn(turn)
        self._support.show_answer(None if turn.is_refusal or turn.is_running else turn.answer)
        self._prompt.show_prompt(turn.prompt)
        self._trouble.show_trouble(turn.trouble)
        self._remark.setText(self._remarks(turn))
        self._remark.setVisible(bool(self._remark.text()))
        has_answer = not turn.is_running and bool(turn.answer_text)
        self._copy.setVisible(has_answer)
        self._again.setVisible(not turn.is_running)
        self._again.setEnabled(can_ask)

    def append_answer(self, text: str) -> None:
        self._status.hide()
        self._answer.show()
        self._answer.append_text(text)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        if event.button() is Qt.MouseButton.LeftButton:
            self.chosen.emit(self.turn_id)

    # -- showing ----------------------------------------------------------------------------------------------------

    def _show_searched(self, turn: AskedTurn, can_ask: bool) -> None:
        is_rewritten = bool(turn.standalone)
        words = self.tr("Searched for: {}").format(turn.standalone) if is_rewritten else turn.remark
        self._searched.setText(words)
        self._searched.setVisible(bool(words) and not self._editor.isVisibleTo(self))
        self._edit.setVisible(not turn.is_running and not self._editor.isVisibleTo(self))
        self._edit.setEnabled(can_ask)
        if turn.is_running:
            self._close_editor()

    def _show_status(self, turn: AskedTurn) -> None:
        words = ""
        if turn.is_running and not turn.answer_text:
            words = turn.status or self.tr("Searching")
            words = f"{words}…"
        elif turn.is_search and not turn.is_running and turn.was_searched:
            count = len(turn.hits)
            words = self.tr("Nothing was found.") if not count else self.tr("{} passages found").format(count)
            words = self.tr("1 passage found") if count == 1 else words
        elif not turn.is_running and turn.answer is None and turn.trouble is None and not turn.is_search:
            words = self.tr("Stopped.")
        elif turn.is_empty_answer:
            words = self.tr("The model gave an empty answer.")
        self._status.setText(words)
        self._status.setVisible(bool(words))

    def _show_answer(self, before: AskedTurn | None, turn: AskedTurn) -> None:
        self._answer.setVisible(bool(turn.answer_text) and not turn.is_refusal)
        if turn.answer is not None and (before is None or before.answer is not turn.answer):
            self._answer.show_answer(turn.answer)
        elif turn.answer is None and self._answer.text() != turn.answer_text:
            self._answer.show_text(turn.answer_text)

    def _remarks(self, turn: AskedTurn) -> str:
        remarks = [turn.remark] if turn.remark and turn.standalone else []
        remarks += [turn.answer.remark] if turn.answer is not None and turn.answer.remark else []
        return " ".join(remarks)

    # -- building ---------------------------------------------------------------------------------------------------

    def _build_widgets(self) -> None:
        self.setObjectName(f"turn_{self.turn_id}")
        self._question, self._by, self._searched = QLabel(self), QLabel(self), QLabel(self)
        self._status, self._remark = QLabel(self), QLabel(self)
        roles = {
            self._question: ("turn_question", "field"),
            self._by: ("turn_model", "small"),
            self._searched: ("turn_searched", "muted"),
            self._status: ("turn_status", "muted"),
            self._remark: ("turn_remark", "small"),
        }
        for label, (name, role) in roles.items():
            label.setObjectName(name)
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setWordWrap(label is not self._by)
            set_role(label, role)
        self._question.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._build_editor()
        self._answer = MarkedAnswer(self)
        self._answer.setObjectName("documents_answer")
        self._refusal = RefusalView(self)
        self._support = SupportView(self)
        self._prompt = PromptView(self)
        self._prompt_head = self._prompt.head
        self._trouble = TroubleCard("question_trouble", self, takes_offers=True)
        self._copy = self._tool("copy", "copy_answer", "", self.tr("Copy the answer with its sources"))
        self._again = self._tool("refresh", "ask_again", "", self.tr("Ask the same once more"))

    def _build_editor(self) -> None:
        self._edit = self._tool("edit", "edit_searched", "", self.tr("Change what is searched for and ask again"))
        self._editor = QWidget(self)
        self._line = QLineEdit(self._editor)
        self._line.setObjectName("searched_line")
        self._line.setAccessibleName(self.tr("What is searched for"))
        self._send = QPushButton(self.tr("Ask again"), self._editor)
        self._send.setObjectName("send_searched")
        self._leave = QPushButton(self.tr("Leave as it is"), self._editor)
        self._leave.setObjectName("leave_searched")
        set_role(self._leave, "quiet")
        row = QHBoxLayout(self._editor)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        row.addWidget(self._line, 1)
        row.addWidget(self._send)
        row.addWidget(self._leave)
        self._editor.hide()

    def _tool(self, icon: str, name: str, text: str, words: str) -> QPushButton:
        return named_button(self, name, text, "tiny", tip=words, icon=icon)

    def _build_layout(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(self._question, 1)
        head.addWidget(self._by, 0, Qt.AlignmentFlag.AlignTop)
        head.addWidget(self._edit, 0, Qt.AlignmentFlag.AlignTop)
        foot = QHBoxLayout()
        foot.setSpacing(4)
        foot.addWidget(self._prompt_head, 0)
        foot.addStretch(1)
        for button in (self._copy, self._again):
            button.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
            foot.addWidget(button, 0, Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 9, 10, 7)
        column.setSpacing(6)
        column.addLayout(head)
        for widget in (self._searched, self._editor, self._status, self._answer, self._refusal, self._support):
            column.addWidget(widget)
        column.addWidget(self._remark)
        column.addWidget(self._trouble)
        column.addLayout(foot)
        column.addWidget(self._prompt)

    def _connect(self) -> None:
        self._answer.link_activated.connect(self._on_link)
        self._refusal.hit_opened.connect(self.hit_opened)
        self._copy.clicked.connect(partial(self.copy_requested.emit, self.turn_id))
        self._again.clicked.connect(self._on_again)
        self._trouble.offer_chosen.connect(self._on_offer)
        self._edit.clicked.connect(self._open_editor)
        self._line.returnPressed.connect(self._on_send)
        self._send.clicked.connect(self._on_send)
        self._leave.clicked.connect(self._close_editor)

    @Slot(str)
    def _on_link(self, link: str) -> None:
        if link.startswith(CITE) and link[len(CITE) :].isdigit():
            self.citation_opened.emit(self.turn_id, int(link[len(CITE) :]))
        elif link.startswith(WHY):
            self._support.open()

    @Slot(object)
    def _on_offer(self, offer: object) -> None:
        self.offer_chosen.emit(self.turn_id, offer)

    @Slot()
    def _on_again(self) -> None:
        if self._turn is not None:
            self.asked_again.emit(self.turn_id, self._turn.searched)

    @Slot()
    def _open_editor(self) -> None:
        if self._turn is not None:
            self._line.setText(self._turn.searched)
            self._searched.hide()
            self._edit.hide()
            self._editor.show()
            self._line.setFocus()

    @Slot()
    def _close_editor(self) -> None:
        self._editor.hide()
        self._searched.setVisible(bool(self._searched.text()))
        self._edit.setVisible(self._turn is not None and not self._turn.is_running)

    @Slot()
    def _on_send(self) -> None:
        words = self._line.text().strip()
        if words:
            self._close_editor()
            self.asked_again.emit(self.turn_id, words)
