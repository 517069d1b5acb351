"""Decides what happens on the Models tab. No Qt."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Protocol

from workbench.llm.fit import free_memory, verdict
from workbench.llm.types import LoadConfig, ModelKind, ModelRef
from workbench.settings import Settings
from workbench.ui.models.catalog import ModelCatalog
from workbench.ui.models.state import ModelRow, ModelsState
from workbench.ui.protocols import Messages, Navigator


class View(Protocol):
    def show_state(self, state: ModelsState) -> None: ...


class ModelsPresenter:
    """Methods are named after what the user did."""

    def __init__(
        self,
        catalog: ModelCatalog,
        messages: Messages,
        navigator: Navigator,
        settings: Callable[[], Settings],
        change_settings: Callable[[Settings], None],
        free_bytes: Callable[[], int] = free_memory,
    ) -> None:
        self._catalog, self._messages, self._navigator = catalog, messages, navigator
        self._settings, self._change_settings = settings, change_settings
        self._free_bytes = free_bytes
        self._view: View | None = None
        self._wanted = ""
        self.state = ModelsState()

    def start(self, view: View) -> None:
        """The tab is shown for the first time."""
        self._view = view
        self._catalog.subscribe(self._on_catalog_changed)
        self._catalog.ensure()
        self._on_catalog_changed()

    def refresh(self) -> None:
        self._show(add_problem="")
        self._catalog.refresh()

    def select(self, name: str) -> None:
        self._show(selected=name)

    def add_paths(self, paths: Sequence[str]) -> None:
        """Folders to search, or model files, chosen or dropped."""
        unfit = [path for path in paths if not _can_be_added(Path(path))]
        wanted = [path for path in paths if path not in unfit]
        places = self._settings().llm.model_folders
        new = [path for path in wanted if path not in places]
        self._show(add_problem=_unfit_in_words(unfit))
        if new:
            self._change_places((*places, *new))
        if wanted:
            self._wanted = next((path for path in wanted if Path(path).is_file()), "")
            self._catalog.refresh()

    def remove_place(self, path: str) -> None:
        """Search it no longer; nothing on the disk is touched."""
        self._change_places(tuple(place for place in self._settings().llm.model_folders if place != path))
        self._catalog.refresh()

    def use_in_playground(self) -> None:
        self._open("playground")

    def fine_tune(self) -> None:
        self._open("finetune")

    def open_case(self, case: dict[str, str]) -> None:
        """Another tab opens this one: `model` selects, `file` adds."""
        if path := case.get("file", ""):
            self.add_paths([path])
        elif name := case.get("model", ""):
            self.select(name)

    def _open(self, tab: str) -> None:
        if self.state.row is not None and self.state.row.is_usable:
            self._navigator.open_tab(tab, model=self.state.selected)

    def _change_places(self, places: tuple[str, ...]) -> None:
        settings = self._settings()
        llm = settings.llm.model_copy(update={"model_folders": places})
        self._change_settings(settings.model_copy(update={"llm": llm}))

    def _on_catalog_changed(self) -> None:
        catalog = self._catalog
        load = LoadConfig.from_settings(self._settings().llm)
        free = self._free_bytes() if catalog.models else 0
        rows = tuple(_row(model, load, free) for model in catalog.models)
        self._show(
            rows=rows,
            is_scanning=catalog.is_scanning,
            was_scanned=catalog.was_scanned,
            places=self._settings().llm.model_folders,
            load=load,
            scan_problem=catalog.problem.message if catalog.problem is not None else "",
        )
        self._show(selected=self._selection())

    def _selection(self) -> str:
        """The file that was just added, else what is selected, else the first that can be used."""
        rows = self.state.rows
        added = [row.model.name for row in rows if self._wanted and row.model.path == self._wanted]
        if added and not self.state.is_scanning:
            self._wanted = ""
            return added[0]
        if self.state.row is not None or not rows:
            return self.state.selected
        return next((row.model.name for row in rows if row.is_usable), rows[0].model.name)

    def _show(self, **changes: Any) -> None:
        self.state = replace(self.state, **changes)
        if self._view is not None:
            self._view.show_state(self.state)


def _row(model: ModelRef, load: LoadConfig, free: int) -> ModelRow:
    asks = model.kind is ModelKind.CHAT and not model.problem
    return ModelRow(model, verdict(model, load, free) if asks else None)


def _can_be_added(path: Path) -> bool:
    return path.is_dir() or path.suffix.lower() == ".gguf"


def _unfit_in_words(paths: list[str]) -> str:
    if not paths:
        return ""
    names = ", ".join(Path(path).name for path in paths[:3])
    return f"{names} cannot be added: models are GGUF files (*.gguf) or folders that hold some."
