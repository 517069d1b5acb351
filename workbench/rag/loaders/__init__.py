"""Files as pages of text. What a file is decides its content, not its name. Runs in the parsing child only."""

import re
from pathlib import PurePath

from workbench.errors import WorkbenchError
from workbench.rag.loaders.archives import container_type, refuse_old_office
from workbench.rag.loaders.office import load_with_markitdown
from workbench.rag.loaders.parsed import AS_IT_IS, Parsed, Reading
from workbench.rag.loaders.pdf import load_pdf
from workbench.rag.loaders.text import decode, load_text

# What fits one line between worker and app (jobs.wire.LINE_LIMIT_BYTES), spans included.
MAX_CHARACTERS = 3_500_000

_OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OTHERS = (
    (b"\x89PNG", "a picture"), (b"\xff\xd8\xff", "a picture"), (b"GIF8", "a picture"), (b"II*\0", "a picture"),
    (b"MM\0*", "a picture"), (b"RIFF", "a picture, sound or film"), (b"ID3", "sound"), (b"OggS", "sound or film"),
    (b"\x7fELF", "a program"), (b"MZ", "a program"), (b"\x1f\x8b", "a packed file"), (b"BZh", "a packed file"),
    (b"\xfd7zXZ", "a packed file"), (b"7z\xbc\xaf", "a packed file"), (b"Rar!", "a packed file"),
    (b"SQLite format 3", "a database"), (b"GGUF", "a language model"),
)  # fmt: skip
_HTML = re.compile(r"<(!doctype\s+html|html|head|body)\b", re.IGNORECASE)
_FEED = re.compile(r"<(rss|feed)\b", re.IGNORECASE)


def load(data: bytes, name: str, how: Reading = AS_IT_IS) -> Parsed:
    """The text of a file. `name` is for messages and for telling Markdown from plain text.

    Raises WorkbenchError with a sentence for everything that has no text to give.
    """
    if not data.strip():
        raise WorkbenchError(f"{name} is empty.", hint="Nothing can be found in it.", code="empty")
    parsed = _load(data, name, how)
    characters = sum(len(page.text) for page in parsed.pages)
    if characters > MAX_CHARACTERS:
        raise WorkbenchError(
            f"{name} holds {characters / 1e6:.1f} million characters, the limit is {MAX_CHARACTERS / 1e6:.1f} million.",
            hint="Split it.",
            code="too_long",
        )
    if not any(page.text.strip() for page in parsed.pages):
        raise WorkbenchError(f"{name} is empty: it holds no text.", hint="Nothing can be found in it.", code="empty")
    return parsed


def _load(data: bytes, name: str, how: Reading) -> Parsed:
    if is_pdf(data):
        return load_pdf(data, name, how.password)
    if data.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return load_with_markitdown(data, container_type(data, name), name)
    if data.startswith(_OLD_OFFICE):
        raise refuse_old_office(data, name)
    for magic, what in _OTHERS:
        if data.startswith(magic) and (len(magic) > 2 or b"\0" in data[:512]):
            raise WorkbenchError(
                f"{name} is {what}, not a document with text.", hint="It was left out.", code="unsupported"
            )
    return _load_text(data, name)


def is_pdf(data: bytes) -> bool:
    return b"%PDF-" in data[:1024]


def _load_text(data: bytes, name: str) -> Parsed:
    decoded = decode(data, name)
    start = decoded.text[:2048].lstrip("\ufeff \t\r\n")
    if start.startswith("{\\rtf"):
        raise WorkbenchError(
            f"{name} is an RTF file, which cannot be read yet.", hint="Save it as DOCX or PDF.", code="unsupported"
        )
    suffix = PurePath(name).suffix.lower()
    if start.startswith("<"):
        kind = "html" if _HTML.search(start) or suffix in {".html", ".htm", ".xhtml"} else ""
        kind = kind or ("rss" if _FEED.search(start) else "")
        if kind:
            return load_with_markitdown(decoded.text.encode("utf-8", "replace"), kind, name, encoding=decoded.encoding)
    return load_text(decoded, name, suffix)
