"""Which columns there are, and what each of them asks. No Qt."""

import uuid
from collections.abc import Sequence
from typing import Any

from pydantic import ValidationError

from workbench.llm.types import GenerationConfig, MemoryUse
from workbench.playground.conversation import ColumnSetup
from workbench.playground.template import variables_of
from workbench.playground.types import QUESTION, PromptVersion
from workbench.ui.playground.columns.board import Board, Surroundings, model_of
from workbench.ui.playground.columns.state import MOST_COLUMNS, AdapterChoice, ColumnState
from workbench.ui.widgets.model_choice import belongs, can_answer


class SetupPart:
    """Methods are named after what the user did with a column."""

    def __init__(self, board: Board, around: Surroundings) -> None:
        self._board = board
        self._around = around
        self._wanted_adapters: dict[str, str] = {}
        """Asked for before its model was listed."""
        self._asks: dict[str, bool] = {}
        """Whether saved versions use the question, by their id: they never change."""
        self._listed: dict[str, str] = {}
        """Adapters that were listed once: name and hash, by which one is known again that was renamed."""

    # -- columns ------------------------------------------------------------------------------------------------------

    def add(self, like: str = "") -> None:
        """One more column, set up as `like` or as the last one."""
        columns = self._board.state.columns
        if len(columns) >= MOST_COLUMNS:
            self._around.messages.warning(f"There are {MOST_COLUMNS} columns already.", "Remove one of them first.")
            return
        model = self._board.state.column(like) or (columns[-1] if columns else None)
        setup = model.setup if model is not None else ColumnSetup(id="", model_name=self._first_model())
        new = ColumnState(setup.model_copy(update={"id": uuid.uuid4().hex}))
        self._board.show(columns=(*columns, new))
        self.refresh()

    def remove(self, column_id: str) -> None:
        """The last column stays."""
        columns = self._board.state.columns
        if len(columns) > 1:
            self._board.show(columns=tuple(column for column in columns if column.id != column_id))
            self.refresh()

    def choose_model(self, column_id: str, name: str) -> None:
        self._board.change_setup(column_id, model_name=name)
        self._board.change(column_id, context_length=0, memory=MemoryUse())
        self._offer_adapters()

    def choose_adapter(self, column_id: str, name: str) -> None:
        """An empty name is the bare model."""
        self._wanted_adapters.pop(column_id, None)
        self._board.change_setup(column_id, adapter_name=name, adapter_scale=1.0)

    def scale_adapter(self, column_id: str, scale: float) -> None:
        """How strongly the adapter is applied."""
        self._board.change_setup(column_id, adapter_scale=scale)

    def choose_version(self, column_id: str, version_id: str) -> None:
        """Empty: the prompt as it stands in the editor."""
        self._board.change_setup(column_id, version_id=version_id)
        self.hear_prompt()

    def choose_collection(self, column_id: str, name: str) -> None:
        """Empty: no documents."""
        self._board.change_setup(column_id, collection=name)

    def use_own_settings(self, column_id: str, wants: bool) -> None:
        """Settings of the column's own begin with those of its prompt."""
        column = self._board.state.column(column_id)
        if column is not None:
            own = self._prompt_settings(column) if wants else None
            self._board.change_setup(column_id, generation=own)

    def set_option(self, column_id: str, name: str, value: object) -> None:
        """One field of the column's own settings."""
        column = self._board.state.column(column_id)
        if column is None or column.setup.generation is None:
            return
        try:
            changed = GenerationConfig.model_validate(column.setup.generation.model_dump() | {name: value})
        except ValidationError as error:
            self._around.messages.warning(f"{name}: {error.errors()[0]['msg']}.")
            self._board.show()
            return
        self._board.change_setup(column_id, generation=changed)

    def reset_options(self, column_id: str) -> None:
        self._board.change_setup(column_id, generation=GenerationConfig())

    def take(self, column_id: str, case: dict[str, str]) -> None:
        """Another tab sent a `model`, an `adapter`, a `collection`: this column asks them."""
        if "collection" in case:
            self.refresh()
            wanted = case["collection"]
            self.choose_collection(column_id, wanted if wanted in self._board.state.collections else "")
        adapter = case.get("adapter", "")
        model = case.get("model", "") or self._base_of(adapter)
        if model:
            self._wanted_adapters[column_id] = adapter
            scale = float(case.get("adapter_scale", "1"))
            self._board.change_setup(column_id, model_name=model, adapter_name="", adapter_scale=scale)
            self._offer_adapters()

    def restore(self, columns: tuple[ColumnState, ...]) -> None:
        """These columns instead; adapters that are not known yet are taken when they are."""
        self._wanted_adapters = {c.id: c.setup.adapter_name for c in columns if c.setup.adapter_name}
        self._board.show(columns=columns)
        self.refresh()

    # -- what there is to choose --------------------------------------------------------------------------------------

    def refresh(self) -> None:
        """Other tabs may have trained adapters, indexed documents, saved prompts."""
        names = tuple(collection.name for collection in self._around.collections.list_collections())
        self._board.show(collections=names)
        self._offer_adapters()
        self.hear_prompt()

    def hear_models(self) -> None:
        catalog = self._around.catalog
        models = tuple(model for model in catalog.answering if can_answer(model))
        self._board.show(models=models, is_scanning=catalog.is_scanning, was_scanned=catalog.was_scanned)
        for column in self._board.state.columns:
            name = catalog.name_now(column.setup.model_name) or (models[0].name if models else "")
            if name != column.setup.model_name:
                self._board.change_setup(column.id, model_name=name)
        self._offer_adapters()

    def hear_prompt(self) -> None:
        """The draft, its problem or the versions changed; called at every key, so it must be quick."""
        state, source = self._board.state, self._around.source
        offered = tuple(source.list_versions())
        known = {version.id for version in offered}
        used = {c.setup.version_id for c in state.columns} - known - {""}
        others = tuple(found for version_id in sorted(used) if (found := source.find_version(version_id)) is not None)
        versions = (*offered, *others)
        problem = source.problem()
        needs = any(self._asks_question(column, versions) for column in state.columns)
        if (versions, problem, needs) != (state.versions, state.prompt_problem, state.needs_question):
            self._board.show(versions=versions, prompt_problem=problem, needs_question=needs)

    def _asks_question(self, column: ColumnState, versions: tuple[PromptVersion, ...]) -> bool:
        version_id = column.setup.version_id
        if not version_id:
            return QUESTION in self._around.source.variables()
        if version_id not in self._asks:
            version = next((version for version in versions if version.id == version_id), None)
            if version is None:
                return True
            self._asks[version_id] = QUESTION in variables_of(version.prompt)
        return self._asks[version_id]

    def _prompt_settings(self, column: ColumnState) -> GenerationConfig:
        version = self._around.source.find_version(column.setup.version_id) if column.setup.version_id else None
        return (version.prompt if version is not None else self._around.source.draft()).generation

    def _offer_adapters(self) -> None:
        """To each column those of its model; the chosen or wanted one is kept where it is among them."""
        trained = self._around.list_adapters()
        names = {adapter.name for adapter in trained}
        for column in self._board.state.columns:
            model = model_of(self._around, column)
            fitting = tuple(a.name for a in trained if model is not None and belongs(a, model))
            wanted = self._wanted_adapters.get(column.id, "") or column.setup.adapter_name
            if wanted and wanted not in names:
                wanted = self._called_now(wanted, trained)
            if wanted in fitting:
                self._wanted_adapters.pop(column.id, None)
            changes: dict[str, Any] = {"adapter_name": wanted if wanted in fitting else ""}
            if (column.adapters, column.setup.adapter_name) != (fitting, changes["adapter_name"]):
                self._board.change(column.id, adapters=fitting, setup=column.setup.model_copy(update=changes))
        self._listed |= {adapter.name: adapter.gguf_hash for adapter in trained}

    def _called_now(self, name: str, trained: Sequence[AdapterChoice]) -> str:
        """What an adapter is called that had this name; one that is gone is said to be, and forgotten."""
        file_hash = self._listed.get(name, "")
        found = next((adapter.name for adapter in trained if file_hash and adapter.gguf_hash == file_hash), "")
        if not found and name in self._listed:
            del self._listed[name]
            self._around.messages.warning(
                f"The adapter “{name}” is not there any more.", "Its columns ask the bare model now."
            )
        return found or name

    def _base_of(self, adapter_name: str) -> str:
        adapter = next((a for a in self._around.list_adapters() if a.name == adapter_name), None)
        if adapter is None:
            return ""
        base = next((model for model in self._around.catalog.models if belongs(adapter, model)), None)
        return base.name if base is not None else adapter.base_name

    def _first_model(self) -> str:
        models = self._board.state.models
        return models[0].name if models else ""
