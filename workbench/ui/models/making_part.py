"""Makes a GGUF model of the selected one: a smaller copy, or a conversion of a transformers folder. No Qt."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from workbench.errors import WorkbenchError
from workbench.finetune import converting
from workbench.finetune.converting import ConvertReport, convert_spec
from workbench.finetune.gguf.architectures import ARCHITECTURES, family_of_config
from workbench.jobs.events import Cancelled, Crashed, Failed, Finished, JobEvent, Progressed, Queued
from workbench.jobs.spec import JobHandle, JobSpec
from workbench.llm import quantizing
from workbench.llm.in_words import size_in_words
from workbench.llm.quantizing import QuantizationType, QuantizeReport, check_source, quantize_spec
from workbench.llm.types import ModelRef
from workbench.ui.board import Running
from workbench.ui.models.board import Board, Surroundings
from workbench.ui.models.state import Making
from workbench.ui.trouble import Trouble, trouble_of

_NOT_MADE = {Making.COPY: "No smaller copy of {} was made.", Making.CONVERSION: "{} was not converted to GGUF."}


@dataclass(frozen=True, slots=True)
class _Job:
    """What is being made."""

    source: ModelRef
    what: Making
    report: type[QuantizeReport | ConvertReport]


class MakingPart:
    """One model is made at a time; `select_file` looks for models anew and selects one."""

    def __init__(self, board: Board, around: Surroundings, select_file: Callable[[str], None]) -> None:
        self._board, self._around, self._select_file = board, around, select_file
        self._job: JobHandle | None = None
        self._failed: dict[str, Trouble] = {}
        """Why the last copy or conversion failed, by the path of the model that it was made of."""

    def begin_quantize(self) -> None:
        """Ask for the type, or say why the selected model is none to start from."""
        row = self._board.state.row
        if row is None:
            return
        try:
            check_source(row.model)
        except WorkbenchError as problem:
            self._board.show(trouble=trouble_of(problem))
        else:
            self._board.show(is_choosing_type=True, trouble=None)

    def keep_type(self) -> None:
        self._board.show(is_choosing_type=False)

    def quantize(self, kind: QuantizationType) -> None:
        """Make a smaller copy in the data folder."""
        row = self._board.state.row
        if row is None or self._job is not None:
            return
        target = quantizing.target_for(row.model, kind, self._around.catalog.models_folder)
        self._board.show(is_choosing_type=False)
        making = _Job(row.model, Making.COPY, QuantizeReport)
        self._make(making, f"{row.model.name} to {kind}", quantize_spec(row.model, kind, target))

    def convert(self) -> None:
        """Write the selected folder as a GGUF file into the data folder, proved to compute the same."""
        row = self._board.state.row
        if row is None or self._job is not None:
            return
        if reason := why_not_convertible(row.model):
            self._board.show(trouble=Trouble(reason, f"Families that can: {', '.join(_families())}."))
            return
        target = converting.target_for(row.model, self._around.catalog.models_folder)
        making = _Job(row.model, Making.CONVERSION, ConvertReport)
        self._make(making, f"{row.model.name} to GGUF", convert_spec(row.model, target))

    def stop(self) -> None:
        """What was written so far goes."""
        if self._job is not None:
            self._job.cancel()

    def follow_selection(self) -> None:
        """Say again why no model could be made of the selected one."""
        row = self._board.state.row
        if row is not None and row.model.path in self._failed:
            self._board.show(trouble=self._failed[row.model.path])

    def _make(self, making: _Job, label: str, spec: JobSpec) -> None:
        self._failed.pop(making.source.path, None)
        self._board.show(trouble=None, making=making.what, making_job=Running(label))
        self._job = self._around.jobs.submit(spec, partial(self._on_event, making))

    def _on_event(self, making: _Job, event: JobEvent) -> None:
        match event:
            case Queued(reason=reason) if reason:
                self._board.show(making_job=Running(reason))
            case Progressed(done=done, total=total, label=label):
                self._board.show(making_job=Running(label, done, total))
            case Finished(result=result):
                made = making.report.model_validate(result).model
                self._over()
                self._around.messages.info(f"{made.name} is ready: {size_in_words(made.size_bytes)}.")
                self._select_file(made.path)
            case Failed() | Crashed():
                self._over()
                self._tell_failed(making, trouble_of(event))
            case Cancelled():
                self._over()
            case _:
                pass

    def _over(self) -> None:
        self._job = None
        self._board.show(making_job=None)

    def _tell_failed(self, making: _Job, trouble: Trouble) -> None:
        """Beside the model that it is about; another one may be selected by now, then in a message as well."""
        path, row = making.source.path, self._board.state.row
        self._failed[path] = trouble
        if row is not None and row.model.path == path:
            self._board.show(trouble=trouble)
        else:
            said = f"{_NOT_MADE[making.what].format(making.source.name)} {trouble.text}"
            self._around.messages.error(said, trouble.hint, trouble.details)


def why_not_convertible(model: ModelRef) -> str:
    """The reason in a sentence why this folder cannot become a GGUF file; empty when it can, as far as is known."""
    if model.problem:
        return model.problem
    if model.architecture and family_of_config(model.architecture) is None:
        return f"{model.name} is of the family “{model.architecture}”, which cannot be written as GGUF here."
    return ""


def _families() -> list[str]:
    return sorted({kind for family in ARCHITECTURES.values() for kind in family.model_types})
