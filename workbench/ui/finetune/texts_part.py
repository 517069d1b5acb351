"""Raw text becomes a data set: from a folder, a file, or the documents of a collection. No Qt."""

from collections.abc import Callable
from pathlib import Path

from workbench.datasets.types import Dataset
from workbench.errors import WorkbenchError
from workbench.finetune.text_folder import GatherReport, GatherRequest, documents_dataset, gather_spec
from workbench.jobs.events import Cancelled, Crashed, Failed, Finished, JobEvent
from workbench.ui.finetune.board import Board, Surroundings
from workbench.ui.trouble import trouble_of


class TextsPart:
    """What the user does with "Add text"."""

    def __init__(self, board: Board, around: Surroundings, on_text: Callable[[str], None]) -> None:
        self._board = board
        self._around = around
        self._on_text = on_text

    def add_text(self, path: str) -> None:
        """Make a data set of a folder of text files, or of one."""
        request = GatherRequest(name=f"{Path(path).name} text", path=path, folder=str(self._around.datasets.folder))
        self._board.show_setup(is_gathering=True, trouble=None)
        self._around.jobs.submit(gather_spec(request), self._on_gathered)

    def add_collection(self, name: str) -> None:
        """Make a data set of the documents of a collection."""
        collections, folder = self._around.collections, self._around.datasets.folder
        if collections is None:
            return

        def gather() -> Dataset | WorkbenchError:
            documents = ((found.name, [page.text for page in found.pages]) for found in collections.texts.all(name))
            try:
                return documents_dataset(documents, f"{name} text", folder, f"collection {name}")
            except WorkbenchError as problem:
                return problem

        self._board.show_setup(is_gathering=True, trouble=None)
        self._around.in_background(gather, self._take_text)

    def _on_gathered(self, event: JobEvent) -> None:
        match event:
            case Finished(result=result):
                self._take_text(GatherReport.model_validate(result).dataset)
            case Failed() | Crashed():
                self._board.show_setup(is_gathering=False, trouble=trouble_of(event))
            case Cancelled():
                self._board.show_setup(is_gathering=False)
            case _:
                pass

    def _take_text(self, found: Dataset | WorkbenchError) -> None:
        """Text became a data set, or could not."""
        self._board.show_setup(is_gathering=False)
        if isinstance(found, WorkbenchError):
            self._board.show_setup(trouble=trouble_of(found))
            return
        saved = self._around.datasets.record_new(found)
        self._board.show(datasets=tuple(self._around.datasets.list_datasets()))
        self._on_text(saved.name)
