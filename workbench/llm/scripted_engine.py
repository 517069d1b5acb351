"""An engine that says what it is told: for tests of everything that talks to a model."""

from collections.abc import Callable, Sequence

from workbench.errors import WorkbenchError
from workbench.llm.types import ChatMessage, Completion, FinishReason, GenerationRequest, MemoryUse, Usage

Script = Callable[[GenerationRequest], str]


class ScriptedEngine:
    """A ChatEngine without a model. Keeps every request in `asked`; a token is a word.

    `script` is a list of answers, given in the order of the questions, or a function from the request to its answer.
    """

    def __init__(self, script: Sequence[str] | Script, *, context_length: int = 2048) -> None:
        self._answer_of = script if callable(script) else _in_order(list(script))
        self._context_length = context_length
        self.asked: list[GenerationRequest] = []
        self.is_closed = False

    @property
    def context_length(self) -> int:
        return self._context_length

    def stream(
        self, request: GenerationRequest, on_text: Callable[[str], None], is_cancelled: Callable[[], bool]
    ) -> Completion:
        self._check_length(request)
        self.asked.append(request)
        words = self._answer_of(request).split(" ")
        said: list[str] = []
        reason = FinishReason.STOP
        for word in words:
            if is_cancelled():
                reason = FinishReason.CANCELLED
                break
            if len(said) == request.config.max_tokens:
                reason = FinishReason.LENGTH
                break
            said.append(word if not said else f" {word}")
            on_text(said[-1])
        return self._completion(request, "".join(said), reason, len(said))

    def complete_all(
        self,
        requests: Sequence[GenerationRequest],
        on_done: Callable[[Completion], None],
        is_cancelled: Callable[[], bool],
        *,
        exact: bool = False,
    ) -> list[Completion]:
        completions = []
        for request in requests:
            try:
                completion = self.stream(request, lambda _text: None, is_cancelled)
            except WorkbenchError as problem:
                completion = Completion(id=request.id, text="", finish_reason=FinishReason.ERROR, problem=str(problem))
            completions.append(completion)
            on_done(completion)
        return completions

    def count_tokens(self, messages: Sequence[ChatMessage]) -> int:
        return sum(self.count_text_tokens(message.content) for message in messages)

    def count_text_tokens(self, text: str) -> int:
        return len(text.split())

    def memory(self) -> MemoryUse:
        return MemoryUse()

    def close(self) -> None:
        self.is_closed = True

    def _check_length(self, request: GenerationRequest) -> None:
        count = self._prompt_tokens(request)
        if count >= self._context_length:
            raise WorkbenchError(
                f"The prompt has {count} tokens, but the scripted engine sees {self._context_length} at once.",
                code="prompt_too_long",
            )

    def _prompt_tokens(self, request: GenerationRequest) -> int:
        prompt = self.count_tokens(request.messages) or self.count_text_tokens(request.prompt)
        return prompt + self.count_text_tokens(request.prefix)

    def _completion(self, request: GenerationRequest, text: str, reason: FinishReason, count: int) -> Completion:
        return Completion(
            id=request.id,
            text=text,
            finish_reason=reason,
            usage=Usage(prompt_tokens=self._prompt_tokens(request), generated_tokens=count),
            final_prompt=("\n".join(message.content for message in request.messages) or request.prompt)
            + request.prefix,
        )


def _in_order(answers: list[str]) -> Script:
    def next_answer(_request: GenerationRequest) -> str:
        if not answers:
            raise AssertionError("the script has no answer left")
        return answers.pop(0)

    return next_answer
