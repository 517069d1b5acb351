"""What the warm worker does for the playground: the exact text of a prompt, and answers to it.

Requests carry everything; nothing here opens the database.
"""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from pydantic import Field

from workbench.boundary import Boundary
from workbench.errors import WorkbenchError
from workbench.jobs.context import JobContext
from workbench.llm.endpoints.counting import cautious_prompt_tokens, cautious_tokens
from workbench.llm.endpoints.requesting import final_prompt
from workbench.llm.engines import borrowed
from workbench.llm.grounded_prompt import Passage
from workbench.llm.json_schema import about_unheld
from workbench.llm.tasks import TextProduced, fingerprint_of
from workbench.llm.types import (
    AdapterRef,
    ChatEngine,
    ChatMessage,
    Completion,
    GenerationRequest,
    LoadConfig,
    MemoryUse,
    ModelRef,
    Role,
)
from workbench.playground.assembling import Assembled, as_request, assemble_parts, final_answer
from workbench.playground.template import PromptRenderer
from workbench.playground.types import ExtractedAnswer, Prompt

PREVIEW = "workbench.playground.tasks:preview"
ANSWER = "workbench.playground.tasks:answer"


class PassageText(Boundary):
    """A retrieved passage as the model gets to see it."""

    title: str = ""
    """The document or heading path."""
    text: str


class PreviewRequest(Boundary):
    """Which prompt for which model."""

    model: ModelRef
    load: LoadConfig = LoadConfig()
    prompt: Prompt
    values: dict[str, str] = Field(default_factory=dict)
    earlier: tuple[ChatMessage, ...] = ()
    passages: tuple[PassageText, ...] = ()
    continue_from: str = ""


class PromptPart(StrEnum):
    """What the tokens of a prompt are spent on."""

    SYSTEM = "system"
    EXAMPLES = "examples"
    OPENING = "opening"
    """Turns that the prompt's own blocks tell before the question."""
    EARLIER = "earlier"
    PASSAGES = "passages"
    QUESTION = "question"
    BEGUN = "begun"
    """The beginning of the answer."""
    TEMPLATE = "template"
    """The marks that the chat template puts around the messages."""


class PartTokens(Boundary):
    part: PromptPart
    tokens: int


class PreviewReport(Boundary):
    """What would be sent, and how much room it takes."""

    messages: tuple[ChatMessage, ...]
    final_prompt: str
    """The exact text after the chat template; of a server, whose template is not known, the messages one by one."""
    prompt_tokens: int
    is_estimate: bool = False
    """Counted from the length of the text, rather too many: only the server knows."""
    context_length: int
    """Tokens that prompt and answer have together."""
    parts: tuple[PartTokens, ...] = ()
    """Only those that take something; their sum is `prompt_tokens`."""
    template_name: str = ""


class AnswerRequest(Boundary):
    """One answer of one model to one prompt."""

    id: str = ""
    model: ModelRef
    load: LoadConfig = LoadConfig()
    adapter: AdapterRef | None = None
    prompt: Prompt
    values: dict[str, str] = Field(default_factory=dict)
    earlier: tuple[ChatMessage, ...] = ()
    """The turns since the beginning of the conversation as they were sent, without the system message."""
    passages: tuple[PassageText, ...] = ()
    continue_from: str = ""
    """What was answered so far, behind the prefill: it is gone on with, not asked anew."""


class AnswerBegun(Boundary):
    """Told before the first piece of text: what is sent, and what the answer begins with."""

    request_id: str
    messages: tuple[ChatMessage, ...]
    """A last one by the assistant is the prefill."""
    begun: str = ""
    """Prefill and `continue_from`: the pieces and the completion's text come after it."""
    note: str = ""
    """What the user should know about how it is answered."""


class AnswerReport(Boundary):
    completion: Completion
    """Its text is what was generated now."""
    messages: tuple[ChatMessage, ...]
    """What was sent; a last one by the assistant is the prefill."""
    text: str
    """The whole answer: prefill, what it went on from, what was generated."""
    extracted: ExtractedAnswer
    memory: MemoryUse = MemoryUse()
    model_hash: str = ""
    context_length: int = 0
    note: str = ""


def preview(context: JobContext, request: PreviewRequest) -> PreviewReport:
    """The exact text and its tokens. Loads of a local model the vocabulary alone, and asks no server anything."""
    parts = _assembled(_renderers.for_previews(), request)
    context.check_cancelled()
    asked = as_request(request.prompt, parts.messages, continue_from=request.continue_from)
    if request.model.endpoint is not None:
        return PreviewReport(
            messages=parts.messages,
            final_prompt=final_prompt(asked),
            prompt_tokens=(total := cautious_prompt_tokens(_with_prefix(asked))),
            is_estimate=True,
            context_length=request.model.endpoint.context_length,
            parts=_by_part(_texts(parts, asked.prefix), cautious_tokens, total),
            template_name=f"the server's own, not known ({request.model.endpoint.host})",
        )
    from workbench.llm.prompt_form import context_length, vocabulary_of

    vocabulary = vocabulary_of(request.model)
    text, tokens = vocabulary.form.tokens_of(asked)
    return PreviewReport(
        messages=parts.messages,
        final_prompt=text,
        prompt_tokens=len(tokens),
        context_length=context_length(vocabulary.header, request.load),
        parts=_by_part(_texts(parts, asked.prefix), vocabulary.form.count_text, len(tokens)),
        template_name=vocabulary.form.template.name,
    )


