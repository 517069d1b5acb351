"""Questions to a collection and what came of them. No Qt."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from workbench.llm.types import ChatMessage, Role
from workbench.rag.answer_types import Answer, AnswerPrompt, Citation
from workbench.rag.judgement_store import Verdict
from workbench.rag.purged import Purged
from workbench.rag.search_types import Hit
from workbench.ui.trouble import Trouble


@dataclass(frozen=True, slots=True)
class AskedTurn:
    """A question with its passages and its answer, or a search with its passages."""

    id: str
    question: str
    """As the user wrote it."""
    is_search: bool = False
    """No model takes part."""
    model: str = ""
    standalone: str = ""
    """What was searched for, where a follow-up question was rewritten or the user changed it."""
    remark: str = ""
    """Why a follow-up question was not rewritten."""
    status: str = ""
    """What happens, while it runs."""
    is_running: bool = False
    hits: tuple[Hit, ...] = ()
    was_searched: bool = False
    """A search came back, perhaps with nothing."""
    verdicts: Mapping[str, Verdict] = field(default_factory=dict)
    """What the user said of hits, by `hit_key`."""
    answer_text: str = ""
    answer: Answer | None = None
    prompt: AnswerPrompt | None = None
    trouble: Trouble | None = None

    @property
    def searched(self) -> str:
        """The question that passages were searched for."""
        return self.standalone or self.question

    @property
    def cited(self) -> frozenset[str]:
        """Hits that the answer cites, by `place_key`."""
        return frozenset(place_key(c) for c in self.answer.citations) if self.answer else frozenset()

    @property
    def is_refusal(self) -> bool:
        """The answer is that the documents do not say."""
        answer = self.answer
        return answer is not None and not answer.answerable and not answer.problem and not self.is_empty_answer

    @property
    def is_empty_answer(self) -> bool:
        return self.answer is not None and not self.answer.answer and not self.answer.problem

    def citation(self, number: int) -> Citation | None:
        found = self.answer.citations if self.answer else ()
        return next((citation for citation in found if citation.number == number), None)


@dataclass(frozen=True, slots=True)
class Conversation:
    """Turns in the order in which they were asked."""

    turns: tuple[AskedTurn, ...] = ()
    chosen: str = ""
    """The turn that is looked at; the last where nothing is said."""
    key: str = field(default_factory=lambda: secrets.token_hex(8))
    """Names it among all conversations."""

    @property
    def looked_at(self) -> AskedTurn | None:
        return self.find(self.chosen) or (self.turns[-1] if self.turns else None)

    @property
    def title(self) -> str:
        """Its first question on one line of at most 80 characters."""
        words = " ".join(self.turns[0].question.split()) if self.turns else ""
        return f"{words[:79]}…" if len(words) > 80 else words

    def find(self, turn_id: str) -> AskedTurn | None:
        return next((turn for turn in self.turns if turn.id == turn_id), None)

    def with_turn(self, turn: AskedTurn) -> "Conversation":
        """A new turn is added and looked at; one that is there already is replaced."""
        if self.find(turn.id) is None:
            return replace(self, turns=(*self.turns, turn), chosen=turn.id)
        return replace(self, turns=tuple(turn if one.id == turn.id else one for one in self.turns))

    def before(self, turn_id: str) -> tuple[ChatMessage, ...]:
        """Questions and answers before a turn, as a model needs them to understand a follow-up question."""
        messages: list[ChatMessage] = []
        for turn in self.turns:
            if turn.id == turn_id:
                break
            if turn.answer is not None and turn.answer.answer:
                messages.append(ChatMessage(role=Role.USER, content=turn.searched))
                messages.append(ChatMessage(role=Role.ASSISTANT, content=turn.answer.answer))
        return tuple(messages)


def without_quotes(owner: str, conversations: Sequence[Conversation], purged: Purged) -> tuple[Conversation, ...]:
    """Those of the conversations with `owner` that quote none of these documents."""
    return tuple(one for one in conversations if not purged.is_quoted(one.turns, owner))


def place_key(place: Hit | Citation) -> str:
    return f"{place.collection}:{place.document}:{place.page}:{place.start}"


def hit_key(hit: Hit) -> str:
    """Names a hit among those of its question."""
    return f"{place_key(hit)}:{hit.end}"
