"""The set-up of a grid: rows, prompt versions, models, variants of the settings. No Qt."""

from pathlib import Path

from workbench.errors import WorkbenchError
from workbench.jobs.events import Crashed, Failed, Finished, JobEvent
from workbench.jobs.spec import JobSpec
from workbench.llm.endpoints.models import where_text_goes
from workbench.llm.types import AdapterRef
from workbench.playground.grid.combining import at_scales, combine, read_scales, sweep
from workbench.playground.grid.metrics import GRID_METRICS
from workbench.playground.grid.rows import columns_of
from workbench.playground.grid.tasks import READ_ROWS, RowsReport, RowsRequest
from workbench.playground.grid.types import Answerer, GridRequest
from workbench.playground.template import variables_of
from workbench.playground.types import QUESTION, Prompt, PromptVersion
from workbench.scoring.types import MetricChoice
from workbench.ui.playground.grid.board import Board, Surroundings
from workbench.ui.playground.grid.state import DRAFT, Choice, Page, Rows
from workbench.ui.trouble import trouble_of
from workbench.ui.widgets.model_choice import belongs, can_answer


class SetupPart:
    """What can be chosen, and what is."""

    def __init__(self, board: Board, around: Surroundings) -> None:
        self._board = board
        self._around = around
        self._versions: dict[str, PromptVersion] = {}
        self._answerers: dict[str, Answerer] = {}
        self._read: RowsReport | None = None
        self._reading: RowsRequest | None = None
        """What was asked for last; two files may have one name, so this tells them apart."""
        self._is_begun = False
        """Whether a model was chosen to begin with; from then on the user alone chooses."""
        self._source = ""
        """What its rows are called."""

    @property
    def answerers(self) -> tuple[Answerer, ...]:
        """All that can be chosen."""
        return tuple(self._answerers.values())

    # -- what there is ------------------------------------------------------------------------------------------------

    def refresh(self) -> None:
        """Look what a grid can be made of by now; other pages may have made something."""
        self._board.show(data_sets=tuple(dataset.name for dataset in self._around.list_data_sets()))
        self.show_versions()
        self.show_answerers()

    def show_versions(self) -> None:
        """The draft first, then every saved version, those of the prompt that was saved last first."""
        saved = self._around.prompts
        versions = [version for name in saved.prompt_names() for version in saved.versions(name)]
        self._versions = {version.id: version for version in versions}
        choices = [
            Choice(version.id, f"{version.prompt_name}  {version.label}", _about(version)) for version in versions
        ]
        source, chosen = self._around.source, self._board.state.chosen_versions
        if source is not None:
            choices.insert(0, Choice(DRAFT, "As it stands in the editor", "A new version is saved when the grid runs"))
        known = {choice.key for choice in choices}
        chosen = frozenset(key for key in chosen if key in known)
        if not chosen and choices:
            chosen = frozenset({choices[0].key})
        self._board.show(versions=tuple(choices), chosen_versions=chosen)
        self._show_variables()

    def show_answerers(self) -> None:
        """Every model, and below it with each adapter that was trained for it; models on servers last."""
        catalog = self._around.catalog
        adapters = self._around.list_adapters()
        models = [model for model in catalog.answering if can_answer(model)]
        llm = self._around.settings().llm
        self._answerers, choices = {}, []
        for model in sorted(models, key=lambda model: model.endpoint is not None):
            load = catalog.load_config(model, llm)
            goes = where_text_goes(model)
            self._answerers[model.path] = Answerer(model=model, load=load)
            choices.append(Choice(model.path, f"{model.name}  ·  {goes}" if goes else model.name, goes or model.path))
            for adapter in adapters:
                if model.endpoint is None and belongs(adapter, model):
                    answerer = Answerer(
                        model=model,
                        load=load,
                        adapter=AdapterRef(path=adapter.gguf_path),
                        adapter_name=adapter.name,
                        adapter_hash=adapter.gguf_hash,
                    )
                    key = self._free_key(f"{model.path}\n{adapter.gguf_hash}", adapter.name)
                    self._answerers[key] = answerer
                    choices.append(Choice(key, answerer.name, adapter.gguf_path, has_adapter=True))
        before = self._board.state
        chosen = frozenset(key for key in before.chosen_answerers if key in self._answerers)
        lost = [one.text for one in before.answerers if one.key in before.chosen_answerers - chosen]
        if lost:  # another one in its place would answer unasked
            self._around.messages.warning(f"{' and '.join(lost)} cannot be asked any more.", "The grid leaves it out.")
        can_begin = bool(choices) and models[0].endpoint is None  # nothing is sent anywhere without being asked
        if can_begin and not self._is_begun:
            self._is_begun = True
            chosen = chosen or frozenset({choices[0].key})
        self._board.show(answerers=tuple(choices), chosen_answerers=chosen, is_scanning=catalog.is_scanning)

    def _free_key(self, key: str, name: str) -> str:
        """By its content an adapter is known when it was renamed; of several with the same content the names tell."""
        return f"{key}\n{name}" if key in self._answerers else key

    # -- rows ---------------------------------------------------------------------------------------------------------

    def open_file(self, path: str) -> None:
        """A file of questions and answers was chosen."""
        self._read_rows(RowsRequest(path=path), Path(path).name)

    def open_data_set(self, name: str) -> None:
        """A saved data set was chosen."""
        found = next((dataset for dataset in self._around.list_data_sets() if dataset.name == name), None)
        if found is None:
            problem = WorkbenchError(f"There is no data set “{name}” any more.", hint="Choose another.")
            self._board.show(rows_trouble=trouble_of(problem))
            return
        request = RowsRequest(path=found.rows_path, data_set=name, content_hash=found.content_hash)
        self._read_rows(request, name)

    def limit_rows(self, count: int) -> None:
        """Take only so many rows; 0 takes all."""
        self._board.show(limit=max(0, count))
        self._show_rows()

    def _read_rows(self, request: RowsRequest, source: str) -> None:
        self._read, self._reading, self._source = None, request, source
        self._board.show(page=Page.SETUP, rows=None, rows_trouble=None, is_reading=True)
        spec = JobSpec(task=READ_ROWS, params=request.model_dump(mode="json"), title=f"Read {source}")

        def hear(event: JobEvent) -> None:
            if self._reading is request:  # another choice may have been made since
                self._on_rows(event)

        self._around.jobs.submit(spec, hear)

    def _on_rows(self, event: JobEvent) -> None:
        match event:
            case Finished(result=result):
                self._read = RowsReport.model_validate(result)
                self._board.show(is_reading=False)
                self._show_rows()
            case Failed() | Crashed():
                self._board.show(is_reading=False, rows_trouble=trouble_of(event))
            case _:
                pass

    def _show_rows(self) -> None:
        report, limit = self._read, self._board.state.limit
        if report is None:
            return
        rows = report.rows[:limit] if limit else report.rows
        left_out = tuple(str(problem) for problem in report.problems)
        shown = Rows(self._source, rows, left_out, columns_of(rows), len(report.rows))
        self._board.show(rows=shown, rows_trouble=None)
        self._show_variables()

    # -- choices ------------------------------------------------------------------------------------------------------

    def choose_version(self, key: str, chosen: bool) -> None:
        self._board.show(chosen_versions=_with(self._board.state.chosen_versions, key, chosen))
        self._show_variables()

    def choose_answerer(self, key: str, chosen: bool) -> None:
        self._board.show(chosen_answerers=_with(self._board.state.chosen_answerers, key, chosen))

    def scale_adapters(self, text: str) -> None:
        """How strongly chosen adapters are applied: numbers separated by commas, each a column."""
        self._board.show(scales=text)

    def choose_variant(self, name: str, chosen: bool) -> None:
        self._board.show(chosen_variants=_with(self._board.state.chosen_variants, name, chosen))

    def vary(self, field: str, values: str) -> None:
        """Add one variant for each of the values, separated by commas or semicolons."""
        try:
            added = sweep(field, values.replace(";", ",").split(","))
        except WorkbenchError as problem:
            self._board.show(variant_trouble=f"{problem.message} {problem.hint}".strip())
            return
        state = self._board.state
        known = {variant.name for variant in state.variants}
        new = tuple(variant for variant in added if variant.name not in known)
        chosen = state.chosen_variants | {variant.name for variant in added}
        self._board.show(variants=(*state.variants, *new), chosen_variants=chosen, variant_trouble="")

    def remove_variants(self) -> None:
        """Forget the variants that are not chosen, but for the prompt's own settings."""
        state = self._board.state
        kept = tuple(v for v in state.variants if not v.changes or v.name in state.chosen_variants)
        self._board.show(variants=kept, variant_trouble="")

    def choose_metric(self, name: str) -> None:
        if any(metric.name == name for metric in GRID_METRICS):
            self._board.show(metric=name)

    def fill_in(self, variable: str, value: str) -> None:
        """A variable gets the same value for every row."""
        self._board.show(values={**self._board.state.values, variable: value})

    def _show_variables(self) -> None:
        """Which variables of the chosen prompts are not filled by every row."""
        state, source = self._board.state, self._around.source
        prompts: list[Prompt] = [self._versions[key].prompt for key in state.chosen_versions if key in self._versions]
        trouble = ""
        if source is not None and DRAFT in state.chosen_versions:
            prompts.append(source.draft())
            trouble = source.problem()
        filled = {QUESTION, *(state.rows.columns if state.rows else ())}
        used = dict.fromkeys(name for prompt in prompts for name in variables_of(prompt))
        unfilled = tuple(name for name in used if name not in filled) if state.rows else ()
        known = source.values() if source is not None else {}
        values = {**{name: known[name] for name in unfilled if known.get(name)}, **state.values}
        self._board.show(unfilled=unfilled, prompt_trouble=trouble, values=values)

    # -- the grid -----------------------------------------------------------------------------------------------------

    def request(self) -> GridRequest:
        """The grid as it is set up; the draft is saved as a version. Raises WorkbenchError where it cannot be run."""
        state = self._board.state
        if state.rows is None:
            raise WorkbenchError("There are no rows yet.", hint="Choose a file or a data set.")
        answerers = [self._answerers[c.key] for c in state.answerers if c.key in state.chosen_answerers]
        combinations = combine(
            self._chosen_versions(),
            at_scales(answerers, read_scales(state.scales)) if state.has_adapters else answerers,
            [variant for variant in state.variants if variant.name in state.chosen_variants],
        )
        return GridRequest(
            name=Path(state.rows.source).stem,
            source=state.rows.source,
            rows=state.rows.rows,
            combinations=combinations,
            metrics=(MetricChoice(name=state.metric),),
            values={name: state.values[name] for name in state.unfilled if state.values.get(name)},
        )

    def _chosen_versions(self) -> list[PromptVersion]:
        """In the order of the list; the draft may turn out to be a saved version that is chosen as well."""
        found: dict[str, PromptVersion] = {}
        for choice in self._board.state.versions:
            if choice.key not in self._board.state.chosen_versions:
                continue
            source = self._around.source
            if choice.key == DRAFT and source is not None:
                version = source.save_for_run()
            else:
                version = self._versions[choice.key]
            found.setdefault(version.id, version)
        return sorted(found.values(), key=lambda version: (version.prompt_name, version.number))


def _about(version: PromptVersion) -> str:
    first = next((block.text for block in version.prompt.blocks if block.text.strip()), "")
    return "\n".join(part for part in (version.note, " ".join(first.split())[:200]) if part)


def _with(chosen: frozenset[str], key: str, is_chosen: bool) -> frozenset[str]:
    return chosen | {key} if is_chosen else chosen - {key}
