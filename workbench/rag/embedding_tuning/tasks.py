"""What workers do to tune an embedder. Nothing here opens the database."""

from pathlib import Path

from workbench.errors import WorkbenchError
from workbench.jobs.context import JobContext
from workbench.rag.embedding_tuning.forgetting import REQUEST
from workbench.rag.embedding_tuning.tuning import tune_embedder
from workbench.rag.embedding_tuning.types import TuneOrder, TuneRequest, TuningReport

TUNE = "workbench.rag.embedding_tuning.tasks:tune"


def tune(context: JobContext, order: TuneOrder) -> TuningReport:
    """Train, build the index beside, compare: produces TuningStep and IndexBuilt; goes on where it was."""
    path = Path(order.folder) / REQUEST
    if not path.exists():
        raise WorkbenchError("What was to be tuned is gone.", hint="Start it again.", code="no_tuning")
    return tune_embedder(context, TuneRequest.model_validate_json(path.read_text(encoding="utf-8")))
