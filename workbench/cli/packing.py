"""`workbench finetune --pack | --spec | import`: a training on another computer."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.cli.choices import choose_model
from workbench.cli.output import Output
from workbench.cli.workplace import Workplace
from workbench.errors import WorkbenchError
from workbench.jobs.events import Produced

if TYPE_CHECKING:
    from workbench.finetune.types import TrainReport, TrainRequest


def pack_training(request: "TrainRequest", folder: Path, with_base: bool, output: Output) -> None:
    """Write the folder; nothing is started."""
    from workbench.finetune.portable import SPEC, pack

    packed = pack(request, folder.absolute(), with_base=with_base)
    if output.json:
        output.object(packed)
        return
    output.text(f"Packed “{request.name}” into {folder}. Copy the folder to the other computer and run there:")
    model = "" if with_base or request.scratch is not None else " --model PATH"
    output.text(f"  workbench finetune --spec {folder.name}/{SPEC}{model}")
    output.text(f"Then copy it back and run here: workbench finetune import {folder}")


def run_packed(spec: Path, model: str | None, place: Workplace, on_item: Callable[[Produced], None]) -> "TrainReport":
    """Train inside the packed folder, or go on there."""
    from workbench.finetune import running
    from workbench.finetune.portable import unpacked
    from workbench.finetune.types import TrainReport

    folder = spec.absolute().parent if spec.is_file() else spec.absolute()
    request = unpacked(folder, choose_model(place, model) if model else None)
    with place.writing(f"fine-tuning {request.name}"):
        return TrainReport.model_validate(place.run(running.train_spec(request), on_item))


def import_packed(words: list[str], place: Workplace, output: Output) -> None:
    """Bring home what was trained in the folder."""
    from workbench.finetune.portable import bring_back
    from workbench.finetune.store import AdapterStore
    from workbench.finetune.types import Adapter

    if len(words) != 2 or words[0] != "import":
        raise WorkbenchError(
            f"“{' '.join(words)}” is nothing that `finetune` knows.",
            hint="workbench finetune import FOLDER brings a packed training home.",
            code="usage",
        )
    folder = Path(words[1]).expanduser().absolute()
    with place.writing(f"importing {folder.name}"):
        made = bring_back(folder, place.paths.adapters, place.paths.models)
        if isinstance(made, Adapter):
            AdapterStore(place.database).record(made)
    if output.json:
        output.object(made)
    else:
        output.text(f"Brought “{made.name}” home to {made.folder}.")
