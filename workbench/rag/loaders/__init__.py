"""Files as pages of text. What a file is decides its content, not its name. Runs in the parsing child only."""

import re
from pathlib import PurePath

from workbench.errors import WorkbenchError
from workbench.rag.loaders.archives import load_archive
from workbench.rag.loaders.containers import container_type
from workbench.rag.loaders.decoding import decode
from workbench.rag.loaders.epub import load_epub
from workbench.rag.loaders.mail import is_mail, is_mbox, load_mail, load_mbox
from workbench.rag.loaders.nested import Load
from workbench.rag.loaders.office import load_with_markitdown
from workbench.rag.loaders.ole import MAGIC as OLE
from workbench.rag.loaders.ole import load_ole
from workbench.rag.loaders.opendocument import load_opendocument
from workbench.rag.loaders.parsed import Parsed, Reading
from workbench.rag.loaders.rtf import load_rtf
from workbench.rag.loaders.scans import load_pdf_with_scans, load_picture
from workbench.rag.loaders.spreadsheets import load_xlsx, refuse_workbook
from workbench.rag.loaders.text import load_text
from workbench.rag.loaders.xml import load_xml
from workbench.rag.reasons import ReasonCode

# What fits one line between worker and app (jobs.wire.LINE_LIMIT_BYTES), spans included.
MAX_CHARACTERS = 3_500_000

_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_PACKED, _PICTURE = "a packed file", "a picture"
_OTHERS = (
    (b"\x89PNG", _PICTURE), (b"\xff\xd8\xff", _PICTURE), (b"GIF8", _PICTURE), (b"II*\0", _PICTURE),
    (b"MM\0*", _PICTURE), (b"BM", _PICTURE), (b"RIFF", "a picture, sound or film"), (b"ID3", "sound"),
    (b"\xff\xfb", "sound"), (b"fLaC", "sound"), (b"OggS", "sound or film"), (b"\x1aE\xdf\xa3", "a film"),
    (b"\x7fELF", "a program"), (b"MZ", "a program"), (b"\xca\xfe\xba\xbe", "a program"),
    (b"\xcf\xfa\xed\xfe", "a program"),
    (b"\x1f\x8b", _PACKED), (b"BZh", _PACKED), (b"\xfd7zXZ", _PACKED),
    (b"7z\xbc\xaf", _PACKED), (b"Rar!", _PACKED), (b"(\xb5/\xfd", _PACKED),
    (b"SQLite format 3", "a database"), (b"GGUF", "a language model"), (b"PAR1", "a table of data (Parquet)"),
    (b"wOFF", "a font"), (b"\0\1\0\0\0", "a font"), (b"OTTO", "a font"),
)  # fmt: skip
_HTML = re.compile(
    r"\A\s*(<!--.*?-->\s*|<\?xml[^>]*>\s*)*<(!doctype\s+html|html|head|body)\b", re.IGNORECASE | re.DOTALL
)
_HTML_SUFFIXES = {".html", ".htm", ".xhtml"}
_XML_SUFFIXES = {".xml", ".rss", ".atom", ".rdf"}


def load(data: bytes, name: str, how: Reading | None = None) -> Parsed:
    """The text of a file. `name` is for messages and for telling Markdown from plain text.

    Raises WorkbenchError with a sentence for everything that has no text to give.
    """
    if not data.strip():
        raise _empty(f"{name} is empty.")
    parsed = load_by_content(data, name, how or Reading(), load)
    characters = sum(len(page.text) for page in parsed.pages)
    if characters > MAX_CHARACTERS:
        raise WorkbenchError(
            f"{name} holds {characters / 1e6:.1f} million characters, the limit is {MAX_CHARACTERS / 1e6:.1f} million.",
            hint="Split it.",
            code=ReasonCode.TOO_LONG,
        )
    if not any(page.text.strip() for page in parsed.pages):
        raise _empty(f"{name} is empty: it holds no text.")
    return parsed


def _empty(message: str) -> WorkbenchError:
    return WorkbenchError(message, hint="Nothing can be found in it.", code=ReasonCode.EMPTY)


def load_by_content(data: bytes, name: str, how: Reading, load_member: Load) -> Parsed:
    """As `load`, which is also asked for whatever lies inside the file, unless that is done by another."""
    if is_pdf(data):
        return load_pdf_with_scans(data, name, how)
    if data.startswith(_ZIP):
        return _load_container(data, name, how, load_member)
    if data.startswith(OLE):
        return load_ole(data, name, how, load_member)
    for magic, what in _OTHERS:
        if data.startswith(magic) and (len(magic) > 2 or b"\0" in data[:512]):
            if what == _PICTURE and how.recognizer is not None:
                return load_picture(data, name, how)
            raise _unsupported(name, what)
    if data[257:262] == b"ustar":
        raise _unsupported(name, _PACKED)
    return _load_text(data, name, how, load_member)


def _unsupported(name: str, what: str) -> WorkbenchError:
    hints = {
        _PACKED: "Unpack it and add the folder, or pack it as ZIP.",
        _PICTURE: "It was left out. With text recognition switched on in the preferences it is read.",
    }
    return WorkbenchError(
        f"{name} is {what}, not a document with text.",
        hint=hints.get(what, "It was left out."),
        code=ReasonCode.UNSUPPORTED,
    )


def is_pdf(data: bytes) -> bool:
    """Whether it is one, perhaps with something else before it; an archive that holds one unpacked is none."""
    return b"%PDF-" in data[:1024] and not data.startswith((*_ZIP, OLE))


def _load_container(data: bytes, name: str, how: Reading, load_member: Load) -> Parsed:
    match container_type(data, name):
        case "docx" | "pptx" as kind:
            return load_with_markitdown(data, kind, name)
        case "xlsx":
            return load_xlsx(data, name)
        case "xlsb":
            raise refuse_workbook(name)
        case "odt" | "ods" | "odp" as kind:
            return load_opendocument(data, kind, name)
        case "epub":
            return load_epub(data, name)
        case _:
            return load_archive(data, name, how, load_member)


def _load_text(data: bytes, name: str, how: Reading, load_member: Load) -> Parsed:
    if re.match(rb"\s*\{\\rtf", data):
        return load_rtf(data, name)
    if is_mbox(data):
        return load_mbox(data, name, how, load_member)
    if is_mail(data):
        return load_mail(data, name, how, load_member)
    decoded = decode(data, name)
    suffix = PurePath(name).suffix.lower()
    start = decoded.text[:65_536].lstrip("\ufeff \t\r\n")
    if start.startswith("<") and (_HTML.match(start) or suffix in _HTML_SUFFIXES):
        data = decoded.text.encode("utf-8", "replace")
        return load_with_markitdown(data, "html", name, encoding=decoded.encoding)
    # Markdown and others may begin with a tag as well.
    if start.startswith("<?xml") or (start.startswith("<") and suffix in _XML_SUFFIXES):
        return load_xml(decoded, name)
    return load_text(decoded, name, suffix)
