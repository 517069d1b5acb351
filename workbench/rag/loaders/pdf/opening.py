"""A PDF document that is open, and what went wrong when it is not, in words."""

from typing import Any

from workbench.errors import WorkbenchError
from workbench.rag.loaders.parsed import password_problem

_PASSWORD_ERROR = 4


class OpenPdf:
    """A PDF document that is closed at the end. Raises WorkbenchError: encrypted, damaged, cut off.

    One thread per process: PDFium crashes with more.
    """

    def __init__(self, data: bytes, name: str, password: str = "") -> None:
        import pypdfium2

        try:
            self._document = _open(data, password)
            self._document.init_forms()
        except pypdfium2.PdfiumError as error:
            raise _in_words(error, name, data, password) from error

    def __enter__(self) -> Any:
        return self._document

    def __exit__(self, *_: object) -> None:
        self._document.close()


def _open(data: bytes, password: str) -> Any:
    """Without the password first: one that was given for a whole folder must not close what everybody may read."""
    import pypdfium2

    try:
        return pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        if not password or getattr(error, "err_code", None) != _PASSWORD_ERROR:
            raise
        return pypdfium2.PdfDocument(data, password=password)


def _in_words(error: Any, name: str, data: bytes, password: str) -> WorkbenchError:
    if getattr(error, "err_code", None) == _PASSWORD_ERROR:
        return password_problem(name, password)
    cut = b"%%EOF" not in data[-2048:]
    return WorkbenchError(
        f"{name} is {'cut off: the end of the PDF is missing' if cut else 'damaged: it cannot be read as PDF'}.",
        hint="Get the file again.",
        details=str(error),
        code="damaged",
    )
