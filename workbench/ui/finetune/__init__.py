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
    _connect_setup(tab, presenter)
    run = tab.run
    run.back_requested.connect(presenter.runs.leave)
    run.pause_requested.connect(presenter.runs.pause)
    run.resume_requested.connect(presenter.runs.resume)
    run.stop_requested.connect(presenter.runs.stop_and_save)
    run.cancel_requested.connect(presenter.runs.cancel)
    run.go_on_requested.connect(presenter.runs.go_on)
    run.try_requested.connect(presenter.adapters.try_run)
    run.adapter_requested.connect(presenter.adapters.show_adapter_of_run)
    presenter.start(tab)
    tab.shown.connect(presenter.refresh)
    return tab


def _connect_adapters(tab: FinetuneTab, presenter: FinetunePresenter) -> None:
    page, adapters = tab.adapters, presenter.adapters
    page.new_requested.connect(presenter.setup.open)
    page.data_requested.connect(presenter.open_data)
    page.run_chosen.connect(presenter.runs.show_run)
    page.adapter_selected.connect(adapters.select)
    page.try_requested.connect(adapters.try_it)
    page.folder_requested.connect(adapters.show_folder)
    page.delete_requested.connect(adapters.ask_to_delete)
    page.delete_confirmed.connect(adapters.delete)
    page.keep_requested.connect(adapters.keep)
    page.export_stop_requested.connect(adapters.stop_export)
    page.export_folder_requested.connect(adapters.show_export_folder)
    page.export_dismissed.connect(adapters.dismiss_export)
    tab.export_requested.connect(adapters.export)


def _connect_setup(tab: FinetuneTab, presenter: FinetunePresenter) -> None:
    page, setup = tab.setup, presenter.setup
    page.back_requested.connect(setup.leave)
    page.data_requested.connect(presenter.open_data)
    page.base_chosen.connect(setup.choose_base)
    page.dataset_chosen.connect(setup.choose_dataset)
    page.name_edited.connect(setup.name_adapter)
    page.preset_chosen.connect(setup.choose_preset)
    page.expert_toggled.connect(setup.open_expert)
    page.option_chosen.connect(setup.set_option)
    page.restart_chosen.connect(setup.choose_restart)
    page.estimate_due.connect(setup.estimate)
    page.start_requested.connect(setup.start)
