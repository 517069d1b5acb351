"""The compound files of Office before 2007, which also hold Outlook's messages and encrypted new documents."""

import contextlib
import io
from typing import Any

from workbench.errors import WorkbenchError
from workbench.rag.loaders.nested import Load
from workbench.rag.loaders.outlook import load_msg
from workbench.rag.loaders.parsed import Parsed, Reading, damaged, password_problem
from workbench.rag.loaders.spreadsheets import load_xls
from workbench.rag.reasons import ReasonCode

MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# With it Excel encrypts what is only protected against changes: everybody may read that.
_EVERYBODYS = "VelvetSweatshop"


def load_ole(data: bytes, name: str, how: Reading, load: Load) -> Parsed:
    """What lies in a compound file. Raises WorkbenchError: damaged, locked, or a kind that cannot be read."""
    import olefile

    try:
        with olefile.OleFileIO(io.BytesIO(data)) as ole:
            kind = _kind(ole)
            if kind == "Outlook":
                return load_msg(ole, how, load, name)
    except (OSError, IndexError, ValueError) as error:  # olefile's own errors are OSErrors
        raise damaged(name, "an Office file", str(error)) from error
    if kind == "encrypted":
        return load(decrypted(data, name, how.password), name, how)
    if kind == "Excel":
        return load_xls(_readable(data, name, how.password), name)
    raise _refusal(kind, name)


def _kind(ole: Any) -> str:
    streams = (
        ("EncryptedPackage", "encrypted"),
        ("__properties_version1.0", "Outlook"),
        ("Workbook", "Excel"),
        ("Book", "Excel"),
        ("WordDocument", "Word"),
        ("PowerPoint Document", "PowerPoint"),
    )
    return next((kind for stream, kind in streams if ole.exists(stream)), "")


def _refusal(kind: str, name: str) -> WorkbenchError:
    says = {"Word": ("an old Word file (.doc)", "DOCX"), "PowerPoint": ("an old PowerPoint file (.ppt)", "PPTX")}
    what, instead = says.get(kind, ("an old Office file", ""))
    hint = f"Save it as {instead}." if instead else "Save it anew."
    return WorkbenchError(f"{name} is {what}, which cannot be read.", hint=hint, code=ReasonCode.UNSUPPORTED)


def _readable(data: bytes, name: str, password: str) -> bytes:
    import msoffcrypto

    return decrypted(data, name, password) if msoffcrypto.OfficeFile(io.BytesIO(data)).is_encrypted() else data


def decrypted(data: bytes, name: str, password: str) -> bytes:
    """An encrypted Office file in the clear. Raises WorkbenchError where the password is missing or wrong."""
    for word in filter(None, (password, _EVERYBODYS)):
        with contextlib.suppress(_WrongPassword):
            return _decrypt(data, name, word)
    raise password_problem(name, password)


class _WrongPassword(Exception):
    pass


def _decrypt(data: bytes, name: str, password: str) -> bytes:
    import msoffcrypto
    from msoffcrypto.exceptions import DecryptionError, FileFormatError, InvalidKeyError, ParseError

    out = io.BytesIO()
    try:
        file = msoffcrypto.OfficeFile(io.BytesIO(data))
        file.load_key(password=password)
        file.decrypt(out)
    except InvalidKeyError as error:
        raise _WrongPassword from error
    except DecryptionError as error:
        if "Unsupported" in str(error):
            raise WorkbenchError(
                f"{name} is encrypted in a way that cannot be read.",
                hint="Save a copy without a password and add that.",
                details=str(error),
                code=ReasonCode.UNSUPPORTED,
            ) from error
        raise _WrongPassword from error
    except (FileFormatError, ParseError, OSError) as error:
        raise damaged(name, "an encrypted Office file", str(error)) from error
    return out.getvalue()
