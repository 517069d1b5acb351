"""What a training would need, estimated in a process of its own before the start; and whether it could start. No Qt."""

from collections.abc import Callable

from workbench.finetune.preflight import Preflight
from workbench.finetune.prepared import REFUSALS
from workbench.finetune.running import estimate_spec, scratch_estimate_spec
from workbench.finetune.scratch.sizes import ScratchEstimate
from workbench.finetune.types import TrainRequest
from workbench.jobs.events import Cancelled, Crashed, Failed, Finished, JobEvent, Produced, is_last_word
from workbench.jobs.spec import JobHandle, JobSpec
from workbench.llm.making_room import LLM_WORKER
from workbench.llm.tasks import MEASURE_IDLE
from workbench.llm.types import IdleMemory
from workbench.ui.finetune.board import Board, Surroundings
from workbench.ui.finetune.presets import Goal
from workbench.ui.trouble import trouble_of


class EstimatePart:
    """Asks for the estimate of what is chosen, and hears only the answer to what was asked last."""

    def __init__(
        self,
        board: Board,
        around: Surroundings,
        request_of: Callable[[], TrainRequest | None],
        on_estimate: Callable[[Preflight], None],
    ) -> None:
        self._board = board
        self._around = around
        self._request_of = request_of
        self._on_estimate = on_estimate
        self._job: JobHandle | None = None
        self._turn = 0

    def estimate(self) -> None:
        """Have memory, time and disk estimated for what is chosen now."""
        self.forget()
        self._board.show_setup(wants_estimate=False)
        request = self._request_of()
        if request is None:
            return
        turn = self._turn
        self._board.show_setup(is_estimating=True)
        if request.scratch is not None:
            self._submit(turn, scratch_estimate_spec(request))
        elif self._around.is_chat_warm():
            spec = JobSpec(task=MEASURE_IDLE, title="Look at idle models", worker=LLM_WORKER)
            self._around.jobs.submit(spec, lambda event: self._on_idle(turn, request, event))
        else:
            self._submit(turn, estimate_spec(request, IdleMemory()))

    def forget(self) -> None:
        """The answer to a question that was changed since is not waited for."""
        self._turn += 1
        if self._job is not None:
            self._job.cancel()
            self._job = None
        self._board.show_setup(preflight=None, scratch_estimate=None, is_estimating=False, is_timing=False)

    def _on_idle(self, turn: int, request: TrainRequest, event: JobEvent) -> None:
        """What idle chat models hold is known, or not to be known: then the training is reckoned without it."""
        if turn == self._turn and is_last_word(event):
            idle = IdleMemory.model_validate(event.result) if isinstance(event, Finished) else IdleMemory()
            self._submit(turn, estimate_spec(request, idle))

    def _submit(self, turn: int, spec: JobSpec) -> None:
        self._job = self._around.jobs.submit(spec, lambda event: self._on_event(event) if turn == self._turn else None)

    def _on_event(self, event: JobEvent) -> None:
        match event:
            case Finished(result=result) if self._board.setup.goal is Goal.SCRATCH:
                measured = ScratchEstimate.model_validate(result)
                self._board.show_setup(is_estimating=False, scratch_estimate=measured, trouble=None)
            case Produced(kind="Preflight", item=item):  # the time is being measured
                found = Preflight.model_validate(item)
                self._board.show_setup(is_estimating=False, is_timing=True, preflight=found, trouble=None)
            case Finished(result=result):
                self._board.show_setup(is_timing=False)
                found = Preflight.model_validate(result)
                self._board.show_setup(is_estimating=False, preflight=found, trouble=None)
                self._on_estimate(found)
            case Failed(code=code) if code in REFUSALS:
                self._board.show_setup(is_estimating=False, is_timing=False, refusal=trouble_of(event))
            case Failed() | Crashed():
                self._board.show_setup(is_estimating=False, is_timing=False, trouble=trouble_of(event))
            case Cancelled():
                self._board.show_setup(is_estimating=False, is_timing=False)
            case _:
                pass
