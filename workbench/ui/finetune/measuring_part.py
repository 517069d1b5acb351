"""Before and after: choose a test, start it, hear it, show what it found; also by itself after a training. No Qt."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from pydantic import ValidationError

from workbench.datasets.types import Dataset
from workbench.errors import WorkbenchError
from workbench.finetune.evaluation.running import (
    CONTEXT,
    base_of,
    can_test_held_out,
    evaluation_request,
    evaluation_spec,
    load_report,
)
from workbench.finetune.evaluation.types import EvaluatedRow, EvaluationRequest
from workbench.finetune.history_store import AdapterHistory
from workbench.finetune.types import Adapter
from workbench.jobs.events import Cancelled, Crashed, Failed, Finished, JobEvent, Progressed, Queued
from workbench.jobs.spec import JobSpec, Listener
from workbench.llm.types import LoadConfig, ModelRef
from workbench.ui.board import Running
from workbench.ui.finetune.adapters_state import HELD_OUT, NO_TEST, Measuring, TestChoice
from workbench.ui.finetune.board import Board, Surroundings
from workbench.ui.finetune.state import Page
from workbench.ui.trouble import Trouble, trouble_of


class MeasuringPart:
    """What the user does with the test of an adapter."""

    def __init__(self, board: Board, around: Surroundings) -> None:
        self._board, self._around = board, around
        self._history = AdapterHistory(around.adapters.database)

    def offer(self, adapter: Adapter) -> None:
        """The test sets that this adapter can be asked; what was chosen before stays chosen."""
        tests = self._tests(adapter)
        settings = self._around.settings().finetune
        form = self._board.adapter.form
        kept = next((test for test in tests if form.chosen is not None and test.is_same(form.chosen)), tests[0])
        form = replace(
            form,
            tests=tests,
            test=tests.index(kept),
            general_path=settings.general_abilities,
            automatically=settings.measure_after_training,
        )
        self._board.show_adapter(form=form)

    def offer_again(self) -> None:
        """The page comes back into sight: data sets may have come or gone meanwhile."""
        adapter, chosen = self._board.state.selected_adapter, self._board.adapter.form.chosen
        if adapter is None:
            return
        self.offer(adapter)
        instead = self._board.adapter.form.chosen
        if chosen is not None and chosen.name and instead is not None and not instead.is_same(chosen):
            trouble = trouble_of(_no_dataset(chosen.name, f"“{instead.words}” is chosen now, or choose another one."))
            self._board.show_adapter(measure_trouble=trouble)

    def choose_test(self, index: int) -> None:
        self._change(test=index)

    def choose_metric(self, name: str) -> None:
        self._change(metric=name)

    def choose_limit(self, limit: int) -> None:
        self._change(limit=limit)

    def ask_general(self, is_wanted: bool) -> None:
        self._change(general=is_wanted)

    def choose_general_set(self, path: str) -> None:
        """A file of the user's own; empty: the one that comes with the program. Remembered."""
        self._change(general_path=path)
        self._remember(general_abilities=path)

    def measure_automatically(self, is_wanted: bool) -> None:
        """After each training. Remembered."""
        self._change(automatically=is_wanted)
        self._remember(measure_after_training=is_wanted)

    def start(self) -> None:
        """Measure the selected adapter with what is chosen."""
        adapter, form = self._board.state.selected_adapter, self._board.adapter.form
        if adapter is None or not form.can_start or form.chosen is None:
            return
        test = form.chosen
        try:
            request = evaluation_request(
                self._around.paths,
                adapter,
                dataset=self._dataset(test),
                base=self._base(adapter),
                is_test_wanted=test.kind != NO_TEST,
                metric=form.metric,
                limit=form.limit,
                general=form.general,
                general_path=form.general_path,
                load=self._load(),
            )
        except WorkbenchError as problem:
            self._board.show_adapter(measure_trouble=Trouble(problem.message, problem.hint, problem.details))
            return
        self._submit(request)

    def after_training(self, adapter: Adapter) -> None:
        """A new adapter: measured by itself, where the user wants that."""
        settings = self._around.settings().finetune
        if not settings.measure_after_training:
            return
        request = evaluation_request(
            self._around.paths,
            adapter,
            base=self._base(adapter),
            is_test_wanted=can_test_held_out(adapter, self._around.paths),
            general_path=settings.general_abilities,
            load=self._load(),
        )
        self._submit(request)

    def attach(self, spec: JobSpec) -> Listener:
        """The listener of an evaluation that an earlier start of the program began."""
        try:
            request = EvaluationRequest.model_validate(spec.params)
        except ValidationError:
            return _ignore  # begun by another version of the program; the jobs panel shows it all the same
        self._put(Measuring(request.adapter.gguf_hash, request.adapter.name, running=Running("Taking it up again")))
        return partial(self._on_event, request.adapter.gguf_hash)

    def stop(self) -> None:
        """What was answered so far stays: the same test goes on from there."""
        adapter = self._board.state.selected_adapter
        measuring = self._board.adapter.measuring_of(adapter.gguf_hash) if adapter is not None else None
        if measuring is not None:
            self._around.jobs.cancel(measuring.job_id)

    def refresh(self) -> None:
        """The last evaluation of each adapter, for the list."""
        self._board.show_adapter(newest=self._history.newest_evaluations())

    def show_evaluations(self, adapter: Adapter) -> None:
        """Those of this adapter, the newest one with its rows."""
        self._board.show_adapter(evaluations=self._history.evaluations_of(adapter.gguf_hash), shown=0, rows=())
        self._read_rows()

    def choose_evaluation(self, index: int) -> None:
        if 0 <= index < len(self._board.adapter.evaluations) and index != self._board.adapter.shown:
            self._board.show_adapter(shown=index, rows=())
            self._read_rows()

    # -- what happens -------------------------------------------------------------------------------------------------

    def _submit(self, request: EvaluationRequest) -> None:
        key = request.adapter.gguf_hash
        if self._board.adapter.measuring_of(key) is not None:
            return
        self._board.show_adapter(measure_trouble=None)
        self._put(Measuring(key, request.adapter.name))
        handle = self._around.jobs.submit(evaluation_spec(request), partial(self._on_event, key))
        self._update(key, job_id=handle.id)

    def _on_event(self, key: str, event: JobEvent) -> None:
        measuring = self._board.adapter.measuring_of(key)
        if measuring is None:
            return
        if not measuring.job_id:
            self._update(key, job_id=event.job_id)
        match event:
            case Queued(reason=reason) if reason:
                self._update(key, running=Running(reason))
            case Progressed(done=done, total=total, label=label):
                self._update(key, running=Running(label, done, total))
            case Finished():
                self._over(key)
                self._welcome(measuring)
            case Failed() | Crashed():
                self._over(key)
                self._fail(measuring, trouble_of(event, after_crash="Start it again: it goes on where it was."))
            case Cancelled():
                self._over(key)
            case _:
                pass

    def _welcome(self, measuring: Measuring) -> None:
        self.refresh()
        adapter = self._on_page(measuring)
        if adapter is not None:
            self.show_evaluations(adapter)
        if adapter is None or not self._is_seen():
            self._around.messages.info(f"Before and after of “{measuring.name}” are measured.")

    def _fail(self, measuring: Measuring, trouble: Trouble) -> None:
        adapter = self._on_page(measuring)
        if adapter is not None:
            self._board.show_adapter(measure_trouble=trouble)
        if adapter is None or not self._is_seen():
            text = f"Before and after of “{measuring.name}” could not be measured. {trouble.text}"
            self._around.messages.error(text, trouble.hint, trouble.details)

    def _on_page(self, measuring: Measuring) -> Adapter | None:
        """The measured adapter while its page is open; in the list it may be selected without anybody looking at it."""
        state = self._board.state
        adapter = state.selected_adapter
        is_open = state.page is Page.ADAPTER and adapter is not None and adapter.gguf_hash == measuring.adapter_hash
        return adapter if is_open else None

    def _is_seen(self) -> bool:
        """Whether the tab is in front: what its pages say is read only then."""
        view = self._board.view
        return view is not None and view.is_seen()

    def _read_rows(self) -> None:
        page = self._board.adapter
        if page.report is None:
            return
        folder = page.evaluations[page.shown][0]
        self._around.in_background(partial(_rows_in, folder), partial(self._on_rows, folder))

    def _on_rows(self, folder: str, found: tuple[EvaluatedRow, ...] | WorkbenchError) -> None:
        page = self._board.adapter
        if page.report is None or page.evaluations[page.shown][0] != folder:
            return  # another one is shown by now
        if isinstance(found, WorkbenchError):
            self._board.show_adapter(rows_trouble=f"{found.message} {found.hint}")
        else:
            self._board.show_adapter(rows=found, rows_trouble="")

    # -- what is known ------------------------------------------------------------------------------------------------

    def _tests(self, adapter: Adapter) -> tuple[TestChoice, ...]:
        tests = []
        if can_test_held_out(adapter, self._around.paths):
            words = f"Held-out rows of “{adapter.dataset_name}”" if adapter.dataset_name else "Held-out rows"
            tests.append(TestChoice(HELD_OUT, words=words))
        for dataset in self._board.state.datasets:
            trained = dataset.content_hash == adapter.dataset_hash
            words = f"{dataset.name}  ·  {dataset.row_count:,} rows" + (", it was trained on these" if trained else "")
            tests.append(TestChoice("data set", dataset.name, words))
        tests.sort(key=lambda test: test.words.endswith("trained on these"))
        tests.append(TestChoice(NO_TEST, words="None: only general abilities"))
        return tuple(tests)

    def _dataset(self, test: TestChoice) -> Dataset | None:
        """What shall be asked; without it the held-out rows would be asked, so one that is gone is an error."""
        if not test.name:
            return None
        found = self._around.datasets.find(test.name)
        if found is None:
            raise _no_dataset(test.name, "Choose another one to test with.")
        return found

    def _base(self, adapter: Adapter) -> ModelRef:
        """Where the base is: by its path, or the model of its name in the library when the file was moved."""
        wanted = base_of(adapter)
        models: Sequence[ModelRef] = self._around.catalog.models
        here = next((model for model in models if model.path == wanted.path), None)
        return here or next((model for model in models if model.name == wanted.name), wanted)

    def _load(self) -> LoadConfig:
        load = LoadConfig.from_settings(self._around.settings().llm)
        return load.model_copy(update={"context_length": max(CONTEXT, load.context_length)})

    def _change(self, **changes: Any) -> None:
        self._board.show_adapter(form=replace(self._board.adapter.form, **changes))

    def _remember(self, **changes: object) -> None:
        settings = self._around.settings()
        finetune = settings.finetune.model_copy(update=changes)
        self._around.change_settings(settings.model_copy(update={"finetune": finetune}))

    def _put(self, measuring: Measuring) -> None:
        others = tuple(each for each in self._board.adapter.measuring if each.adapter_hash != measuring.adapter_hash)
        self._board.show_adapter(measuring=(*others, measuring))

    def _update(self, key: str, **changes: Any) -> None:
        updated = tuple(
            replace(each, **changes) if each.adapter_hash == key else each for each in self._board.adapter.measuring
        )
        self._board.show_adapter(measuring=updated)

    def _over(self, key: str) -> None:
        self._board.show_adapter(
            measuring=tuple(each for each in self._board.adapter.measuring if each.adapter_hash != key)
        )


def _no_dataset(name: str, hint: str) -> WorkbenchError:
    return WorkbenchError(f"The data set “{name}” is not there any more.", hint=hint, code="no_dataset")


def _rows_in(folder: str) -> tuple[EvaluatedRow, ...] | WorkbenchError:
    try:
        return load_report(folder).rows
    except WorkbenchError as problem:
        return problem
    except (OSError, ValidationError) as error:
        return WorkbenchError(
            "The answers of this evaluation cannot be read.", hint="Measure again.", details=str(error)
        )


def _ignore(_event: JobEvent) -> None:
    """Nothing of this evaluation is shown here."""
