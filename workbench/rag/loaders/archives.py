"""Zip containers (Office, EPUB) looked through before anything unpacks them: bombs, passwords, what they really are."""

import io
import zipfile

from workbench.errors import WorkbenchError

MAX_UNPACKED_BYTES = 200_000_000
MAX_RATIO = 100
_RATIO_MATTERS_FROM = 20_000_000
MAX_ENTRIES = 10_000


def container_type(data: bytes, name: str) -> str:
    """ "docx", "pptx", "xlsx" or "epub". Raises WorkbenchError for bombs, locked, damaged and other archives."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
            mimetype = _mimetype(archive, entries)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, RuntimeError) as error:
        raise WorkbenchError(
            f"{name} is cut off or damaged: its contents cannot be unpacked.",
            hint="Get the file again.",
            details=str(error),
            code="damaged",
        ) from error
    _refuse_bomb(entries, len(data), name)
    names = {entry.filename for entry in entries}
    if any(entry.flag_bits & 1 for entry in entries):
        raise _needs_password(name)
    if "word/document.xml" in names:
        return "docx"
    if "ppt/presentation.xml" in names:
        return "pptx"
    if "xl/workbook.xml" in names:
        return "xlsx"
    if mimetype == "application/epub+zip" or "META-INF/container.xml" in names:
        return "epub"
    if mimetype.startswith("application/vnd.oasis.opendocument"):
        raise WorkbenchError(
            f"{name} is an OpenDocument file, which cannot be read yet.",
            hint="Save it as DOCX, XLSX, PPTX or PDF.",
            code="unsupported",
        )
    raise WorkbenchError(
        f"{name} is an archive of {len(entries)} files.", hint="Unpack it and add the folder.", code="archive"
    )


def _mimetype(archive: zipfile.ZipFile, entries: list[zipfile.ZipInfo]) -> str:
    if not entries or entries[0].filename != "mimetype" or entries[0].file_size > 200:
        return ""
    return archive.read(entries[0]).decode("ascii", "replace").strip()


def _refuse_bomb(entries: list[zipfile.ZipInfo], packed_bytes: int, name: str) -> None:
    unpacked = sum(entry.file_size for entry in entries)
    reason = ""
    if len(entries) > MAX_ENTRIES:
        reason = f"holds {len(entries)} files, the limit is {MAX_ENTRIES}"
    elif unpacked > MAX_UNPACKED_BYTES:
        reason = f"unpacks to {unpacked / 1e6:.0f} MB, the limit is {MAX_UNPACKED_BYTES / 1e6:.0f} MB"
    elif unpacked > _RATIO_MATTERS_FROM and unpacked > MAX_RATIO * max(packed_bytes, 1):
        reason = f"unpacks to {unpacked / packed_bytes:.0f} times its size, the limit is {MAX_RATIO} times"
    if reason:
        raise WorkbenchError(f"{name} {reason}.", hint="It was skipped; split it if it is what it seems.", code="bomb")


def _needs_password(name: str) -> WorkbenchError:
    return WorkbenchError(
        f"{name} is encrypted and needs a password.",
        hint="Save a copy without a password and add that.",
        code="needs_password",
    )


def refuse_old_office(data: bytes, name: str) -> WorkbenchError:
    """The sentence for a file in the container of Office before 2007, which also holds encrypted new files."""
    for marker, sentence in (
        ("EncryptedPackage", ""),
        ("WordDocument", "is an old Word file (.doc). Save it as DOCX."),
        ("PowerPoint Document", "is an old PowerPoint file (.ppt). Save it as PPTX."),
        ("Workbook", "is an old Excel file (.xls). Save it as XLSX."),
        ("Book", "is an old Excel file (.xls). Save it as XLSX."),
        ("__substg1.0_", "is an Outlook message (.msg). Save it as HTML or text."),
    ):
        if marker.encode("utf-16-le") in data:
            if not sentence:
                return _needs_password(name)
            what, hint = sentence.split(". ", 1)
            return WorkbenchError(f"{name} {what}, which cannot be read.", hint=hint, code="unsupported")
    return WorkbenchError(
        f"{name} is an old Office file, which cannot be read.", hint="Save it anew.", code="unsupported"
    )
