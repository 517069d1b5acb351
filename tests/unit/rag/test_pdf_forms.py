"""Form fields: their labels with what was filled in, and where it stands."""

from tests.unit.rag.pdf_pages import form_pdf
from workbench.rag.loaders import load
from workbench.rag.loaders.parsed import WantedPage
from workbench.rag.loaders.pdf import render_page

TEXT = "/FT /Tx /F 4"


def text_of(data: bytes) -> str:
    return load(data, "form.pdf").pages[0].text


def test_that_a_field_says_what_it_asks_for_and_what_was_filled_in() -> None:
    data = form_pdf([
        f"{TEXT} /T (given) /TU (Given name) /V (Ada) /Rect [100 700 300 720]",
        f"{TEXT} /T (familyName) /V (Lovelace) /Rect [100 600 300 620]",
        f"{TEXT} /T (empty) /Rect [100 500 300 520]",
    ])  # fmt: skip
    assert text_of(data) == "Given name: Ada\nfamily Name: Lovelace"


def test_that_the_text_beside_a_field_is_its_label() -> None:
    field = f"{TEXT} /T (f17) /V (Lima) /Rect [120 695 300 712]"
    data = form_pdf([field], "BT /F1 12 Tf 50 700 Td (City:) Tj ET")
    assert text_of(data) == "City:\n\nCity: Lima"


def test_that_boxes_are_yes_or_no_and_of_radio_buttons_the_chosen_one_counts() -> None:
    on = "/AS /Yes /AP << /N << /Yes 4 0 R /Off 4 0 R >> >>"
    off = "/AS /Off /AP << /N << /Yes 4 0 R /Off 4 0 R >> >>"
    data = form_pdf([
        f"/FT /Btn /T (news) /TU (Newsletter) /V /Yes {on} /F 4 /Rect [100 700 110 710]",
        f"/FT /Btn /T (calls) /TU (Calls) {off} /F 4 /Rect [100 600 110 610]",
        "/FT /Btn /Ff 65536 /T (send) /F 4 /Rect [100 500 150 520]",
    ])  # fmt: skip
    assert text_of(data) == "Newsletter: yes\nCalls: no"


def test_that_a_filled_field_is_marked_on_the_page() -> None:
    data = form_pdf([f"{TEXT} /T (city) /V (Lima) /Rect [120 695 300 712]"], "BT /F1 12 Tf 50 700 Td (City:) Tj ET")
    text = text_of(data)
    start = text.index("Lima")
    (box,) = render_page(data, "form.pdf", WantedPage(page=1, start=start, end=start + 4, scale=1.0)).boxes
    assert (box[0], box[2]) == (120, 300)
