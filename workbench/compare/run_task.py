"""The run of a comparison as a job. Little is loaded before something is seen of it: everything else, the types of the
request too, comes when the first progress is told."""

from typing import TYPE_CHECKING, Any

from workbench.boundary import Boundary
from workbench.jobs.context import JobContext
from workbench.naming import counted

if TYPE_CHECKING:
    from workbench.compare.types import ComparisonReport

RUN_COMPARISON = "workbench.compare.run_task:run_comparison"


def run_comparison(context: JobContext, params: dict[str, Any]) -> Boundary:
    """Answer, score, time and judge: a `CompareRequest` gives a `ComparisonReport`, which has no trials: they were
    produced one by one as `TrialDone` and lie in the folder's report.json (a message between processes is limited to
    16 MB).
    """
    context.progress(0, 0, _beginning(params))
    from workbench.compare.answering import RealTools
    from workbench.compare.types import CompareRequest
    from workbench.compare.whole_run import compare
    from workbench.jobs.execution import validated

    request = validated(CompareRequest, params, "run_comparison")
    return _told(compare(context, request, RealTools()))


def _told(report: "ComparisonReport") -> "ComparisonReport":
    scoring = report.model_scoring
    told = scoring.model_copy(update={"pairs": ()}) if scoring else None
    return report.model_copy(update={"trials": (), "examples": (), "model_scoring": told})


def _beginning(params: dict[str, Any]) -> str:
    """What is about to be done; `params` are not checked yet."""
    questions, arms = (
        counted(len(found) if isinstance(found := params.get(key), list) else 0, thing)
        for key, thing in (("examples", "question"), ("arms", "arm"))
    )
    return f"Making ready: {questions}, {arms}"
