"""What the columns of the Playground show. No Qt."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from workbench.compare.wording import dollars, seconds
from workbench.llm.in_words import adapter_in_words as named_adapter
from workbench.llm.too_long import Offer
from workbench.llm.types import Completion, FinishReason, MemoryUse, ModelRef
from workbench.playground.conversation import ColumnSetup, Conversation, Turn
from workbench.playground.conversation_store import HistoryEntry
from workbench.playground.ratings import Standing
from workbench.playground.types import PromptVersion

NARROWEST = 280
"""Pixels of a column; more columns than fit are scrolled."""
MOST_COLUMNS = 12


class AdapterChoice(Protocol):
    """What the playground needs of a trained adapter (`finetune.types.Adapter`)."""

    @property
    def name(self) -> str: ...
    @property
    def gguf_path(self) -> str: ...
    @property
    def gguf_hash(self) -> str: ...
    @property
    def base_name(self) -> str: ...
    @property
    def base_path(self) -> str: ...


class TurnAction(StrEnum):
    """What can be done with a turn, besides editing."""

    REGENERATE = "regenerate"
    CONTINUE = "continue"
    DELETE = "delete"
    COPY = "copy"
    COPY_MARKDOWN = "copy markdown"
    BEFORE = "before"
    """Look at the branch before this one."""
    NEXT = "next"


@dataclass(frozen=True, slots=True)
class ColumnState:
    """One way of answering with its own conversation."""

    setup: ColumnSetup
    conversation: Conversation = field(default_factory=Conversation)
    running: str = ""
    """The turn that is being answered."""
    waits_for: str = ""
    """Why that has not begun: "Loading starter…"."""
    begun: str = ""
    """What the running answer begins with: a prefill, or the text that is gone on with."""
    adapters: tuple[str, ...] = ()
    """Of the chosen model."""
    context_length: int = 0
    """What prompt and answer together may have; known after the first answer."""
    memory: MemoryUse = field(default_factory=MemoryUse)
    """What the model took when it answered last, with all contexts that it has open."""
    note: str = ""
    """What the user should know about how the last one was answered."""
    offers: tuple[Offer, ...] = ()
    """What would make the last prompt fit, where it did not."""
    undone: str = ""
    """What can be taken back: "The turn was deleted."; empty when nothing can."""

    @property
    def id(self) -> str:
        return self.setup.id

    @property
    def path(self) -> tuple[Turn, ...]:
        return self.conversation.path()

    @property
    def last(self) -> Turn | None:
        path = self.path
        return path[-1] if path else None

    @property
    def used_tokens(self) -> int:
        """Tokens of the last prompt with its answer."""
        done = [turn.completion for turn in self.path if turn.completion is not None]
        return done[-1].usage.prompt_tokens + done[-1].usage.generated_tokens if done else 0


@dataclass(frozen=True, slots=True)
class Blind:
    """The blind mode: names are hidden and the order is drawn until the vote."""

    is_on: bool = False
    is_hidden: bool = False
    """Answers of the last question are shown without their names."""
    order: tuple[str, ...] = ()
    """Columns in the order in which they stand while hidden."""
    votable: tuple[str, ...] = ()
    """Those of them that answered; a vote is awaited while there are at least two."""
    voted: bool = False
    winner: str = ""
    """The column that won the last vote; empty after a tie."""
    vote_id: str = ""

    @property
    def is_open(self) -> bool:
        return self.is_hidden and len(self.votable) > 1


@dataclass(frozen=True, slots=True)
class ColumnsState:
    columns: tuple[ColumnState, ...] = ()
    models: tuple[ModelRef, ...] = ()
    is_scanning: bool = False
    was_scanned: bool = False
    collections: tuple[str, ...] = ()
    versions: tuple[PromptVersion, ...] = ()
    """Saved versions that a column can ask with: of the open prompt, and those in use."""
    question: str = ""
    needs_question: bool = True
    prompt_problem: str = ""
    """Why the draft cannot be run."""
    history: tuple[HistoryEntry, ...] = ()
    exchanges: tuple[HistoryEntry, ...] = ()
    """From before there were conversations."""
    title: str = ""
    to_ask: tuple[str, ...] = ()
    """Columns that the input goes to next: one in each turn of the event loop, so that the window stays quick."""
    syncs_scrolling: bool = False
    marks_differences: bool = False
    differences_note: str = ""
    blind: Blind = Blind()
    standings: tuple[Standing, ...] = ()

    def column(self, column_id: str) -> ColumnState | None:
        return next((column for column in self.columns if column.id == column_id), None)

    @property
    def shown_columns(self) -> tuple[ColumnState, ...]:
        """In the order in which they stand."""
        if not self.blind.is_hidden:
            return self.columns
        by_id = {column.id: column for column in self.columns}
        return tuple(by_id[column_id] for column_id in self.blind.order if column_id in by_id)

    @property
    def is_running(self) -> bool:
        return bool(self.to_ask) or any(column.running for column in self.columns)

    @property
    def has_turns(self) -> bool:
        return any(column.conversation.turns for column in self.columns)

    @property
    def has_no_model(self) -> bool:
        return self.was_scanned and not self.is_scanning and not self.models

    @property
    def not_ready(self) -> str:
        """Why it cannot run, in a sentence; empty when it can or needs no words."""
        if not any(column.setup.model_name for column in self.columns):
            return "Choose a model."
        if self.prompt_problem and any(not column.setup.version_id for column in self.columns):
            return self.prompt_problem
        return ""

    @property
    def can_run(self) -> bool:
        has_question = bool(self.question.strip()) or not self.needs_question
        return bool(self.columns) and has_question and not self.not_ready and not self.is_running


def measured_briefly(completion: Completion) -> str:
    """ "stopped by you · 34 tokens · 52 tokens/s · first after 0.12 s · 1.3 s in all · $0.0012"."""
    usage = completion.usage
    parts = [_ENDS[completion.finish_reason]] if completion.finish_reason in _ENDS else []
    parts.append(f"{'about ' if usage.is_estimate else ''}{usage.generated_tokens:,} tokens")
    if speed := completion.tokens_per_second:
        parts.append(f"{speed:,.0f} tokens/s" if speed >= 10 else f"{speed:.1f} tokens/s")
    if usage.generated_tokens:
        parts.append(f"first after {completion.seconds_to_first_token:.2f} s")
    if completion.seconds:
        parts.append(f"{seconds(completion.seconds)} in all")
    if completion.cost is not None:
        parts.append(dollars(completion.cost))
    return _BETWEEN.join(part.replace(" ", "\N{NO-BREAK SPACE}") for part in parts)


def measured_in_words(completion: Completion) -> str:
    """As `measured_briefly`, with what the prompt took: "... · prompt 20 tokens (12 kept from before)"."""
    usage = completion.usage
    shared = f" ({usage.cached_tokens:,} kept from before)" if usage.cached_tokens else ""
    return f"{measured_briefly(completion)}{_BETWEEN}prompt {usage.prompt_tokens:,} tokens{shared}"


def adapter_in_words(turn: Turn) -> str:
    """Which adapter really answered, how strongly it was applied, and its hash."""
    if turn.completion is None or not turn.completion.adapter_hash:
        return ""
    named = named_adapter(turn.answered_by.adapter_name or "file", turn.completion.adapter_scale)
    return f"adapter {named}  {turn.completion.adapter_hash[:12]}"


_ENDS = {FinishReason.CANCELLED: "stopped by you", FinishReason.LENGTH: "cut off at the longest answer"}
_BETWEEN = "  ·  "
