"""A task that answers without a model, at a fixed pace: what a worker sends when a model writes 100 tokens a second."""

import itertools
import time
from collections.abc import Iterator

from workbench.jobs.context import JobContext
from workbench.llm.tasks import TextProduced
from workbench.llm.types import ChatMessage, Completion, FinishReason, Role, Usage
from workbench.playground.tasks import AnswerBegun, AnswerReport, AnswerRequest
from workbench.playground.types import ExtractedAnswer

SCRIPTED = "benchmarks._scripted_stream:answer"
TOKENS_PER_SECOND = 100
_SENTENCES = (
    "The **lamp** has a warm light and can be dimmed in ten steps.",
    "Its warranty lasts two years, counted from the day of the purchase.",
    "- the order number stands on the invoice",
    "- a return needs the original box",
    "`lamp --dim 3` sets the third step.",
    "Whoever asks for the radio gets the same answer, but with other numbers in it.",
)


def answer(context: JobContext, request: AnswerRequest) -> AnswerReport:
    """As `playground.tasks.answer`, for `request.prompt.generation.max_tokens` tokens. Ends early when cancelled."""
    messages = (ChatMessage(role=Role.USER, content=request.values["question"]),)
    context.produce(AnswerBegun(request_id=request.id, messages=messages))
    started = time.perf_counter()
    said: list[str] = []
    for number, token in enumerate(itertools.islice(_tokens(), request.prompt.generation.max_tokens), start=1):
        if context.is_cancelled():
            break
        said.append(token)
        context.produce(TextProduced(request_id=request.id, text=token))
        time.sleep(max(0.0, started + number / TOKENS_PER_SECOND - time.perf_counter()))
    text = "".join(said)
    completion = Completion(
        id=request.id,
        text=text,
        finish_reason=FinishReason.STOP,
        usage=Usage(prompt_tokens=10, generated_tokens=len(said)),
        seconds=time.perf_counter() - started,
    )
    context.produce(completion)
    context.check_cancelled()
    return AnswerReport(
        completion=completion, messages=messages, text=text, extracted=ExtractedAnswer(answer=text), context_length=8192
    )


def _tokens() -> Iterator[str]:
    """Words of Markdown, without an end: sentences, lists, a paragraph now and then."""
    for number in itertools.count(1):
        words = _SENTENCES[number % len(_SENTENCES)].split(" ")
        yield from (f"{word} " for word in words[:-1])
        yield f"{words[-1]}\n\n" if number % 3 == 0 else f"{words[-1]}\n"
