"""What arms can be made of: looked up when the tab is shown and when something changed. No Qt."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from workbench.compare.arm_checks import rows_path
from workbench.compare.sources_held import SourcesHeld, sources_of
from workbench.compare.standard_arms import best_collection, shared_prompt
from workbench.compare.stock import Stock, stock_of, written_prompt
from workbench.llm.computer import Computer
from workbench.llm.fit import Fit, verdict
from workbench.llm.in_words import size_in_words
from workbench.llm.types import LoadChanges, LoadConfig
from workbench.memory import free_memory
from workbench.playground.types import PromptVersion
from workbench.settings import Settings
from workbench.ui.compare.arms_state import Fitting, Places
from workbench.ui.compare.board import Board
from workbench.ui.models.catalog import ModelCatalog
from workbench.ui.protocols import Background, at_once
from workbench.ui.widgets.model_choice import can_answer

if TYPE_CHECKING:
    from workbench.compare.catalogue import Catalogue
    from workbench.compare.spec import ComparisonSpec
    from workbench.ui.compare.state import Questions

T = TypeVar("T")
_MOST_LOOKED_THROUGH = 12
"""Data sets, the newest, in which test questions are looked for before one of them is chosen."""
_FIT_WORDS = {
    Fit.FITS: "fits: {} of {} free",
    Fit.TIGHT: "tight: {} of {} free",
    Fit.WONT: "does not fit: {}, {} free",
}


def _nothing() -> None:
    """Nobody wants to know."""


def _nowhere(_collection: str) -> Places:
    return Places()


def _none_in_common(_rows: Path, _questions: tuple[str, ...]) -> int:
    return 0


def _not_counted(_collection: str, _sources: tuple[tuple[str, ...], ...]) -> int | None:
    return None


def _not_saved(_name: str, _system: str) -> PromptVersion | None:
    return None


def _as_it_is(catalogue: "Catalogue", _spec: "ComparisonSpec") -> "Catalogue":
    return catalogue


def _unmeasured() -> Computer | None:
    return None


@dataclass(frozen=True, slots=True)
class Lookups:
    """What the arms look up off the window's thread."""

    read_places: Callable[[str], Places] = _nowhere
    find_rerankers: Callable[[], tuple[str, ...]] = tuple
    count_overlap: Callable[[Path, tuple[str, ...]], int] = _none_in_common
    count_held: Callable[[str, tuple[tuple[str, ...], ...]], int | None] = _not_counted
    """Of how many questions (their sources) the documents are in a collection (its name); None: not known."""
    read_computer: Callable[[], Computer | None] = _unmeasured
    find_documents: "Callable[[Catalogue, ComparisonSpec], Catalogue]" = _as_it_is
    """Looks up which documents arms ask by days and languages. May raise WorkbenchError."""
    save_prompt: Callable[[str, str], PromptVersion | None] = _not_saved
    """Saves a system prompt (name, text) where prompts are kept."""


