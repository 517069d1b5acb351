"""The seam to llama.cpp: its low-level functions behind Python values. Everything here is for workers only.

llama.cpp's own log is kept off the terminal; its last lines go into the details of an error and its buffer sizes into
`MemoryUse`.
"""

import collections
import contextlib
import ctypes
import math
import re
import threading
from collections.abc import Iterator, Mapping, Sequence
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from workbench.environment import spinning_threads
from workbench.errors import WorkbenchError
from workbench.llm.types import GenerationConfig

READ_WHOLE_BYTES = 1_000_000_000
"""Smaller files are read, not mapped: a mapped file that is truncated meanwhile kills the process (SIGBUS)."""

PENALISED_TOKENS = 64
"""How far back penalties look, in tokens."""
FORBIDS = -100.0
"""A bias from which on a token is out of the question, as in the OpenAI protocol."""

_log: collections.deque[str] = collections.deque(maxlen=20_000)
"""The last pieces that llama.cpp said: opening a context says many for each layer, and sizes are read from them."""
_load_lock = threading.Lock()
_LOAD_ERROR = re.compile(r"error loading model: (?:\w+: )?(.+)")
"""In what llama.cpp writes when it refuses a file; the name of its function says nothing to people."""
_NO_MEMORY = re.compile(r"(failed|unable) to allocate|cannot allocate|bad_alloc|out of memory", re.IGNORECASE)
_BUFFER = re.compile(r"(\S+)\s+(model|KV|RS|compute) buffer size\s*=\s*([\d.]+) MiB")


@cache
def library() -> Any:
    """The module llama_cpp.llama_cpp, silenced and initialised."""
    with spinning_threads():
        from llama_cpp import llama_cpp

    llama_cpp.llama_log_set(_callback(), ctypes.c_void_p(0))
    llama_cpp.llama_backend_init()
    return llama_cpp


def summed_at_once() -> int:
    """Numbers of half precision that one step of llama.cpp's sums takes on this processor.

    What is left of a row behind the last whole step is summed number by number.
    """
    return 64 if b"AVX512 = 1" in library().llama_print_system_info() else 32


@cache
def _callback() -> Any:
    from llama_cpp import llama_cpp

    def keep(_level: int, text: bytes, _user: Any) -> None:
        _log.append(text.decode("utf-8", "replace"))

    return llama_cpp.llama_log_callback(keep)


def log_tail(lines: int = 20) -> str:
    """The last lines that llama.cpp said."""
    return "".join(list(_log)[-lines:])


@contextlib.contextmanager
def listening() -> Iterator[list[str]]:
    """The lines that llama.cpp says inside the block (one block at a time)."""
    with _load_lock:
        _log.clear()
        said: list[str] = []
        yield said
        said.extend("".join(_log).splitlines())


def buffer_bytes(lines: Sequence[str], part: str) -> int:
    """Sum of the buffers of one part ("KV", "compute") that llama.cpp reported, in bytes."""
    found = (_BUFFER.search(line) for line in lines)
    return sum(int(float(m[3]) * 1024 * 1024) for m in found if m and m[2] == part)


def device_bytes(lines: Sequence[str]) -> int:
    """Sum of all buffers that llama.cpp reported on graphics cards, in bytes; what lies on the host is not counted."""
    found = (_BUFFER.search(line) for line in lines)
    return sum(int(float(m[3]) * 1024 * 1024) for m in found if m and not m[1].startswith("CPU") and "Host" not in m[1])


