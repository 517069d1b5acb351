"""llama.cpp as the trainer sees it: the tokens that the engine will see, and the logits that it computes.

The trainer gets its ids from here, so that what is trained is what is asked later; and base, adapter and merged model
are proved here against transformers. Worker only.
"""

import ctypes
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.errors import WorkbenchError
from workbench.llm.adapters import adapter_hash
from workbench.llm.chat_template import PLAIN, ChatTemplate, TemplateRenderer
from workbench.llm.gguf_header import check_complete, check_loadable, read_header
from workbench.llm.llama_native import Weights
from workbench.llm.types import ChatMessage

if TYPE_CHECKING:
    import numpy as np

    Floats = np.ndarray[Any, np.dtype[np.float32]]

_GGML_F32 = 0


class EngineProbe:
    """One GGUF model, on the processor, for tokens and logits."""

    def __init__(self, path: Path, threads: int = 1) -> None:
        header = read_header(path)
        check_complete(header)
        check_loadable(header)
        self.path = path
        self._threads = max(1, threads)
        self._weights = Weights(path, path.name, 0)
        self.context_length = header.size("context_length", 2048)
        self.vocabulary_size: int = self._weights.vocabulary_size
        template = header.text("tokenizer.chat_template")
        bos, eos = self._weights.bos_text(), self._weights.eos_text()
        # The renderer always opens the assistant's turn; a template that closes the conversation says so itself.
        closed = "{% set add_generation_prompt = false %}" + (template or PLAIN)
        self._open = TemplateRenderer(ChatTemplate(template, path.name, bos, eos))
        self._closed = TemplateRenderer(ChatTemplate(closed, path.name, bos, eos))

    def prompt(self, messages: Sequence[ChatMessage]) -> str:
        """The text after which the model answers."""
        return self._open.render(messages)

    def conversation(self, messages: Sequence[ChatMessage]) -> str:
        """The text of a conversation that ends with what was answered."""
        return self._closed.render(messages)

    def tokenize(self, text: str, *, at_start: bool = True) -> list[int]:
        """Token ids, exactly as the engine gets them. `at_start`: with the model's begin mark, where it wants one."""
        return self._weights.tokenize(text, add_special=at_start, parse_special=True)

    def tokenize_plain(self, text: str) -> list[int]:
        """Token ids of raw text: what looks like a special token is only text."""
        return self._weights.tokenize(text, add_special=False, parse_special=False)

    def ends(self, token: int) -> bool:
        """Whether the engine stops at this token."""
        return token in self._ends

    @property
    def end_token(self) -> int:
        """The token that ends an answer where the template writes none."""
        return int(self._weights.native.llama_vocab_eos(self._weights.vocab))

    def end_tokens(self) -> list[int]:
        """Every token at which the engine stops, in the order of the vocabulary."""
        return sorted(self._ends)

    @cached_property
    def _ends(self) -> frozenset[int]:
        return frozenset(token for token in range(self.vocabulary_size) if self._weights.ends(token))

    @property
    def begin_text(self) -> str:
        """The mark that the engine puts before a text by itself; empty where the model wants none."""
        return self._weights.bos_text()

    def piece(self, token: int) -> bytes:
        """The bytes of one token, special tokens with their names."""
        return self._weights.piece_with_marks(token)

    def logits(self, ids: Sequence[int], adapter: Path | None = None) -> "Floats":
        """(len(ids), vocabulary) logits of every position, with a 32-bit cache. Raises WorkbenchError on failure."""
        import numpy as np

        native = self._weights.native
        with self._context(len(ids)) as context:
            if adapter is not None:
                loaded = self._weights.adapter(adapter, adapter_hash(adapter))
                array = (native.llama_adapter_lora_p_ctypes * 1)(loaded)
                native.llama_set_adapters_lora(context, array, 1, (ctypes.c_float * 1)(1.0))
            batch = native.llama_batch_init(len(ids), 0, 1)
            try:
                _fill(batch, ids)
                if native.llama_decode(context, batch) != 0:
                    raise WorkbenchError(f"llama.cpp could not compute with {self.path.name}.", code="engine_failed")
                rows = [
                    np.ctypeslib.as_array(native.llama_get_logits_ith(context, i), shape=(self.vocabulary_size,)).copy()
                    for i in range(len(ids))
                ]
            finally:
                native.llama_batch_free(batch)
        return np.stack(rows)

    def close(self) -> None:
        self._open.close()
        self._closed.close()
        self._weights.free()

    def __enter__(self) -> "EngineProbe":
        return self

    def __exit__(self, *_exception: object) -> None:
        self.close()

    @contextmanager
    def _context(self, length: int) -> Iterator[Any]:
        native = self._weights.native
        params = native.llama_context_default_params()
        params.n_ctx = max(64, length)
        params.n_batch = params.n_ubatch = max(64, length)
        params.n_threads = params.n_threads_batch = self._threads
        params.type_k = params.type_v = _GGML_F32
        context = native.llama_init_from_model(self._weights.model, params)
        if not context:
            raise WorkbenchError(
                f"There is not enough memory to compute {length} tokens with {self.path.name}.",
                hint="Close other programs or shorten the rows.",
                code="out_of_memory",
            )
        try:
            yield context
        finally:
            native.llama_free(context)


def _fill(batch: Any, ids: Sequence[int]) -> None:
    batch.n_tokens = len(ids)
    for position, token in enumerate(ids):
        batch.token[position] = token
        batch.pos[position] = position
        batch.n_seq_id[position] = 1
        batch.seq_id[position][0] = 0
        batch.logits[position] = 1
