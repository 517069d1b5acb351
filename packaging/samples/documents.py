"""One writer for each kind of document."""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from samples.docx_file import as_docx
from samples.html_file import as_html
from samples.pdf_file import as_pdf
from samples.written import Facts, Written, fill


def as_markdown(title: str, text: str) -> bytes:
    return text.encode("utf-8")


WRITERS: Mapping[str, Callable[[str, str], bytes]] = {
    ".md": as_markdown,
    ".html": as_html,
    ".docx": as_docx,
    ".pdf": as_pdf,
}


def build_documents(written: Iterable[Written], facts: Facts, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for document in written:
        build = WRITERS[Path(document.name).suffix]
        (folder / document.name).write_bytes(build(document.title, fill(document.text, facts)))
