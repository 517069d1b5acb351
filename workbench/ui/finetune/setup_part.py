"""What shall be trained: base, rows, name, settings; and the start. No Qt."""

import re
from collections.abc import Callable
from typing import Any

from pydantic import ValidationError

from workbench.errors import WorkbenchError
from workbench.finetune.encoding import nothing_trained
from workbench.finetune.preflight import Preflight
from workbench.finetune.quantized import why_no_qlora
from workbench.finetune.running import can_resume, scratch_request, sweep_request, train_request
from workbench.finetune.scratch.sizes import Size
from workbench.finetune.sweeps import SweepRequest, combinations
from workbench.finetune.training_config import Method, trouble_with
from workbench.finetune.types import TrainingConfig, TrainRequest
from workbench.llm.types import ModelKind, ModelRef
from workbench.naming import numbered
from workbench.ui.finetune.board import Board, Surroundings
from workbench.ui.finetune.estimate_part import EstimatePart
from workbench.ui.finetune.presets import Goal, Preset, config_for
from workbench.ui.finetune.setup_state import SweepLine, found_again, why_not_tunable
from workbench.ui.finetune.state import Page
from workbench.ui.finetune.sweep_lines import read_values
from workbench.ui.trouble import Trouble, trouble_of


class SetupPart:
    """What the user does on the page "New adapter"."""

    def __init__(
        self,
        board: Board,
        around: Surroundings,
        on_start: Callable[[TrainRequest], None],
        on_sweep: Callable[[SweepRequest], None],
    ) -> None:
        self._board = board
        self._around = around
        self._on_start = on_start
        self._on_sweep = on_sweep
        self.estimating = EstimatePart(board, around, self._request, self._fit_machine)

    def open(self, dataset: str = "") -> None:
        """Go to the page; `dataset` is chosen when it is named."""
        self._board.show(page=Page.SETUP)
        self.refresh()
        if dataset:
            self.choose_dataset(dataset)

    def refresh(self) -> None:
        """Look for models and data sets that came or went."""
        datasets = tuple(self._around.datasets.list_datasets())
        self._board.show(datasets=datasets)
        names = [dataset.name for dataset in datasets]
        if self._board.setup.dataset not in names:
            self.choose_dataset(names[0] if names else "")
        elif not self._board.setup.is_own_name and self._free_name(self._board.setup.dataset) != self._board.setup.name:
            self.choose_dataset(self._board.setup.dataset)  # the name that was suggested is taken by now
        if self._around.collections is not None:
            self._board.show_setup(collections=tuple(c.name for c in self._around.collections.list_collections()))
        self._around.catalog.ensure()
        self.take_models()

    def leave(self) -> None:
        self._board.show(page=Page.ADAPTERS)

    def choose_goal(self, goal: str) -> None:
        """What shall come out; the settings follow."""
        chosen = Goal(goal)
        preset = self._board.setup.preset
        method = Method.LORA if self._board.setup.method is Method.QLORA else self._board.setup.method
        self._board.show_setup(
            goal=chosen,
            method=method if chosen is Goal.TEXT else self._board.setup.method,
            preset=Preset.BALANCED if preset is Preset.OWN else preset,
            is_sweep=self._board.setup.is_sweep and chosen is not Goal.SCRATCH,
        )
        self._fit_preset()

    def choose_method(self, method: str) -> None:
        preset = self._board.setup.preset
        self._board.show_setup(method=Method(method), preset=Preset.BALANCED if preset is Preset.OWN else preset)
        self._fit_preset()

    def choose_size(self, size: str) -> None:
        """Of a model from scratch."""
        scratch = self._board.setup.scratch.model_copy(update={"size": Size(size)})
        self._board.show_setup(scratch=scratch)
        self._changed()

    def set_tokens(self, millions: float) -> None:
        """How many tokens a model from scratch sees."""
        scratch = self._board.setup.scratch.model_copy(update={"tokens": max(1000, round(millions * 1e6))})
        if scratch != self._board.setup.scratch:
            self._board.show_setup(scratch=scratch)
            self._changed()

    def open_sweep(self, is_open: bool) -> None:
        """Try several values instead of one."""
        self._board.show_setup(is_sweep=is_open)
        self._read_sweep()

    def set_sweep(self, lines: tuple[SweepLine, ...]) -> None:
        """What is typed below "Try several values"."""
        self._board.show_setup(sweep=lines)
        self._read_sweep()

    def choose_base(self, name: str) -> None:
        self._board.show_setup(base=name)
        self._fit_preset()

    def choose_dataset(self, name: str) -> None:
        self._board.show_setup(dataset=name)
        self._fit_preset()

    def name_adapter(self, name: str) -> None:
        self._board.show_setup(name=name, is_own_name=True)
        self._changed()

    def choose_preset(self, preset: Preset) -> None:
        self._board.show_setup(preset=preset)
        self._fit_preset()

    def open_expert(self, is_open: bool) -> None:
        self._board.show_setup(is_expert=is_open)

    def set_option(self, option: str, value: Any) -> None:
        """Change one field of the configuration by hand."""
        values = {**self._board.setup.config.model_dump(), option: value}
        try:
            config = TrainingConfig.model_validate(values)
        except ValidationError as error:
            self.estimating.forget()
            self._board.show_setup(config_trouble=_in_words(error), preset=Preset.OWN, wants_estimate=False)
            return
        if config != self._board.setup.config or self._board.setup.config_trouble:
            self._board.show_setup(config=config, config_trouble=trouble_with(config), preset=Preset.OWN)
            self._changed()

    def choose_restart(self, restart: bool) -> None:
        self._board.show_setup(restart=restart)

    def start(self) -> None:
        """Start the training."""
        request = self._request()
        if request is None or not self._board.setup.can_start:
            return
        sweep = self._read_sweep() if self._board.setup.is_sweep else None
        if self._board.setup.is_sweep and sweep is None:
            return
        self.estimating.forget()
        self._board.show_setup(wants_estimate=False, is_own_name=False)
        if sweep is not None:
            self._on_sweep(sweep)
        else:
            self._on_start(request)

    def request(self) -> TrainRequest | None:
        """The training that is chosen now; None when something is missing."""
        return self._request() if self._board.setup.can_start else None

    # -- behind it ----------------------------------------------------------------------------------------------------

    def _request(self) -> TrainRequest | None:
        """The request for what is chosen; None, with the reason shown, when there is none yet."""
        setup, dataset = self._board.setup, self._board.state.chosen_dataset
        base = setup.chosen_base
        if dataset is None or not setup.name.strip() or setup.config_trouble:
            return None
        if setup.goal is not Goal.SCRATCH and (base is None or setup.base_trouble):
            return None
        if setup.name.strip().casefold() in {run.name.casefold() for run in self._board.state.live_runs}:
            self._board.show_setup(name_trouble=f"“{setup.name.strip()}” is being trained right now.")
            return None
        restart = setup.restart and setup.goes_on
        try:
            if setup.goal is Goal.SCRATCH or base is None:
                return scratch_request(
                    self._around.paths,
                    name=setup.name.strip(),
                    dataset=dataset,
                    settings=setup.scratch,
                    config=setup.config,
                    restart=restart,
                )
            return train_request(
                self._around.paths,
                name=setup.name.strip(),
                base=base,
                dataset=dataset,
                config=setup.config,
                restart=restart,
            )
        except WorkbenchError as problem:
            self._board.show_setup(name_trouble=str(problem))
            return None

    def _read_sweep(self) -> SweepRequest | None:
        """The sweep that is typed; None, with the reason shown, when there is none yet."""
        self._board.show_setup(sweep_trouble="", sweep_count=0)
        request = self._request()
        lines = [line for line in self._board.setup.sweep if line.setting and line.values.strip()]
        if not self._board.setup.is_sweep or not lines or request is None:
            return None
        try:
            sweep = sweep_request(request, {line.setting: read_values(line) for line in lines})
        except (WorkbenchError, ValueError) as problem:
            self._board.show_setup(sweep_trouble=str(problem))
            return None
        self._board.show_setup(sweep_count=len(combinations(sweep)))
        return sweep

    def _fit_preset(self) -> None:
        """Presets depend on the base and the number of rows; a configuration by hand stays, and a name of one's own."""
        setup, dataset = self._board.setup, self._board.state.chosen_dataset
        if setup.preset is not Preset.OWN:
            base = setup.chosen_base
            config = config_for(
                setup.preset,
                base.parameters if base else 0,
                dataset.row_count if dataset else 0,
                setup.goal,
                setup.method,
            )
            self._board.show_setup(config=config, config_trouble=trouble_with(config))
        if not setup.is_own_name:  # only the configuration tells whether an adapter or a model takes the name
            self._board.show_setup(name=self._free_name(setup.dataset))
        self._changed()

    def _changed(self) -> None:
        """What was estimated and said before no longer counts."""
        self.estimating.forget()
        self._board.show_setup(name_trouble="", trouble=None, refusal=self._refusal_at_once(), goes_on=False)
        request = self._request()
        goes_on = request is not None and can_resume(request)
        self._board.show_setup(wants_estimate=request is not None, goes_on=goes_on)

    def _refusal_at_once(self) -> Trouble | None:
        """What needs no estimate to be known."""
        dataset = self._board.state.chosen_dataset
        return trouble_of(nothing_trained()) if dataset is not None and not dataset.row_count else None

    def _fit_machine(self, found: Preflight) -> None:
        """A preset means the same learning on every machine, so its batches follow the memory that is free here."""
        setup = self._board.setup
        if found.fitting is not None and setup.preset is not Preset.OWN and not setup.goes_on:
            self._board.show_setup(config=found.fitting)
            self._changed()

    def take_models(self) -> None:
        """The catalog of models was read anew."""
        catalog, before = self._around.catalog, self._board.setup.chosen_base
        bases = tuple(model for model in catalog.models if model.kind is ModelKind.CHAT)
        has_card = any(not device.shares_memory for device in catalog.devices)
        self._board.show_setup(is_scanning=catalog.is_scanning, bases=bases, why_no_qlora=why_no_qlora(has_card))
        self._keep_base(before)

    def _keep_base(self, before: ModelRef | None) -> None:
        """What was chosen stays chosen, under its new name where it was renamed; where it is gone, that is said."""
        setup = self._board.setup
        again = found_again(before, setup.bases) if before is not None else None
        kept = again or setup.chosen_base
        if kept is not None:
            if kept.name != setup.base:
                self.choose_base(kept.name)
        elif setup.bases:
            tunable = [base.name for base in setup.bases if not why_not_tunable(base)]
            self.choose_base(tunable[0] if tunable else setup.bases[0].name)
            if setup.base:
                self._around.messages.warning(
                    f"The model “{setup.base}” is not in the list of models any more. "
                    f"“{self._board.setup.base}” is chosen for the training instead.",
                    "Choose another base where you want that.",
                )

    def _free_name(self, dataset: str) -> str:
        """A name for the adapter made from the data set's, with a number where that is taken."""
        wanted = re.sub(r"[^\w .+()-]+", "-", dataset).strip(" .-")[:70]
        if self._board.setup.goal is Goal.SCRATCH:
            wanted = f"{wanted} model"[:70]
        taken = {adapter.name.casefold() for adapter in self._around.adapters.list_adapters()}
        if not self._board.setup.config.makes_adapter:
            taken = {path.name.casefold() for path in self._around.paths.models.glob("*")}
        taken |= {run.name.casefold() for run in self._board.state.live_runs}
        return numbered(wanted, lambda name: bool(name) and name.casefold() in taken)


def _in_words(error: ValidationError) -> str:
    """The first of pydantic's complaints as a sentence."""
    first = error.errors()[0]
    where = TrainingConfig.model_fields[str(first["loc"][0])].title if first["loc"] else ""
    what = first["msg"].removeprefix("Value error, ")
    return f"{where}: {what}." if where else f"{what[:1].upper()}{what[1:]}."
