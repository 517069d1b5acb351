"""Decides what happens on the Fine-tune tab. No Qt."""

from workbench.jobs.spec import JobSpec, Listener
from workbench.ui.finetune.adapters_part import AdaptersPart
from workbench.ui.finetune.board import Board, Surroundings, View
from workbench.ui.finetune.curves_part import CurvesPart
from workbench.ui.finetune.import_part import ImportPart
from workbench.ui.finetune.made_part import MadePart
from workbench.ui.finetune.measuring_part import MeasuringPart
from workbench.ui.finetune.packing_part import PackingPart
from workbench.ui.finetune.preview_part import PreviewPart
from workbench.ui.finetune.runs_part import RunsPart
from workbench.ui.finetune.setup_part import SetupPart
from workbench.ui.finetune.state import FinetuneState, Page
from workbench.ui.finetune.texts_part import TextsPart

TRAIN = "workbench.finetune.tasks:train"
"""The task whose durable runs `attach` listens to."""


class FinetunePresenter:
    """Methods are named after what the user did; those of a page are held by `setup`, `runs`, `adapters`, ..."""

    def __init__(self, around: Surroundings) -> None:
        self._board = Board()
        self._around = around
        self.measuring = MeasuringPart(self._board, around)
        self.adapters = AdaptersPart(self._board, around, self.measuring, self._refresh_setup)
        self.importing = ImportPart(self._board, around, self.adapters.welcome)
        self.curves = CurvesPart(self._board, around)
        self.runs = RunsPart(self._board, around, self.adapters.welcome)
        self.setup = SetupPart(self._board, around, self.runs.start, self.runs.start_sweep)
        self.preview = PreviewPart(self._board, around)
        self.made = MadePart(self._board, around)
        self.packing = PackingPart(self._board, around, self.setup.request, self.adapters.welcome)
        self.texts = TextsPart(self._board, around, self.setup.choose_dataset)

    @property
    def state(self) -> FinetuneState:
        return self._board.state

    def start(self, view: View) -> None:
        """The tab is shown for the first time."""
        self._around.adapters.adopt()
        self._board.put_up(view)
        self._around.catalog.subscribe(self.setup.take_models)
        self._around.catalog.subscribe(self.importing.take_models)
        self._around.catalog.subscribe(self.made.refresh)  # a training that made one has it read anew
        self.refresh()

    def attach(self, spec: JobSpec) -> Listener:
        """The listener of a training that an earlier start of the program began."""
        return self.runs.attach(spec)

    def attach_evaluation(self, spec: JobSpec) -> Listener:
        """The listener of an evaluation that an earlier start of the program began."""
        return self.measuring.attach(spec)

    def attach_sweep(self, spec: JobSpec) -> Listener:
        """The same for several trainings as one job."""
        return self.runs.attach_sweep(spec)

    def refresh(self) -> None:
        """The tab is shown: adapters, data sets and models may have come or gone."""
        self.adapters.refresh()
        self.made.refresh()
        if self.state.page is Page.SETUP:
            self.setup.refresh()
        if self.state.page is Page.ADAPTER:
            self.measuring.offer_again()

    def open_case(self, case: dict[str, str]) -> None:
        """Another tab opens this one: `dataset` to train with, `base` to train, `adapter` to look at."""
        self.adapters.refresh()
        if adapter := case.get("adapter", ""):
            self.adapters.select(adapter)
            self.adapters.open_page()
            return
        self.setup.open(case.get("dataset", ""))
        if base := case.get("base", case.get("model", "")):
            self.setup.choose_base(base)

    def open_data(self) -> None:
        """There is no data set yet."""
        self._around.navigator.open_tab("data")

    def _refresh_setup(self) -> None:
        """An adapter came or went: the suggested name may be taken or free now."""
        if not self.state.setup.is_own_name:
            self.setup.choose_dataset(self.state.setup.dataset)
