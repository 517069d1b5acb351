"""The model of some arms: loaded when the first answer is wanted of it, at most once, closed at the end."""

from collections.abc import Callable

from workbench.compare.answering import Tools
from workbench.compare.arm_types import Arm
from workbench.compare.measuring import MemoryMeter, Meters, weights_of
from workbench.compare.resident_memory import ResidentMeter
from workbench.compare.types import CompareRequest
from workbench.errors import WorkbenchError
from workbench.jobs.attempts import PART_FAULTS
from workbench.llm.types import ChatEngine, ModelRef


class LoadedModel:
    """Use `engine`; what keeps it from being loaded is raised each time, but tried once."""

    def __init__(
        self, tools: Tools, request: CompareRequest, arm: Arm, resident: ResidentMeter, tell: Callable[[str], None]
    ) -> None:
        """`arm` is any of those that answer with the model; `tell` is told before it is loaded."""
        self._tools, self._request, self._arm = tools, request, arm
        self._resident, self._tell = resident, tell
        self._engine: ChatEngine | None = None
        self._meters: Meters | None = None
        self._problem: Exception | None = None

    @property
    def model(self) -> ModelRef:
        return self._arm.model

    def engine(self) -> ChatEngine:
        """Raises WorkbenchError and what else reading a file may raise."""
        if self._problem is not None:
            raise WorkbenchError(str(self._problem) or type(self._problem).__name__) from self._problem
        if self._engine is None:
            self._tell(f"Loading {self.model.name}")
            try:
                with self._resident.growing(weights_of(self._arm)):
                    self._engine = self._tools.open_engine(self.model, self._request.load_for(self.model))
            except PART_FAULTS as error:
                self._problem = error
                raise
            self._meters = Meters(MemoryMeter(self._engine), self._resident)
        return self._engine

    def meters(self) -> Meters:
        """Those of the engine."""
        self.engine()
        assert self._meters is not None
        return self._meters

    def close(self) -> None:
        if self._engine is not None:
            self._engine.close()
            self._resident.forget(weights_of(self._arm))
            self._engine = None
