"""What the user does with files that are added, and with what runs. No Qt."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from workbench.jobs.events import Cancelled, Finished, JobEvent, Produced
from workbench.jobs.spec import JobSpec
from workbench.naming import numbered
from workbench.rag.indexing import index_spec, reread_spec, sync_spec
from workbench.rag.indexing_types import IndexReport, Skipped
from workbench.rag.types import ChunkingConfig
from workbench.settings import Settings
from workbench.ui.documents.spec_part import SpecPart


class IndexingPart(SpecPart):
    def add_paths(self, paths: Sequence[str]) -> None:
        """Index files and folders into the selected collection; without one, into a new one named after them.

        While a collection is worked on, what is added waits for its turn.
        """
        if not paths:
            return
        sources = [Path(path) for path in paths]
        name = self._board.state.selected or self._free_name(sources[0])
        chunking = chunking_of(self._settings())

        def make_spec() -> JobSpec:
            known = self._collections.find(name)
            return index_spec(self._collections, name, sources, None if known else chunking)

        self.run(name, make_spec)
        self._tab.refresh()
        self._tab.after_reading(partial(self._tab.select_collection, name))

    def sync(self) -> None:
        """Look again at everything that was added to the selected collection."""
        name = self._board.state.selected
        nothing = "Nothing was added to this collection that could be looked at again."
        self.run(name, partial(sync_spec, self._collections, name), nothing=nothing)

    def read_again(self) -> None:
        """Read the documents anew that an earlier version of the program read less well."""
        name = self._board.state.selected
        nothing = "Every document was read by this version already."
        self.run(name, partial(reread_spec, self._collections, name), nothing=nothing)

    def stop(self) -> None:
        """What was indexed so far stays."""
        self._jobs.stop(self._board.state.running_collection)

    def run(self, name: str, make_spec: Callable[[], JobSpec | None], *, nothing: str = "") -> None:
        """An indexing job, and what is said at its end."""
        skipped: list[str] = []

        def heard(event: JobEvent) -> None:
            match event:
                case Produced(kind="Skipped", item=item):
                    if path := Skipped.model_validate(item).path:
                        skipped.append(path)
                case Finished(result=result):
                    self._tell_report(name, IndexReport.model_validate(result), len(skipped))
                case Cancelled():
                    self._messages.info(f"Indexing of “{name}” was stopped. What was indexed before is kept.")
                case _:
                    self._tell_end(event, "", "")

        def say_nothing() -> None:
            if nothing:
                self._messages.info(nothing)

        self._start(name, make_spec, heard, otherwise=say_nothing)

    def _tell_report(self, name: str, report: IndexReport, skipped: int) -> None:
        left_out = f" {skipped:,} hidden files or links were left out." if skipped else ""
        text = f"“{name}”: {report}.{left_out}"
        if report.failed:
            self._messages.warning(text, "The table says why, file by file.")
        else:
            self._messages.info(text)

    def _free_name(self, source: Path) -> str:
        """A name for a new collection after a file or folder."""
        wished = (source.name if source.is_dir() else source.stem)[:80] or "documents"
        taken = {collection.name for collection in self._board.state.collections}
        return numbered(wished, taken.__contains__)


def chunking_of(settings: Settings) -> ChunkingConfig:
    """How new collections are cut."""
    return ChunkingConfig.from_settings(settings.rag)
