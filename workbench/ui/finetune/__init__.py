"""The Fine-tune tab: rows -> adapter."""

from workbench.ui.finetune.board import Surroundings
from workbench.ui.finetune.presenter import TRAIN, FinetunePresenter
from workbench.ui.finetune.view import FinetuneView

__all__ = ["TRAIN", "FinetunePresenter", "FinetuneTab", "Surroundings", "build"]


class FinetuneTab(FinetuneView):
    """The view with its presenter; what the window holds."""

    presenter: FinetunePresenter

    def open_case(self, case: dict[str, str]) -> None:
        """`dataset`, `base`: train with them; `adapter`: look at it."""
        self.presenter.open_case(case)


def build(presenter: FinetunePresenter) -> FinetuneTab:
    """Wire the tab. The presenter may have listened to re-attached trainings long before (`JobBridge.on_durable`)."""
    tab = FinetuneTab()
    tab.presenter = presenter
    _connect_adapters(tab, presenter)
    _connect_adapter(tab, presenter)
    _connect_setup(tab, presenter)
    run = tab.run
    run.back_requested.connect(presenter.runs.leave)
    run.pause_requested.connect(presenter.runs.pause)
    run.resume_requested.connect(presenter.runs.resume)
    run.stop_requested.connect(presenter.runs.stop_and_save)
    run.cancel_requested.connect(presenter.runs.cancel)
    run.go_on_requested.connect(presenter.runs.go_on)
    run.try_requested.connect(presenter.adapters.try_run)
    run.try_requested.connect(presenter.runs.try_made)
    run.adapter_requested.connect(presenter.adapters.show_adapter_of_run)
    run.remedy_requested.connect(presenter.runs.take_remedy)
    presenter.start(tab)
    tab.shown.connect(presenter.refresh)
    return tab


def _connect_adapters(tab: FinetuneTab, presenter: FinetunePresenter) -> None:
    page, adapters = tab.adapters, presenter.adapters
    page.new_requested.connect(presenter.setup.open)
    page.data_requested.connect(presenter.open_data)
    page.run_chosen.connect(presenter.runs.show_run)
    page.run_cancelled.connect(presenter.runs.cancel_run)
    page.run_moved_up.connect(presenter.runs.move_up)
    page.adapter_selected.connect(adapters.select)
    page.try_requested.connect(adapters.try_it)
    page.folder_requested.connect(adapters.show_folder)
    page.open_requested.connect(adapters.open_page)
    page.import_chosen.connect(presenter.importing.choose_folder)
    page.importing.base_chosen.connect(presenter.importing.choose_base)
    page.importing.name_edited.connect(presenter.importing.name_it)
    page.importing.start_requested.connect(presenter.importing.start)
    page.importing.left.connect(presenter.importing.leave)
    page.made.model_selected.connect(presenter.made.select)
    page.made.try_requested.connect(presenter.made.try_it)
    page.made.models_requested.connect(presenter.made.show_in_models)
    page.curves_requested.connect(presenter.curves.open)
    tab.curves.back_requested.connect(presenter.curves.leave)
    tab.curves.curve_chosen.connect(presenter.curves.choose)
    tab.curves.axis_chosen.connect(presenter.curves.choose_axis)
    tab.curves.measure_chosen.connect(presenter.curves.choose_measure)
    page.delete_requested.connect(adapters.delete)
    page.undo_requested.connect(adapters.undo_delete)
    page.purge_due.connect(adapters.purge)
    tab.export_requested.connect(adapters.export)
    for exporting in (page.exporting, tab.adapter.exporting):
        exporting.stop_requested.connect(adapters.stop_export)
        exporting.folder_requested.connect(adapters.show_export_folder)
        exporting.dismissed.connect(adapters.dismiss_export)


def _connect_adapter(tab: FinetuneTab, presenter: FinetunePresenter) -> None:
    page, adapters, measuring = tab.adapter, presenter.adapters, presenter.measuring
    page.back_requested.connect(adapters.leave_page)
    page.try_requested.connect(adapters.try_it)
    page.folder_requested.connect(adapters.show_folder)
    page.rename_requested.connect(adapters.begin_rename)
    page.name_chosen.connect(adapters.rename)
    page.name_kept.connect(adapters.keep_name)
    page.delete_requested.connect(adapters.delete)
    page.card.notes_written.connect(adapters.write_notes)
    shown, form = page.before_after, page.before_after.form
    shown.stop_requested.connect(measuring.stop)
    shown.evaluation_chosen.connect(measuring.choose_evaluation)
    form.test_chosen.connect(measuring.choose_test)
    form.metric_chosen.connect(measuring.choose_metric)
    form.limit_chosen.connect(measuring.choose_limit)
    form.general_wanted.connect(measuring.ask_general)
    form.general_set_chosen.connect(measuring.choose_general_set)
    form.automatic_wanted.connect(measuring.measure_automatically)
    form.start_requested.connect(measuring.start)


def _connect_setup(tab: FinetuneTab, presenter: FinetunePresenter) -> None:
    page, setup = tab.setup, presenter.setup
    page.back_requested.connect(setup.leave)
    page.data_requested.connect(presenter.open_data)
    page.goal_chosen.connect(setup.choose_goal)
    page.pack_chosen.connect(presenter.packing.pack)
    page.packed_chosen.connect(presenter.packing.bring_back)
    source = page.source
    source.base_chosen.connect(setup.choose_base)
    source.method_chosen.connect(setup.choose_method)
    source.dataset_chosen.connect(setup.choose_dataset)
    source.text_chosen.connect(presenter.texts.add_text)
    source.collection_chosen.connect(presenter.texts.add_collection)
    source.size_chosen.connect(setup.choose_size)
    source.tokens_changed.connect(setup.set_tokens)
    source.name_edited.connect(setup.name_adapter)
    source.restart_chosen.connect(setup.choose_restart)
    page.sweep.toggled.connect(setup.open_sweep)
    page.sweep.changed.connect(setup.set_sweep)
    page.preset_chosen.connect(setup.choose_preset)
    page.expert_toggled.connect(setup.open_expert)
    page.option_chosen.connect(setup.set_option)
    page.estimate_due.connect(setup.estimating.estimate)
    page.estimate_due.connect(presenter.preview.refresh)
    page.preview_section.folded.connect(lambda _name, is_open: presenter.preview.open(is_open))
    page.preview.row_chosen.connect(presenter.preview.choose_row)
    page.start_requested.connect(setup.start)
