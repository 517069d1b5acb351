"""Pages of PDFs as pictures for the window, which never opens a document itself."""

import threading
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import ConfigDict, Field

from workbench.boundary import Boundary
from workbench.errors import WorkbenchError
from workbench.jobs.context import JobContext
from workbench.rag.loaders.parsed import WantedPage
from workbench.rag.parser import Parser
from workbench.rag.reasons import ReasonCode

PAGE_IMAGE = "workbench.rag.page_images:page_image"
WORKER = "viewer"


class PageImageRequest(Boundary):
    model_config = ConfigDict(hide_input_in_errors=True)  # a message about a bad request must not tell the password

    path: str
    name: str
    """Of the file, as it is told to people."""
    wanted: WantedPage
    password: str = Field("", repr=False)
    """Of an encrypted file; kept in memory only."""


class PageImageReport(Boundary):
    png: str
    """Base64."""
    width: int
    height: int
    boxes: tuple[tuple[float, float, float, float], ...]
    """(left, top, right, bottom) in pixels, one per line of the passage."""


@dataclass(slots=True)
class _Viewer:
    """The parser that a warm worker keeps; it leaves with the worker."""

    parser: Parser = field(default_factory=Parser)
    lock: threading.Lock = field(default_factory=threading.Lock)


_viewer = _Viewer()


def page_image(context: JobContext, request: PageImageRequest) -> PageImageReport:
    """The picture of one page. Raises WorkbenchError: file gone, changed since it was indexed, damaged.

    What lies inside a file is taken out in the memory of the parsing child, within the limits of reading.
    """
    context.check_cancelled()
    path = Path(request.path)
    with _viewer.lock:
        _refuse_missing(path, request.name)
        image = _viewer.parser.render(path, request.name, request.wanted, password=request.password)
    return PageImageReport.model_validate(image)


def _refuse_missing(path: Path, name: str) -> None:
    """Asked of the parsing child: a drive that hangs must not hold the viewer."""
    try:
        is_gone = _viewer.parser.vanished([path])[0]
    except WorkbenchError as problem:
        raise WorkbenchError(
            f"{path.parent} does not answer.",
            hint="Is its drive connected? The text of the document was kept and is shown instead.",
            details=problem.details,
            code=ReasonCode.NO_ANSWER,
        ) from problem
    if is_gone:
        raise WorkbenchError(
            f"{name} is no longer at {path.parent}.",
            hint="Its text was kept and is shown instead.",
            code="file_missing",
        )


def close_viewer() -> None:
    """End the parsing child: for tests that call `page_image` in their own process."""
    with _viewer.lock:
        _viewer.parser.close()
