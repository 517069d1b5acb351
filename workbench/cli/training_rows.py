"""The rows that `--data` names: of a file, or of a saved data set."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.cli.output import Output
from workbench.cli.workplace import Workplace
from workbench.jobs.spec import JobSpec

if TYPE_CHECKING:
    from workbench.datasets.store import DatasetStore
    from workbench.datasets.types import Dataset

SHOWN_PROBLEMS = 5


def saved_dataset(data: str, store: "DatasetStore") -> "Dataset | None":
    """The saved data set of that name, where no file is called so."""
    return None if Path(data).expanduser().exists() else store.find(data)


def rows_of_file(
    data: str, named: Mapping[str, str], system: str, folder: Path, place: Workplace, output: Output
) -> "Dataset":
    """The rows of a file, written into `folder`; what cannot be used is told on stderr. Nothing is recorded.

    `named`: columns by their roles, where their names do not tell.
    """
    from workbench.datasets.mapping import describe
    from workbench.datasets.tasks import PrepareReport, PrepareRequest

    path = Path(data).expanduser()
    request = PrepareRequest(
        name=path.name, path=str(path.absolute()), named=dict(named), folder=str(folder), system_text=system
    )
    spec = JobSpec(
        task="workbench.datasets.tasks:prepare", params=request.model_dump(mode="json"), title=f"Read {path.name}"
    )
    report = PrepareReport.model_validate(place.run(spec))
    output.note(f"{path.name}: {report.dataset.row_count} rows ({describe(report.dataset.mapping)}).")
    for problem in report.problems[:SHOWN_PROBLEMS]:
        output.note(f"  {path.name}, {problem}")
    if len(report.problems) > SHOWN_PROBLEMS:
        output.note(f"  ... and {len(report.problems) - SHOWN_PROBLEMS} more problems.")
    for finding in report.findings:
        output.note(f"  {finding.message}")
    return report.dataset
