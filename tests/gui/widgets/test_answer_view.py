import pytest
from PySide6.QtCore import QUrl
from PySide6.QtGui import QTextDocument
from pytestqt.qtbot import QtBot

from workbench.ui.widgets.answer_view import AnswerView, displayed


@pytest.fixture
def view(qtbot: QtBot) -> AnswerView:
    view = AnswerView(fits_content=True)
    qtbot.addWidget(view)
    view.resize(400, 100)
    view.show()
    return view


def test_that_markdown_is_shown_as_what_it_means(view: AnswerView) -> None:
    view.show_text("# Title\n\nSome **bold** text\n\n- one\n- two\n")
    assert view.toPlainText() == "Title\nSome bold text\none\ntwo"
    assert view.text().startswith("# Title")


def test_that_html_is_text_and_not_markup(view: AnswerView) -> None:
    view.show_text('<img src="x.png"> <b>x</b> <script>alert(1)</script>')
    assert "<b>x</b>" in view.toPlainText()
    assert "<img" in view.toPlainText()


def test_that_nothing_is_ever_loaded(view: AnswerView) -> None:
    view.show_text("![a picture](file:///etc/passwd) ![another](http://192.0.2.1/x.png)")
    assert "a picture" in view.toPlainText()
    for address in ("file:///etc/passwd", "http://192.0.2.1/x.png", "qrc:/x"):
        for kind in (QTextDocument.ResourceType.ImageResource, QTextDocument.ResourceType.StyleSheetResource):
            assert view.document().resource(kind.value, QUrl(address)) == b" "


def test_that_a_link_is_announced_and_not_followed(qtbot: QtBot, view: AnswerView) -> None:
    view.show_text("see [1](cite:1)")
    with qtbot.waitSignal(view.link_activated) as heard:
        view.anchorClicked.emit(QUrl("cite:1"))
    assert heard.args == ["cite:1"]
    assert view.toPlainText() == "see 1"


def test_that_a_flood_of_tokens_is_painted_a_few_times_and_shown_whole(
    qtbot: QtBot, view: AnswerView, monkeypatch: pytest.MonkeyPatch
) -> None:
    paints = 0
    paint = QTextDocument.setMarkdown

    def counted(*arguments: object) -> None:
        nonlocal paints
        paints += 1
        paint(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(QTextDocument, "setMarkdown", counted)
    for number in range(500):
        view.append_text(f"{number} ")
    qtbot.waitUntil(lambda: view.toPlainText().endswith("499"))
    assert paints <= 3
    view.append_text("end")
    view.finish()
    assert view.toPlainText().endswith("499 end")


def test_that_the_view_grows_with_its_text(qtbot: QtBot, view: AnswerView) -> None:
    view.show_text("one line")
    low = view.sizeHint().height()
    view.show_text("\n\n".join(["a paragraph"] * 20))
    assert view.sizeHint().height() > 5 * low


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("LABEL: a\nPRIORITY: b", "LABEL: a  \nPRIORITY: b"),
        ("a\n\nb", "a\n\nb"),
        ("```\nx = 1\ny = 2\n```\nend", "```\nx = 1\ny = 2\n```\nend"),
        ("![x](y)", "[x](y)"),
        ("`a`![x](y)\nz", "`a`[x](y)  \nz"),
    ],
)
def test_that_line_breaks_stay_and_images_become_links(written: str, shown: str) -> None:
    assert displayed(written) == shown


def test_that_what_an_empty_view_says_is_shown_on_all_its_lines(qtbot: QtBot) -> None:
    view = AnswerView()
    qtbot.addWidget(view)
    view.resize(160, 160)
    view.set_empty_text("The answer appears here, with marks like [1] that open its source.")
    view.show()
    line = view.fontMetrics().lineSpacing()

    def inked(top: int) -> bool:
        picture = view.viewport().grab().toImage()
        blank = picture.pixel(0, picture.height() - 1)
        return any(picture.pixel(x, y) != blank for x in range(picture.width()) for y in range(top, top + line))

    assert inked(0) and inked(2 * line)
    view.show_text("short")
    assert inked(0) and not inked(2 * line)
