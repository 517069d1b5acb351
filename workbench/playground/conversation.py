"""Conversations: trees of turns, so that an edited question or a second answer replaces nothing."""

from collections.abc import Mapping
from typing import Self

from pydantic import Field

from workbench.boundary import Boundary
from workbench.llm.in_words import adapter_in_words
from workbench.llm.types import ChatMessage, Completion, FinishReason, GenerationConfig, Role


class AnsweredBy(Boundary):
    """What answered, so that the same can be recognised and asked again."""

    model_name: str
    model_hash: str = ""
    """SHA-256 of the model file; empty until it answered."""
    adapter_name: str = ""
    adapter_hash: str = ""
    adapter_scale: float = 1.0
    """How strongly the adapter is applied; 1 without one."""
    version_id: str = ""
    """The saved version of the prompt."""
    version_label: str = ""
    """ "support v7 short answers"."""
    prompt_hash: str = ""
    """`PromptVersion.content_hash`."""
    collection: str = ""
    """The documents that passages were taken from; empty without."""
    generation: GenerationConfig = GenerationConfig()

    @property
    def label(self) -> str:
        """ "starter + house-style · support v7 · policies"; "starter + house-style × 0.5"."""
        adapter = adapter_in_words(self.adapter_name, self.adapter_scale)
        model = f"{self.model_name} + {adapter}" if adapter else self.model_name
        return " · ".join(part for part in (model, self.version_label, self.collection) if part)


class Retrieved(Boundary):
    """A passage that was put into the prompt, and where it stands."""

    title: str
    text: str
    document: str = ""
    page: int = 0
    """From 1; 0 when it is not known."""
    score: float = 0.0


class Turn(Boundary):
    """A question with its answer."""

    schema_version: int = 1
    id: str
    parent_id: str = ""
    """The turn that it follows; empty for a first one."""
    created: str = ""
    """ISO 8601 in UTC."""
    question: str
    values: dict[str, str] = Field(default_factory=dict)
    """What the prompt's other variables held."""
    asked: tuple[ChatMessage, ...] = ()
    """The user's messages of this turn as they were sent, with their passages. Empty until it was answered."""
    prefill: str = ""
    """What the prompt made the answer begin with; `answer` begins with it."""
    answer: str = ""
    reasoning: str = ""
    """The part of the answer that is folded away; empty without a rule that takes the answer out."""
    final_answer: str = ""
    """What a rule took out of the answer; empty without a rule."""
    answer_rule: str = ""
    """The rule in a sentence; empty without one."""
    is_answer_found: bool = True
    """False when there is a rule, but it found nothing."""
    is_edited: bool = False
    """A person changed the answer."""
    completion: Completion | None = None
    """None while it is being answered, when that failed, and where a person wrote the answer."""
    answered_by: AnsweredBy
    retrieved: tuple[Retrieved, ...] = ()
    is_left_out: bool = False
    """No longer sent along with later questions, because they would not fit."""
    problem: str = ""
    """Why there is no answer, or not a whole one, in a sentence."""
    hint: str = ""
    details: str = ""

    @property
    def is_running(self) -> bool:
        return self.completion is None and not self.problem and not self.is_edited

    @property
    def is_cut_off(self) -> bool:
        """The answer ends where it had to, not where it was done."""
        if self.completion is None:
            return bool(self.problem and self.answer)
        return self.completion.finish_reason in {FinishReason.LENGTH, FinishReason.CANCELLED}

    @property
    def shown_answer(self) -> str:
        """Without its reasoning, where a rule told them apart."""
        return self.final_answer if self.answer_rule and self.is_answer_found else self.answer


