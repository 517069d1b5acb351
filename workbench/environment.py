"""The one place that keeps third-party libraries off the network, quiet and predictable.

Every process of the program runs this before any other import (`workbench/__init__.py`), and child processes inherit
it. The values are set, not defaulted: a variable that the user's shell happens to carry must not switch telemetry on.
"""

import contextlib
import os
import sys
from collections.abc import Iterator

SILENCE = {
    "ORT_DISABLE_TELEMETRY": "1",  # onnxruntime sends usage events from its import on
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "DO_NOT_TRACK": "1",
    "HF_HUB_OFFLINE": "1",  # a download that the user asked for lifts this in its own worker
    "TRANSFORMERS_OFFLINE": "1",
    "HF_DATASETS_OFFLINE": "1",
    "HF_HUB_DISABLE_PROGRESS_BARS": "1",
    "GGML_NO_BACKTRACE": "1",  # otherwise an abort in llama.cpp may try to attach a debugger
    "PYTHONFAULTHANDLER": "1",
    "TOKENIZERS_PARALLELISM": "false",
    "LANCEDB_LOG": "error",
    # So much is read ahead of what is worked on; LanceDB's own 2 GiB are the whole of most indexes.
    "LANCE_DEFAULT_IO_BUFFER_SIZE": str(32 * 2**20),
    # Threads of a training that wait must sleep, not spin: with one busy neighbour, training on two threads of two
    # cores fell from 1,200 to 34 tokens a second. llama.cpp's own are another matter, see `spinning_threads`.
    "OMP_WAIT_POLICY": "PASSIVE",
    "WANDB_DISABLED": "true",
}

SPIN = {
    "OMP_WAIT_POLICY": "ACTIVE",  # otherwise several loaded models make libgomp spin a tenth of what is asked
    "GOMP_SPINCOUNT": "1000",
}


def silence_libraries() -> None:
    """Set the variables of `SILENCE` in this process; children inherit them."""
    os.environ.update(SILENCE)
    if sys.platform != "darwin":
        # keyring loads all its backends. The one for macOS, which copes with this failing, would else look for Apple's
        # libraries with ldconfig, gcc and ld: 1.6 of the 2 seconds that the import takes.
        # None is the documented way of saying that a module is not to be had; the stubs only know modules.
        sys.modules.setdefault("keyring.backends.macOS.api", None)  # type: ignore[arg-type]


@contextlib.contextmanager
def spinning_threads() -> Iterator[None]:
    """For the import of llama.cpp, whose OpenMP library reads these variables while it is loaded.

    A token of a small model is hundreds of meetings of threads, microseconds apart: threads that sleep in between
    answer five to eight times slower. They spin for some 20 microseconds only, and then sleep
    (docs/decisions/0011-how-lists-are-decoded.md). torch brings an OpenMP of its own.
    """
    before = {name: os.environ.get(name) for name in SPIN}
    os.environ.update(SPIN)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def allow_hub() -> None:
    """Let the hub client of this process reach the network: only for a download that the user asked for."""
    for name in ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE", "HF_DATASETS_OFFLINE"):
        os.environ.pop(name, None)
