"""The way out of a training that failed, as options of the same command: what one click is in the window."""

import contextlib
import shlex
from collections.abc import Iterator
from typing import TYPE_CHECKING

from workbench.errors import WorkbenchError

if TYPE_CHECKING:
    from workbench.finetune.types import TrainRequest


@contextlib.contextmanager
def told_in_options(request: "TrainRequest") -> Iterator[None]:
    """A WorkbenchError that carries another start of the training says with which options that is."""
    from workbench.finetune.out_of_memory import Remedy

    try:
        yield
    except WorkbenchError as problem:
        if "remedy" not in problem.facts:
            raise
        options = _differences(request, Remedy.model_validate(problem.facts["remedy"]).request)
        raise WorkbenchError(
            problem.message,
            hint=f"{problem.hint} The same command with {options} does so.",
            details=problem.details,
            code=problem.code,
            facts=problem.facts,
        ) from problem


def _differences(before: "TrainRequest", after: "TrainRequest") -> str:
    options = []
    for name, value in after.config:
        if value == getattr(before.config, name):
            continue
        option = f"--{name.replace('_', '-')}"
        options.append(option if value is True else f"{option} {value:g}")
    if after.batch_parts != before.batch_parts and after.name == before.name:
        options.append(f"--batch-parts {after.batch_parts}")
    if after.name != before.name:
        options.append(f"--name {shlex.quote(after.name)}")
    return " ".join(options)
