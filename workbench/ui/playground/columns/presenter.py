"""Decides what happens in the columns of the Playground. No Qt."""

import random
import uuid
from functools import partial

from pydantic import ValidationError

from workbench.errors import WorkbenchError
from workbench.llm.too_long import Offer
from workbench.playground.conversation import ColumnSetup, Conversation
from workbench.playground.types import Prompt, PromptVersion
from workbench.ui.playground.columns.answering_part import AnsweringPart
from workbench.ui.playground.columns.board import Board, Surroundings, View
from workbench.ui.playground.columns.conversation_part import ConversationPart
from workbench.ui.playground.columns.difference_part import DifferencePart
from workbench.ui.playground.columns.history_part import HistoryPart
from workbench.ui.playground.columns.setup_part import SetupPart
from workbench.ui.playground.columns.state import ColumnsState, ColumnState, TurnAction
from workbench.ui.playground.columns.voting_part import Shuffle, VotingPart
from workbench.ui.trying import tell


class ColumnsPresenter:
    """Methods are named after what the user did; the parts hold those about set-ups, turns, votes and the history."""

    def __init__(self, around: Surroundings, shuffle: Shuffle = random.shuffle) -> None:
        self._board = Board(around.on_input)
        self._around = around
        self._answering = AnsweringPart(self._board, around, self._on_ended)
        self.setup = SetupPart(self._board, around)
        self.turns = ConversationPart(self._board, around, self._answering)
        self.voting = VotingPart(self._board, around, shuffle)
        self.history = HistoryPart(self._board, around)
        self.differences = DifferencePart(self._board, around)

    @property
    def state(self) -> ColumnsState:
        return self._board.state

    # -- opening ------------------------------------------------------------------------------------------------------

    def start(self, view: View) -> None:
        """The page is shown for the first time."""
        self._board.show(columns=(ColumnState(ColumnSetup(id=uuid.uuid4().hex)),))
        self._board.put_up(view)
        self._around.catalog.subscribe(self.setup.hear_models)
        self._around.source.subscribe(self.setup.hear_prompt)
        self._around.catalog.ensure()
        self.history.show()
        self.setup.hear_models()
        self.setup.refresh()
        self.voting.show_standings()

    def refresh(self) -> None:
        """The page is shown again: other tabs may have trained, indexed or saved something."""
        self.setup.refresh()
        self._around.source.list_again()

    def open_case(self, case: dict[str, str]) -> None:
        """Another tab opens this one: `model` and `adapter` are asked in the first column, `prompt` is the input.

        `collection` names its documents. `version` is a saved prompt, which is shown in the editor; `draft` is a whole
        `Prompt` as JSON, which is shown there as it is, under `draft_name`.
        """
        first = self.state.columns[0]
        if not first.running:
            self.setup.take(first.id, case)
        if prompt := case.get("prompt", ""):
            self._board.show(question=prompt)
        if version := case.get("version", ""):
            self._around.source.open_version(version)
        if draft := case.get("draft", ""):
            self._open_draft(draft, case.get("draft_name", ""))

    def _open_draft(self, written: str, name: str) -> None:
        first = self.state.columns[0]
        try:
            prompt = Prompt.model_validate_json(written)
        except ValidationError as error:
            self._around.messages.warning("The prompt cannot be shown in the editor.", details=str(error))
            return
        self.setup.choose_version(first.id, "")  # the draft is what the column asks with
        self._around.source.open_draft(prompt, name)

    def open_models(self) -> None:
        """There is no model yet; the Models tab says how to get one."""
        self._around.navigator.open_tab("models")

    # -- asking -------------------------------------------------------------------------------------------------------

    def edit_question(self, text: str) -> None:
        self._board.show(question=text)

    def run(self) -> None:
        """Put the input to all columns at once; each goes on with its own conversation."""
        if not self.state.can_run:
            return
        try:
            draft = self._draft()
        except WorkbenchError as problem:
            tell(self._around.messages, problem)
            return
        question = self.state.question.strip()
        self.voting.conversation_id = self.history.open_id
        self._board.show(question="", to_ask=tuple(column.id for column in self.state.columns))
        self.voting.begin()
        self.differences.mark()
        self._ask_next(question, draft)

    def _ask_next(self, question: str, draft: PromptVersion | None) -> None:
        """One column; the others follow in later turns of the event loop."""
        if not self.state.to_ask:
            return  # stopped meanwhile
        column_id, *others = self.state.to_ask
        self._board.show(to_ask=tuple(others))
        column = self.state.column(column_id)
        if column is not None:
            self.turns.forget_undo(column_id)
            self.turns.ask(column_id, question, column.last.id if column.last is not None else "", draft)
        if others and self._board.view is not None:
            self._board.view.soon(partial(self._ask_next, question, draft))

    def stop(self) -> None:
        """Keep the texts that are there."""
        self._board.show(to_ask=())
        for column in self.state.columns:
            if column.running:
                self._answering.stop(column.id)

    def stop_column(self, column_id: str) -> None:
        """The others go on."""
        self._answering.stop(column_id)

    def do_with_turn(self, column_id: str, turn_id: str, action: TurnAction) -> None:
        """Regenerate, continue, delete, look at another branch, copy."""
        self.turns.do(column_id, turn_id, action)
        if action not in {TurnAction.COPY, TurnAction.COPY_MARKDOWN}:
            self._on_turns_changed()

    def take_offer(self, column_id: str, offer: Offer) -> None:
        """The last prompt was too long; this would make it fit."""
        self.turns.take_offer(column_id, offer)

    def edit_turn_question(self, column_id: str, turn_id: str, text: str) -> None:
        self.turns.edit_question(column_id, turn_id, text)
        self.differences.mark()

    def edit_turn_answer(self, column_id: str, turn_id: str, text: str) -> None:
        self.turns.edit_answer(column_id, turn_id, text)
        self._on_turns_changed()

    def undo(self, column_id: str) -> None:
        self.turns.undo(column_id)
        self._on_turns_changed()

    def _draft(self) -> PromptVersion | None:
        """Saved as a version, where a column asks with it."""
        uses_draft = any(not column.setup.version_id for column in self.state.columns)
        return self._around.source.save_for_run() if uses_draft else None

    # -- columns ------------------------------------------------------------------------------------------------------

    def remove_column(self, column_id: str) -> None:
        """Its answer is stopped; what was said in it is gone with it."""
        if len(self.state.columns) > 1:
            self._answering.leave(column_id)
            self.setup.remove(column_id)
            self.voting.hear_end()
            self.history.keep()
            self.differences.mark()

    def sync_scrolling(self, is_on: bool) -> None:
        self._board.show(syncs_scrolling=is_on)

    def hear_settled(self) -> None:
        """All answers stand as they will stay: they can be compared."""
        self.differences.mark()

    # -- conversations ------------------------------------------------------------------------------------------------

    def begin_new(self) -> None:
        """A new conversation in the same columns; this one stays in the history."""
        self._leave_all()
        self.history.keep()
        self.history.begin_new()
        for column in self.state.columns:
            self._board.change(column.id, conversation=Conversation(), running="", waits_for="", undone="", note="")
        self.voting.switch(self.state.blind.is_on)

    def reopen(self, entry_id: str) -> None:
        """Take up a conversation of the history, in its columns."""
        if self.state.is_running:
            return
        columns = self.history.find(entry_id)
        if columns:
            self._leave_all()
            self.voting.switch(False)
            self.setup.restore(columns)
            self.differences.mark()

    def _leave_all(self) -> None:
        self._board.show(to_ask=())
        for column in self.state.columns:
            self._answering.leave(column.id)
            self.turns.forget_undo(column.id)

    def _on_ended(self, _column_id: str) -> None:
        self.voting.hear_end()
        self.history.keep()
        self.setup.hear_prompt()

    def _on_turns_changed(self) -> None:
        if not self.state.is_running:
            self.history.keep()
        self.differences.mark()
