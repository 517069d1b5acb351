"""Results as files: written off the UI thread, whole or not at all. No Qt."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from workbench.compare.again.run_folder import write_zip
from workbench.compare.export import write_csv, write_jsonl
from workbench.compare.report import write_html
from workbench.compare.types import ComparisonReport
from workbench.errors import WorkbenchError
from workbench.ui.protocols import Background, Messages
from workbench.ui.trying import tell

_WRITERS: dict[str, Callable[[ComparisonReport, Path], None]] = {
    ".html": write_html,
    ".csv": write_csv,
    ".jsonl": write_jsonl,
    ".zip": write_zip,
}


class ExportPart:
    """The ending of the chosen name says what is written."""

    def __init__(self, messages: Messages, in_background: Background) -> None:
        self._messages = messages
        self._in_background = in_background

    def export(self, report: ComparisonReport, path: str) -> None:
        """Write the report; says so when it is there."""
        target = Path(path)
        write = _WRITERS.get(target.suffix.lower())
        if write is None:
            self._messages.error(
                f"{target.name} has no ending that says what to write.", hint="Choose .html, .csv, .jsonl or .zip."
            )
            return
        self.write(target, partial(write, report))

    def write(self, target: Path, write: Callable[[Path], object]) -> None:
        """Write something else off the UI thread, with the same words at the end."""
        self._in_background(partial(_try, write, target), partial(self._tell, target.name))

    def _tell(self, name: str, problem: WorkbenchError | None) -> None:
        if problem is None:
            self._messages.info(f"Wrote {name}.")
        else:
            tell(self._messages, problem)


def _try(write: Callable[[Path], object], target: Path) -> WorkbenchError | None:
    try:
        write(target)
    except WorkbenchError as problem:
        return problem
    except OSError as error:
        return WorkbenchError(
            f"{target} cannot be written: {error.strerror or error}.", hint="Choose another place.", details=str(error)
        )
    return None
