"""Pages without text: scanned, empty, unreadable."""

from collections.abc import Sequence
from typing import Any, NoReturn

from workbench.errors import WorkbenchError

_COVERS = 0.5
"""Share of a page that pictures cover when it is a scan."""


_SCANNED = "scanned: without text recognition (OCR) nothing is found there."
_EMPTY = "no text."


def is_about_textless_pages(warning: str) -> bool:
    """Whether it is one of `textless_warnings`, which no longer holds once the pages were recognised."""
    return warning.startswith("Page") and warning.endswith((_SCANNED, _EMPTY))


def is_scanned(sheet: Any) -> bool:
    """Whether pictures cover most of a page, or it holds nothing but pictures."""
    import pypdfium2.raw as raw

    width, height = sheet.get_bbox()[2] - sheet.get_bbox()[0], sheet.get_bbox()[3] - sheet.get_bbox()[1]
    covered, others = 0.0, 0
    for number, found in enumerate(sheet.get_objects(max_depth=3)):
        if found.type == raw.FPDF_PAGEOBJ_IMAGE:
            left, bottom, right, top = found.get_bounds()
            covered += max(right - left, 0.0) * max(top - bottom, 0.0)
        elif found.type != raw.FPDF_PAGEOBJ_FORM:
            others += 1
        if number > 1_000:
            break
    return covered > 0 and (not others or covered >= _COVERS * width * height)


def refuse_textless(name: str, count: int, *, scanned: int, warnings: Sequence[str]) -> NoReturn:
    """Why a document has no text at all. Raises WorkbenchError."""
    if warnings:
        raise WorkbenchError(
            f"No page of {name} can be read.",
            hint="The file is damaged: get it again.",
            details="\n".join(warnings),
            code="damaged",
        )
    if scanned:
        raise WorkbenchError(
            f"{name} has no text: its {f'{count} pages are' if count != 1 else 'page is'} scanned, needs OCR.",
            hint="Run it through a text recognition program first, then add it again.",
            code="needs_ocr",
        )
    raise WorkbenchError(f"{name} is empty: no page holds text.", hint="Nothing can be found in it.", code="empty")


def textless_warnings(scanned: Sequence[int], empty: Sequence[int]) -> list[str]:
    """Which pages of a document gave no text."""
    warnings: list[str] = []
    if scanned:
        what = "is" if len(scanned) == 1 else "are"
        warnings.append(f"{_pages(scanned)} {what} {_SCANNED}")
    if empty:
        warnings.append(f"{_pages(empty)} {'holds' if len(empty) == 1 else 'hold'} {_EMPTY}")
    return warnings


def _pages(numbers: Sequence[int]) -> str:
    return f"Page{'' if len(numbers) == 1 else 's'} {page_ranges(numbers)}"


def page_ranges(numbers: Sequence[int]) -> str:
    """ "1-3, 7" of [1, 2, 3, 7]."""
    parts: list[list[int]] = []
    for number in numbers:
        if parts and number == parts[-1][-1] + 1:
            parts[-1] = [parts[-1][0], number]
        else:
            parts.append([number])
    return ", ".join("-".join(map(str, part)) for part in parts)
