"""What the user does to have a collection twice, in a file, or from a file. No Qt."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from workbench.errors import WorkbenchError
from workbench.jobs.events import Finished, JobEvent
from workbench.jobs.spec import JobSpec
from workbench.naming import numbered
from workbench.rag.bundles.making import duplicate_spec, export_spec, import_spec
from workbench.rag.bundles.reading import read_manifest
from workbench.rag.bundles.types import SUFFIX, ExportReport, ImportReport
from workbench.ui.documents.spec_part import SpecPart
from workbench.ui.documents.state import Naming, Purpose
from workbench.ui.sizes import in_words


class BundlesPart(SpecPart):
    # -- a copy -----------------------------------------------------------------------------------------------------

    def begin_duplicating(self) -> None:
        """Ask for the name of the copy."""
        if name := self._board.state.selected:
            self._board.show(naming=Naming(Purpose.DUPLICATE, wished=self._free_name(name)))

    def give_name(self, name: str) -> None:
        """The name that was asked for: of the copy, or of what is imported."""
        naming = self._board.state.naming
        if naming is not None and name.strip() in {c.name for c in self._board.state.collections}:
            said = f"There is already a collection “{name.strip()}”. Choose another name."
            self._board.show(naming=replace(naming, trouble=said))
        elif naming is not None and naming.purpose is Purpose.DUPLICATE:
            self._board.show(naming=None)
            self._duplicate(self._board.state.selected, name.strip())
        elif naming is not None and naming.purpose is Purpose.IMPORT:
            self._board.show(naming=None)
            self.import_file(naming.file, name.strip())

    def _duplicate(self, name: str, new_name: str) -> None:
        said = f"“{new_name}” is a copy of “{name}”. What changes in one does not change the other."

        def heard(event: JobEvent) -> None:
            self._tell_end(event, said, "Nothing was copied.")
            if isinstance(event, Finished):
                self._tab.select_collection(new_name)

        self._start(name, partial(duplicate_spec, self._collections, name, new_name), heard)

    # -- out --------------------------------------------------------------------------------------------------------

    def begin_exporting(self) -> None:
        """Ask what goes into the file."""
        self._board.show(is_exporting=bool(self._board.state.selected))

    def leave_exporting(self) -> None:
        self._board.show(is_exporting=False)

    def export(self, path: str, with_vectors: bool, with_paths: bool) -> None:
        """Write the selected collection into this file."""
        name = self._board.state.selected
        target = Path(path if path.endswith(".zip") else f"{path}{SUFFIX}")
        self._board.show(is_exporting=False)

        def make_spec() -> JobSpec:
            return export_spec(self._collections, name, target, with_vectors=with_vectors, with_paths=with_paths)

        def heard(event: JobEvent) -> None:
            written = ExportReport.model_validate(event.result) if isinstance(event, Finished) else None
            size = f" ({in_words(written.size_bytes)})" if written else ""
            self._tell_end(event, f"“{name}” was exported to {target}{size}.", "Nothing was exported.")

        self._start(name, make_spec, heard)

    # -- in ---------------------------------------------------------------------------------------------------------

    def import_files(self, paths: Sequence[str]) -> None:
        """Read in collections from files."""
        for path in paths:
            self.import_file(path)

    def import_file(self, path: str, name: str = "") -> None:
        """Read a collection in; when its name is taken another one is asked for."""
        folders = tuple(map(Path, self._settings().llm.model_folders))
        bundle = Path(path)

        def look() -> tuple[JobSpec | WorkbenchError, str]:
            called = name
            try:
                called = called or read_manifest(bundle).name
                return import_spec(self._collections, bundle, name, model_folders=folders), called
            except WorkbenchError as problem:
                return problem, called

        def go_on(found: tuple[JobSpec | WorkbenchError, str]) -> None:
            spec, called = found
            if isinstance(spec, JobSpec):
                self._jobs.submit(spec, partial(self._on_import, called))
            elif spec.code == "name_taken":
                self._board.show(naming=Naming(Purpose.IMPORT, wished=self._free_name(called), file=path))
            else:
                self._tell(spec)

        self._in_background(look, go_on)

    def _on_import(self, name: str, event: JobEvent) -> None:
        done = ""
        if isinstance(event, Finished):
            report = ImportReport.model_validate(event.result)
            again = report.rebuild.documents
            done = f"“{name}” was imported with {report.count:,} documents."
            done += f" The vectors of {again:,} were computed here." if again else ""
        self._tell_end(event, done, "Nothing was imported.")
        if isinstance(event, Finished):
            self._tab.select_collection(name)

    def _free_name(self, wished: str) -> str:
        taken = {collection.name for collection in self._board.state.collections}
        return numbered(wished, taken.__contains__)
