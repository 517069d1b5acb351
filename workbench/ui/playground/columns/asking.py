"""An answer while it comes, and the turn that it leaves. No Qt."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from workbench.jobs.spec import JobHandle
from workbench.llm.types import ChatMessage, Completion, FinishReason, ModelRef, Role, Usage
from workbench.playground.conversation import Retrieved, Turn
from workbench.playground.tasks import AnswerBegun, AnswerReport
from workbench.playground.types import Prompt
from workbench.rag.grounding import passage
from workbench.rag.search_types import Hit
from workbench.ui.trouble import Trouble


@dataclass(slots=True)
class Asking:
    """What is known of an answer while it comes."""

    column_id: str
    turn: Turn
    prompt: Prompt
    model: ModelRef
    continue_from: str = ""
    before: Completion | None = None
    """Of the part that is gone on with."""
    pieces: list[str] = field(default_factory=list)
    completion: Completion | None = None
    """Told before the end: the only thing that a stopped answer leaves."""
    handle: JobHandle | None = None

    @property
    def text(self) -> str:
        return "".join(self.pieces)

    def take_hits(self, hits: Sequence[Hit]) -> None:
        """The passages that the model will be given."""
        self.turn = self.turn.model_copy(update={"retrieved": tuple(map(_retrieved, hits))})

    def begin(self, begun: AnswerBegun) -> None:
        """The model begins, with this text before its own."""
        prefill = begun.begun.removesuffix(self.continue_from) if self.continue_from else begun.begun
        self.turn = self.turn.model_copy(
            update={"asked": asked_of(begun.messages), "prefill": prefill, "answer": begun.begun}
        )

    def finished(self, report: AnswerReport) -> Turn:
        """The turn with its whole answer."""
        known = {"model_hash": report.model_hash, "adapter_hash": report.completion.adapter_hash}
        extracted = report.extracted
        return self.turn.model_copy(
            update={
                "answer": report.text,
                "completion": _together(self.before, report.completion, report.text),
                "asked": asked_of(report.messages),
                "answered_by": self.turn.answered_by.model_copy(update=known),
                "reasoning": extracted.reasoning if self.prompt.reasoning is not None else "",
                "final_answer": extracted.answer if self.prompt.reasoning is not None else "",
                "answer_rule": extracted.rule_sentence if self.prompt.reasoning is not None else "",
                "is_answer_found": extracted.found,
            }
        )

    def stopped(self) -> Turn:
        """With the text so far. Its completion came before; without one the stop came before the model was loaded."""
        done = self.completion or Completion(id=self.turn.id, text=self.text, finish_reason=FinishReason.CANCELLED)
        text = self.turn.answer + done.text
        return self.turn.model_copy(update={"answer": text, "completion": _together(self.before, done, text)})

    def failed(self, trouble: Trouble) -> Turn:
        """With the text so far, and what went wrong."""
        return self.turn.model_copy(
            update={
                "answer": self.turn.answer + self.text,
                "problem": trouble.text,
                "hint": trouble.hint,
                "details": trouble.details,
            }
        )


def asked_of(messages: tuple[ChatMessage, ...]) -> tuple[ChatMessage, ...]:
    """The user's messages at the end of what was sent, before a prefill: those of the last turn."""
    sent = list(messages)
    while sent and sent[-1].role is Role.ASSISTANT:
        sent.pop()
    start = len(sent)
    while start and sent[start - 1].role is Role.USER:
        start -= 1
    return tuple(sent[start:])


def _together(before: Completion | None, after: Completion, text: str) -> Completion:
    """The completion of a whole answer that came in two parts."""
    if before is None:
        return after.model_copy(update={"text": text})
    usage = Usage(
        prompt_tokens=before.usage.prompt_tokens,
        cached_tokens=before.usage.cached_tokens,
        generated_tokens=before.usage.generated_tokens + after.usage.generated_tokens,
        is_estimate=before.usage.is_estimate or after.usage.is_estimate,
    )
    costs = [one.cost for one in (before, after) if one.cost is not None]
    return after.model_copy(
        update={
            "text": text,
            "usage": usage,
            "seconds": before.seconds + after.seconds,
            "seconds_to_first_token": before.seconds_to_first_token,
            "cost": sum(costs) if costs else None,
        }
    )


def _retrieved(hit: Hit) -> Retrieved:
    """A hit as the model sees it, and where it stands."""
    shown = passage(hit)
    return Retrieved(title=shown.title, text=shown.text, document=hit.document, page=hit.page, score=hit.score)
