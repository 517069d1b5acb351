"""One question with its answer in a column: asked, growing, answered or failed; and what can be done then."""

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from workbench.llm.too_long import Offer
from workbench.playground.conversation import Turn
from workbench.playground.differences import Span
from workbench.ui.playground.columns.branch_switch import BranchSwitch
from workbench.ui.playground.columns.paint_turns import PaintTurns
from workbench.ui.playground.columns.state import TurnAction
from workbench.ui.playground.columns.streamed_answer import StreamedAnswer
from workbench.ui.playground.columns.text_fold import TextFold
from workbench.ui.playground.columns.turn_editor import TurnEditor
from workbench.ui.playground.columns.turn_menu import TurnMenu
from workbench.ui.playground.columns.turn_trouble import TurnTrouble
from workbench.ui.theme import set_role
from workbench.ui.widgets.answer_view import AnswerView
from workbench.ui.widgets.named_button import named_button
from workbench.ui.widgets.tool_button import tool_button

_TALLEST_QUESTION = 170


class TurnView(QWidget):
    action_requested = Signal(str, object)
    """The turn, and a `TurnAction`."""
    question_edited = Signal(str, str)
    answer_edited = Signal(str, str)
    offer_chosen = Signal(object)

    def __init__(self, turns: PaintTurns, turn_id: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.turn_id = turn_id
        self._turn: Turn | None = None
        self._editor: TurnEditor | None = None
        # Made when they are first needed: most turns never are branched or fail.
        self._trouble: TurnTrouble | None = None
        self._branches: BranchSwitch | None = None
        self._build_widgets(turns)
        self._build_layout()
        self._connect()

    # -- showing ------------------------------------------------------------------------------------------------------

    def show_turn(
        self, turn: Turn, place: tuple[int, int], *, waits_for: str = "", is_free: bool = True, is_hidden: bool = False
    ) -> None:
        """`place` is its number among how many branches. `is_free`: nothing is being answered in this column.

        `is_hidden` keeps back what would tell who answers.
        """
        before, self._turn = self._turn, turn
        if self._question.text() != turn.question:
            self._question.show_plain(turn.question)
        self._waits.setText(waits_for)
        self._waits.setVisible(turn.is_running and bool(waits_for))
        if not turn.is_running and (before is None or before.is_running or before.answer != turn.answer):
            self.answer.finish_with(turn.shown_answer)
        self.answer.setVisible(bool(turn.answer) or (turn.is_running and not waits_for))
        self._show_reasoning(turn)
        self._show_sources(turn, is_hidden)
        self._show_trouble(turn, is_hidden)
        self._edit.setVisible(not is_hidden and not turn.is_running and is_free)
        self._show_actions(turn, place, is_free and not is_hidden)

    def begin_answer(self, text: str) -> None:
        self.answer.setVisible(bool(text))
        self.answer.begin(text)

    def append_answer(self, text: str) -> None:
        self.answer.setVisible(True)
        self.answer.append_plain(text)

    def show_offers(self, offers: Sequence[Offer]) -> None:
        """What would make a prompt that was too long fit."""
        if self._trouble is not None:
            self._trouble.show_offers(offers)

    def mark(self, spans: Sequence[Span]) -> None:
        self.answer.mark(spans)

    def leave(self) -> None:
        """It is taken away."""
        self.answer.leave()

    def _show_reasoning(self, turn: Turn) -> None:
        has_rule = bool(turn.answer_rule) and not turn.is_running
        self._reasoning.show_text(self.tr("Reasoning"), turn.reasoning if has_rule else "")
        self._rule.setText(turn.answer_rule)
        self._rule.setVisible(has_rule)

    def _show_sources(self, turn: Turn, is_hidden: bool) -> None:
        count = len(turn.retrieved)
        title = self.tr("1 passage") if count == 1 else self.tr("{} passages").format(count)
        told = "\n\n".join(f"[{number}] {p.title}\n{p.text}" for number, p in enumerate(turn.retrieved, start=1))
        self._sources.show_text(title, "" if is_hidden else told)

    def _show_trouble(self, turn: Turn, is_hidden: bool) -> None:
        if turn.problem and self._trouble is None:
            self._trouble = TurnTrouble(self)
            self._trouble.offer_chosen.connect(self.offer_chosen)
            self._column.insertWidget(self._column.indexOf(self._remark), self._trouble)
        if self._trouble is not None:
            self._trouble.setVisible(bool(turn.problem))
            self._trouble.show_turn(turn, is_hidden=is_hidden)

    def _show_branches(self, number: int, count: int, is_free: bool) -> None:
        if count > 1 and self._branches is None:
            self._branches = BranchSwitch(self)
            self._branches.before_requested.connect(partial(self._act, TurnAction.BEFORE))
            self._branches.next_requested.connect(partial(self._act, TurnAction.NEXT))
            self._actions.insertWidget(0, self._branches)
        if self._branches is not None:
            self._branches.setVisible(count > 1)
            self._branches.show_place(number, count, is_free=is_free)

    def _show_actions(self, turn: Turn, place: tuple[int, int], is_free: bool) -> None:
        self._show_branches(*place, is_free)
        is_over = not turn.is_running and is_free
        self._continue.setVisible(is_over and turn.is_cut_off)
        self._copy.setVisible(not turn.is_running and bool(turn.answer))
        self._regenerate.setVisible(is_over)
        self._more.setVisible(is_over)
        words = [self.tr("edited by you")] if turn.is_edited else []
        words += [self.tr("not sent along any more")] if turn.is_left_out else []
        if turn.completion is not None and not turn.answer:
            words.append(self.tr("an empty answer"))
        self._remark.setText("  ·  ".join(words))
        self._remark.setVisible(bool(words))

    # -- building -----------------------------------------------------------------------------------------------------

    def _build_widgets(self, turns: PaintTurns) -> None:
        self._ask = QFrame(self)
        set_role(self._ask, "strip")
        self._question = AnswerView(self._ask, fits_content=True, tallest=_TALLEST_QUESTION)
        self._question.setObjectName("turn_question")
        self._question.setAccessibleName(self.tr("Question"))
        self._edit = tool_button(self, "edit_question", self.tr("Edit the question and ask again"), "edit")
        self._waits, self._rule, self._remark = QLabel(self), QLabel(self), QLabel(self)
        for label, role in ((self._waits, "muted"), (self._rule, "small"), (self._remark, "small")):
            set_role(label, role)
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setWordWrap(True)
        self._rule.setObjectName("turn_rule")
        self._remark.setObjectName("turn_remark")
        self._sources, self._reasoning = TextFold("turn_sources", self), TextFold("turn_reasoning", self)
        self.answer = StreamedAnswer(turns, self.turn_id, self)
        self._build_actions()

    def _build_actions(self) -> None:
        self._continue = named_button(
            self, "continue_answer", self.tr("Continue"), "link", spoken=self.tr("Continue the answer that was cut off")
        )
        self._copy = tool_button(self, "copy_answer", self.tr("Copy the answer"), "copy")
        self._regenerate = tool_button(self, "regenerate_answer", self.tr("Answer again"), "refresh")
        self._more = tool_button(self, "turn_more", self.tr("More for this turn"), "more")

    def _build_layout(self) -> None:
        ask = QHBoxLayout(self._ask)
        ask.setContentsMargins(10, 5, 4, 5)
        ask.setSpacing(2)
        ask.addWidget(self._question, 1)
        ask.addWidget(self._edit, 0, Qt.AlignmentFlag.AlignTop)
        self._actions = QHBoxLayout()
        self._actions.setSpacing(0)
        self._actions.addWidget(self._continue)
        self._actions.addStretch(1)
        for tool in (self._copy, self._regenerate, self._more):
            self._actions.addWidget(tool)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(4)
        for part in (
            self._ask, self._sources, self._waits, self._reasoning, self.answer, self._rule, self._remark,
        ):  # fmt: skip
            self._column.addWidget(part)
        self._column.addLayout(self._actions)

    def _connect(self) -> None:
        for button, action in (
            (self._continue, TurnAction.CONTINUE), (self._copy, TurnAction.COPY),
            (self._regenerate, TurnAction.REGENERATE),
        ):  # fmt: skip
            button.clicked.connect(partial(self._act, action))
        self._edit.clicked.connect(self.edit_question)
        self._more.clicked.connect(self._on_more)

    # -- acting -------------------------------------------------------------------------------------------------------

    @Slot()
    def edit_question(self) -> None:
        """In place of the question."""
        if self._turn is not None and not self._more.isHidden():
            editor = TurnEditor(self._turn.question, self.tr("Question"), self.tr("Ask again"), self)
            editor.accepted.connect(self._on_question_edited)
            self._open_editor(editor, self._ask)

    @Slot()
    def edit_answer(self) -> None:
        """In place of the answer."""
        if self._turn is not None:
            editor = TurnEditor(self._turn.answer, self.tr("Answer"), self.tr("Keep"), self)
            editor.accepted.connect(self._on_answer_edited)
            self._open_editor(editor, self.answer)

    def _open_editor(self, editor: TurnEditor, instead_of: QWidget) -> None:
        self._close_editor()
        self._editor = editor
        self._column.insertWidget(self._column.indexOf(instead_of), editor)
        instead_of.hide()
        editor.closed.connect(self._close_editor)
        editor.show()
        editor.take_focus()

    @Slot()
    def _close_editor(self) -> None:
        if self._editor is not None:
            self._column.removeWidget(self._editor)
            self._editor.hide()
            self._editor.deleteLater()
            self._editor = None
            self._ask.show()
            self.answer.setVisible(self._turn is not None and bool(self._turn.answer))

    @Slot(str)
    def _on_question_edited(self, text: str) -> None:
        self._close_editor()
        self.question_edited.emit(self.turn_id, text)

    @Slot(str)
    def _on_answer_edited(self, text: str) -> None:
        self._close_editor()
        self.answer_edited.emit(self.turn_id, text)

    def _act(self, action: TurnAction, _checked: bool = False) -> None:
        self.action_requested.emit(self.turn_id, action)

    @Slot()
    def _on_more(self) -> None:
        if self._turn is None:
            return
        menu = TurnMenu(self._turn, self)
        menu.action_chosen.connect(self._on_menu_action)
        menu.edit_question_requested.connect(self.edit_question)
        menu.edit_answer_requested.connect(self.edit_answer)
        menu.open_below(self._more)

    @Slot(object)
    def _on_menu_action(self, action: TurnAction) -> None:
        self.action_requested.emit(self.turn_id, action)
