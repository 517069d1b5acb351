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
    """A WorkbenchError says with which options the training can be started again, where lowering a setting helps."""
    from workbench.finetune.out_of_memory import Remedy, after_death

    try:
        yield
    except WorkbenchError as problem:
        offered = problem.facts.get("remedy")
        remedy = Remedy.model_validate(offered) if offered else after_death(request, problem.message)
        if remedy is None:
            raise
        raise WorkbenchError(
            problem.message,
            hint=f"{remedy.advice} The same command with {_differences(request, remedy.request)} does so.",
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
