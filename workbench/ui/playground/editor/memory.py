"""What the editor remembers from one start to the next: the draft, the values of variables, what is folded. No Qt."""

import os
from pathlib import Path

from pydantic import Field, ValidationError

from workbench.boundary import Boundary
from workbench.errors import WorkbenchError
from workbench.playground.types import Prompt, Shot


class EditorMemory(Boundary):
    """Kept in `playground.json` in the data folder."""

    schema_version: int = 1
    prompt_name: str = ""
    base_id: str = ""
    """The saved version that the draft was made from."""
    prompt: Prompt = Prompt()
    pool: tuple[Shot, ...] = ()
    """Examples, also those that are not ticked."""
    values: dict[str, str] = Field(default_factory=dict)
    """Of variables, by name."""
    preview_model: str = ""
    open_sections: tuple[str, ...] = ("variables",)


def load_memory(path: Path) -> tuple[EditorMemory, WorkbenchError | None]:
    """What was remembered, or a fresh start; a damaged file is kept under another name and reported."""
    try:
        return EditorMemory.model_validate_json(path.read_text(encoding="utf-8")), None
    except FileNotFoundError:
        return EditorMemory(), None
    except (ValidationError, UnicodeDecodeError) as error:
        aside = path.with_suffix(".damaged")
        path.replace(aside)
        return EditorMemory(), WorkbenchError(
            f"The draft of the playground in {path.name} cannot be read.",
            hint=f"It was put aside as {aside.name}; saved versions are not touched.",
            details=str(error),
            code="draft_damaged",
        )


def save_memory(path: Path, memory: EditorMemory) -> None:
    """Written beside and renamed, so that a crash leaves the old or the new file, never half of one."""
    beside = path.with_suffix(".new")
    with beside.open("w", encoding="utf-8") as file:
        file.write(memory.model_dump_json())
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
