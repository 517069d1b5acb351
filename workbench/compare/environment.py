"""On what a comparison was measured: machine, program, libraries. Quality should not depend on it; times do."""

import datetime
import os
import platform
from importlib.metadata import PackageNotFoundError, version

from pydantic import Field

from workbench import __version__
from workbench.boundary import Boundary
from workbench.memory import total_memory

_LIBRARIES = ("llama-cpp-python", "lancedb", "sentence-transformers", "torch", "transformers", "numpy", "scipy")
"""What may change an answer, a vector or an interval."""


class Environment(Boundary):
    """Versions and sizes, read where the answers were made."""

    program: str = ""
    """Version of LLM Workbench."""
    python: str = ""
    system: str = ""
    """Operating system with its release and processor family."""
    processor: str = ""
    cores: int = 0
    """Logical processors."""
    memory_bytes: int = 0
    started: str = ""
    """ISO 8601 in UTC."""
    libraries: dict[str, str] = Field(default_factory=dict)
    """Versions by name; what is not installed is left out."""


def read_environment() -> Environment:
    """Ask the system; imports none of the libraries."""
    return Environment(
        program=__version__,
        python=platform.python_version(),
        system=f"{platform.system()} {platform.release()} ({platform.machine()})",
        processor=platform.processor() or platform.machine(),
        cores=os.cpu_count() or 0,
        memory_bytes=total_memory(),
        started=datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        libraries={name: found for name in _LIBRARIES if (found := _version(name))},
    )


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""
