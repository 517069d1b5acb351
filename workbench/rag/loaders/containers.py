"""Zip containers looked through before anything unpacks them: bombs, damage, entities, what they really are."""

import io
import re
import zipfile
import zlib
from collections.abc import Sequence

from workbench.errors import WorkbenchError
from workbench.rag.loaders.parsed import MAX_UNPACKED_BYTES as _MAX_UNPACKED_BYTES
from workbench.rag.reasons import ReasonCode

MAX_UNPACKED_BYTES = _MAX_UNPACKED_BYTES
MAX_RATIO = 100
_RATIO_MATTERS_FROM = 20_000_000
MAX_ENTRIES = 10_000
_XML = (".xml", ".rels", ".opf", ".ncx", ".xhtml", ".html", ".htm")
_ENTITY = re.compile(rb"<!ENTITY\b")
_PARTS = {
    "word/document.xml": "docx",
    "ppt/presentation.xml": "pptx",
    "xl/workbook.xml": "xlsx",
    "xl/workbook.bin": "xlsb",
}
_MIMETYPES = {
    "application/epub+zip": "epub",
    "application/vnd.oasis.opendocument.text": "odt",
    "application/vnd.oasis.opendocument.spreadsheet": "ods",
    "application/vnd.oasis.opendocument.presentation": "odp",
}


def container_type(data: bytes, name: str) -> str:
    """ "docx", "pptx", "xlsx", "xlsb", "epub", "odt", "ods", "odp", or "zip" for an archive.

    Raises WorkbenchError for bombs, damage and XML that declares entities.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
            _refuse_bomb(entries, len(data), name)
            kind = _kind(archive, entries)
            if kind != "zip":
                _refuse_entities(archive, entries, name)
            return kind
    except (zipfile.BadZipFile, zlib.error, OSError, ValueError, NotImplementedError, RuntimeError, EOFError) as error:
        raise WorkbenchError(
            f"{name} is cut off or damaged: its contents cannot be unpacked.",
            hint="Get the file again.",
            details=str(error),
            code=ReasonCode.DAMAGED,
        ) from error


def _kind(archive: zipfile.ZipFile, entries: Sequence[zipfile.ZipInfo]) -> str:
    names = {entry.filename.replace("\\", "/") for entry in entries}
    for part, kind in _PARTS.items():
        if part in names:
            return kind
    mimetype = _mimetype(archive, entries).removesuffix("-template")
    if mimetype in _MIMETYPES:
        return _MIMETYPES[mimetype]
    return "epub" if "META-INF/container.xml" in names else "zip"


def _mimetype(archive: zipfile.ZipFile, entries: Sequence[zipfile.ZipInfo]) -> str:
    found = next((entry for entry in entries if entry.filename == "mimetype"), None)
    if found is None or found.file_size > 200 or found.flag_bits & 1:
        return ""
    return archive.read(found).decode("ascii", "replace").strip()


def _refuse_entities(archive: zipfile.ZipFile, entries: Sequence[zipfile.ZipInfo], name: str) -> None:
    for entry in entries:
        if entry.filename.lower().endswith(_XML) and not entry.flag_bits & 1 and declares_entities(archive.read(entry)):
            raise dangerous(name)


def declares_entities(xml: bytes) -> bool:
    """Whether XML declares entities, in any encoding of Unicode: no office program writes that."""
    return bool(_ENTITY.search(xml) or (b"\0" in xml[:64] and _ENTITY.search(xml.replace(b"\0", b""))))


def dangerous(name: str) -> WorkbenchError:
    """The refusal of XML that may explode or read other files."""
    return WorkbenchError(
        f"{name} declares XML entities, with which a small file can fill all memory or read others.",
        hint="It was left out. If you trust it, open it in its own program and save it again.",
        code=ReasonCode.DANGEROUS,
    )


def _refuse_bomb(entries: Sequence[zipfile.ZipInfo], packed_bytes: int, name: str) -> None:
    unpacked = sum(entry.file_size for entry in entries)
    reason = ""
    if len(entries) > MAX_ENTRIES:
        reason = f"holds {len(entries)} files, the limit is {MAX_ENTRIES}"
    elif unpacked > MAX_UNPACKED_BYTES:
        reason = f"unpacks to {unpacked / 1e6:.0f} MB, the limit is {MAX_UNPACKED_BYTES / 1e6:.0f} MB"
    elif unpacked > _RATIO_MATTERS_FROM and unpacked > MAX_RATIO * max(packed_bytes, 1):
        reason = f"unpacks to {unpacked / packed_bytes:.0f} times its size, the limit is {MAX_RATIO} times"
    if reason:
        raise WorkbenchError(
            f"{name} {reason}.", hint="It was skipped; split it if it is what it seems.", code=ReasonCode.BOMB
        )
