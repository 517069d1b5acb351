"""Questions that come from a file, into the test set that is shown. No Qt."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from workbench.datasets.beir import is_beir
from workbench.datasets.types import Table
from workbench.errors import WorkbenchError
from workbench.rag.evaluation.importing import (
    DocumentFinder,
    Imported,
    guess_columns,
    import_beir,
    import_table,
    read_rows,
)
from workbench.rag.evaluation.types import EvaluationQuestion
from workbench.rag.indexing_types import DocumentStatus
from workbench.rag.members import texts_by_name
from workbench.rag.store import CollectionStore
from workbench.ui.documents.measure_board import Doors, MeasureBoard
from workbench.ui.documents.measure_state import Columns
from workbench.ui.trouble import trouble_of

_Result = Imported | WorkbenchError


class ImportPart:
    """Methods are named after what the user did."""

    def __init__(
        self,
        board: MeasureBoard,
        doors: Doors,
        add: Callable[[Sequence[EvaluationQuestion], Callable[[int], None]], None],
    ) -> None:
        """`add` puts questions into the test set, then says how many are new."""
        self._board, self._doors, self._add = board, doors, add
        self._table: Table | None = None

    def import_path(self, path: str) -> None:
        """A folder in the BEIR layout is read at once; of a table the columns are shown first."""
        state, store = self._board.state, self._doors.around.collections
        self._board.show(trouble=None, mapping=None)

        def work() -> Table | _Result:
            try:
                chosen = Path(path)
                if chosen.is_dir() or chosen.name in {"queries.jsonl", "corpus.jsonl"}:
                    folder = chosen if chosen.is_dir() else chosen.parent
                    if not is_beir(folder):
                        raise WorkbenchError(
                            f"{folder.name} is not a test collection in the BEIR layout.",
                            hint="It needs queries.jsonl and a folder qrels. A table of questions is a file.",
                        )
                    return import_beir(folder, _finder(store, state.collection))
                return read_rows(chosen)
            except WorkbenchError as problem:
                return problem

        def then(found: Table | _Result) -> None:
            if isinstance(found, Table):
                self._table = found
                self._board.show(mapping=Columns(path, found.columns, guess_columns(found.columns)))
            else:
                self.take(found)

        self._doors.around.in_background(work, then)

    def map_column(self, meaning: str, column: str) -> None:
        """`meaning` is a field of `ColumnChoice`."""
        mapping = self._board.state.mapping
        if mapping is not None:
            self._board.show(mapping=replace(mapping, choice=replace(mapping.choice, **{meaning: column})))

    def leave_import(self) -> None:
        self._table = None
        self._board.show(mapping=None)

    def import_mapped(self) -> None:
        state, table = self._board.state, self._table
        if state.mapping is None or table is None:
            return
        choice, store, name = state.mapping.choice, self._doors.around.collections, state.collection

        def work() -> _Result:
            try:
                pages = _pages(store, name) if choice.page or choice.quote else {}
                return import_table(table, choice, _finder(store, name), pages)
            except WorkbenchError as problem:
                return problem

        self._doors.around.in_background(work, self.take)

    def take(self, found: _Result) -> None:
        if isinstance(found, WorkbenchError):
            self._board.show(trouble=trouble_of(found))
            return
        self._add(found.questions, partial(self._tell, found))

    def _tell(self, found: Imported, new: int) -> None:
        self.leave_import()
        said = f"{len(found.questions)} questions, {new} of them new."
        if found.problems:
            rest = f" and {len(found.problems) - 3} more" if len(found.problems) > 3 else ""
            self._doors.around.messages.warning(said, f"{' '.join(found.problems[:3])}{rest}")
        else:
            self._doors.around.messages.info(said)


def _finder(store: CollectionStore, collection: str) -> DocumentFinder:
    documents = store.documents.of(collection)
    names = [d.name for d in documents if d.status is DocumentStatus.INDEXED]
    return DocumentFinder([*names, *store.members.names(collection)])


def _pages(store: CollectionStore, collection: str) -> Mapping[str, Sequence[str]]:
    """The texts of all documents, for quotations."""
    texts: dict[str, Sequence[str]] = {}
    for document in store.texts.all(collection):
        texts |= texts_by_name(document.name, document.pages)
    return texts