class Weights:
    """A model's weights and vocabulary, shared by all its contexts."""

    def __init__(
        self, path: Path, name: str, gpu_layers: int, *, mmap: bool = True, vocabulary_only: bool = False
    ) -> None:
        native = self.native = library()
        self.name = name
        params = native.llama_model_default_params()
        params.vocab_only = vocabulary_only
        self.on_gpu = gpu_layers != 0 and bool(native.llama_supports_gpu_offload())
        params.n_gpu_layers = gpu_layers if self.on_gpu else 0
        if not mmap or path.stat().st_size <= READ_WHOLE_BYTES:
            params.load_mode = native.LLAMA_LOAD_MODE_NONE
        with listening() as lines:
            self.model = native.llama_model_load_from_file(str(path).encode(), params)
            said = log_tail()
        self.device_bytes = device_bytes(lines)
        if not self.model:
            raise _load_problem(path, said)
        self.vocab = native.llama_model_get_vocab(self.model)
        self.vocabulary_size = native.llama_vocab_n_tokens(self.vocab)
        self.shares_prefixes = not (
            native.llama_model_is_recurrent(self.model) or native.llama_model_is_hybrid(self.model)
        )
        self.keeps_all_cells = self.shares_prefixes and native.llama_model_n_swa(self.model) == 0
        """Whether the cache holds every token of a sequence, not only the last ones (sliding window) or a state."""
        self._adapters: dict[str, Any] = {}
        self._pieces: dict[int, bytes] = {}
        self._vocabulary_lock = threading.Lock()

    @property
    def size_bytes(self) -> int:
        return int(self.native.llama_model_size(self.model))

    @property
    def parameters(self) -> int:
        return int(self.native.llama_model_n_params(self.model))

    @property
    def can_decode(self) -> bool:
        return bool(self.native.llama_model_has_decoder(self.model))

    def bos_text(self) -> str:
        return self._special_text(self.native.llama_vocab_bos(self.vocab))

    def eos_text(self) -> str:
        return self._special_text(self.native.llama_vocab_eos(self.vocab))

    def tokenize(self, text: str, *, add_special: bool, parse_special: bool) -> list[int]:
        """Token ids; from any thread. `add_special` puts the model's begin mark in front where the model wants one."""
        with self._vocabulary_lock:
            if not self.model:
                raise WorkbenchError(f"{self.name} was unloaded.", hint="Ask again.", code="engine_closed")
            data = text.encode("utf-8", "replace")
            count, tokens = self._tokenize(data, len(data) + 8, add_special, parse_special)
            if count < 0:
                count, tokens = self._tokenize(data, -count, add_special, parse_special)
            return list(tokens[:count])

    def _tokenize(self, data: bytes, room: int, add_special: bool, parse_special: bool) -> tuple[int, Any]:
        """The number of tokens (negative: the room that they need) and the array that holds them."""
        tokens = (self.native.llama_token * room)()
        count = self.native.llama_tokenize(self.vocab, data, len(data), tokens, room, add_special, parse_special)
        return int(count), tokens

    def piece(self, token: int) -> bytes:
        """The bytes of one token, nothing for a control token. From any thread that decodes."""
        known = self._pieces.get(token)
        if known is None:
            known = self._pieces[token] = self.piece_with_marks(token, special=False)
        return known

    def piece_with_marks(self, token: int, *, special: bool = True) -> bytes:
        """The bytes of one token, also of a control token. From any thread that decodes."""
        count, buffer = self._piece(token, 64, special=special)
        if count < 0:
            count, buffer = self._piece(token, -count, special=special)
        return buffer.raw[:count]

    def _piece(self, token: int, room: int, *, special: bool) -> tuple[int, "ctypes.Array[ctypes.c_char]"]:
        """The number of bytes (negative: the room that they need) and the buffer that holds them."""
        buffer = ctypes.create_string_buffer(room)
        return int(self.native.llama_token_to_piece(self.vocab, token, buffer, room, 0, special)), buffer

    @cached_property
    def control_texts(self) -> tuple[str, ...]:
        """The texts of the control tokens, like `<|im_end|>`: in a message they must stay plain text."""
        native = self.native
        control = native.LLAMA_TOKEN_ATTR_CONTROL
        with self._vocabulary_lock:
            found = [
                native.llama_vocab_get_text(self.vocab, token).decode("utf-8", "replace")
                for token in range(self.vocabulary_size)
                if native.llama_vocab_get_attr(self.vocab, token) & control
            ]
        return tuple(text for text in found if len(text) > 1)

    def ends(self, token: int) -> bool:
        """Whether the token means the end of the answer."""
        return bool(self.native.llama_vocab_is_eog(self.vocab, token))

    def adapter(self, path: Path, digest: str) -> Any:
        """The loaded adapter of this file. It was checked before; it lives as long as the weights."""
        if digest not in self._adapters:
            with listening():
                adapter = self.native.llama_adapter_lora_init(self.model, str(path).encode())
                said = log_tail()
            if not adapter:
                raise WorkbenchError(
                    f"The adapter {path.name} cannot be loaded with {self.name}.", details=said, code="adapter_load"
                )
            self._adapters[digest] = adapter
        return self._adapters[digest]

    def free(self) -> None:
        with self._vocabulary_lock:
            if self.model:
                self.native.llama_model_free(self.model)
                self.model = None

    def _special_text(self, token: int) -> str:
        return self.piece_with_marks(token).decode("utf-8", "replace") if token >= 0 else ""


