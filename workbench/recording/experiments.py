"""What comparisons, grids and prompt searches leave; and the hashes of model files, which all of them name."""

from pathlib import Path
from typing import TYPE_CHECKING

from workbench.jobs.events import Cancelled, Crashed, Failed, Finished, JobEvent, Started
from workbench.jobs.spec import JobSpec
from workbench.recording.keeper import Keeper

if TYPE_CHECKING:
    from workbench.database import Database


def _keep_comparison(database: "Database", spec: JobSpec, event: JobEvent) -> None:
    """The version of its test set from the beginning, whatever becomes of the set meanwhile."""
    match event:
        case Started() | Finished():
            from pydantic import ValidationError

            from workbench.compare.running import load_report
            from workbench.compare.store import ComparisonStore
            from workbench.compare.types import CompareRequest
            from workbench.datasets.test_sets.store import TestSetStore

            try:
                request = CompareRequest.model_validate(spec.params)
            except ValidationError:
                if isinstance(event, Finished):
                    raise
                return  # begun by another version of the program, which froze its questions itself
            if request.test_set:
                TestSetStore(database).freeze(request.test_set, request.examples)
            if isinstance(event, Finished):
                report = load_report(request.folder)
                ComparisonStore(database).save(report, folder=request.folder, spec=request.written)


def _keep_grid(database: "Database", spec: JobSpec, event: JobEvent) -> None:
    """From its beginning: a grid that was stopped is in the history as well, and can be gone on with."""
    match event:
        case Started() | Finished() | Failed() | Cancelled() | Crashed():
            from workbench.playground.grid.grid_store import GridStore
            from workbench.playground.grid.journal import read_outcomes
            from workbench.playground.grid.types import GridReport, GridRequest

            store, request = GridStore(database), GridRequest.model_validate(spec.params)
            match event:
                case Started():
                    store.begin(request)
                case Finished(result=result):
                    store.finish(request, GridReport.model_validate(result))
                case _:
                    outcomes = read_outcomes(Path(request.folder)).values()
                    store.stop(request, done=len(outcomes), failed=sum(outcome.has_failed for outcome in outcomes))


def _keep_prompt_search(database: "Database", spec: JobSpec, event: JobEvent) -> None:
    match event:
        case Finished():
            from workbench.playground.search.running import load_search_report
            from workbench.playground.search.store import PromptSearchStore
            from workbench.playground.search.types import SearchRequest

            request = SearchRequest.model_validate(spec.params)
            PromptSearchStore(database).save(load_search_report(request.folder), folder=request.folder)


def _keep_hashes(database: "Database", _spec: JobSpec, event: JobEvent) -> None:
    match event:
        case Finished(result=result):
            from workbench.llm.store import FileHashStore
            from workbench.llm.tasks import HashFilesReport

            for hashed in HashFilesReport.model_validate(result).files:
                FileHashStore(database).record(hashed)


KEEPERS: dict[str, Keeper] = {
    "workbench.compare.run_task:run_comparison": _keep_comparison,
    "workbench.playground.grid.tasks:run_grid": _keep_grid,
    "workbench.llm.tasks:hash_files": _keep_hashes,
    "workbench.playground.search.tasks:search_prompt": _keep_prompt_search,
}
