"""An adapter from elsewhere: which folder, trained on which model, called how. No Qt."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from workbench.errors import WorkbenchError
from workbench.finetune.importing import ImportRequest, PeftAbout, import_spec, likely_base, read_about
from workbench.finetune.types import Adapter
from workbench.jobs.events import Cancelled, Crashed, Failed, Finished, JobEvent, Progressed, Queued
from workbench.jobs.spec import JobHandle
from workbench.llm.types import ModelRef
from workbench.naming import numbered
from workbench.ui.board import Running
from workbench.ui.finetune.adapters_state import ImportState
from workbench.ui.finetune.board import Board, Surroundings
from workbench.ui.finetune.setup_state import found_again, why_not_tunable
from workbench.ui.trouble import Trouble, trouble_of


class ImportPart:
    """What the user does on the bar for imports."""

    def __init__(self, board: Board, around: Surroundings, on_imported: Callable[[Adapter], None]) -> None:
        self._board, self._around, self._on_imported = board, around, on_imported
        self._job: JobHandle | None = None
        self._about: PeftAbout | None = None
        """What the shown folder says of itself; None until it was read, and of one that is refused."""
        self._offered: tuple[ModelRef, ...] = ()
        """The models behind the names on the bar."""

    def choose_folder(self, folder: str) -> None:
        """Look at it, and offer the models that it may have been trained on."""
        self._around.catalog.ensure()
        self._about, self._offered = None, ()
        self._board.show(importing=ImportState(folder=folder, name=self._free_name(Path(folder).name)))
        self._around.in_background(partial(_look, Path(folder)), partial(self._on_about, folder))

    def take_models(self) -> None:
        """The catalog of models was read anew: what is chosen stays, and a likely base that came only now is chosen."""
        state, about, before = self._board.state.importing, self._about, self._offered
        if state is None or about is None:
            return
        self._offered = tuple(model for model in self._around.catalog.models if not why_not_tunable(model))
        chosen = next((model for model in before if model.name == state.base), None)
        base = found_again(chosen, self._offered) if chosen is not None else None
        likely = likely_base(about, self._offered)
        if base is None and likely is not None and found_again(likely, before) is None:
            base = likely
        names = tuple(model.name for model in self._offered)
        self._change(bases=names, base=base.name if base is not None else "")

    def choose_base(self, name: str) -> None:
        self._change(base=name)

    def name_it(self, name: str) -> None:
        self._change(name=name)

    def leave(self) -> None:
        """Not this time."""
        if self._job is not None:
            self._job.cancel()
        self._board.show(importing=None)

    def start(self) -> None:
        """Check, convert and prove it in a worker."""
        state = self._board.state.importing
        base = next((m for m in self._around.catalog.models if state is not None and m.name == state.base), None)
        if state is None or base is None or not state.can_start:
            return
        folder = str(self._around.paths.adapters)
        request = ImportRequest(folder=state.folder, name=state.name.strip(), base=base, adapters_folder=folder)
        self._change(running=Running("Waiting for a process"), trouble=None)
        self._job = self._around.jobs.submit(import_spec(request), self._on_event)

    def _on_about(self, folder: str, about: PeftAbout | WorkbenchError) -> None:
        state = self._board.state.importing
        if state is None or state.folder != folder:
            return  # another one was chosen meanwhile
        if isinstance(about, WorkbenchError):
            self._change(trouble=trouble_of(about), is_refused=True)
            return
        self._about = about
        self._change(says=f"rank {about.rank}, made for {about.base_name or 'a model that it does not name'}")
        self.take_models()

    def _on_event(self, event: JobEvent) -> None:
        match event:
            case Queued(reason=reason) if reason:
                self._change(running=Running(reason))
            case Progressed(done=done, total=total, label=label):
                self._change(running=Running(label, done, total))
            case Finished(result=result):
                self._job = None
                self._board.show(importing=None)
                self._on_imported(Adapter.model_validate(result))
            case Failed() | Crashed():
                self._over(trouble_of(event))
            case Cancelled():
                self._over(None)
            case _:
                pass

    def _over(self, trouble: Trouble | None) -> None:
        self._job = None
        self._change(running=None, trouble=trouble)

    def _change(self, **changes: Any) -> None:
        if self._board.state.importing is not None:
            self._board.show(importing=replace(self._board.state.importing, **changes))

    def _free_name(self, wanted: str) -> str:
        taken = {adapter.name.casefold() for adapter in self._board.state.adapters}
        return numbered(wanted or "imported", lambda name: name.casefold() in taken)


def _look(folder: Path) -> PeftAbout | WorkbenchError:
    try:
        return read_about(folder)
    except WorkbenchError as problem:
        return problem
