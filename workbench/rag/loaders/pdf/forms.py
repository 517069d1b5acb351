"""Form fields: what they ask for and what was filled in."""

import ctypes
import re
from dataclasses import dataclass
from itertools import islice
from typing import Any

_MAX_FIELDS = 2_000
_MAX_VALUE = 20_000


@dataclass(frozen=True, slots=True)
class FormField:
    """A field that somebody filled in."""

    label: str
    value: str
    box: tuple[float, float, float, float]
    """(left, bottom, right, top) in the page's own coordinates."""


def read_fields(document: Any, sheet: Any, textpage: Any) -> list[FormField]:
    """The filled fields of a page, from top to bottom. The label is what the form says of the field, else the text
    beside it, else its name."""
    import pypdfium2.raw as raw

    form = document.formenv
    if form is None:
        return []
    fields: list[FormField] = []
    for index in islice(range(raw.FPDFPage_GetAnnotCount(sheet)), _MAX_FIELDS):
        annotation = raw.FPDFPage_GetAnnot(sheet, index)
        if not annotation:
            continue
        try:
            if raw.FPDFAnnot_GetSubtype(annotation) == raw.FPDF_ANNOT_WIDGET:
                found = _read(form, annotation, textpage)
                fields += [found] if found else []
        finally:
            raw.FPDFPage_CloseAnnot(annotation)
    return sorted(fields, key=lambda field: (-round(field.box[3] / 4), field.box[0]))


def _read(form: Any, annotation: Any, textpage: Any) -> FormField | None:
    import pypdfium2.raw as raw

    kind = raw.FPDFAnnot_GetFormFieldType(form, annotation)
    rect = raw.FS_RECTF()
    raw.FPDFAnnot_GetRect(annotation, rect)
    box = (
        min(rect.left, rect.right),
        min(rect.bottom, rect.top),
        max(rect.left, rect.right),
        max(rect.bottom, rect.top),
    )
    value = _value(form, annotation, kind)
    if not value:
        return None
    is_box = kind in {raw.FPDF_FORMFIELD_CHECKBOX, raw.FPDF_FORMFIELD_RADIOBUTTON}
    said = _string(raw.FPDFAnnot_GetFormFieldAlternateName, form, annotation)
    name = _string(raw.FPDFAnnot_GetFormFieldName, form, annotation)
    label = said or _beside(textpage, box, is_box=is_box) or _readable(name) or "Field"
    return FormField(label.rstrip(" :"), value, box)


def _value(form: Any, annotation: Any, kind: int) -> str:
    import pypdfium2.raw as raw

    if kind in {raw.FPDF_FORMFIELD_PUSHBUTTON, raw.FPDF_FORMFIELD_SIGNATURE, raw.FPDF_FORMFIELD_UNKNOWN}:
        return ""
    if kind == raw.FPDF_FORMFIELD_CHECKBOX:
        return "yes" if raw.FPDFAnnot_IsChecked(form, annotation) else "no"
    if kind == raw.FPDF_FORMFIELD_RADIOBUTTON:
        if not raw.FPDFAnnot_IsChecked(form, annotation):
            return ""
        return _string(raw.FPDFAnnot_GetFormFieldExportValue, form, annotation) or "yes"
    return _string(raw.FPDFAnnot_GetFormFieldValue, form, annotation)[:_MAX_VALUE]


def _string(read: Any, form: Any, annotation: Any) -> str:
    """A text of a field as one line; both sides speak UTF-16 with a zero at its end."""
    import pypdfium2.raw as raw

    length = read(form, annotation, None, 0)
    if not 2 < length <= 4 * _MAX_VALUE:
        return ""
    room = (ctypes.c_ubyte * length)()
    read(form, annotation, ctypes.cast(room, ctypes.POINTER(raw.FPDF_WCHAR)), length)
    text = bytes(room).decode("utf-16-le", "replace").rstrip("\0")
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def _beside(textpage: Any, box: tuple[float, float, float, float], *, is_box: bool) -> str:
    """The text on the same line: before a field, after a box to tick; else the line above."""
    left, bottom, right, top = box
    middle, height = (bottom + top) / 2, min(top - bottom, 14.0)
    before = textpage.get_text_bounded(max(left - 250, 0), middle - height / 3, left, middle + height / 3)
    after = textpage.get_text_bounded(right, middle - height / 3, right + 250, middle + height / 3)
    above = textpage.get_text_bounded(left - 2, top, max(right, left + 150), top + 14)
    for text in (after, before, above) if is_box else (before, above):
        lines = [part.strip() for part in re.split(r"[\r\n]+", text) if part.strip(" _.:")]
        if lines:
            nearest = re.split(r"\s{3,}|_{2,}", lines[0] if text is after else lines[-1])
            words = (nearest[0] if text is after else nearest[-1]).strip(" _.:")
            if any(letter.isalpha() for letter in words):
                return words[-80:]
    return ""


def _readable(name: str) -> str:
    """ "form1[0].given_name[0]" as "given name"."""
    last = re.sub(r"\[\d+\]", "", name).rpartition(".")[2]
    return " ".join(re.sub(r"([a-z])([A-Z])", r"\1 \2", last).replace("_", " ").split())
