"""Scanned pages and pictures as text, where recognition was asked for."""

import time
from collections.abc import Sequence
from itertools import count

from workbench.errors import WorkbenchError
from workbench.rag.loaders.parsed import Parsed, Reading, WantedPage, as_pages
from workbench.rag.loaders.pdf import is_about_textless_pages, load_pdf, render_page
from workbench.rag.loaders.text import clean
from workbench.rag.reasons import ReasonCode
from workbench.rag.types import PageText

_SCALE = 200 / 72
"""200 dots per inch: enough for print of ordinary size."""
_RESERVE_SECONDS = 5.0
"""Kept for what comes after the last page."""


def load_pdf_with_scans(data: bytes, name: str, how: Reading) -> Parsed:
    """A PDF; pages without text are recognised where that was asked for, and stay empty otherwise."""
    try:
        parsed = load_pdf(data, name, how.password)
    except WorkbenchError as problem:
        if problem.code != ReasonCode.NEEDS_OCR:
            raise
        if how.recognizer is None:
            hint = "Switch on the reading of scanned pages in the preferences, or run it through such a program first."
            raise WorkbenchError(problem.message, hint=hint, code=ReasonCode.NEEDS_OCR) from problem
        parsed = Parsed(pages=_empty_pages(data, name, how), file_type="PDF")
    empty = [page.number for page in parsed.pages if not page.text.strip()]
    if how.recognizer is None or not empty:
        return parsed
    try:
        texts = _recognized(data, name, how, empty)
    except WorkbenchError as problem:
        if len(empty) == len(parsed.pages):
            raise
        return parsed.model_copy(update={"warnings": (*parsed.warnings, problem.message)})
    pages = tuple(page.model_copy(update={"text": texts.get(page.number, page.text)}) for page in parsed.pages)
    found = [number for number, text in texts.items() if text.strip()]
    notes = [f"The text of {len(found)} scanned pages was recognised and may hold mistakes."] if found else []
    if len(texts) < len(empty):
        notes.append(f"{len(empty) - len(texts)} scanned pages were left out: recognising them took too long.")
    others = [warning for warning in parsed.warnings if not is_about_textless_pages(warning)]
    return parsed.model_copy(update={"pages": pages, "warnings": (*others, *notes)})


def _empty_pages(data: bytes, name: str, how: Reading) -> tuple[PageText, ...]:
    for number in count(1):
        try:
            render_page(data, name, WantedPage(page=number, scale=0.01), how.password)
        except WorkbenchError as problem:
            if problem.code != "no_page":
                raise
            return as_pages([""] * (number - 1))
    raise AssertionError("a PDF ends")


def _recognized(data: bytes, name: str, how: Reading, numbers: Sequence[int]) -> dict[int, str]:
    """Text by page; pages for which there was no time are missing."""
    assert how.recognizer is not None
    deadline = time.monotonic() + how.seconds - _RESERVE_SECONDS
    texts: dict[int, str] = {}
    for number in numbers:
        if time.monotonic() > deadline:
            break
        image = render_page(data, name, WantedPage(page=number, scale=_SCALE), how.password)
        texts[number] = clean(how.recognizer.recognize(image.png))[0]
    return texts


def load_picture(data: bytes, name: str, how: Reading) -> Parsed:
    """The text in a picture. `how` has a recognizer."""
    assert how.recognizer is not None
    text, notes = clean(how.recognizer.recognize(data))
    note = "Its text was recognised and may hold mistakes."
    return Parsed(pages=as_pages([text]), warnings=(*notes, note), file_type="Picture")
