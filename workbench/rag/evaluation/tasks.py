"""What workers do for measured retrieval. Requests carry everything; nothing here opens the database."""

from workbench.errors import WorkbenchError
from workbench.jobs.context import JobContext
from workbench.llm.engines import borrowed
from workbench.rag.evaluation.comparing import Comparing, open_indexed
from workbench.rag.evaluation.generating import GenerateReport, GenerateRequest, generate
from workbench.rag.evaluation.journal import read_request
from workbench.rag.evaluation.types import MeasureOrder, MeasureReport
from workbench.rag.retrieval import open_retriever

MEASURE = "workbench.rag.evaluation.tasks:measure"
GENERATE = "workbench.rag.evaluation.tasks:generate_questions"


def measure(context: JobContext, order: MeasureOrder) -> MeasureReport:
    """Compare settings: produces IndexBuilt for each new index and SettingProgress; goes on where it was.

    What is returned has no questions: a message between processes is limited. The report is in the folder.
    """
    request = read_request(order.folder)
    if request is None:
        raise WorkbenchError("What was to be measured is gone.", hint="Start it again.", code="no_measurement")
    report = Comparing(context, request, open_indexed(context)).run()
    return report.model_copy(update={"questions": (), "differences": ()})


def generate_questions(context: JobContext, request: GenerateRequest) -> GenerateReport:
    """Have a model write questions from the chunks; a cancel keeps what it has."""
    context.progress(0, request.count, "Opening the index")
    chunks = open_retriever(request.collection, threads=context.threads).all_chunks()
    with borrowed(request.model, request.load, context.produce) as engine:
        return generate(context, request, chunks, engine)
