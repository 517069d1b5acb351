"""Conversations are kept as they grow, found again, and written into files. No Qt."""

import uuid
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TypeVar

from workbench.errors import WorkbenchError
from workbench.playground.conversation import (
    AnsweredBy,
    ColumnSetup,
    Conversation,
    SavedColumn,
    SavedConversation,
    Turn,
    title_of,
)
from workbench.playground.conversation_store import HistoryEntry
from workbench.playground.conversation_text import as_json, columns_as_markdown
from workbench.playground.quoted import IsGone, without_purged
from workbench.playground.types import Exchange
from workbench.ui.playground.columns.asking import asked_of
from workbench.ui.playground.columns.board import Board, Surroundings
from workbench.ui.playground.columns.state import ColumnState
from workbench.ui.trying import tell

T = TypeVar("T")


class HistoryPart:
    """One conversation is open at a time: all columns together."""

    def __init__(self, board: Board, around: Surroundings) -> None:
        self._board = board
        self._around = around
        self._open = SavedConversation(id=uuid.uuid4().hex)
        self._unwritten: SavedConversation | None = None
        self._is_writing = False

    @property
    def open_id(self) -> str:
        return self._open.id

    def show(self) -> None:
        """Read what there is."""
        exchanges = tuple(map(_entry, self._around.exchanges.list_exchanges()))
        self._board.show(history=tuple(self._around.conversations.list_conversations()), exchanges=exchanges)

    def begin_new(self) -> None:
        """What was said stays in the history."""
        self._open = SavedConversation(id=uuid.uuid4().hex)
        self._board.show(title="")

    def keep(self) -> None:
        """Write what was said, off the UI thread; what changes meanwhile is written afterwards."""
        if not self._board.state.has_turns and not self._open.created:
            return
        columns = self._columns()
        if columns == self._open.columns:
            return
        self._open = self._open.model_copy(update={"columns": columns})
        if not self._open.title:
            self._open = self._open.model_copy(update={"title": title_of(self._open.columns)})
            self._board.show(title=self._open.title)
        self._unwritten = self._open
        self._write()

    def find(self, entry_id: str) -> tuple[ColumnState, ...]:
        """Open a conversation, or an exchange from before there were any; none when it is gone."""
        saved = self._around.conversations.find(entry_id)
        exchange = self._around.exchanges.find(entry_id) if saved is None else None
        if saved is None and exchange is not None:
            saved = _from_exchange(exchange)
        if saved is None:
            self._around.messages.warning("This conversation is not there any more.")
            self.show()
            return ()
        self._open = saved
        self._board.show(title=saved.title)
        return tuple(ColumnState(column.setup, column.conversation) for column in saved.columns)

    def forget_purged(self, is_gone: IsGone) -> None:
        """Documents are gone for good: what is open quotes them no more, and does not write that down again."""
        columns = tuple(
            replace(column, conversation=without_purged(column.conversation, is_gone))
            for column in self._board.state.columns
        )
        if columns != self._board.state.columns:
            self._board.show(columns=columns)
            self.keep()

    def forget(self, entry_id: str) -> None:
        """Delete one of the history."""
        self._background(partial(self._around.conversations.delete, entry_id), self._on_forgotten)

    def forget_all(self) -> None:
        def clear() -> None:
            self._around.conversations.clear()
            self._around.exchanges.clear()

        self._board.show(exchanges=())
        self._background(clear, self._on_forgotten)

    def export(self, path: str) -> None:
        """Into a file: JSON by its ending, Markdown else."""
        saved = self._open.model_copy(update={"columns": self._columns()})
        target = Path(path)
        text = as_json(saved) if target.suffix.lower() == ".json" else columns_as_markdown(saved)
        try:
            target.write_text(text, encoding="utf-8")
        except OSError as error:
            self._around.messages.error(f"{target} could not be written: {error.strerror or error}.")
            return
        self._around.messages.info(f"The conversation was written to {target.name}.")

    def as_markdown(self) -> str:
        return columns_as_markdown(self._open.model_copy(update={"columns": self._columns()}))

    def _columns(self) -> tuple[SavedColumn, ...]:
        """Without the turns that are being answered: they are kept when they ended."""
        return tuple(
            SavedColumn(
                setup=column.setup,
                conversation=column.conversation.without(column.running) if column.running else column.conversation,
            )
            for column in self._board.state.columns
        )

    def _write(self) -> None:
        """One after the other: a commit waits for the disk."""
        if self._is_writing or self._unwritten is None:
            return
        wanted, self._unwritten = self._unwritten, None
        self._is_writing = True
        self._background(partial(self._around.conversations.save, wanted), self._on_written)

    def _on_written(self, saved: SavedConversation | None) -> None:
        """The history is not read anew after each answer: this one stands at its top now."""
        self._is_writing = False
        if saved is not None:
            if saved.id == self._open.id:
                self._open = self._open.model_copy(update={"created": saved.created})
            entry = HistoryEntry(saved.id, saved.title, saved.changed, len(saved.columns))
            others = (one for one in self._board.state.history if one.id != saved.id)
            self._board.show(history=(entry, *others))
        self._write()

    def _on_forgotten(self, _result: None) -> None:
        self.show()

    def _background(self, work: Callable[[], T], then: Callable[[T | None], None]) -> None:
        """Change what is saved; `then` gets None where that failed, which is said."""
        from sqlalchemy.exc import SQLAlchemyError

        def guarded() -> tuple[T | None, WorkbenchError | None]:
            try:
                return work(), None
            except SQLAlchemyError as error:
                return None, _not_written(error)

        def done(found: tuple[T | None, WorkbenchError | None]) -> None:
            result, problem = found
            if problem is not None:
                tell(self._around.messages, problem)
            then(result)

        self._around.in_background(guarded, done)


def _not_written(error: Exception) -> WorkbenchError:
    return WorkbenchError(
        "The conversation could not be written into the database.",
        hint="Free some space on that disk; the next answer writes it again.",
        details=str(error),
    )


def _entry(exchange: Exchange) -> HistoryEntry:
    return HistoryEntry(exchange.id, " ".join(exchange.question.split()), exchange.created, 1)


def _from_exchange(exchange: Exchange) -> SavedConversation:
    """One question with its answer, as they were kept before there were conversations."""
    setup = ColumnSetup(id=uuid.uuid4().hex, model_name=exchange.model_name, adapter_name=exchange.adapter_name)
    turn = Turn(
        id=exchange.id,
        created=exchange.created,
        question=exchange.question,
        asked=asked_of(exchange.messages),
        answer=exchange.completion.text,
        completion=exchange.completion,
        answered_by=AnsweredBy(
            model_name=exchange.model_name,
            model_hash=exchange.model_hash,
            adapter_name=exchange.adapter_name,
            adapter_hash=exchange.adapter_hash,
            version_id=exchange.prompt_version_id,
            generation=exchange.config,
        ),
    )
    column = SavedColumn(setup=setup, conversation=Conversation(turns=(turn,)))
    title = " ".join(exchange.question.split())[:80]
    return SavedConversation(id=uuid.uuid4().hex, title=title, columns=(column,))
