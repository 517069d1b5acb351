"""One answer of one arm to one question, and why it is wrong. They cross processes and are saved."""

from enum import StrEnum

from pydantic import Field

from workbench.boundary import Boundary
from workbench.llm.types import FinishReason, Usage
from workbench.rag.search_types import Hit
from workbench.scoring.types import ScoreValue

PASSAGE_PURGED = "The passage was purged with its document."
ANSWER_PURGED = "The answer was purged with the document that it was given from."


class FailureReason(StrEnum):
    """Why an answer is wrong."""

    NOT_RETRIEVED = "not retrieved"
    IGNORED = "retrieved but ignored"
    MIXED_UP = "sources mixed up"
    NOT_KNOWN = "not known"
    WRONG_FORMAT = "wrong format"
    TRUNCATED = "truncated"
    REFUSED = "refused though answerable"
    NOT_REFUSED = "answered though unanswerable"
    CRASHED = "crashed"


class Trial(Boundary):
    """One arm answering one question once: everything that is needed to check or repeat it."""

    arm: str
    example_id: str
    repeat: int = 0
    """Which of the arm's answers to this question: 0 is the first; more only where sampling is on."""
    key: str = ""
    """Hash of all that decides the answer; a later run with the same key need not be made again."""
    prompt: str = ""
    """The exact text that the model read, after its chat template."""
    hits: tuple[Hit, ...] = ()
    """What retrieval found, best first."""
    used: tuple[int, ...] = ()
    """Which of the hits (from 0) stood in the prompt, in the order of their numbers [1], [2], ..."""
    answer: str = ""
    """What is scored."""
    text: str = ""
    """The whole text, where the arm's answer rule took `answer` out of it; empty when it is the same."""
    finish_reason: FinishReason = FinishReason.STOP
    usage: Usage = Usage()
    model_hash: str = ""
    adapter_hash: str = ""
    """Of the adapter that was active when the model answered; empty when the bare model did."""
    adapter_scale: float = 1.0
    """How strongly it was applied."""
    template_hash: str = ""
    """SHA-256 of the chat template."""
    scores: dict[str, ScoreValue] = Field(default_factory=dict)
    problem: str = ""
    """Why there is no answer, in a sentence; empty when there is one."""
    failure: FailureReason | None = None
    """Why the answer is not right; None when it is, or when the first metric could not judge it."""
    failure_evidence: str = ""
    taken_over: bool = False
    """It is the answer that an earlier run got to exactly the same."""
    purged: bool = False
    """Documents of its passages were purged: their text is gone, and where they stood in the prompt that and the answer
    as well. Nobody takes it over."""
    cost: float | None = None
    """US dollars, where the model is on a server with a price."""

    @property
    def said(self) -> str:
        """For people: the answer, or why there is none; empty where the model said nothing."""
        if self.purged and not self.answer:
            return ANSWER_PURGED
        return self.answer or self.problem

    @property
    def used_hits(self) -> tuple[Hit, ...]:
        """The passages in the prompt: a mark [n] of the answer points at the n-th."""
        return tuple(self.hits[index] for index in self.used)

    @property
    def has_failed(self) -> bool:
        """Whether no answer came about at all."""
        return bool(self.problem)


class TrialDone(Boundary):
    """Produced for every trial as soon as it is scored; also for those that an earlier run of the same folder made."""

    trial: Trial
    done: int
    total: int
