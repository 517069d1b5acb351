"""A model's final prompt and its tokens: chat template, begin mark, and text in which nothing acts as a command."""

import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from workbench.errors import WorkbenchError
from workbench.llm.chat_template import ChatTemplate, TemplateRenderer
from workbench.llm.gguf_header import GgufHeader, check_complete, check_loadable, read_header
from workbench.llm.llama_native import Weights
from workbench.llm.plain_text import placeholder, plain_parts
from workbench.llm.types import ChatMessage, GenerationRequest, LoadConfig, ModelRef

KEPT = 4
"""Vocabularies that a worker keeps for previews."""


class PromptForm:
    """Makes final prompts with a vocabulary. Does not own the weights; owns the process that renders the template."""

    def __init__(self, weights: Weights, template: ChatTemplate) -> None:
        self._weights = weights
        self._renderer = TemplateRenderer(template)

    @classmethod
    def of(cls, weights: Weights, header: GgufHeader, name: str) -> "PromptForm":
        source = header.text("tokenizer.chat_template")
        return cls(weights, ChatTemplate(source, name, weights.bos_text(), weights.eos_text()))

    @property
    def template(self) -> ChatTemplate:
        return self._renderer.template

    def text_of(self, request: GenerationRequest) -> str:
        """The exact text that the model sees: an answer that is gone on with stands behind the assistant's mark."""
        text = self._renderer.render(request.messages) if request.messages else request.prompt
        return text + request.prefix

    def tokens_of(self, request: GenerationRequest) -> tuple[str, list[int]]:
        """That text and its tokens; the model's begin mark goes in front once, also when the template wrote it.

        A control token that stands in a message or in the prefix, like `<|im_end|>` in a document, stays the plain
        text that it is. Raises WorkbenchError where the template rewrites such a message.
        """
        text = self.text_of(request)
        bos = self.template.bos
        add_special = not (bos and text.startswith(bos))
        tokens: list[int] = []
        for part, is_plain in self._parts(request, text):
            tokens += self._weights.tokenize(part, add_special=add_special, parse_special=not is_plain)
            add_special = False
        return text, tokens

    def _parts(self, request: GenerationRequest, text: str) -> list[tuple[str, bool]]:
        """The text in pieces, each with whether it is plain. Only what holds a control token's text is cut out.

        All else cannot do harm, and tokens may join across its edges as the model learned it.
        """
        is_plain_end = bool(self._control_in(request.prefix))
        end = [(request.prefix, True)] if is_plain_end else []
        body = text.removesuffix(request.prefix) if is_plain_end else text
        held = {i: m.content for i, m in enumerate(request.messages) if self._control_in(m.content)}
        if not held:
            return [(body, False), *end] if body else end
        hidden = [
            m.model_copy(update={"content": placeholder(i)}) if i in held else m for i, m in enumerate(request.messages)
        ]
        marked = self._renderer.render(hidden) + ("" if is_plain_end else request.prefix)
        parts = plain_parts(body, marked, held)
        if parts is None:
            found = self._control_in(next(iter(held.values())))
            raise WorkbenchError(
                f"The text holds {found!r}, which this model takes for a command, and its chat template rewrites "
                "the message that holds it.",
                hint="Remove it from the text, or choose another model.",
                code="control_token",
            )
        return [*parts, *end]

    def _control_in(self, text: str) -> str:
        """The first control token whose text stands in this one; "" for none."""
        return next((control for control in self._weights.control_texts if control in text), "")

    def count(self, messages: Sequence[ChatMessage]) -> int:
        """Tokens of the final prompt."""
        return len(self.tokens_of(GenerationRequest(messages=tuple(messages)))[1])

    def count_text(self, text: str) -> int:
        """Tokens of a text by itself."""
        return len(self._weights.tokenize(text, add_special=False, parse_special=False))

    def close(self) -> None:
        self._renderer.close()


def context_length(header: GgufHeader, load: LoadConfig) -> int:
    """Tokens that prompt and answer have together when the model is loaded like this."""
    trained = header.size("context_length")
    return min(load.context_length, trained) if trained else load.context_length


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """A model file of which nothing but the vocabulary is loaded."""

    header: GgufHeader
    weights: Weights
    form: PromptForm

    def close(self) -> None:
        self.form.close()
        self.weights.free()


@dataclass(slots=True)
class _Vocabularies:
    lock: threading.Lock = field(default_factory=threading.Lock)
    by_key: OrderedDict[tuple[str, int, int], Vocabulary] = field(default_factory=OrderedDict)


_vocabularies = _Vocabularies()


def vocabulary_of(model: ModelRef) -> Vocabulary:
    """The vocabulary of a local model, read at the first call and kept for the next ones. Raises WorkbenchError.

    Counting tokens while somebody types must not load gigabytes, nor push out the models that answer.
    """
    path = Path(model.path)
    try:
        found = path.stat()
    except OSError as error:
        raise WorkbenchError(f"There is no model file {path}.", hint="Choose another.", code="file_missing") from error
    key = (str(path.resolve()), found.st_size, found.st_mtime_ns)
    with _vocabularies.lock:
        kept = _vocabularies.by_key.pop(key, None) or _read(path, model.name)
        _vocabularies.by_key[key] = kept  # the last is the most recently used
        while len(_vocabularies.by_key) > KEPT:
            _vocabularies.by_key.popitem(last=False)[1].close()
        return kept


def close_vocabularies() -> None:
    """Give them all back: for tests."""
    with _vocabularies.lock:
        while _vocabularies.by_key:
            _vocabularies.by_key.popitem()[1].close()


def _read(path: Path, name: str) -> Vocabulary:
    header = read_header(path)
    check_complete(header)
    check_loadable(header)
    weights = Weights(path, name, 0, vocabulary_only=True)
    _ = weights.control_texts  # looked up now: later another preview may have pushed this vocabulary out
    return Vocabulary(header, weights, PromptForm.of(weights, header, name))
