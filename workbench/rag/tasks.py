"""What workers do with documents. Requests carry everything; nothing here opens the database."""

import time

from workbench.errors import WorkbenchError
from workbench.jobs.context import JobContext
from workbench.rag.answer_types import AskReport, AskRequest
from workbench.rag.answering import Answerer
from workbench.rag.exhaustive import ExhaustiveReport, ExhaustiveRequest, go_through
from workbench.rag.exhaustive_filter import PassingReport, PassingRequest, count
from workbench.rag.indexer import Indexer
from workbench.rag.indexing_types import IndexReport, IndexRequest
from workbench.rag.rebuilding import Rebuilder
from workbench.rag.retrieval import Retriever, Searcher, SeveralCollections, open_retriever
from workbench.rag.search_types import QuestionHits, SearchReport, SearchRequest
from workbench.rag.training_row_types import GroundReport, GroundRequest
from workbench.rag.training_rows import RowGrounder
from workbench.rag.upkeep_types import RebuildReport, RebuildRequest

INDEX = "workbench.rag.tasks:index"
REBUILD = "workbench.rag.tasks:rebuild"
SEARCH = "workbench.rag.tasks:search"
ASK = "workbench.rag.tasks:ask"
EXHAUST = "workbench.rag.tasks:exhaust"
COUNT_PASSING = "workbench.rag.tasks:count_passing"
GROUND_ROWS = "workbench.rag.tasks:ground_rows"


def index(context: JobContext, request: IndexRequest) -> IndexReport:
    """Index files and folders; produces FileIndexed per file, after its rows are durable, and Skipped.

    Raises WorkbenchError "index_damaged" when the index lacks what the database says: rebuild, then run again.
    """
    with Indexer(context, request) as indexer:
        return indexer.run()


def rebuild(context: JobContext, request: RebuildRequest) -> RebuildReport:
    """Build an index from texts alone, beside the one that answers; the original files are not needed."""
    with Rebuilder(context, request) as rebuilder:
        return rebuilder.run()


def search(context: JobContext, request: SearchRequest) -> SearchReport:
    """Find chunks for each query; produces QuestionHits in the order of the queries."""
    started = time.monotonic()
    context.progress(0, len(request.queries), "Opening the index")
    retriever = open_searcher(context, request)
    for number, query in enumerate(request.queries):
        context.progress(number, len(request.queries), "Searching")
        context.produce(QuestionHits(id=query.id, hits=tuple(retriever.search(query.text, request.retrieval))))
    return SearchReport(queries=len(request.queries), seconds=time.monotonic() - started)


def ask(context: JobContext, request: AskRequest) -> AskReport:
    """Answer questions from documents: for each QuestionHits, then an Answer; a single one is streamed before."""
    started = time.monotonic()
    context.progress(0, len(request.questions), "Opening the index")
    Answerer(context, request, open_searcher(context, request)).run()
    return AskReport(questions=len(request.questions), seconds=time.monotonic() - started)


def ground_rows(context: JobContext, request: GroundRequest) -> GroundReport:
    """Training rows that carry retrieved chunks and distractors, written as JSON lines of {"messages": [...]}."""
    context.progress(0, len(request.rows), "Opening the index")
    retriever = open_retriever(request.collection, threads=context.threads)
    return RowGrounder(context, request, retriever).run()


def exhaust(context: JobContext, request: ExhaustiveRequest) -> ExhaustiveReport:
    """Ask a question of every passage of a collection: produces Finding for each that answers, and how far it is."""
    context.progress(0, 0, "Opening the index")
    return go_through(context, request, open_retriever(request.collection, threads=context.threads))


def count_passing(context: JobContext, request: PassingRequest) -> PassingReport:
    """How many passages of a collection the filters of an exhaustive question let through; no chat model takes part."""
    context.progress(0, 0, "Opening the index")
    return count(request, open_retriever(request.collection, threads=context.threads))


def open_searcher(context: JobContext, request: SearchRequest | AskRequest) -> Searcher:
    """The request's collection, or several that answer as one."""
    first = _retriever(context, request)
    if not request.others:
        return first
    others = [open_retriever(ref, request.reranker, threads=context.threads) for ref in request.others]
    names = [ref.name for ref in (request.collection, *request.others)]
    return SeveralCollections(dict(zip(names, (first, *others), strict=True)))


def _retriever(context: JobContext, request: SearchRequest | AskRequest) -> Retriever:
    if request.retrieval.rerank and not request.reranker:
        raise WorkbenchError(
            "Reranking needs a local cross-encoder.", hint="Put one into a models folder.", code="no_reranker"
        )
    return open_retriever(request.collection, request.reranker, threads=context.threads)
