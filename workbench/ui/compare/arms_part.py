"""What the user does with arms: makes, copies, changes, moves, removes them. No Qt."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from workbench.compare.arm_spec import ArmSpec
from workbench.compare.standard_arms import best_model, standard_arms
from workbench.compare.stock import Stock, stock_of
from workbench.jobs.events import Finished, JobEvent
from workbench.jobs.spec import Jobs, JobSpec
from workbench.llm.computer import Computer
from workbench.llm.endpoints.models import as_model
from workbench.llm.fit import Fit, free_memory, verdict
from workbench.llm.in_words import size_in_words
from workbench.llm.library import named
from workbench.llm.placement import Device
from workbench.llm.tasks import SCAN_MODELS, ScanModelsReport, ScanModelsRequest
from workbench.llm.types import LoadChanges, LoadConfig, ModelRef
from workbench.settings import Settings
from workbench.ui.compare.arms_state import Fitting, Places
from workbench.ui.compare.board import Board
from workbench.ui.protocols import Background, Navigator, at_once
from workbench.ui.widgets.model_choice import can_answer

if TYPE_CHECKING:
    from workbench.compare.catalogue import Catalogue
    from workbench.compare.expectations import Expectation
    from workbench.compare.guide.making import Plan
    from workbench.paths import WorkbenchPaths

MOST_ARMS = 40
_FIT_WORDS = {
    Fit.FITS: "fits: {} of {} free",
    Fit.TIGHT: "tight: {} of {} free",
    Fit.WONT: "does not fit: {}, {} free",
}


def _nothing() -> None:
    """Nobody wants to know."""


def _nowhere(_collection: str) -> Places:
    return Places()


def _unmeasured() -> Computer | None:
    return None


@dataclass(frozen=True, slots=True)
class Lookups:
    """What the arms look up off the window's thread."""

    read_places: Callable[[str], Places] = _nowhere
    find_rerankers: Callable[[], tuple[str, ...]] = tuple
    read_computer: Callable[[], Computer | None] = _unmeasured


