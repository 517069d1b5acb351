"""The Data tab: files -> data sets."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from workbench.jobs.spec import Jobs
from workbench.llm.types import LoadConfig, ModelRef
from workbench.ui.data.presenter import DataPresenter
from workbench.ui.data.view import DataView
from workbench.ui.protocols import Background, Messages, Navigator, at_once

if TYPE_CHECKING:
    from workbench.datasets.store import DatasetStore
    from workbench.ui.data.passages_part import Collections


class DataTab(DataView):
    """The view with its presenter; what the window holds."""

    presenter: DataPresenter

    def open_case(self, case: dict[str, str]) -> None:
        """`dataset`: select it; `file`: import it."""
        self.presenter.open_case(case)

    def take_paths(self, paths: list[str]) -> None:
        """Import files that were dropped on the window, one after the other."""
        self.presenter.drop_files(paths)


def build(
    jobs: Jobs,
    messages: Messages,
    navigator: Navigator,
    *,
    datasets: "DatasetStore",
    collections: "Collections",
    models: Callable[[], Sequence[ModelRef]] = tuple,
    load: Callable[[], LoadConfig] = LoadConfig,
    test_questions: Callable[[], Sequence[str]] = tuple,
    in_background: Background = at_once,
) -> DataTab:
    """Wire the tab. `models` may write rows, loaded as `load` says; rows must not ask the `test_questions`."""
    tab = DataTab()
    tab.presenter = presenter = DataPresenter(
        jobs, messages, navigator, datasets, collections, models, load, test_questions, in_background
    )
    library, importing, passages = tab.library, tab.importing, tab.passages
    library.passages_requested.connect(presenter.passages.open)
    library.tune_requested.connect(presenter.tune_with_selected)
    library.dataset_selected.connect(presenter.select_dataset)
    library.row_selected.connect(presenter.show_row)
    library.delete_requested.connect(presenter.ask_to_delete)
    library.delete_confirmed.connect(presenter.delete)
    library.keep_requested.connect(presenter.keep)
    importing.back_requested.connect(presenter.importing.leave_import)
    importing.again_requested.connect(presenter.importing.read_again)
    importing.row_selected.connect(presenter.importing.show_import_row)
    importing.left_out.connect(presenter.importing.leave_out)
    importing.mended.connect(presenter.importing.mend)
    importing.undo_requested.connect(presenter.importing.undo)
    importing.name_edited.connect(presenter.importing.name_dataset)
    importing.save_requested.connect(presenter.importing.save)
    importing.mapping.layout_chosen.connect(presenter.importing.choose_layout)
    importing.mapping.column_chosen.connect(presenter.importing.map_column)
    importing.mapping.system_written.connect(presenter.importing.write_system_text)
    passages.back_requested.connect(presenter.passages.leave)
    passages.documents_requested.connect(presenter.open_documents)
    passages.dataset_chosen.connect(presenter.passages.choose_dataset)
    passages.collection_chosen.connect(presenter.passages.choose_collection)
    passages.top_k_chosen.connect(presenter.passages.choose_top_k)
    passages.quoted_said.connect(presenter.passages.say_quoted)
    passages.without_answer_said.connect(presenter.passages.say_without_answer)
    passages.writing_wanted.connect(presenter.passages.let_model_write)
    passages.model_chosen.connect(presenter.passages.choose_model)
    passages.count_chosen.connect(presenter.passages.choose_count)
    passages.written.row_toggled.connect(presenter.passages.toggle_written)
    passages.written.others_requested.connect(presenter.passages.forget_written)
    passages.name_edited.connect(presenter.passages.name_rows)
    passages.make_requested.connect(presenter.passages.make_rows)
    tab.files_chosen.connect(presenter.importing.import_files)
    tab.files_dropped.connect(presenter.drop_files)
    tab.strip.stop_requested.connect(presenter.stop)
    presenter.start(tab)
    tab.shown.connect(presenter.refresh)
    return tab
