"""Office, EPUB, HTML and feeds through markitdown: always an opened stream, never a name that it could fetch."""

import io
import re
import warnings
from typing import Any

from workbench.errors import WorkbenchError
from workbench.rag.loaders.parsed import Parsed, plain
from workbench.rag.loaders.text import clean
from workbench.rag.types import PageText

_IMAGE = re.compile(r"!\[([^\]\n]*)\]\((?:[^()\n]|\([^()\n]*\))*\)")
_LINK = re.compile(r"(?<!\!)\[([^\]\n]*)\]\((?:[^()\n]|\([^()\n]*\))*\)")
_SLIDE = re.compile(r"\s*<!-- Slide number: \d+ -->\s*")
_BLANKS = re.compile(r"\n{3,}")
_NAMES = {"docx": "Word", "pptx": "PowerPoint", "xlsx": "Excel", "epub": "EPUB", "html": "HTML", "rss": "Feed"}


def load_with_markitdown(data: bytes, kind: str, name: str, *, encoding: str = "") -> Parsed:
    """The file as Markdown; presentations have one page per slide. `kind` is a key of _NAMES."""
    result = _convert(data, kind, name, encoding)
    text, notes = clean(result.markdown)
    text = _LINK.sub(r"\1", _IMAGE.sub(r"\1", text))
    parts = _SLIDE.split(text)[1:] if kind == "pptx" else [text]
    pages = tuple(
        PageText(number=number, text=_BLANKS.sub("\n\n", part.strip())) for number, part in enumerate(parts, 1)
    )
    if not any(page.text for page in pages):
        raise WorkbenchError(f"{name} is empty: it holds no text.", hint="Nothing can be found in it.", code="empty")
    return Parsed(
        pages=pages,
        title=plain(result.title or ""),
        warnings=notes,
        file_type=_NAMES[kind],
        encoding=encoding,
        is_markdown=True,
    )


def _convert(data: bytes, kind: str, name: str, encoding: str) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of its parsers, about the file's quirks
        from markitdown import (
            FileConversionException,
            MarkItDown,
            MissingDependencyException,
            StreamInfo,
            UnsupportedFormatException,
        )

        extension = {"rss": ".xml"}.get(kind, f".{kind}")
        info = StreamInfo(extension=extension, charset="utf-8" if encoding else None)
        try:
            return MarkItDown(enable_plugins=False).convert_stream(io.BytesIO(data), stream_info=info)
        except MissingDependencyException as error:
            raise WorkbenchError(
                f"{name} cannot be read: a part of markitdown is not installed.",
                hint="Run `make run` again.",
                details=str(error),
                code="not_installed",
            ) from error
        except (FileConversionException, UnsupportedFormatException) as error:
            raise WorkbenchError(
                f"{name} is damaged: it cannot be read as {_NAMES[kind]}.",
                hint="Open it in its own program and save it again.",
                details=str(error)[-2000:],
                code="damaged",
            ) from error