class Conversation(Boundary):
    """Turns in the order in which they were made. Every change returns a new conversation."""

    turns: tuple[Turn, ...] = ()
    chosen: dict[str, str] = Field(default_factory=dict)
    """Which of the turns that follow one (or "": the beginning) is looked at; the last where nothing is said."""

    def find(self, turn_id: str) -> Turn | None:
        return next((turn for turn in self.turns if turn.id == turn_id), None)

    def followers(self, turn_id: str) -> tuple[Turn, ...]:
        """The turns that follow a turn, or that begin the conversation for ""."""
        return tuple(turn for turn in self.turns if turn.parent_id == turn_id)

    def branches(self, turn_id: str) -> tuple[Turn, ...]:
        """The turns at the same place, itself included; empty when there is no such turn."""
        turn = self.find(turn_id)
        return self.followers(turn.parent_id) if turn is not None else ()

    def path(self) -> tuple[Turn, ...]:
        """What is looked at, from the beginning to the last turn."""
        found: list[Turn] = []
        place = ""
        while turn := self._looked_at(place):
            found.append(turn)
            place = turn.id
        return tuple(found)

    def path_to(self, turn_id: str) -> tuple[Turn, ...]:
        """From the beginning to that turn; empty when there is no such turn."""
        found: list[Turn] = []
        while turn := self.find(turn_id):
            found.append(turn)
            turn_id = turn.parent_id
        return tuple(reversed(found))

    def earlier(self, turn_id: str) -> tuple[ChatMessage, ...]:
        """What the model was told and said up to and with that turn; without turns that have no answer."""
        messages: list[ChatMessage] = []
        for turn in self.path_to(turn_id):
            if turn.answer and not turn.is_left_out:
                messages += turn.asked or (ChatMessage(role=Role.USER, content=turn.question),)
                messages.append(ChatMessage(role=Role.ASSISTANT, content=turn.answer))
        return tuple(messages)

    def with_turn(self, turn: Turn) -> Self:
        """A new turn is added and looked at; one that is there already is replaced."""
        if self.find(turn.id) is not None:
            turns = tuple(turn if one.id == turn.id else one for one in self.turns)
            return self.model_copy(update={"turns": turns})
        chosen = {**self.chosen, turn.parent_id: turn.id}
        return self.model_copy(update={"turns": (*self.turns, turn), "chosen": chosen})

    def choosing(self, turn_id: str) -> Self:
        """Look at that branch; nothing happens when there is no such turn."""
        turn = self.find(turn_id)
        if turn is None:
            return self
        return self.model_copy(update={"chosen": {**self.chosen, turn.parent_id: turn.id}})

    def without(self, turn_id: str) -> Self:
        """That turn and everything below it is gone; the branch before it (or after it) is looked at instead."""
        turn = self.find(turn_id)
        if turn is None:
            return self
        branches = self.branches(turn_id)
        place = branches.index(turn)
        left = [*branches[:place], *branches[place + 1 :]]
        gone = self._below(turn_id)
        chosen = {place: one for place, one in self.chosen.items() if place not in gone and one not in gone}
        if left:
            chosen[turn.parent_id] = left[max(0, place - 1)].id
        turns = tuple(one for one in self.turns if one.id not in gone)
        return self.model_copy(update={"turns": turns, "chosen": chosen})

    def _looked_at(self, place: str) -> Turn | None:
        followers = self.followers(place)
        wanted = self.chosen.get(place, "")
        return next((turn for turn in followers if turn.id == wanted), followers[-1] if followers else None)

    def _below(self, turn_id: str) -> set[str]:
        """The turn and all that follow it, directly or not. (A turn stands behind its parent in `turns`.)"""
        found = {turn_id}
        for turn in self.turns:
            if turn.parent_id in found:
                found.add(turn.id)
        return found


class ColumnSetup(Boundary):
    """What a column asks: chosen by the user, kept with the conversation."""

    id: str
    model_name: str = ""
    adapter_name: str = ""
    adapter_scale: float = 1.0
    version_id: str = ""
    """A saved version of a prompt; empty asks with the prompt as it stands in the editor."""
    collection: str = ""
    """Documents to take passages from; empty without."""
    generation: GenerationConfig | None = None
    """Settings of its own; None takes those of the prompt."""


class SavedColumn(Boundary):
    setup: ColumnSetup
    conversation: Conversation = Conversation()


class SavedConversation(Boundary):
    """What is found again in the history: all columns with what was said in them."""

    id: str
    title: str = ""
    """Its first question, shortened."""
    created: str = ""
    changed: str = ""
    """ISO 8601 in UTC."""
    columns: tuple[SavedColumn, ...] = ()


def title_of(columns: Mapping[str, Conversation] | tuple[SavedColumn, ...]) -> str:
    """The first question that was asked, on one line of at most 80 characters."""
    conversations = (
        list(columns.values()) if isinstance(columns, Mapping) else [column.conversation for column in columns]
    )
    first = next((conversation.path()[0] for conversation in conversations if conversation.turns), None)
    words = " ".join(first.question.split()) if first is not None else ""
    return f"{words[:79]}…" if len(words) > 80 else words
