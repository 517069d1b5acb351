"""Word, PowerPoint, HTML and feeds as Markdown through markitdown: always an opened stream, never a name to fetch."""

import io
import re
import warnings
from typing import Any

from workbench.errors import WorkbenchError
from workbench.rag.loaders.parsed import Parsed, as_pages, plain
from workbench.rag.loaders.text import clean
from workbench.rag.reasons import ReasonCode

_IMAGE = re.compile(r"!\[([^\]\n]*)\]\((?:[^()\n]|\([^()\n]*\))*\)")
# Its text may go over several lines and hold brackets.
_LINK = re.compile(r"(?<!\!)\[((?:[^\[\]]|\[[^\[\]]{0,200}\]){0,2000})\]\((?:[^()\n]|\([^()\n]*\))*\)")
_SLIDE = re.compile(r"\s*<!-- Slide number: \d+ -->\s*")
_BLANKS = re.compile(r"\n{3,}")
_NAMES = {"docx": "Word", "pptx": "PowerPoint", "html": "HTML", "rss": "Feed"}


def load_with_markitdown(data: bytes, kind: str, name: str, *, encoding: str = "") -> Parsed:
    """The file as Markdown; presentations have one page per slide, notes included. `kind` is a key of _NAMES."""
    text, title, notes = to_markdown(data, kind, name)
    parts = _SLIDE.split(text)[1:] if kind == "pptx" else [text]
    return Parsed(
        pages=as_pages([part.strip() for part in parts]),
        title=title,
        warnings=notes,
        file_type=_NAMES[kind],
        encoding=encoding,
        is_markdown=True,
    )


def to_markdown(data: bytes, kind: str, name: str) -> tuple[str, str, tuple[str, ...]]:
    """(Markdown without links and pictures, title, warnings). HTML and feeds come as UTF-8."""
    result = _convert(data, kind, name)
    text, notes = clean(result.markdown)
    return _BLANKS.sub("\n\n", _LINK.sub(r"\1", _IMAGE.sub(r"\1", text)).strip()), plain(result.title or ""), notes


def _convert(data: bytes, kind: str, name: str) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of its parsers, about the file's quirks
        # The converters themselves: what the file is was found out already.
        from markitdown import MissingDependencyException, StreamInfo
        from markitdown.converters import DocxConverter, HtmlConverter, PptxConverter, RssConverter

        converters = {"docx": DocxConverter, "pptx": PptxConverter, "html": HtmlConverter, "rss": RssConverter}
        extension = {"rss": ".xml"}.get(kind, f".{kind}")
        info = StreamInfo(extension=extension, charset="utf-8" if kind in {"html", "rss"} else None)
        try:
            return converters[kind]().convert(io.BytesIO(data), info)
        except MissingDependencyException as error:
            raise WorkbenchError(
                f"{name} cannot be read: a part of markitdown is not installed.",
                hint="Run `make run` again.",
                details=str(error),
                code=ReasonCode.NOT_INSTALLED,
            ) from error
