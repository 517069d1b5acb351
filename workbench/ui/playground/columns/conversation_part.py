"""What can be done with what was said: edit, answer anew, branch, go on, delete, copy. No Qt."""

import datetime
import uuid

from workbench.errors import WorkbenchError
from workbench.llm.too_long import LeaveOutSystem, LeaveOutTurns, Offer, RaiseContext, ShortenAnswer
from workbench.llm.types import GenerationConfig, Role
from workbench.playground.answer_rule import extract_answer
from workbench.playground.conversation import AnsweredBy, Conversation, SavedColumn, Turn
from workbench.playground.conversation_text import as_markdown, as_text
from workbench.playground.types import Prompt, PromptVersion
from workbench.ui.playground.columns.answering_part import AnsweringPart
from workbench.ui.playground.columns.board import Board, Surroundings, model_of
from workbench.ui.playground.columns.state import ColumnState, TurnAction
from workbench.ui.trying import tell

_UNDO_DEPTH = 50


class ConversationPart:
    """A column's turns are never changed in place: an edited question or a second answer is a branch beside it."""

    def __init__(self, board: Board, around: Surroundings, answering: AnsweringPart) -> None:
        self._board = board
        self._around = around
        self._answering = answering
        self._before: dict[str, list[tuple[str, Conversation]]] = {}
        """By column: what deletions and edits replaced, each with what was done."""

    # -- asking -------------------------------------------------------------------------------------------------------

    def ask(
        self,
        column_id: str,
        question: str,
        parent_id: str,
        draft: PromptVersion | None,
        *,
        without_system: bool = False,
    ) -> None:
        """A new turn after `parent_id`. `draft` is the saved draft, for columns that ask with it."""
        column = self._board.state.column(column_id)
        if column is None:
            return
        version = draft if not column.setup.version_id else self._around.source.find_version(column.setup.version_id)
        turn = Turn(
            id=uuid.uuid4().hex,
            parent_id=parent_id,
            created=datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
            question=question,
            values=dict(self._around.source.values()),
            answered_by=_answered_by(column, version),
        )
        if version is None:
            gone = WorkbenchError("The version of the prompt is not there any more.", hint="Choose another.")
            self._answering.refuse(column_id, turn, gone)
            return
        prompt = prompt_of(column, version)
        if without_system:
            blocks = tuple(block for block in prompt.blocks if block.role is not Role.SYSTEM)
            prompt = prompt.model_copy(update={"blocks": blocks})
        self._answering.ask(column_id, turn, prompt)

    def regenerate(self, column_id: str, turn_id: str) -> None:
        turn = self._board.conversation(column_id).find(turn_id)
        if turn is not None:
            self._ask_beside(column_id, turn, turn.question)

    def edit_question(self, column_id: str, turn_id: str, question: str) -> None:
        """Ask something else instead; what was asked before stays as a branch."""
        turn = self._board.conversation(column_id).find(turn_id)
        if turn is not None and question.strip():
            self._ask_beside(column_id, turn, question)

    def go_on(self, column_id: str, turn_id: str) -> None:
        """Continue an answer that was cut off, with what it was asked with."""
        column = self._board.state.column(column_id)
        turn = column.conversation.find(turn_id) if column is not None else None
        if column is None or turn is None or not turn.is_cut_off or column.running:
            return
        version = self._around.source.find_version(turn.answered_by.version_id)
        if version is None:
            self._around.messages.warning("The version of the prompt is not there any more.", "Ask anew instead.")
            return
        prompt = version.prompt.model_copy(update={"generation": turn.answered_by.generation})
        self._answering.ask(column_id, turn, prompt, continues=True)

    def _ask_beside(self, column_id: str, turn: Turn, question: str, *, without_system: bool = False) -> None:
        column = self._board.state.column(column_id)
        if column is None or column.running:
            return
        try:
            draft = self._around.source.save_for_run() if not column.setup.version_id else None
        except WorkbenchError as problem:
            tell(self._around.messages, problem)
            return
        self.ask(column_id, question, turn.parent_id, draft, without_system=without_system)

    def take_offer(self, column_id: str, offer: Offer) -> None:
        """Do what makes the refused last prompt fit, and ask it again in place of the refused one."""
        column = self._board.state.column(column_id)
        turn = column.last if column is not None else None
        if column is None or turn is None or column.running or offer not in column.offers:
            return
        without_system = False
        match offer:
            case LeaveOutTurns(turns=count):
                self._leave_out(column, count)
            case LeaveOutSystem():
                without_system = True
            case ShortenAnswer(max_tokens=count):
                own = turn.answered_by.generation.model_copy(update={"max_tokens": count})
                self._board.change_setup(column_id, generation=own)
            case RaiseContext(context_length=length):
                if (model := model_of(self._around, column)) is not None:
                    self._around.catalog.raise_context(model, length)
        self._board.change(column_id, conversation=self._board.conversation(column_id).without(turn.id))
        self._ask_beside(column_id, turn, turn.question, without_system=without_system)

    def _leave_out(self, column: ColumnState, count: int) -> None:
        """The earliest turns that are still sent along."""
        sent = [turn for turn in column.path if turn.answer and not turn.is_left_out][:count]
        for turn in sent:
            self._board.put_turn(column.id, turn.model_copy(update={"is_left_out": True}))

    # -- changing -----------------------------------------------------------------------------------------------------

    def edit_answer(self, column_id: str, turn_id: str, text: str) -> None:
        """The user's own words instead, as a branch: later questions are asked as if the model had said so."""
        column = self._board.state.column(column_id)
        turn = column.conversation.find(turn_id) if column is not None else None
        if column is None or turn is None or column.running or text == turn.answer:
            return
        version = self._around.source.find_version(turn.answered_by.version_id)
        extracted = extract_answer(version.prompt.reasoning if version is not None else None, text)
        has_rule = version is not None and version.prompt.reasoning is not None
        edited = turn.model_copy(
            update={
                "id": uuid.uuid4().hex,
                "answer": text,
                "is_edited": True,
                "completion": None,
                "problem": "",
                "hint": "",
                "details": "",
                "reasoning": extracted.reasoning if has_rule else "",
                "final_answer": extracted.answer if has_rule else "",
                "is_answer_found": extracted.found,
            }
        )
        self._change(column, column.conversation.with_turn(edited), "The answer was edited.")

    def delete(self, column_id: str, turn_id: str) -> None:
        """That turn and what follows it."""
        column = self._board.state.column(column_id)
        if column is None or column.running or column.conversation.find(turn_id) is None:
            return
        left = column.conversation.without(turn_id)
        count = len(column.conversation.turns) - len(left.turns)
        self._change(column, left, "The turn was deleted." if count == 1 else f"{count} turns were deleted.")

    def undo(self, column_id: str) -> None:
        """Bring back what the last deletion or edit replaced."""
        before = self._before.get(column_id, [])
        column = self._board.state.column(column_id)
        if column is None or column.running or not before:
            return
        _, conversation = before.pop()
        self._board.change(column_id, conversation=conversation, undone=before[-1][0] if before else "")

    def look_at(self, column_id: str, turn_id: str, by: int) -> None:
        """The branch before (-1) or after (1) this turn."""
        column = self._board.state.column(column_id)
        if column is None or column.running:
            return
        branches = column.conversation.branches(turn_id)
        place = [turn.id for turn in branches].index(turn_id) + by if branches else -1
        if 0 <= place < len(branches):
            self._board.change(column_id, conversation=column.conversation.choosing(branches[place].id))

    def forget_undo(self, column_id: str) -> None:
        """Something else was said since: bringing the old conversation back would lose it."""
        self._before.pop(column_id, None)

    def do(self, column_id: str, turn_id: str, action: TurnAction) -> None:
        match action:
            case TurnAction.REGENERATE:
                self.regenerate(column_id, turn_id)
            case TurnAction.CONTINUE:
                self.go_on(column_id, turn_id)
            case TurnAction.DELETE:
                self.delete(column_id, turn_id)
            case TurnAction.BEFORE:
                self.look_at(column_id, turn_id, -1)
            case TurnAction.NEXT:
                self.look_at(column_id, turn_id, 1)
            case TurnAction.COPY | TurnAction.COPY_MARKDOWN:
                self._copy_turn(column_id, turn_id, action)

    # -- copying ------------------------------------------------------------------------------------------------------

    def copy_conversation(self, column_id: str, as_what: TurnAction) -> None:
        """The branch that is looked at, as text or as Markdown."""
        column = self._board.state.column(column_id)
        if column is not None and self._board.view is not None:
            saved = SavedColumn(setup=column.setup, conversation=column.conversation)
            is_text = as_what is TurnAction.COPY
            self._board.view.copy(as_text(column.conversation) if is_text else as_markdown(saved))

    def _copy_turn(self, column_id: str, turn_id: str, action: TurnAction) -> None:
        turn = self._board.conversation(column_id).find(turn_id)
        column = self._board.state.column(column_id)
        if turn is None or column is None or self._board.view is None:
            return
        if action is TurnAction.COPY:
            self._board.view.copy(turn.answer)
            return
        alone = Conversation(turns=(turn.model_copy(update={"parent_id": ""}),))
        self._board.view.copy(as_markdown(SavedColumn(setup=column.setup, conversation=alone)))

    def _change(self, column: ColumnState, conversation: Conversation, said: str) -> None:
        self._before.setdefault(column.id, []).append((said, column.conversation))
        del self._before[column.id][:-_UNDO_DEPTH]
        self._board.change(column.id, conversation=conversation, undone=said)


def prompt_of(column: ColumnState, version: PromptVersion) -> Prompt:
    """The version's prompt, with the column's own settings where it has some."""
    own = column.setup.generation
    return version.prompt if own is None else version.prompt.model_copy(update={"generation": own})


def _answered_by(column: ColumnState, version: PromptVersion | None) -> AnsweredBy:
    generation = column.setup.generation or (version.prompt.generation if version is not None else GenerationConfig())
    return AnsweredBy(
        model_name=column.setup.model_name,
        adapter_name=column.setup.adapter_name,
        adapter_scale=column.setup.adapter_scale if column.setup.adapter_name else 1.0,
        version_id=version.id if version is not None else column.setup.version_id,
        version_label=f"{version.prompt_name} {version.label}" if version is not None else "",
        prompt_hash=version.content_hash if version is not None else "",
        collection=column.setup.collection,
        generation=generation,
    )
