"""A comparison as it can be written down so that it is run again just like this: nothing in it is left open."""

import yaml

from workbench.compare.arm_spec import SAVED_PROMPT, ArmSpec
from workbench.compare.arm_types import Arm
from workbench.compare.spec import ComparisonSpec
from workbench.compare.types import CompareRequest
from workbench.datasets.test_sets.types import pinned


def written_of(spec: ComparisonSpec, request: CompareRequest) -> str:
    """`spec` as YAML with absolute paths, the versions of its prompts and questions, and their waves."""
    arms = {arm.name: arm for arm in request.arms}
    fixed = spec.model_copy(
        update={
            "questions": pinned(spec.questions, request.questions_hash),
            "arms": tuple(_pinned(written, arms.get(written.name)) for written in spec.arms),
            "waves": request.waves if len(request.waves) > 1 else (),
        }
    )
    return to_yaml(fixed)


def to_yaml(spec: ComparisonSpec) -> str:
    """What `load_spec` reads; names and paths as they are."""
    values = spec.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    values["metrics"] = [
        {"name": metric.name, **metric.options} if metric.options else metric.name for metric in spec.metrics
    ]
    return yaml.safe_dump(values, sort_keys=False, allow_unicode=True)


def _pinned(written: ArmSpec, arm: Arm | None) -> ArmSpec:
    if arm is None or arm.prompt is None:
        return written
    return written.model_copy(update={"prompt": f"{SAVED_PROMPT}{arm.prompt_name}@{arm.prompt_number}"})