def answer(context: JobContext, request: AnswerRequest) -> AnswerReport:
    """Stream one answer. A cancelled one is still produced as a `Completion` with its text so far."""
    parts = _assembled(_renderers.for_answers(), request)
    asked = as_request(
        request.prompt,
        parts.messages,
        id=request.id,
        adapter=request.adapter,
        continue_from=request.continue_from,
    )
    note = _note(request.model, asked)
    context.produce(AnswerBegun(request_id=request.id, messages=parts.messages, begun=asked.prefix, note=note))
    with borrowed(request.model, request.load, context.produce) as engine:
        completion = _streamed(context, engine, asked, request.model)
        context.produce(completion)
        context.check_cancelled()
        text = asked.prefix + completion.text
        return AnswerReport(
            completion=completion,
            messages=parts.messages,
            text=text,
            extracted=final_answer(request.prompt, text),
            memory=engine.memory(),
            model_hash=fingerprint_of(request.model),
            context_length=engine.context_length,
            note=note,
        )


def _streamed(context: JobContext, engine: ChatEngine, asked: GenerationRequest, model: ModelRef) -> Completion:
    def on_text(text: str) -> None:
        context.produce(TextProduced(request_id=asked.id, text=text))

    try:
        return engine.stream(asked, on_text, context.is_cancelled)
    except WorkbenchError as problem:
        if asked.prefix and problem.code == "endpoint_refused":
            raise WorkbenchError(
                f"{model.name} does not go on from the beginning of an answer: {problem.message}",
                hint="Leave out the assistant block, or let it answer anew.",
                details=problem.details,
                code="continue_refused",
            ) from problem
        raise


def _note(model: ModelRef, asked: GenerationRequest) -> str:
    if model.endpoint is None:
        return about_unheld(asked.config.json_schema)
    if not asked.prefix:
        return ""
    return (
        f"The beginning of the answer is sent to {model.endpoint.host} as the assistant's last message; whether it "
        "goes on from there or begins anew is up to that server."
    )


def _assembled(renderer: PromptRenderer, request: PreviewRequest | AnswerRequest) -> Assembled:
    return assemble_parts(
        renderer,
        request.prompt,
        request.values,
        earlier=request.earlier,
        passages=[Passage(passage.title, passage.text) for passage in request.passages],
    )


def _with_prefix(asked: GenerationRequest) -> tuple[ChatMessage, ...]:
    begun = (ChatMessage(role=Role.ASSISTANT, content=asked.prefix),) if asked.prefix else ()
    return (*asked.messages, *begun)


def _texts(parts: Assembled, begun: str) -> dict[PromptPart, list[str]]:
    return {
        PromptPart.SYSTEM: [parts.system],
        PromptPart.EXAMPLES: [message.content for message in parts.examples],
        PromptPart.OPENING: [message.content for message in parts.opening],
        PromptPart.EARLIER: [message.content for message in parts.earlier],
        PromptPart.PASSAGES: [parts.passages],
        PromptPart.QUESTION: [parts.question.removeprefix(parts.passages)],
        PromptPart.BEGUN: [begun],
    }


def _by_part(texts: Mapping[PromptPart, list[str]], count: Callable[[str], int], total: int) -> tuple[PartTokens, ...]:
    """What each part takes by itself; the rest of the total is the template's."""
    sizes = {part: sum(count(text) for text in its if text) for part, its in texts.items()}
    sizes[PromptPart.TEMPLATE] = max(0, total - sum(sizes.values()))
    return tuple(PartTokens(part=part, tokens=tokens) for part, tokens in sizes.items() if tokens)


@dataclass(slots=True)
class _Renderers:
    """Two of this worker, made at first use: a preview of an endless template must not keep answers waiting."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    previews: PromptRenderer | None = None
    answers: PromptRenderer | None = None

    def for_previews(self) -> PromptRenderer:
        with self.lock:
            self.previews = self.previews or PromptRenderer()
            return self.previews

    def for_answers(self) -> PromptRenderer:
        with self.lock:
            self.answers = self.answers or PromptRenderer()
            return self.answers

    def close(self) -> None:
        with self.lock:
            for renderer in (self.previews, self.answers):
                if renderer is not None:
                    renderer.close()
            self.previews = self.answers = None


_renderers = _Renderers()


def close_renderers() -> None:
    """End their processes: for tests. They end by themselves when the worker does."""
    _renderers.close()
