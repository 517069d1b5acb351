"""The files of a model on the disk: which they are, whether they may be deleted, deleting them."""

from pathlib import Path

from workbench.errors import WorkbenchError
from workbench.llm.gguf_header import shards
from workbench.llm.types import ModelRef

_OURS = {"this program", "own folder", "own file"}


def files_of(model: ModelRef) -> list[Path]:
    """All parts of a GGUF model; of a folder its weights. What is not there is left out."""
    path = Path(model.path)
    if path.is_dir():
        return sorted(path.glob("*.safetensors"))
    try:
        parts = shards(path)
    except WorkbenchError:  # a part is missing
        parts = [path]
    return [part for part in parts if part.is_file()]


def why_not_deletable(model: ModelRef) -> str:
    """A sentence when this program should not delete the model, else ""."""
    if model.source == "starter":
        return "The starter model belongs to the program."
    if model.source not in _OURS:
        return f"It belongs to {model.source}: delete it there, so that nothing is left of it."
    if model.file_format != "gguf" or Path(model.path).is_dir():
        return "It is a folder: delete it in the file manager."
    return ""


def delete_files(model: ModelRef) -> int:
    """Delete the model from the disk and return the bytes freed. Raises WorkbenchError naming what stays."""
    if reason := why_not_deletable(model):
        raise WorkbenchError(f"{model.name} is not deleted.", hint=reason, code="not_deletable")
    freed = 0
    for path in files_of(model):
        try:
            size = path.lstat().st_size
            path.unlink()
        except FileNotFoundError:
            continue
        except OSError as error:
            raise WorkbenchError(
                f"{path.name} could not be deleted: {error.strerror}.",
                hint="Close what uses it and try again.",
                details=str(error),
                code="not_deleted",
            ) from error
        freed += size
    return freed
