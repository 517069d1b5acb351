"""The card that says a problem."""

from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from tests.gui.acting import click, find
from workbench.llm.too_long import ShortenAnswer
from workbench.ui.trouble import Trouble
from workbench.ui.widgets.trouble_card import TroubleCard

OFFER = ShortenAnswer(max_tokens=100)
TOO_LONG = Trouble("That is too long.", "Ask for less.", "5000 of 4096 tokens", (OFFER,))


def test_that_a_problem_is_shown_with_its_ways_out_and_goes_again(qtbot: QtBot) -> None:
    card = TroubleCard("trouble", takes_offers=True)
    qtbot.addWidget(card)
    assert card.isHidden()
    card.show_trouble(TOO_LONG)
    assert (card.isVisible(), card.text()) == (True, "That is too long.")
    with qtbot.waitSignal(card.offer_chosen) as chosen:
        click(find(card, QPushButton, "offer_shorten_answer"))
    assert chosen.args == [OFFER]
    card.show_trouble(None)
    assert card.isHidden()


def test_that_no_way_out_is_offered_where_nobody_would_take_it(qtbot: QtBot) -> None:
    card = TroubleCard("trouble")
    qtbot.addWidget(card)
    card.show_trouble(TOO_LONG)
    assert card.isVisible() and card.findChild(QPushButton, "offer_shorten_answer") is None
