"""The columns of the Playground: ways of answering side by side, each with its own conversation."""

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtGui import QGuiApplication

from workbench.ui.playground.columns.board import Surroundings
from workbench.ui.playground.columns.column_view import ColumnView
from workbench.ui.playground.columns.presenter import ColumnsPresenter
from workbench.ui.playground.columns.state import TurnAction
from workbench.ui.playground.columns.view import ColumnsView

__all__ = ["Columns", "Surroundings", "build"]

if TYPE_CHECKING:
    from workbench.ui.playground.columns.voting_part import Shuffle


class Columns(ColumnsView):
    """The view with its presenter; what the Prompt page holds."""

    presenter: ColumnsPresenter

    def open_case(self, case: dict[str, str]) -> None:
        """`model` and `adapter` are asked in the first column, `prompt` is filled in."""
        self.presenter.open_case(case)


def build(around: Surroundings, shuffle: "Shuffle | None" = None) -> Columns:
    """Wire the columns. `shuffle` draws the order of the blind mode."""
    view = Columns()
    presenter = ColumnsPresenter(around, shuffle) if shuffle is not None else ColumnsPresenter(around)
    view.presenter = presenter
    view.column_added.connect(partial(_connect_column, presenter))
    view.question_edited.connect(presenter.edit_question)
    view.run_requested.connect(presenter.run)
    view.stop_requested.connect(presenter.stop)
    view.new_requested.connect(presenter.begin_new)
    view.add_requested.connect(presenter.setup.add)
    view.sync_wanted.connect(presenter.sync_scrolling)
    view.differences_wanted.connect(presenter.differences.switch)
    view.blind_wanted.connect(presenter.voting.switch)
    view.models_requested.connect(presenter.open_models)
    view.export_chosen.connect(presenter.history.export)
    view.history.reopen_requested.connect(presenter.reopen)
    view.history.forget_all_requested.connect(presenter.history.forget_all)
    view.history.copy_requested.connect(lambda: QGuiApplication.clipboard().setText(presenter.history.as_markdown()))
    view.votes.voted.connect(presenter.voting.vote)
    view.votes.reveal_requested.connect(presenter.voting.reveal)
    view.votes.take_back_requested.connect(presenter.voting.take_back)
    view.settled.connect(presenter.hear_settled)
    presenter.start(view)
    view.shown.connect(presenter.refresh)
    return view


def _connect_column(presenter: ColumnsPresenter, column_id: str, column: ColumnView) -> None:
    setup, head = presenter.setup, column.head
    head.model_chosen.connect(partial(setup.choose_model, column_id))
    head.adapter_chosen.connect(partial(setup.choose_adapter, column_id))
    head.adapter_scaled.connect(partial(setup.scale_adapter, column_id))
    head.version_chosen.connect(partial(setup.choose_version, column_id))
    head.collection_chosen.connect(partial(setup.choose_collection, column_id))
    head.own_settings_wanted.connect(partial(setup.use_own_settings, column_id))
    head.option_changed.connect(partial(setup.set_option, column_id))
    head.options_reset.connect(partial(setup.reset_options, column_id))
    head.duplicate_requested.connect(partial(setup.add, column_id))
    head.remove_requested.connect(partial(presenter.remove_column, column_id))
    head.copy_requested.connect(partial(presenter.turns.copy_conversation, column_id, TurnAction.COPY))
    head.copy_markdown_requested.connect(
        partial(presenter.turns.copy_conversation, column_id, TurnAction.COPY_MARKDOWN)
    )
    column.turn_action_requested.connect(partial(presenter.do_with_turn, column_id))
    column.question_edited.connect(partial(presenter.edit_turn_question, column_id))
    column.answer_edited.connect(partial(presenter.edit_turn_answer, column_id))
    column.offer_chosen.connect(partial(presenter.take_offer, column_id))
    column.stop_requested.connect(partial(presenter.stop_column, column_id))
    column.undo_requested.connect(partial(presenter.undo, column_id))