class Sampler:
    """Chooses the next token: constraint, bias, penalties, top-k, top-p, min-p, temperature, seed.

    That is llama.cpp's usual order. Raises WorkbenchError when the grammar or the schema cannot be used.
    """

    def __init__(self, weights: Weights, config: GenerationConfig, recent: Sequence[int]) -> None:
        native = self._native = weights.native
        self._chain = native.llama_sampler_chain_init(native.llama_sampler_chain_default_params())
        try:
            self._constrain(weights, config)
        except WorkbenchError:
            self.free()
            raise
        if config.logit_bias:
            self._add(_bias(weights, config.logit_bias))
        penalties = (config.repeat_penalty, config.frequency_penalty, config.presence_penalty)
        if penalties != (1.0, 0.0, 0.0):
            self._add(native.llama_sampler_init_penalties(weights.vocabulary_size, PENALISED_TOKENS, *penalties))
        if config.temperature <= 0:
            self._add(native.llama_sampler_init_greedy())
        else:
            self._add(native.llama_sampler_init_top_k(min(config.top_k, weights.vocabulary_size)))
            self._add(native.llama_sampler_init_top_p(config.top_p, 1))
            self._add(native.llama_sampler_init_min_p(config.min_p, 1))
            self._add(native.llama_sampler_init_temp(config.temperature))
            self._add(native.llama_sampler_init_dist(config.seed))
        if config.repeat_penalty != 1.0 and not self._is_constrained:
            # The prompt's end counts for the repeat penalty. A grammar would take these tokens for its own beginning.
            for token in recent[-PENALISED_TOKENS:]:
                native.llama_sampler_accept(self._chain, token)

    def sample(self, context: Any, index: int) -> int:
        """The token chosen after the batch entry `index`."""
        return int(self._native.llama_sampler_sample(self._chain, context, index))

    def free(self) -> None:
        if self._chain:
            self._native.llama_sampler_free(self._chain)
            self._chain = None

    def _constrain(self, weights: Weights, config: GenerationConfig) -> None:
        grammar = config.grammar or (grammar_of_schema(config.json_schema) if config.json_schema else "")
        self._is_constrained = bool(grammar)
        if not grammar:
            return
        with listening():
            sampler = self._native.llama_sampler_init_grammar(weights.vocab, grammar.encode(), b"root")
            said = log_tail()
        if not sampler:
            raise WorkbenchError(
                "The grammar of the answer cannot be used.",
                hint="Check it: GBNF with a rule named root.",
                details=f"{said}\n\n{grammar}",
                code="grammar",
            )
        self._add(sampler)

    def _add(self, sampler: Any) -> None:
        self._native.llama_sampler_chain_add(self._chain, sampler)


def _bias(weights: Weights, biases: Mapping[int, float]) -> Any:
    native = weights.native
    unknown = [token for token in biases if not 0 <= token < weights.vocabulary_size]
    if unknown:
        raise WorkbenchError(
            f"{weights.name} has no token {unknown[0]}.",
            hint=f"Its tokens are 0 to {weights.vocabulary_size - 1}.",
            code="unknown_token",
        )
    rows = (native.llama_logit_bias * len(biases))()
    for row, (token, bias) in zip(rows, biases.items(), strict=True):
        row.token, row.bias = token, bias if bias > FORBIDS else -math.inf
    return native.llama_sampler_init_logit_bias(weights.vocabulary_size, len(biases), rows)


def grammar_of_schema(schema: str) -> str:
    """A JSON schema as a GBNF grammar. Raises WorkbenchError when it is no schema that llama.cpp can follow."""
    from llama_cpp.llama_grammar import json_schema_to_gbnf

    try:
        return str(json_schema_to_gbnf(schema))
    except (ValueError, KeyError, TypeError, AttributeError, AssertionError, RecursionError) as error:
        raise WorkbenchError(
            "The JSON schema of the answer cannot be used.",
            hint="Check that it is valid JSON and a schema without references to other files.",
            details=f"{type(error).__name__}: {error}\n\n{schema}",
            code="json_schema",
        ) from error


def _load_problem(path: Path, said: str) -> WorkbenchError:
    unknown = re.search(r"unknown model architecture: '([^']*)'", said)
    if unknown:
        return WorkbenchError(
            f"{path.name} is of the architecture {unknown[1]!r}, which this version of llama.cpp does not know.",
            hint="It needs a newer engine; choose another model until then.",
            details=said,
            code="engine_too_old",
        )
    if _NO_MEMORY.search(said):
        return WorkbenchError(
            f"There is not enough memory to load {path.name}.",
            hint="Close other programs or choose a smaller model.",
            details=said,
            code="out_of_memory",
        )
    why = _LOAD_ERROR.search(said)
    reason = f": {' '.join(why[1].split())}" if why else ""
    return WorkbenchError(
        f"{path.name} cannot be loaded{reason}.",
        hint="Download it again or choose another model.",
        details=said,
        code="model_load",
    )
