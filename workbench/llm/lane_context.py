"""The llama.cpp context of a lane: opened, tried with one token, and interrupted from another thread."""

import ctypes
import functools
import math
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.errors import WorkbenchError
from workbench.llm.lane_config import LaneConfig
from workbench.llm.llama_native import Weights, buffer_bytes, device_bytes, listening
from workbench.llm.token_batch import TokenBatch
from workbench.llm.types import KvType

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

_ABORTED = 2
"""What `llama_decode` returns when its abort callback said so."""


@dataclass(frozen=True, slots=True)
class ActiveAdapter:
    """A checked adapter file with the hash of the bytes that were loaded."""

    path: Path
    digest: str
    scale: float


class LaneContext:
    """Raises WorkbenchError when there is too little memory, or the first token has invalid numbers."""

    def __init__(self, weights: Weights, config: LaneConfig, adapter: ActiveAdapter | None, batch: TokenBatch) -> None:
        self._weights, self._llama, self._adapter = weights, weights.native, adapter
        self._flag = ctypes.create_string_buffer(2)
        self.native, self.kv_bytes, self.compute_bytes = self._open(config)
        self.memory = self._llama.llama_get_memory(self.native)
        try:
            self._apply()
            self._probe(batch)
        except WorkbenchError:
            self.free()
            raise
        self._hear_the_flag()

    def decode(self, batch: TokenBatch) -> bool:
        """Compute the rows; False when it was interrupted. Raises WorkbenchError when llama.cpp cannot."""
        status = self._llama.llama_decode(self.native, batch.native)
        if status not in (0, _ABORTED):
            raise WorkbenchError(
                f"llama.cpp could not go on with {self._weights.name} (status {status}).",
                hint="Try a shorter context or fewer answers at once.",
                code="decode_failed",
            )
        return bool(status == 0)

    def interrupt(self) -> None:
        """End the call that runs now, or the next one, after the operation it is at. From any thread."""
        self._flag[0] = b"!"

    def resume(self) -> None:
        """Take an interruption back."""
        self._flag[0] = b"\0"

    def logits(self, index: int) -> "npt.NDArray[np.float32]":
        """The row of the batch entry `index`, (vocabulary,): a view that the next decode overwrites."""
        import numpy as np

        row = self._llama.llama_get_logits_ith(self.native, index)
        return np.ctypeslib.as_array(row, shape=(self._weights.vocabulary_size,))

    def is_invalid(self, index: int) -> bool:
        """Whether the batch entry has NaN for logits: one on the way there makes all of them NaN.

        The probe misses those that only some texts reach, like the embedding of a rare token.
        """
        return math.isnan(self._llama.llama_get_logits_ith(self.native, index)[0])

    def invalid_numbers(self) -> WorkbenchError:
        """What is said when they are not."""
        culprit = f"The adapter {self._adapter.path.name}" if self._adapter else self._weights.name
        return WorkbenchError(
            f"{culprit} produces invalid numbers (NaN).",
            hint="The file is damaged: download it again or choose another.",
            code="invalid_numbers",
        )

    def free(self) -> None:
        if self.native:
            self._llama.llama_free(self.native)
            self.native = None

    def _open(self, config: LaneConfig) -> tuple[Any, int, int]:
        native = self._llama
        params = native.llama_context_default_params()
        params.n_ctx = config.size
        params.n_batch = params.n_ubatch = config.batch
        params.n_seq_max = params.n_outputs_max = config.sequences
        params.n_threads = params.n_threads_batch = config.threads
        params.type_k = params.type_v = getattr(native, f"GGML_TYPE_{config.kv_type.name}")
        if config.flash_attention is not None:
            enabled, disabled = native.LLAMA_FLASH_ATTN_TYPE_ENABLED, native.LLAMA_FLASH_ATTN_TYPE_DISABLED
            params.flash_attn_type = enabled if config.flash_attention else disabled
        params.kv_unified = config.common_buffer
        with listening() as said:
            context = native.llama_init_from_model(self._weights.model, params)
        if not context:
            raise _no_context(self._weights.name, config, said)
        self.device_bytes = device_bytes(said)
        return context, buffer_bytes(said, "KV"), buffer_bytes(said, "compute")

    def _apply(self) -> None:
        adapter = self._adapter
        if adapter is None:
            return
        loaded = self._weights.adapter(adapter.path, adapter.digest)
        adapters = (self._llama.llama_adapter_lora_p_ctypes * 1)(loaded)
        scales = (self._llama.ctypes.c_float * 1)(adapter.scale)
        if self._llama.llama_set_adapters_lora(self.native, adapters, 1, scales) != 0:
            raise WorkbenchError(f"The adapter {adapter.path.name} cannot be activated.", code="adapter_load")

    def _probe(self, batch: TokenBatch) -> None:
        """One token through the whole network: NaN weights load without a word and would answer nonsense."""
        import numpy as np

        token = max(0, self._llama.llama_vocab_bos(self._weights.vocab))
        batch.add([token], 0, 0, wants_last=True)
        if self._llama.llama_decode(self.native, batch.native) != 0:
            raise WorkbenchError(f"{self._weights.name} cannot compute a single token.", code="model_load")
        finite = bool(np.isfinite(self.logits(0)).all())
        self._llama.llama_memory_clear(self.memory, False)
        if not finite:
            raise self.invalid_numbers()

    def _hear_the_flag(self) -> None:
        """llama.cpp asks before each of the hundreds of operations of a call. A Python function would need the
        interpreter's lock each time; the C library's `strlen` reads the flag without: 0 goes on, 1 ends the call."""
        callback = ctypes.cast(_strlen(), self._llama.ggml_abort_callback)
        self._llama.llama_set_abort_callback(self.native, callback, ctypes.addressof(self._flag))


@functools.cache
def _strlen() -> Any:
    library = ctypes.cdll.msvcrt if sys.platform == "win32" else ctypes.CDLL(None)
    return library.strlen


def _no_context(name: str, config: LaneConfig, said: list[str]) -> WorkbenchError:
    if config.kv_type is not KvType.F16 and not any("alloc" in line for line in said):
        return WorkbenchError(
            f"{name} cannot keep its context as {config.kv_type}.",
            hint="Choose f16 for this model. Quantised types need flash attention and heads of a multiple of 32.",
            details="\n".join(said[-20:]),
            code="kv_type",
        )
    return WorkbenchError(
        f"There is not enough memory for {config.sequences} answers of {config.context_length} tokens with {name}.",
        hint="Choose a shorter context or fewer answers at once in the preferences.",
        details="\n".join(said[-20:]),
        code="out_of_memory",
    )
