"""Files that another file names: read only where they lie beside it or below."""

from pathlib import Path

from workbench.errors import WorkbenchError


def path_beside(name: str, folder: Path, what: str) -> Path:
    """The place of a named file. Raises WorkbenchError for one that lies outside of the folder."""
    path = (folder / name.removeprefix("file://")).resolve()
    if not path.is_relative_to(folder.resolve()):
        raise WorkbenchError(
            f"{what} names the file {name}, which lies outside of the configuration's folder.",
            hint="Correct it there.",
            code="bad_prompt_file",
        )
    return path
