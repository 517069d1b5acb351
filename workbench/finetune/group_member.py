"""A member of a training group that does not lead: `python -m workbench.finetune.group_member FOLDER`."""

import sys
from pathlib import Path

import workbench  # noqa: F401  (silences libraries before they are imported)
from workbench.finetune.base_model import locate_base
from workbench.finetune.engine_probe import EngineProbe
from workbench.finetune.group import read_spec
from workbench.finetune.run_folder import RunFolder
from workbench.finetune.step_watch import Control
from workbench.finetune.training_run import TrainingRun
from workbench.jobs.context import RecordingContext


def main() -> None:
    folder = Path(sys.argv[1])
    spec = read_spec(folder)
    files = locate_base(spec.request.base)
    with EngineProbe(files.gguf, spec.threads) as probe:
        context = RecordingContext(threads=spec.threads)
        TrainingRun(context, spec.request, RunFolder(folder), Control(), files, "", probe, spec.threads).follow()


if __name__ == "__main__":
    main()
