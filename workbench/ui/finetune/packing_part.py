"""A training on another computer: packed into a folder, brought home. No Qt."""

from collections.abc import Callable
from pathlib import Path

from workbench.errors import WorkbenchError
from workbench.finetune.portable import PackedRun, bring_back, pack
from workbench.finetune.types import Adapter, MadeModel, TrainRequest
from workbench.ui.finetune.board import Board, Surroundings
from workbench.ui.trouble import trouble_of


class PackingPart:
    """What the user does with "Other computer"."""

    def __init__(
        self,
        board: Board,
        around: Surroundings,
        request_of: Callable[[], TrainRequest | None],
        on_adapter: Callable[[Adapter], None],
    ) -> None:
        self._board = board
        self._around = around
        self._request_of = request_of
        self._on_adapter = on_adapter

    def pack(self, folder: str) -> None:
        """Write what is chosen now, with its base, into an empty folder."""
        request = self._request_of()
        if request is None:
            return

        def write() -> PackedRun | WorkbenchError:
            try:
                return pack(request, Path(folder) / request.name, with_base=True)
            except WorkbenchError as problem:
                return problem

        def told(made: PackedRun | WorkbenchError) -> None:
            if isinstance(made, WorkbenchError):
                self._board.show_setup(trouble=trouble_of(made))
                return
            place = Path(folder) / request.name
            self._around.messages.info(
                f"Packed into {place}. Copy it to the other computer and run there: workbench finetune --spec spec.json"
            )

        self._board.show_setup(trouble=None)
        self._around.in_background(write, told)

    def bring_back(self, folder: str) -> None:
        """Check what was trained in a packed folder and put it among the adapters or models."""
        paths = self._around.paths

        def read() -> Adapter | MadeModel | WorkbenchError:
            try:
                return bring_back(Path(folder), paths.adapters, paths.models)
            except WorkbenchError as problem:
                return problem

        def told(made: Adapter | MadeModel | WorkbenchError) -> None:
            match made:
                case WorkbenchError():
                    self._board.show_setup(trouble=trouble_of(made))
                case Adapter():
                    self._around.adapters.record(made)
                    self._on_adapter(made)
                case MadeModel():
                    self._around.catalog.refresh()
                    self._around.messages.info(f"The model “{made.name}” is home.")

        self._board.show_setup(trouble=None)
        self._around.in_background(read, told)