class ArmsPart:
    def __init__(
        self,
        board: Board,
        jobs: Jobs,
        navigator: Navigator,
        settings: Callable[[], Settings],
        paths: "WorkbenchPaths",
        read_catalogue: "Callable[[], Catalogue]",
        lookups: Lookups,
        in_background: Background = at_once,
    ) -> None:
        self._board = board
        self._jobs = jobs
        self._navigator = navigator
        self._settings = settings
        self._paths = paths
        self._read_catalogue = read_catalogue
        self._lookups = lookups
        self._in_background = in_background
        self._scans_left = 1
        self._found: tuple[ModelRef, ...] | None = None
        self._devices: tuple[Device, ...] = ()
        self._rerankers: tuple[str, ...] | None = None
        self.on_stock: Callable[[], None] = _nothing

    @property
    def _stock(self) -> Stock:
        return self._board.state.making.stock

    # -- what there is ------------------------------------------------------------------------------------------------

    def refresh(self) -> None:
        """Look what arms can be made of by now; other tabs may have made something."""
        self._show_stock(self._read_catalogue())
        if self._scans_left > 0:
            self._scans_left -= 1
            self._scan_models()
        if self._rerankers is None:
            self._rerankers = ()
            self._in_background(self._lookups.find_rerankers, self._take_rerankers)

    def _scan_models(self) -> None:
        request = ScanModelsRequest(
            own_folders=self._settings().llm.model_folders, models_folder=str(self._paths.models)
        )
        spec = JobSpec(task=SCAN_MODELS, params=request.model_dump(mode="json"), title="Look for models")
        self._jobs.submit(spec, self._on_models)

    def _on_models(self, event: JobEvent) -> None:
        if not isinstance(event, Finished):
            return
        report = ScanModelsReport.model_validate(event.result)
        self._found, self._devices = report.models, report.devices
        self._show_stock(self._read_catalogue())

    def _take_rerankers(self, folders: tuple[str, ...]) -> None:
        self._rerankers = folders
        self._change(stock=replace(self._stock, rerankers=folders))

    def _show_stock(self, catalogue: "Catalogue") -> None:
        everything = named([*(self._found or ()), *map(as_model, catalogue.endpoints)], catalogue.model_names)
        usable = [model for model in everything if can_answer(model)] if self._found is not None else []
        stock = stock_of(catalogue, usable, self._rerankers or ())
        load = LoadConfig.from_settings(self._settings().llm)
        loads = {m.name: load.changed_by(catalogue.model_loads.get(m.content_key, LoadChanges())) for m in usable}
        self._change(stock=stock, load=load, fits=self._fits(stock, loads))
        self.on_stock()

    def _fits(self, stock: Stock, loads: dict[str, LoadConfig]) -> dict[str, Fitting]:
        free = free_memory() if stock.local else 0
        found = {}
        for model in stock.local:
            if model.file_format == "gguf" and model.block_count:
                seen = verdict(model, loads[model.name], free, self._devices)
                numbers = size_in_words(seen.needed_bytes), size_in_words(seen.free_bytes)
                found[model.name] = Fitting(seen.fit, _FIT_WORDS[seen.fit].format(*numbers))
        return found

    # -- the list -----------------------------------------------------------------------------------------------------

    def make_standard(self) -> None:
        """Replace the arms by the standard ones, as far as they can be made."""
        questions = self._board.state.questions
        found = standard_arms(self._stock, questions=questions.path if questions else "")
        self._change(missing=found.missing)
        if found.arms:
            self._replace(found.arms, found.why, ())

    def set_up(self, plan: "Plan", expectations: "tuple[Expectation, ...]") -> None:
        """Take the arms that the guide proposes."""
        self._change(missing=())
        self._replace(plan.arms, plan.why, expectations)

    def _replace(
        self,
        arms: tuple[ArmSpec, ...],
        why: "dict[str, tuple[str, ...]]",
        expectations: "tuple[Expectation, ...]",
    ) -> None:
        """Other arms; those from before can come back."""
        before = self._board.state.arms
        self._change(why=why, removed=None, replaced=before if before != arms else ())
        self._board.show(arms=arms, edited=-1, expectations=expectations)

    def add(self) -> None:
        arms = self._board.state.arms
        if len(arms) >= MOST_ARMS:
            return
        names = {arm.name for arm in arms}
        name = next(f"arm {n}" for n in range(1, 1000) if f"arm {n}" not in names)
        model, _ = best_model(self._stock)
        arm = ArmSpec(name=name, model=model.name if model else "starter")
        self._board.show(arms=(*arms, arm), edited=len(arms))

    def copy(self, index: int) -> None:
        """The copy stands below, opened, to be changed in one thing."""
        arms = list(self._board.state.arms)
        if not 0 <= index < len(arms) or len(arms) >= MOST_ARMS:
            return
        names = {arm.name for arm in arms}
        base = arms[index]
        name = next(n for k in range(2, 1000) if (n := f"{base.name[:74]} {k}") not in names)
        arms.insert(index + 1, base.model_copy(update={"name": name}))
        self._board.show(arms=tuple(arms), edited=index + 1)

    def remove(self, index: int) -> None:
        arms = self._board.state.arms
        if 0 <= index < len(arms):
            left = tuple(arm for place, arm in enumerate(arms) if place != index)
            self._change(removed=(index, arms[index]), replaced=())
            self._board.show(arms=left, edited=min(index, len(left) - 1))

    def undo(self) -> None:
        """Bring back the arm that was removed last, or the arms that were replaced."""
        making = self._board.state.making
        if making.replaced:
            self._change(replaced=())
            self._board.show(arms=making.replaced, edited=-1, expectations=())
            return
        removed = making.removed
        if removed is None:
            return
        index, arm = removed
        arms = list(self._board.state.arms)
        arms.insert(min(index, len(arms)), arm)
        self._change(removed=None)
        self._board.show(arms=tuple(arms), edited=min(index, len(arms) - 1))

    def move(self, index: int, to: int) -> None:
        """Put the arm at `index` where `to` is; the one that is edited stays it."""
        arms = list(self._board.state.arms)
        if not (0 <= index < len(arms) and 0 <= to < len(arms)) or index == to:
            return
        edited = self._board.state.edited_arm
        arms.insert(to, arms.pop(index))
        place = next((n for n, arm in enumerate(arms) if arm is edited), -1)
        self._board.show(arms=tuple(arms), edited=place)

    def edit(self, index: int) -> None:
        """Open the form of an arm; -1 closes it."""
        self._board.show(edited=index if 0 <= index < len(self._board.state.arms) else -1)
        if (arm := self._board.state.edited_arm) is not None:
            self._read_places(arm.collection)

    def change(self, arm: ArmSpec) -> None:
        """The edited arm is now this; expectations go on speaking of it under its new name."""
        state = self._board.state
        if state.edited_arm is None:
            return
        before = state.edited_arm.name
        arms = tuple(arm if place == state.edited else other for place, other in enumerate(state.arms))
        names = [other.name for other in state.arms]
        if before != arm.name and names.count(before) == 1:
            self._board.show(expectations=_renamed(state.expectations, before, arm.name))
            self._change(why={(arm.name if n == before else n): w for n, w in state.making.why.items()})
        self._board.show(arms=arms)
        self._read_places(arm.collection)

    def mend(self, tab: str, case: dict[str, str]) -> None:
        """Go where what is missing can be made."""
        self._navigator.open_tab(tab, **case)

    def _read_places(self, collection: str) -> None:
        if not collection or collection in self._board.state.making.places:
            return

        def take(found: Places) -> None:
            self._change(places={**self._board.state.making.places, collection: found})

        self._in_background(lambda: self._lookups.read_places(collection), take)

    def _change(self, **changes: object) -> None:
        self._board.show(making=replace(self._board.state.making, **changes))  # type: ignore[arg-type]


def _renamed(expectations: "tuple[Expectation, ...]", old: str, new: str) -> "tuple[Expectation, ...]":
    def name(arm: str) -> str:
        return new if arm == old else arm

    return tuple(one.model_copy(update={"arm": name(one.arm), "other": name(one.other)}) for one in expectations)
