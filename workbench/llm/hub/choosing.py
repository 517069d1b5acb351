"""Which file of a repository is meant: by name, by quantization, or the one that suits most people."""

from workbench.errors import WorkbenchError
from workbench.llm.hub.catalog import recommended
from workbench.llm.hub.types import FileChoice, RepositoryFiles
from workbench.llm.in_words import size_in_words

_USUAL = ("Q4_K_M", "Q4_K_S", "Q4_0", "Q4", "Q5_K_M", "Q8_0")
"""Four bits are the usual bargain between size and quality; then what is nearest to it."""


def choose(listed: RepositoryFiles, wanted: str = "") -> FileChoice:
    """The choice called `wanted` (file name or quantization), or the usual one. Raises WorkbenchError."""
    if not listed.choices:
        raise WorkbenchError(f"{listed.repository} holds no whole GGUF model.", code="hub_no_gguf")
    if not wanted:
        return _usual(listed)
    same = [choice for choice in listed.choices if _is_called(choice, wanted.casefold())]
    if len(same) == 1:
        return same[0]
    names = ", ".join(f"{choice.name} ({size_in_words(choice.size_bytes)})" for choice in same or listed.choices)
    what = f"holds no {wanted}" if not same else f"holds {len(same)} files that {wanted} could mean"
    raise WorkbenchError(f"{listed.repository} {what}.", hint=f"There is: {names}.", code="hub_no_such_file")


def _usual(listed: RepositoryFiles) -> FileChoice:
    known = {model.file for model in recommended() if model.repository == listed.repository}
    if ours := [choice for choice in listed.choices if choice.name in known]:
        return ours[0]
    for quantization in _USUAL:
        if found := [choice for choice in listed.choices if choice.quantization == quantization]:
            return found[0]
    return listed.choices[0]


def _is_called(choice: FileChoice, wanted: str) -> bool:
    names = {choice.name, choice.quantization, *(file.name for file in choice.files)}
    return wanted in {name.casefold() for name in names if name}
