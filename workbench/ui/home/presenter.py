"""Decides what Home shows and does."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Protocol

from workbench.errors import WorkbenchError
from workbench.llm.computer import Computer
from workbench.llm.in_words import parameters_in_words, size_in_words
from workbench.llm.types import ModelKind, ModelRef
from workbench.ui.home.state import HomeState, ModelsFound, ProjectCard, ProjectStage
from workbench.ui.models.catalog import ModelCatalog
from workbench.ui.protocols import Background, Messages, Navigator
from workbench.ui.trying import tell
from workbench.ui.widgets.model_choice import can_answer


class View(Protocol):
    def show_state(self, state: HomeState) -> None: ...


class OnOpening(Protocol):
    """Told while a project opens, on the UI thread."""

    def __call__(
        self,
        note: str,
        *,
        done: float = 0.0,
        total: float = 0.0,
        is_done: bool = False,
        problem: WorkbenchError | None = None,
    ) -> None: ...


class Shelf(Protocol):
    """The sample projects; what opening one means is the program's business."""

    def list_projects(self) -> Sequence[ProjectCard]: ...

    def open_project(self, key: str, on_opening: OnOpening) -> None: ...

    def tune_project(self, key: str, on_opening: OnOpening) -> None: ...


class HomePresenter:
    def __init__(
        self,
        view: View,
        *,
        messages: Messages,
        navigator: Navigator,
        catalog: ModelCatalog,
        shelf: Shelf,
        read_computer: Callable[[], Computer],
        in_background: Background,
    ) -> None:
        self._view = view
        self._messages = messages
        self._navigator = navigator
        self._catalog = catalog
        self._shelf = shelf
        self._read_computer = read_computer
        self._in_background = in_background
        self._state = HomeState()
        self._is_looking = False

    def start(self) -> None:
        """Show what is known at once; the rest is looked for when Home is shown."""
        self._show(HomeState(projects=tuple(self._shelf.list_projects())))
        self._catalog.subscribe(self._on_catalog_changed)
        self._catalog.ensure()
        self._on_catalog_changed()

    def refresh(self) -> None:
        """Home is shown: memory and disk may have filled since, and adapters gone."""
        if self._is_looking:
            return
        self._is_looking = True
        before = self._state.projects
        self._in_background(
            lambda: (self._read_computer(), self._shelf.list_projects()),
            lambda found: self._take_look(*found, before),
        )

    def open_project(self, key: str) -> None:
        """Make a sample project ready to use."""
        if not self._state.is_opening:
            self._show_project(key, ProjectStage.OPENING, "Opening…")
            self._shelf.open_project(key, _Opening(self, key, ProjectStage.OPENING))

    def tune_project(self, key: str) -> None:
        """Train the adapters that the comparison of an opened project asks."""
        if self._project(key).stage is ProjectStage.OPEN:
            self._show_project(key, ProjectStage.TUNING, "Training…")
            self._shelf.tune_project(key, _Opening(self, key, ProjectStage.TUNING))

    def ask_documents(self, key: str) -> None:
        """Ask the documents of an opened project."""
        self._navigator.open_tab("documents", collection=self._project(key).collection, show="ask")

    def compare(self, key: str) -> None:
        """Go to the written comparison of an opened project."""
        self._navigator.open_tab("compare", spec=self._project(key).comparison)

    def choose(self) -> None:
        """Ask the guide which way of answering to try."""
        self._navigator.open_tab("compare", guide="yes")

    def open_tab(self, tab: str) -> None:
        self._navigator.open_tab(tab)

    def get_model(self) -> None:
        """Show what the hub has; nothing is contacted by that."""
        self._navigator.open_tab("models", get="yes")

    def try_model(self) -> None:
        """Talk to the first model that can answer."""
        self._navigator.open_tab("playground", model=self._state.models.first_name)

    def on_progress(self, key: str, stage: ProjectStage, note: str, done: float, total: float) -> None:
        """The project says how far it is."""
        self._show_project(key, stage, note, done, total)

    def on_opened(self, key: str, stage: ProjectStage, note: str, problem: WorkbenchError | None) -> None:
        """The project says that it is open, or trained, or why it is not."""
        if problem is not None:
            failed = ProjectStage.FAILED if stage is ProjectStage.OPENING else ProjectStage.OPEN
            self._show_project(key, failed, problem.message)
            tell(self._messages, problem)
        else:
            self._take_opened(key, note)

    def _take_opened(self, key: str, note: str) -> None:
        """What an open project has (its collection, its comparison) is known only now."""
        opened = {project.key: project for project in self._shelf.list_projects()}
        projects = tuple(opened.get(key, old) if old.key == key else old for old in self._state.projects)
        self._show(replace(self._state, projects=projects))
        self._show_project(key, ProjectStage.OPEN, note)

    def _take_look(self, computer: Computer, found: Sequence[ProjectCard], before: Sequence[ProjectCard]) -> None:
        """A card that changed while the disk was read knows better than what was read."""
        self._is_looking = False
        cards = {card.key: card for card in found}
        projects = tuple(
            _seen_again(card, cards[card.key]) if card in before and card.key in cards else card
            for card in self._state.projects
        )
        self._show(replace(self._state, computer=computer, projects=projects))

    def _project(self, key: str) -> ProjectCard:
        return next(project for project in self._state.projects if project.key == key)

    def _on_catalog_changed(self) -> None:
        self._show(replace(self._state, models=_summary(self._catalog)))

    def _show_project(self, key: str, stage: ProjectStage, note: str, done: float = 0.0, total: float = 0.0) -> None:
        projects = tuple(
            replace(project, stage=stage, note=note, done=done, total=total) if project.key == key else project
            for project in self._state.projects
        )
        self._show(replace(self._state, projects=projects))

    def _show(self, state: HomeState) -> None:
        self._state = state
        self._view.show_state(state)