class StockPart:
    def __init__(
        self,
        board: Board,
        catalog: ModelCatalog,
        settings: Callable[[], Settings],
        read_catalogue: "Callable[[], Catalogue]",
        lookups: Lookups,
        in_background: Background = at_once,
    ) -> None:
        """`catalog` tells what can answer, `read_catalogue` all else that arms are made of."""
        self._board = board
        self._catalog = catalog
        self._settings = settings
        self._read_catalogue = read_catalogue
        self._lookups = lookups
        self._in_background = in_background
        self._looks = 0
        self._rerankers: tuple[str, ...] = ()
        self._compared_with: object = None
        """The questions that the overlaps are about."""
        self._looked_for: set[str] = set()
        self._counted: set[tuple[str, str, int]] = set()
        """Name, folder and number of chunks of the collections in which the sources were looked for."""
        self.on_stock: Callable[[], None] = _nothing
        self._pending = 0
        """Lookups that decide what arms are made of, and have no answer yet."""
        self._waiting: list[Callable[[str], None]] = []
        catalog.subscribe(self._on_models)

    @property
    def _stock(self) -> Stock:
        return self._board.state.making.stock

    def refresh(self) -> None:
        """Look what arms can be made of by now; other tabs may have made something."""
        self._catalog.ensure()
        self._look()
        self._in_background(self._lookups.find_rerankers, self._take_rerankers)
        for collection in self._board.state.making.places:
            self._read_places(collection)

    def _on_models(self) -> None:
        if not self._catalog.is_scanning:
            self._look()

    @property
    def _is_known(self) -> bool:
        return not self._pending and not self._catalog.is_scanning

    def _look_up(self, work: Callable[[], T], take: Callable[[T], None]) -> None:
        def taken(found: T) -> None:
            take(found)
            self._pending -= 1
            self._go_on()

        self._pending += 1
        self._in_background(work, taken)

    def _go_on(self) -> None:
        """Whoever waits goes on with the last of what is looked for."""
        if self._waiting and self._is_known:
            waiting, self._waiting = self._waiting, []
            self._change(is_awaited=False)
            for then in waiting:
                self._with_shared_prompt(then)

    def _look(self) -> None:
        """Of several looks the one that was begun last counts."""
        self._looks += 1
        self._look_up(self._read_catalogue, partial(self._take_catalogue, self._looks))

    def _take_catalogue(self, look: int, catalogue: "Catalogue") -> None:
        if look == self._looks:
            self._show_stock(catalogue)

    def _take_rerankers(self, folders: tuple[str, ...]) -> None:
        self._rerankers = folders
        self._change(stock=replace(self._stock, rerankers=folders))

    def _show_stock(self, catalogue: "Catalogue") -> None:
        usable = [model for model in self._catalog.answering if can_answer(model)] if self._catalog.was_scanned else []
        stock = stock_of(catalogue, usable, self._rerankers)
        load = LoadConfig.from_settings(self._settings().llm)
        loads = {m.name: load.changed_by(catalogue.model_loads.get(m.content_key, LoadChanges())) for m in usable}
        self._change(stock=stock, load=load, fits=self._fits(stock, loads))
        self.look_for_overlaps()
        self.on_stock()

    def _fits(self, stock: Stock, loads: dict[str, LoadConfig]) -> dict[str, Fitting]:
        free = free_memory() if stock.local else 0
        found = {}
        for model in stock.local:
            if model.file_format == "gguf" and model.block_count:
                seen = verdict(model, loads[model.name], free, self._catalog.devices)
                numbers = size_in_words(seen.needed_bytes), size_in_words(seen.free_bytes)
                found[model.name] = Fitting(seen.fit, _FIT_WORDS[seen.fit].format(*numbers))
        return found

    def look_for_overlaps(self) -> None:
        """Whether test questions stand among rows that examples are drawn from, or could be."""
        state = self._board.state
        asked = state.questions
        if asked is not self._compared_with:
            self._compared_with, self._looked_for, self._counted = asked, set(), set()
            self._change(overlaps={}, held=SourcesHeld())
        if asked is None:
            return
        self._look_for_sources(asked)
        offered = [rows.path for rows in self._stock.shots[:_MOST_LOOKED_THROUGH]]
        for path in {*offered, *(rows_path(arm, self._stock) for arm in state.arms)} - {""}:
            if path not in self._looked_for:
                self._looked_for.add(path)
                texts = tuple(example.question for example in asked.examples)
                count = partial(self._lookups.count_overlap, Path(path), texts)
                self._look_up(count, partial(self._take_overlap, asked, path))

    def _take_overlap(self, asked: object, path: str, count: int) -> None:
        if count and asked is self._compared_with:
            self._change(overlaps={**self._board.state.making.overlaps, path: count})

    def _look_for_sources(self, asked: "Questions") -> None:
        """Which collection holds the documents that the questions name."""
        known = {ref.name: (ref.name, ref.folder, ref.chunks) for ref in self._stock.collections}
        wanted = {name: key for name, key in known.items() if key not in self._counted}
        sources = sources_of(asked.examples) if wanted else ()
        if sources and self._board.state.making.held.questions != len(sources):
            self._change(held=replace(self._board.state.making.held, questions=len(sources)))
        for name, key in wanted.items() if sources else ():
            self._counted.add(key)
            self._look_up(partial(self._lookups.count_held, name, sources), partial(self._take_held, asked, name))

    def _take_held(self, asked: "Questions", collection: str, count: int | None) -> None:
        if count is not None and asked is self._compared_with:
            held = self._board.state.making.held
            self._change(held=replace(held, by_collection={**held.by_collection, collection: count}))
            self.on_stock()

    def with_shared_prompt(self, then: Callable[[str], None]) -> None:
        """Have `then` called with the prompt that the tuned arm was trained behind, saved where that was not done; as
        soon as it is known what is here: arms that are made before would lack models that were not found yet, and
        draw examples from rows in which the test questions were not looked for yet."""
        if self._is_known:
            self._with_shared_prompt(then)
        elif then not in self._waiting:
            self._waiting.append(then)
            self._change(is_awaited=True)

    def _with_shared_prompt(self, then: Callable[[str], None]) -> None:
        making = self._board.state.making
        collection, _ = best_collection(self._stock, making.held, making.wanted_collection)
        shared = shared_prompt(self._stock, collection.name if collection is not None else "")
        if shared is None or shared.written:
            then(shared.written if shared is not None else "")
            return

        def take(version: PromptVersion | None) -> None:
            if version is not None:
                self._change(stock=replace(self._stock, prompts=(version, *self._stock.prompts)))
            then(written_prompt(version, pinned=True) if version is not None else "")

        self._in_background(partial(self._lookups.save_prompt, f"Prompt of {shared.rows}", shared.text), take)

    def read_places(self, collection: str) -> None:
        """Folders and documents of a collection that an arm asks; those that are known are read again by `refresh`."""
        if collection and collection not in self._board.state.making.places:
            self._read_places(collection)

    def _read_places(self, collection: str) -> None:
        def take(found: Places) -> None:
            self._change(places={**self._board.state.making.places, collection: found})

        self._in_background(lambda: self._lookups.read_places(collection), take)

    def _change(self, **changes: Any) -> None:
        self._board.show(making=replace(self._board.state.making, **changes))
