"""The Models tab: language models on this computer."""

from workbench.ui.models.board import Surroundings
from workbench.ui.models.presenter import ModelsPresenter
from workbench.ui.models.view import ModelsView

__all__ = ["ModelsTab", "Surroundings", "build"]


class ModelsTab(ModelsView):
    """The view with its presenter; what the window holds."""

    presenter: ModelsPresenter

    def open_case(self, case: dict[str, str]) -> None:
        """`model`: select it; `file`: add and select it; `get`: show what the hub has."""
        if "get" in case:
            self.get_requested.emit()
        else:
            self.presenter.open_case(case)


def build(around: Surroundings) -> ModelsTab:
    """Wire the tab."""
    tab = ModelsTab()
    tab.presenter = presenter = ModelsPresenter(around)
    tab.refresh_requested.connect(presenter.refresh)
    tab.paths_added.connect(presenter.add_paths)
    tab.place_removed.connect(presenter.remove_place)
    tab.model_selected.connect(presenter.select)
    tab.filter_chosen.connect(presenter.filter)
    tab.search_changed.connect(presenter.search)
    tab.use_requested.connect(presenter.use_in_playground)
    tab.details.tune_requested.connect(presenter.fine_tune)
    _connect_files(tab, presenter)
    tab.details.loading.changed.connect(presenter.loading.change)
    tab.details.loading.reset_requested.connect(presenter.loading.reset)
    tab.details.loading.longest_requested.connect(presenter.loading.use_longest_context)
    presenter.start(tab)
    return tab


def _connect_files(tab: ModelsTab, presenter: ModelsPresenter) -> None:
    details, files, making = tab.details, presenter.files, presenter.making
    details.rename_requested.connect(files.begin_rename)
    details.name_chosen.connect(files.rename)
    details.name_kept.connect(files.keep_name)
    details.quantize_requested.connect(making.begin_quantize)
    details.type_chosen.connect(making.quantize)
    details.type_kept.connect(making.keep_type)
    details.folder_requested.connect(files.show_folder)
    details.remove_requested.connect(files.remove_from_list)
    details.put_back_requested.connect(files.put_back)
    details.delete_requested.connect(files.ask_to_delete)
    details.convert_requested.connect(making.convert)
    tab.stop_requested.connect(making.stop)
    tab.delete_confirmed.connect(files.delete)
    tab.keep_requested.connect(files.keep)
