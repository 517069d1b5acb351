"""From the pieces that a server sends to an answer: its text, why it ended, what it used."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from workbench.errors import WorkbenchError
from workbench.llm.endpoints.counting import estimate_tokens
from workbench.llm.endpoints.requesting import final_prompt
from workbench.llm.endpoints.types import Endpoint
from workbench.llm.text_assembly import TextAssembler
from workbench.llm.types import Completion, FinishReason, GenerationRequest, TokenLogprob, Usage

_REASONS = {"stop": FinishReason.STOP, "length": FinishReason.LENGTH, "max_tokens": FinishReason.LENGTH}
_LONGEST_TOKEN = 64
"""Characters. A server that sends more than this for every token allowed does not keep to the limit."""
FILTERED = "content_filter"


@dataclass(slots=True)
class Reply:
    """One answer on its way. Fed on the engine's thread, read by it until the answer has ended."""

    endpoint: Endpoint
    request: GenerationRequest
    assembler: TextAssembler
    finish: str = ""
    """The server's word for why it ended."""
    has_begun: bool = False
    """Whether anything was generated: from then on asking again would be another answer."""
    usage: Usage | None = None
    logprobs: list[TokenLogprob] = field(default_factory=list)
    started: float = field(default_factory=time.perf_counter)
    first_at: float = 0.0
    _half: str = ""
    """The first half of a character that JSON writes in two."""

    @classmethod
    def to(cls, endpoint: Endpoint, request: GenerationRequest) -> "Reply":
        return cls(endpoint, request, TextAssembler(request.config.stop))

    @property
    def is_over(self) -> bool:
        """Nothing that still comes belongs to the answer."""
        return self.assembler.stopped or self.is_too_long

    @property
    def is_too_long(self) -> bool:
        return len(self.assembler.text) > _LONGEST_TOKEN * self.request.config.max_tokens

    def take(self, piece: Mapping[str, Any]) -> str:
        """The text that is certain after this piece. What is not as expected counts as absent."""
        self._take_usage(piece.get("usage"))
        choice = _first(piece.get("choices"))
        if choice is None:
            return ""
        if isinstance(reason := choice.get("finish_reason"), str):
            self.finish = reason
        inner = choice.get("delta") or choice.get("message") or {}
        delta = inner if isinstance(inner, dict) else {}
        text = _text(delta.get("content")) or _text(choice.get("text")) or _text(delta.get("refusal"))
        thought = delta.get("reasoning_content") or delta.get("reasoning")
        if text or thought:
            self.has_begun = True
            self.first_at = self.first_at or time.perf_counter()
        self._take_logprobs(choice.get("logprobs"))
        return self.assembler.feed(self._whole(text)) if text else ""

    def end(self) -> str:
        """The text that waited in vain for a stop string."""
        return self.assembler.finish()

    def completion(self, reason: FinishReason, problem: WorkbenchError | None = None) -> Completion:
        """As it is now."""
        now = time.perf_counter()
        usage = self.usage or self._estimated()
        price = self.endpoint.price
        return Completion(
            id=self.request.id,
            text=self.assembler.text,
            finish_reason=reason,
            usage=usage,
            seconds_to_first_token=max(0.0, self.first_at - self.started),
            seconds=now - self.started,
            final_prompt=final_prompt(self.request),
            logprobs=tuple(self.logprobs),
            problem=str(problem) if problem is not None else "",
            cost=price.of(usage.prompt_tokens, usage.generated_tokens) if price is not None else None,
        )

    def reason(self) -> FinishReason:
        if self.assembler.stopped:
            return FinishReason.STOP
        return FinishReason.LENGTH if self.is_too_long else _REASONS.get(self.finish, FinishReason.STOP)

    def _estimated(self) -> Usage:
        """Nothing was used where nothing was answered: a refusal costs nothing."""
        if not self.has_begun:
            return Usage(is_estimate=True)
        return Usage(
            prompt_tokens=estimate_tokens(final_prompt(self.request)),
            generated_tokens=len(self.logprobs) or estimate_tokens(self.assembler.text),
            is_estimate=True,
        )

    def _take_usage(self, told: Any) -> None:
        if not isinstance(told, dict):
            return
        prompt, generated = _count(told.get("prompt_tokens")), _count(told.get("completion_tokens"))
        if not prompt and not generated:
            return
        details = told.get("prompt_tokens_details")
        cached = _count(details.get("cached_tokens")) if isinstance(details, dict) else 0
        self.usage = Usage(prompt_tokens=prompt, cached_tokens=min(cached, prompt), generated_tokens=generated)

    def _take_logprobs(self, told: Any) -> None:
        if not self.request.config.logprobs or not isinstance(told, dict) or self.assembler.stopped:
            return
        content = told.get("content")
        for token in content if isinstance(content, list) else ():
            if isinstance(token, dict) and (read := _logprob(token)) is not None:
                top = [_logprob(other) for other in _dicts(token.get("top_logprobs"))]
                pairs = tuple((other.text, other.logprob) for other in top if other is not None)
                self.logprobs.append(read.model_copy(update={"top": pairs}))

    def _whole(self, text: str) -> bytes:
        """UTF-8 without halves of characters: a first half waits for its second, one that is alone becomes U+FFFD."""
        text = self._half + text
        self._half = text[-1] if "\ud800" <= text[-1] <= "\udbff" else ""
        text = text.removesuffix(self._half) if self._half else text
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace").encode()


def _first(choices: Any) -> dict[str, Any] | None:
    return next((choice for choice in _dicts(choices) if choice.get("index", 0) == 0), None)


def _dicts(values: Any) -> list[dict[str, Any]]:
    return [value for value in values if isinstance(value, dict)] if isinstance(values, list) else []


def _text(content: Any) -> str:
    """Some servers send a list of parts."""
    if isinstance(content, list):
        return "".join(_text(part.get("text")) for part in _dicts(content))
    return content if isinstance(content, str) else ""


def _count(value: Any) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 1 << 40 else 0


def _logprob(token: Mapping[str, Any]) -> TokenLogprob | None:
    text, value = token.get("token"), token.get("logprob")
    if not isinstance(text, str) or isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return TokenLogprob(text=text.encode("utf-8", "replace").decode(), logprob=float(value))
