"""Which signal of the arms' and the guide's pages calls what."""

from typing import Protocol

from workbench.ui.compare.presenter import ComparePresenter
from workbench.ui.compare.setup_page import SetupPage


class HasBoth(Protocol):
    """The tab."""

    setup: SetupPage
    presenter: ComparePresenter


def wire_arms(tab: HasBoth) -> None:
    setup, arms = tab.setup, tab.presenter.arms
    page = setup.arms
    page.standard_requested.connect(arms.make_standard)
    page.collection_chosen.connect(arms.choose_collection)
    page.guide_requested.connect(lambda: setup.show_page(setup.guide))
    page.add_requested.connect(arms.add)
    page.copy_requested.connect(arms.copy)
    page.remove_requested.connect(arms.remove)
    page.undo_requested.connect(arms.undo)
    page.arm_moved.connect(arms.move)
    page.arm_selected.connect(arms.edit)
    page.arm_changed.connect(arms.change)
    page.mend_requested.connect(arms.mend)
    page.version_requested.connect(lambda version: arms.mend("playground", {"version": version}))
    _wire_guide(tab)


def _wire_guide(tab: HasBoth) -> None:
    setup, guide = tab.setup, tab.presenter.guide

    def set_up() -> None:
        guide.set_up()
        setup.show_page(setup.arms)

    def make(place: str, case: dict[str, str]) -> None:
        if place == "compare":
            setup.show_page(setup.questions)
        else:
            tab.presenter.arms.mend(place, case)

    setup.guide.opened.connect(guide.open)
    setup.guide.form.answered.connect(guide.answer)
    setup.guide.form.reset_requested.connect(guide.forget_answers)
    setup.guide.set_up_requested.connect(set_up)
    setup.guide.cards.make_requested.connect(make)