class _Opening:
    """Hands the presenter what one project says while it is in a stage."""

    def __init__(self, presenter: HomePresenter, key: str, stage: ProjectStage) -> None:
        self._presenter = presenter
        self._key = key
        self._stage = stage

    def __call__(
        self,
        note: str,
        *,
        done: float = 0.0,
        total: float = 0.0,
        is_done: bool = False,
        problem: WorkbenchError | None = None,
    ) -> None:
        if is_done or problem is not None:
            self._presenter.on_opened(self._key, self._stage, note, problem)
        else:
            self._presenter.on_progress(self._key, self._stage, note, done, total)


def _seen_again(old: ProjectCard, found: ProjectCard) -> ProjectCard:
    """What the disk says by now; what happens, or why it failed, only this window knows."""
    if old.stage in (ProjectStage.OPENING, ProjectStage.TUNING, ProjectStage.FAILED):
        return old
    return old if replace(found, note=old.note) == old else found


def _summary(catalog: ModelCatalog) -> ModelsFound:
    if not catalog.was_scanned:
        return ModelsFound()
    if catalog.problem is not None:
        problem = catalog.problem.message or "The search for models stopped unexpectedly."
        return ModelsFound(is_searching=False, problem=problem)
    chat = [model for model in catalog.models if model.kind is ModelKind.CHAT]
    usable = [model for model in chat if can_answer(model)]
    first = usable[0] if usable else None
    return ModelsFound(
        is_searching=False,
        count=len(chat),
        unusable=len(chat) - len(usable),
        first_name=first.name if first else "",
        first_facts=_facts(first) if first else "",
        is_starter=bool(first and first.source == "starter"),
    )


def _facts(model: ModelRef) -> str:
    parts = [
        f"{parameters_in_words(model.parameters)} parameters" if model.parameters else "",
        model.quantization,
        size_in_words(model.size_bytes) if model.size_bytes else "",
    ]
    return " · ".join(part for part in parts if part)
