"""Raw text becomes a data set: from a folder, a file, or the documents of a collection. No Qt."""

from collections.abc import Callable
from functools import partial
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
        chosen = self._board.setup.dataset
        self._board.show_setup(is_gathering=True, trouble=None)
        self._around.jobs.submit(gather_spec(request), partial(self._on_gathered, chosen))

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

        chosen = self._board.setup.dataset
        self._board.show_setup(is_gathering=True, trouble=None)
        self._around.in_background(gather, partial(self._take_text, chosen))

    def _on_gathered(self, chosen: str, event: JobEvent) -> None:
        match event:
            case Finished(result=result):
                self._take_text(chosen, GatherReport.model_validate(result).dataset)
            case Failed() | Crashed():
                self._board.show_setup(is_gathering=False, trouble=trouble_of(event))
            case Cancelled():
                self._board.show_setup(is_gathering=False)
            case _:
                pass

    def _take_text(self, chosen: str, found: Dataset | WorkbenchError) -> None:
        """Text became a data set, or could not; `chosen` is the data set that was chosen when it was begun."""
        self._board.show_setup(is_gathering=False)
        if isinstance(found, WorkbenchError):
            self._board.show_setup(trouble=trouble_of(found))
            return
        saved = self._around.datasets.record_new(found)
        self._board.show(datasets=tuple(self._around.datasets.list_datasets()))
        if self._board.setup.dataset == chosen:
            self._on_text(saved.name)
        else:  # the user went on with another one, which stays chosen
            self._around.messages.info(f"The text is ready as the data set “{saved.name}”. Choose it to train on it.")
