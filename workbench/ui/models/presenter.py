"""Decides what happens on the Models tab: what is listed, searched and selected. No Qt."""

from collections.abc import Sequence
from pathlib import Path

from workbench.llm.fit import verdict
from workbench.llm.types import LoadConfig, ModelKind, ModelRef
from workbench.settings import LlmSettings, Settings
from workbench.ui.models.board import Board, Surroundings, View
from workbench.ui.models.files_part import FilesPart
from workbench.ui.models.hash_part import HashPart
from workbench.ui.models.loading_part import LoadingPart
from workbench.ui.models.making_part import MakingPart
from workbench.ui.models.state import Filter, ModelRow, ModelsState


class ModelsPresenter:
    """Methods are named after what the user did; the parts hold those about loading, files, making models, hashes."""

    def __init__(self, around: Surroundings) -> None:
        self._around = around
        self._board = Board()
        self._wanted = ""
        """The path of a file that was just added, selected when it is listed."""
        self._made_of: tuple[object, ...] = ()
        """What the rows were computed from."""
        self._free = 0
        self.loading = LoadingPart(self._board, around)
        self.files = FilesPart(self._board, around, self.remove_place)
        self.making = MakingPart(self._board, around, self.select_file)
        self.hashes = HashPart(self._board, around)

    @property
    def state(self) -> ModelsState:
        return self._board.state

    def start(self, view: View) -> None:
        """The tab is shown for the first time."""
        self._board.put_up(view)
        self._around.catalog.subscribe(self._on_catalog_changed)
        self._around.catalog.ensure()
        self._on_catalog_changed()

    def refresh(self) -> None:
        self._board.show(add_problem="")
        self._around.catalog.refresh()

    def select(self, name: str) -> None:
        if name == self.state.selected:
            return
        self._board.show(selected=name, is_renaming=False, is_choosing_type=False, asked_to_delete="", trouble=None)
        self.making.follow_selection()
        self.hashes.follow_selection()

    def filter(self, wanted: Filter) -> None:
        self._board.show(wanted=wanted, trouble=None)
        self._keep_selection()

    def search(self, text: str) -> None:
        """Part of a name."""
        self._board.show(search=text)
        self._keep_selection()

    def add_paths(self, paths: Sequence[str]) -> None:
        """Folders to search, or model files, chosen or dropped. They are used where they lie."""
        unfit = [path for path in paths if not _can_be_added(Path(path))]
        wanted = [path for path in paths if path not in unfit]
        places = self._around.settings().llm.model_folders
        new = [path for path in wanted if path not in places]
        self._board.show(add_problem=_unfit_in_words(unfit))
        if wanted:
            self._put_back(wanted)
            self._wanted = next((path for path in wanted if Path(path).is_file()), "")
        if new:
            self._change_places((*places, *new))
        elif wanted:
            self._around.catalog.refresh()

    def select_file(self, path: str) -> None:
        """Look for models anew and select this one when it is listed."""
        self._wanted = path
        self._around.catalog.refresh()

    def remove_place(self, path: str) -> None:
        """Search it no longer; nothing on the disk is touched."""
        self._change_places(tuple(place for place in self._around.settings().llm.model_folders if place != path))

    def use_in_playground(self) -> None:
        self._open("playground")

    def fine_tune(self) -> None:
        self._open("finetune")

    def open_case(self, case: dict[str, str]) -> None:
        """Another tab opens this one: `model` selects, `file` adds."""
        if path := case.get("file", ""):
            self.add_paths([path])
        elif name := case.get("model", ""):
            self._board.show(wanted=Filter.ALL, search="")
            self.select(name)

    def _open(self, tab: str) -> None:
        if self.state.row is not None and self.state.row.is_usable:
            self._around.navigator.open_tab(tab, model=self.state.selected)

    def _put_back(self, paths: Sequence[str]) -> None:
        """Whoever adds a file again wants to see it."""
        for model in self._around.catalog.hidden:
            if model.path in paths:
                self._around.catalog.remember(model, is_hidden=False)

    def _change_places(self, places: tuple[str, ...]) -> None:
        """The catalog hears of it and searches them."""
        settings = self._around.settings()
        llm = settings.llm.model_copy(update={"model_folders": places})
        self._around.change_settings(settings.model_copy(update={"llm": llm}))

    def _on_catalog_changed(self) -> None:
        catalog, settings = self._around.catalog, self._around.settings()
        before = self.state.row.model.path if self.state.row else ""
        self._board.show(
            rows=self._rows(settings),
            is_scanning=catalog.is_scanning,
            was_scanned=catalog.was_scanned,
            places=settings.llm.model_folders,
            scan_problem=catalog.problem.message if catalog.problem is not None else "",
            memory_problem=catalog.memory_problem,
        )
        self._keep_selection(before)

    def _rows(self, settings: Settings) -> tuple[ModelRow, ...]:
        """What is shown already, when nothing changed: hundreds of rows are not computed and drawn for that."""
        catalog = self._around.catalog
        free = self._free_memory() if catalog.models else 0
        made_of = (*catalog.listing, settings.llm, free)
        if len(made_of) == len(self._made_of) and all(map(_is_same, made_of, self._made_of)):
            return self.state.rows
        self._made_of = made_of
        removed = {model.path for model in catalog.hidden}
        return tuple(self._row(m, settings, free, m.path in removed) for m in (*catalog.models, *catalog.hidden))

    def _free_memory(self) -> int:
        """Steady while it hardly changes, so that hundreds of rows are not drawn anew for some megabytes."""
        found = self._around.free_bytes()
        if abs(found - self._free) > 0.02 * self._free:
            self._free = found
        return self._free

    def _row(self, model: ModelRef, settings: Settings, free: int, is_removed: bool) -> ModelRow:
        changes = self._around.catalog.remembered(model).load
        load = LoadConfig.from_settings(settings.llm, changes)
        asks = model.kind is ModelKind.CHAT and not model.problem
        found = verdict(model, load, free, self._around.catalog.devices) if asks else None
        return ModelRow(model, found, load, changes, is_removed)

    def _keep_selection(self, path: str = "") -> None:
        """Select the file that was just added, else what was selected (by another name, perhaps), else the first."""
        wanted = self._wanted if not self.state.is_scanning else ""
        shown = self.state.shown
        for candidate in (wanted, path):
            found = next((row for row in shown if candidate and row.model.path == candidate), None)
            if found is not None:
                self._wanted = "" if candidate == wanted else self._wanted
                self.select(found.model.name)
                break
        else:
            if self.state.row is None and shown:
                self.select(next((row for row in shown if row.is_usable), shown[0]).model.name)
        self.hashes.follow_selection()


def _is_same(one: object, other: object) -> bool:
    """Listings by identity: they take long to compare."""
    return one is other or (isinstance(one, int | LlmSettings) and one == other)


def _can_be_added(path: Path) -> bool:
    return path.is_dir() or path.suffix.lower() == ".gguf"


def _unfit_in_words(paths: list[str]) -> str:
    if not paths:
        return ""
    names = ", ".join(Path(path).name for path in paths[:3])
    return f"{names} cannot be added: models are GGUF files (*.gguf) or folders that hold some."
