"""Install llama.cpp for this processor, and try it: `python packaging/install_engine.py`, before the other packages.

llama-cpp-python is compiled here, for the processor that compiles it, and pip keeps the result. Two things make such a
build die of an illegal instruction: a kept wheel that was built on another processor, and llama.cpp's AMX kernels built
by GCC 12, which use tiles that they have not set up (they are left out). So a few tokens are generated in a child
process; where that fails, the package is built again, from its source and in the end with less.
"""

import os
import platform
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = "llama-cpp-python"
_WITHOUT_AMX = "-mno-amx-tile -mno-amx-int8 -mno-amx-bf16"
_TRY = """
import sys
from llama_cpp import Llama
model = Llama(sys.argv[1], n_ctx=256, n_threads=2, n_threads_batch=2, verbose=False)
model.create_completion("The quick brown fox jumps over the lazy dog, and then it runs home again. " * 4, max_tokens=8)
"""


def main() -> int:
    """Exit status 0 when llama.cpp answers here."""
    attempts: tuple[tuple[str, tuple[str, ...], Mapping[str, str]], ...] = (
        ("", (), _flags()),
        ("built for another processor: compiling it here (about five minutes)", ("--no-cache-dir",), _flags()),
        ("compiling it for any processor of this kind", ("--no-cache-dir",), _for_any_processor()),
    )
    for reason, options, environment in attempts:
        if reason:
            print(f"llama.cpp does not work as installed; {reason}.", flush=True)
        again = ("--force-reinstall", "--no-deps", "--no-binary", PACKAGE) if reason else ()
        try:
            install(*options, *again, environment=environment)
        except subprocess.CalledProcessError:
            print("llama.cpp could not be compiled: is a C++ compiler installed? See README.md.", file=sys.stderr)
            return 1
        if answers():
            return 0
    print("llama.cpp was installed but does not answer; see the messages above.", file=sys.stderr)
    return 1


def install(*options: str, environment: Mapping[str, str]) -> None:
    """Let pip do it, with the versions of packaging/constraints.txt. Raises CalledProcessError when it cannot."""
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    command += ["-c", str(ROOT / "packaging" / "constraints.txt"), *options, PACKAGE]
    subprocess.run(command, check=True, env={**os.environ, **environment})


def answers() -> bool:
    """Whether the starter model says something, in a process that may die of it."""
    model = next(ROOT.joinpath("resources").rglob("*.gguf"))
    tried = subprocess.run([sys.executable, "-c", _TRY, str(model)], capture_output=True, text=True)
    if tried.returncode != 0:
        print(tried.stderr.strip()[-500:] or f"It ended with status {tried.returncode}.", file=sys.stderr)
    return tried.returncode == 0


def _flags() -> dict[str, str]:
    """What the compiler is told, where it is one that knows AMX; flags that the user has set come first."""
    if platform.machine() not in ("x86_64", "AMD64") or not _compiler_knows(_WITHOUT_AMX):
        return {}
    return {name: f"{os.environ.get(name, '')} {_WITHOUT_AMX}".strip() for name in ("CFLAGS", "CXXFLAGS")}


def _for_any_processor() -> dict[str, str]:
    """What CMake is told; what the user has told it stays, and of two words on one thing it takes the last."""
    return {"CMAKE_ARGS": f"{os.environ.get('CMAKE_ARGS', '')} -DGGML_NATIVE=OFF".strip()}


def _compiler_knows(flags: str) -> bool:
    command = [os.environ.get("CC", "cc"), *flags.split(), "-E", "-x", "c", os.devnull]
    try:
        return subprocess.run(command, capture_output=True).returncode == 0
    except OSError:
        return False


if __name__ == "__main__":
    sys.exit(main())
