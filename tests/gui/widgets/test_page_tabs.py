"""The row of pages measures itself anew whenever its tabs are drawn closer or apart."""

from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from workbench.ui.widgets.page_tabs import PageTabs

SHEET = 'QTabBar::tab { padding: 7px 13px; } QTabBar[is_close="true"]::tab { padding: 7px 7px; }'


def test_that_tabs_that_had_to_be_close_have_room_for_their_words_again(qtbot: QtBot) -> None:
    pages = PageTabs()
    qtbot.addWidget(pages)
    pages.setStyleSheet(SHEET)
    for title in ("Ask", "Whole collection", "Files", "Improve search"):
        pages.addTab(QWidget(), title)
    bar = pages.tabBar()
    pages.show()
    pages.resize(1200, 400)
    apart = [bar.tabRect(number).width() for number in range(bar.count())]
    pages.resize(sum(apart) - 10, 400)
    assert bar.property("is_close")
    assert sum(bar.tabRect(number).width() for number in range(bar.count())) < sum(apart)
    pages.resize(1200, 400)
    assert [bar.tabRect(number).width() for number in range(bar.count())] == apart
