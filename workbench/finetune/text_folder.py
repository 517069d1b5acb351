"""Raw text from files: a folder of plain text becomes rows, one document each."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from pydantic import Field

from workbench.boundary import Boundary
from workbench.datasets.delimited import decode
from workbench.datasets.rows_file import write_rows
from workbench.datasets.types import Dataset, RowProblem, TrainingRow
from workbench.errors import WorkbenchError
from workbench.finetune.checkpoints import disk_full_in_words
from workbench.jobs.context import JobContext
from workbench.jobs.spec import JobSpec
from workbench.llm.types import ChatMessage, Role

GATHER = "workbench.finetune.tasks:gather"
SUFFIXES = (".txt", ".md", ".markdown", ".rst", ".text")
MOST_BYTES = 200_000_000
"""A file above this is no document; a corpus in one file is better cut into several."""


class GatherRequest(Boundary):
    """Make a data set of plain text files."""

    name: str
    path: str
    """A folder, searched with all below it, or one file."""
    folder: str
    """Where the rows file goes."""


class GatherReport(Boundary):
    dataset: Dataset
    characters: int
    problems: tuple[RowProblem, ...] = Field(default=())
    """Files that were left out, and why."""


def gather_spec(request: GatherRequest) -> JobSpec:
    """The job that reads the files, in a process of its own."""
    return JobSpec(
        task=GATHER, params=request.model_dump(mode="json"), title=f"Read the text of {Path(request.path).name}"
    )


def gather_texts(context: JobContext, request: GatherRequest) -> GatherReport:
    """Read every text file. Raises WorkbenchError when there is none, or none that can be read."""
    root = Path(request.path).expanduser()
    files = list(_files(root))
    rows: list[TrainingRow] = []
    problems: list[RowProblem] = []
    for number, path in enumerate(files, 1):
        # A name in another encoding holds halves of characters, which no job can hand on.
        source = str(path.relative_to(root)) if root.is_dir() else path.name
        name = source.encode("utf-8", "replace").decode("utf-8")
        context.progress(number, len(files), f"Reading {name}")
        try:
            if name != source:
                raise WorkbenchError("its name is not valid text: rename it.", code="bad_name")
            text = _read(path)
        except (WorkbenchError, OSError) as error:
            problems.append(RowProblem(row=number, message=f"{name}: {error}"))
            continue
        if text.strip():
            rows.append(text_row(text, source=source, number=number))
    if not rows:
        raise WorkbenchError(
            f"There is no text in {root.name}.",
            hint=f"Choose a folder with files that end in {', '.join(SUFFIXES)}.",
            details="\n".join(map(str, problems[:50])),
            code="no_text",
        )
    folder = Path(request.folder)
    folder.mkdir(parents=True, exist_ok=True)
    with disk_full_in_words(folder):
        path, digest = write_rows(rows, folder)
    dataset = Dataset(
        name=request.name,
        content_hash=digest,
        rows_path=str(path),
        source_path=str(root),
        row_count=len(rows),
        problem_count=len(problems),
        origin=f"text of {root.name}",
    )
    return GatherReport(dataset=dataset, characters=sum(len(row.answer) for row in rows), problems=tuple(problems))


def documents_dataset(documents: Iterable[tuple[str, Iterable[str]]], name: str, folder: Path, origin: str) -> Dataset:
    """A data set of (name, texts of its pages), as a collection holds them. Raises WorkbenchError for no text."""
    rows = []
    for number, (source, pages) in enumerate(documents, 1):
        text = "\n\n".join(page.strip() for page in pages if page.strip())
        if text:
            rows.append(text_row(text, source=source, number=number))
    if not rows:
        raise WorkbenchError(f"There is no text in “{name}”.", hint="Add documents to it first.", code="no_text")
    folder.mkdir(parents=True, exist_ok=True)
    with disk_full_in_words(folder):
        path, digest = write_rows(rows, folder)
    return Dataset(name=name, content_hash=digest, rows_path=str(path), row_count=len(rows), origin=origin)


def text_row(text: str, *, source: str, number: int) -> TrainingRow:
    """A document as a row: one message that is learned as it stands."""
    return TrainingRow(messages=(ChatMessage(role=Role.ASSISTANT, content=text),), source=source, number=number)


def _files(root: Path) -> Iterator[Path]:
    if root.is_file():
        yield root
        return
    if not root.is_dir():
        raise WorkbenchError(f"There is no folder {root}.", hint="Choose one that is there.", code="no_file")
    for path in sorted(root.rglob("*")):
        hidden = any(part.startswith(".") for part in path.relative_to(root).parts)
        if path.suffix.lower() in SUFFIXES and path.is_file() and not hidden:
            yield path


def _read(path: Path) -> str:
    """The text of one file, whatever its encoding. Raises WorkbenchError for what is no text."""
    if path.stat().st_size > MOST_BYTES:
        raise WorkbenchError(
            f"it has {path.stat().st_size / 1e6:,.0f} MB; cut it into smaller files.", code="too_large"
        )
    content = path.read_bytes()
    if b"\0" in content[:4096] and not content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise WorkbenchError("it holds bytes that are no text.", code="no_text")
    text, _, _ = decode(content)
    return text
