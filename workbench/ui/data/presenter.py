"""Decides what happens on the Data tab. No Qt."""

from collections.abc import Callable, Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import ValidationError

from workbench.datasets.types import Dataset, TrainingRow
from workbench.errors import WorkbenchError
from workbench.jobs.spec import Jobs
from workbench.llm.types import LoadConfig, ModelRef
from workbench.ui.data.board import Board, View
from workbench.ui.data.import_part import ImportPart
from workbench.ui.data.passages_part import Collections, PassagesPart
from workbench.ui.data.state import DataState, Page
from workbench.ui.protocols import Background, Messages, Navigator, at_once
from workbench.ui.trouble import Trouble

if TYPE_CHECKING:
    from workbench.datasets.store import DatasetStore

SHOWN_ROWS = 200
"""Rows of a saved data set that can be looked through; the file may hold a million."""


class DataPresenter:
    """Methods are named after what the user did; `importing` and `passages` hold those of their pages."""

    def __init__(
        self,
        jobs: Jobs,
        messages: Messages,
        navigator: Navigator,
        datasets: "DatasetStore",
        collections: Collections,
        models: Callable[[], Sequence[ModelRef]] = tuple,
        load: Callable[[], LoadConfig] = LoadConfig,
        test_questions: Callable[[], Sequence[str]] = tuple,
        in_background: Background = at_once,
    ) -> None:
        self._board = Board(jobs)
        self._messages = messages
        self._navigator = navigator
        self._datasets = datasets
        self.importing = ImportPart(
            self._board, datasets, messages, self.refresh_and_select, test_questions, in_background
        )
        self.passages = PassagesPart(self._board, datasets, collections, messages, self.refresh, models, load)

    @property
    def state(self) -> DataState:
        return self._board.state

    def start(self, view: View) -> None:
        """The tab is shown for the first time."""
        self._board.put_up(view)
        self.refresh()

    def refresh(self) -> None:
        """Read the list of data sets anew; another tab may have saved one."""
        datasets = tuple(self._datasets.list_datasets())
        names = [dataset.name for dataset in datasets]
        self._board.show(datasets=datasets)
        selected = self.state.selected
        self.select_dataset(selected if selected in names else (names[0] if names else ""))
        self.passages.list_again()

    def refresh_and_select(self, name: str) -> None:
        self._board.show(selected=name)
        self.refresh()

    def open_case(self, case: dict[str, str]) -> None:
        """Another tab opens this one: `dataset` selects, `file` imports (`origin` says what it was made of, `warning`
        what is to be known of it), `passages` makes rows out of that collection."""
        self.refresh()
        if path := case.get("file", ""):
            self.importing.import_made(path, case.get("origin", ""), case.get("warning", ""))
        elif collection := case.get("passages", ""):
            self.passages.open()
            self.passages.choose_collection(collection)
        elif (name := case.get("dataset", "")) and self._datasets.find(name):
            self._board.show(page=Page.LIBRARY, importing=None)
            self.select_dataset(name)

    def drop_files(self, paths: Sequence[str]) -> None:
        """Files dropped anywhere on the tab; while one is being imported they wait behind it."""
        if self.state.importing is None:
            self.importing.import_files(paths)
        elif self.state.importing.trouble is not None:
            self.importing.import_files([*paths, *self.state.waiting])
        else:
            self._board.show(waiting=(*self.state.waiting, *paths))

    def select_dataset(self, name: str) -> None:
        """Show the first rows of a saved data set."""
        dataset = self._datasets.find(name) if name else None
        rows: tuple[TrainingRow, ...] = ()
        trouble: Trouble | None = None
        if dataset is not None:
            try:
                rows = read_first_rows(dataset, SHOWN_ROWS)
            except WorkbenchError as problem:
                trouble = Trouble(problem.message, problem.hint, problem.details)
        self._board.show(selected=name, rows=rows, rows_trouble=trouble, shown_row=0, asked_to_delete="")

    def show_row(self, index: int) -> None:
        if 0 <= index < len(self.state.rows):
            self._board.show(shown_row=index)

    def tune_with_selected(self) -> None:
        """Go on to the Fine-tune tab with this data set."""
        if self.state.selected:
            self._navigator.open_tab("finetune", dataset=self.state.selected)

    def open_documents(self) -> None:
        """There is no collection yet; documents are indexed there."""
        self._navigator.open_tab("documents")

    def ask_to_delete(self) -> None:
        self._board.show(asked_to_delete=self.state.selected)

    def keep(self) -> None:
        """Deleting was not meant."""
        self._board.show(asked_to_delete="")

    def delete(self) -> None:
        """The yes to `ask_to_delete`."""
        name = self.state.asked_to_delete
        if not name:
            return
        try:
            self._datasets.delete(name)
        except (WorkbenchError, OSError) as problem:
            self._messages.error(f"“{name}” could not be deleted.", details=str(problem))
        else:
            self._messages.info(f"Deleted “{name}”. The file that it was made from is untouched.")
        self._board.show(asked_to_delete="")
        self.refresh()

    def stop(self) -> None:
        """Stop the job that the tab waits for."""
        self._board.stop()
        match self.state.page:
            case Page.IMPORT:
                importing = self.state.importing
                if importing is not None and importing.report is None:
                    self.importing.leave_import()
                self._board.show_import(is_saving=False)
            case Page.PASSAGES:
                self._board.show_passages(is_running=False)
            case Page.LIBRARY:
                pass


def read_first_rows(dataset: Dataset, count: int) -> tuple[TrainingRow, ...]:
    """The first rows of a saved data set, without reading the rest. Raises WorkbenchError when the file is no more."""
    path = Path(dataset.rows_path)
    try:
        with path.open(encoding="utf-8") as file:
            return tuple(TrainingRow.model_validate_json(line) for line in islice(file, count))
    except FileNotFoundError as error:
        raise WorkbenchError(
            f"The rows of “{dataset.name}” are gone from the data folder.",
            hint="Import the file again and delete this entry.",
            details=str(path),
            code="no_file",
        ) from error
    except (OSError, UnicodeDecodeError, ValidationError) as error:
        raise WorkbenchError(
            f"The rows of “{dataset.name}” cannot be read.",
            hint="Import the file again and delete this entry.",
            details=f"{path}\n{error}",
            code="rows_changed",
        ) from error
