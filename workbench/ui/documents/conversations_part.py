"""Conversations with a collection: kept, opened again, forgotten. No Qt."""

import secrets
from functools import partial

from workbench.rag.conversation_store import KeptConversation, KeptTurn
from workbench.ui.documents.asking_board import AskingBoard
from workbench.ui.documents.asking_state import Forgetting
from workbench.ui.documents.board import Surroundings
from workbench.ui.documents.conversation_state import AskedTurn, Conversation


class ConversationsPart:
    """What was said is written down off the UI thread; what runs is not."""

    def __init__(self, surroundings: Surroundings, board: AskingBoard) -> None:
        self._store = surroundings.collections.conversations
        self._in_background = surroundings.in_background
        self._messages = surroundings.messages
        self._board = board

    def load(self, name: str) -> None:
        """Add those that were kept to the earlier ones of a collection."""
        if name:
            self._in_background(partial(self._store.list_conversations, name), partial(self._take, name))

    def _take(self, name: str, kept: list[KeptConversation]) -> None:
        state = self._board.state
        if name != state.selected:
            return
        known = {one.key for one in (state.conversation, *state.earlier)}
        fresh = tuple(_opened(one) for one in kept if one.key not in known)
        if fresh:
            self._board.show(earlier=(*state.earlier, *fresh))

    def save(self) -> None:
        """Write down the conversation as it stands."""
        state = self._board.state
        ended = tuple(_kept(turn) for turn in state.conversation.turns if not turn.is_running)
        if ended:
            conversation = KeptConversation(key=state.conversation.key, turns=ended)
            self._in_background(partial(self._store.save, state.selected, conversation), _nothing)

    def ask_to_forget(self, which: Forgetting) -> None:
        """Before something is lost; `Forgetting.NOTHING` takes the question back."""
        self._board.show(forgetting=which)

    def forget(self) -> None:
        """Confirmed: what was asked about goes for good."""
        state = self._board.state
        self._board.show(forgetting=Forgetting.NOTHING)
        match state.forgetting:
            case Forgetting.THIS:
                self._board.show(conversation=_empty())
                self._in_background(partial(self._store.delete, [state.conversation.key]), self._tell_one)
            case Forgetting.ALL:
                self._board.show(conversation=_empty(), earlier=())
                self._in_background(partial(self._store.delete_all, state.selected), self._tell_all)
            case Forgetting.NOTHING:
                pass

    def _tell_one(self, _nothing: None) -> None:
        self._messages.info("The conversation was forgotten.")

    def _tell_all(self, _nothing: None) -> None:
        self._messages.info("All conversations with this collection were forgotten.")


def _empty() -> Conversation:
    return Conversation(key=secrets.token_hex(8))


def _nothing(_result: object) -> None:
    """Nobody waits for it."""


def _kept(turn: AskedTurn) -> KeptTurn:
    return KeptTurn(**{name: getattr(turn, name) for name in KeptTurn.model_fields})


def _opened(kept: KeptConversation) -> Conversation:
    turns = tuple(AskedTurn(id=f"{kept.key}-{number}", **dict(turn)) for number, turn in enumerate(kept.turns))
    return Conversation(turns, key=kept.key)
