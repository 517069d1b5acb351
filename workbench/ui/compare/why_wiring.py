"""The pages about wrong answers and about leaks, and the parts that decide what happens on them."""

from workbench.compare.leak_types import LeakKind
from workbench.compare.next_actions import NextAction
from workbench.compare.trial_types import FailureReason
from workbench.ui.compare.presenter import ComparePresenter
from workbench.ui.compare.results_page import ResultsPage
from workbench.ui.compare.setup_page import SetupPage


def wire_why(results: ResultsPage, setup: SetupPage, presenter: ComparePresenter) -> None:
    """Connect both pages, and the doors of the panel that shows one answer."""

    def do(action: NextAction) -> None:
        if action.tab == "compare":
            setup.show_page(setup.arms)
        why.do(action)

    page, why = results.why, presenter.why
    page.cell_chosen.connect(lambda reason, arm: why.show_cases(FailureReason(reason) if reason else None, arm))
    page.case_chosen.connect(presenter.select_trial)
    for panel in (page.panel, results.answers.panel):
        panel.source_requested.connect(presenter.open_source)
        panel.action_requested.connect(do)
    page.panel.rated.connect(lambda key, value: presenter.ratings.rate_answer(key, value, is_blind=False))
    leaks, part = results.leaks, presenter.leaks
    leaks.kind_chosen.connect(lambda kind: part.show_kind(LeakKind(kind) if kind else None))
    leaks.leaked_excluded.connect(part.exclude_leaked)
    leaks.chosen_excluded.connect(part.exclude)
    leaks.chosen_included.connect(part.include)
    leaks.undo_requested.connect(part.undo)
