"""With what an adapter was made: versions of the program and of the libraries that its numbers depend on."""

import platform
from importlib.metadata import PackageNotFoundError, version

from workbench import __version__

_LIBRARIES = ("torch", "transformers", "peft", "llama-cpp-python", "gguf")


def library_versions() -> dict[str, str]:
    """Version by name; a library that is not installed is left out."""
    found = {"LLM Workbench": __version__, "Python": platform.python_version()}
    for name in _LIBRARIES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found
