"""A comparison of the history as a file that the set-up reads."""

from pathlib import Path

from workbench.compare.again.run_folder import write_run_folder
from workbench.compare.spec import load_spec
from workbench.compare.store import ComparisonStore
from workbench.errors import WorkbenchError
from workbench.jobs.journal_file import write_whole


def written_setup(store: ComparisonStore, number: int, folder: Path) -> Path:
    """Write it as its author wrote it, into `folder`; where that names files that are gone, or was not kept, as the
    questions, prompts and examples were when it ran. Raises WorkbenchError where neither was kept; OSError.
    """
    report = store.get_without_trials(number)
    own = folder / str(number)
    path = own / "set-up.yaml"
    own.mkdir(parents=True, exist_ok=True)
    problem = WorkbenchError("How this comparison was set up was not kept.", code="no_setup")
    if written := store.written(number):
        write_whole(path, written)
        try:
            load_spec(path)
        except WorkbenchError as error:
            problem = error
        else:
            return path
    if report.request is None:
        raise problem
    return write_run_folder(report, own / "kept")
