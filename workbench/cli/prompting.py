"""What people name on the command line of prompts: a version, a file, values for the variables."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.cli.workplace import Workplace
from workbench.errors import WorkbenchError

if TYPE_CHECKING:
    from workbench.playground.prompt_store import PromptStore
    from workbench.playground.types import PromptVersion


def prompt_store(place: Workplace) -> "PromptStore":
    from workbench.playground.prompt_store import PromptStore

    return PromptStore(place.database)


def choose_version(place: Workplace, name: str) -> "PromptVersion":
    """The newest version of a prompt, or with "@3" behind its name that one. Raises WorkbenchError with what exists."""
    store = prompt_store(place)
    if newest := store.newest(name):
        return newest
    prompt_name, _, number = name.rpartition("@")
    versions = store.versions(prompt_name) if number.isdecimal() else []
    found = next((version for version in versions if version.number == int(number)), None)
    if found is not None:
        return found
    if versions:
        hint = f"Its newest is {versions[0].number}."
        raise WorkbenchError(f"The prompt “{prompt_name}” has no version {number}.", hint=hint, code="no_version")
    names = ", ".join(store.prompt_names()[:8]) or "none yet"
    raise WorkbenchError(f"There is no prompt “{name}”.", hint=f"Prompts here: {names}.", code="no_prompt")


def given_values(set_: Sequence[str], set_file: Sequence[str] = ()) -> dict[str, str]:
    """`NAME=VALUE` and `NAME=PATH` of a text file, as values of variables. Raises WorkbenchError for anything else."""
    values = dict(_pair("--set", each) for each in set_)
    for each in set_file:
        name, path = _pair("--set-file", each)
        values[name] = _text(Path(path).expanduser())
    return values


def _pair(option: str, given: str) -> tuple[str, str]:
    name, mark, value = given.partition("=")
    if not mark or not name.strip().isidentifier():
        raise WorkbenchError(f"{option} {given} is no variable with a value.", hint=f"Like {option} tone=friendly")
    return name.strip(), value


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "it is not UTF-8 text"
        raise WorkbenchError(
            f"{path} cannot be read: {why}.", hint="Name a text file.", code="file_unreadable"
        ) from error
