"""A comparison as a person writes it down: YAML with names and files, checked before anything runs."""

from difflib import get_close_matches
from pathlib import Path
from typing import Any, Self

import yaml
from pydantic import Field, ValidationError, field_validator, model_validator

from workbench.boundary import Boundary
from workbench.compare.arm_spec import ArmSpec, ExamplesSpec, RetrievalSpec, is_file
from workbench.compare.economy import Economy
from workbench.compare.expectations import Expectation
from workbench.compare.types import MOST_REPEATS
from workbench.compare.weights import Weights
from workbench.datasets.test_sets.types import named_set
from workbench.errors import WorkbenchError
from workbench.llm.types import GenerationConfig
from workbench.scoring.judge_settings import JudgeSettings
from workbench.scoring.model_metrics import check_metric, problem_of_scores
from workbench.scoring.types import MetricChoice

__all__ = ["ArmSpec", "ComparisonSpec", "ExamplesSpec", "RetrievalSpec", "load_spec", "save_spec"]

_LARGEST_BYTES = 1_000_000


class ComparisonSpec(Boundary):
    """A comparison, by names. Paths are absolute after `load_spec`."""

    name: str = Field(min_length=1, max_length=120)
    questions: str = Field(min_length=1)
    """A file, a BEIR folder, "set:NAME" for a test set, or "set:NAME@VERSION" for a version that was used."""
    metrics: tuple[MetricChoice, ...] = Field((MetricChoice(name="exact_match"),), min_length=1)
    """The first decides."""
    seed: int = Field(0, ge=0, le=2**32 - 1)
    repeats: int = Field(1, ge=1, le=MOST_REPEATS)
    """Answers per question of arms that sample (temperature above 0); the others answer once."""
    budget_seconds: float = Field(0.0, ge=0.0, allow_inf_nan=False)
    """No further questions are begun after this time; 0: all are asked."""
    timed_questions: int = Field(10, ge=0, le=1000)
    """Questions per arm whose time is measured alone."""
    forgetting: bool = False
    """Whether tuned arms are also asked for general abilities, before and after."""
    judge: JudgeSettings = JudgeSettings()
    """The language model that scores, where a metric needs one."""
    waves: tuple[int, ...] = ()
    """How many questions came together; a run that continues an earlier one with more questions says so here."""
    margin: float = Field(0.05, gt=0.0, le=0.5)
    """A difference of the deciding score that matters: 0.05 are 5 points."""
    weights: Weights = Weights()
    """How much quality, latency, memory and cost count for the recommendation."""
    economy: Economy = Economy()
    """What costs are counted with."""
    arms: tuple[ArmSpec, ...] = Field(min_length=1)
    expectations: tuple[Expectation, ...] = ()
    """What is expected between arms; held against the measurement afterwards."""
    exact: str = ""
    """A file beside it that says what a run was, exactly (`again.run_folder`); it counts while nothing was changed."""

    @field_validator("name", mode="before")
    @classmethod
    def _a_number_is_a_name_too(cls, value: object) -> object:
        return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value

    @field_validator("metrics", mode="before")
    @classmethod
    def _metrics_by_name_or_with_options(cls, value: object) -> object:
        if isinstance(value, str):
            value = [value]
        return [_metric(item) for item in value] if isinstance(value, list | tuple) else value

    @model_validator(mode="after")
    def _names_differ(self) -> Self:
        names = [arm.name for arm in self.arms]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"two arms are named {twice[0]!r}")
        named = {name for one in self.expectations for name in (one.arm, one.other)}
        if strange := sorted(named - set(names)):
            raise ValueError(f"an expectation names an arm that is not there: {strange[0]!r}")
        return self

    @model_validator(mode="after")
    def _a_judge_judges(self) -> Self:
        if problem := problem_of_scores(self.metrics, self.judge):
            raise ValueError(problem)
        return self


def _metric(item: object) -> object:
    if isinstance(item, str):
        item = {"name": item}
    if isinstance(item, dict) and "options" not in item:
        item = {"name": item.get("name"), "options": {key: value for key, value in item.items() if key != "name"}}
    if isinstance(item, dict) and isinstance(item.get("name"), str):
        try:
            check_metric(item["name"], item.get("options") or {})
        except WorkbenchError as error:
            raise ValueError(f"{error.message} {error.hint}") from error
    return item


def load_spec(path: Path) -> ComparisonSpec:
    """The comparison written in a YAML file; its file names are relative to it. WorkbenchError says what is wrong."""
    values = _read_yaml(path)
    try:
        spec = ComparisonSpec.model_validate(values)
    except ValidationError as error:
        problems = [_sentence(problem, values) for problem in _own_problems(error)]
        raise WorkbenchError(
            f"{path.name} is not a comparison that can be run: {'; '.join(problems[:5])}.",
            hint="Mend the file; docs/command-line.md shows a complete one.",
            code="bad_spec",
        ) from error
    spec = _with_paths(spec, path.absolute().parent)
    _check_files(spec, path)
    return spec


def _own_problems(error: ValidationError) -> list[Any]:
    """Without the one that only follows from others: a list of arms that are all wrong is also "too short"."""
    problems = error.errors(include_url=False)
    inner = any(problem["loc"][:1] == ("arms",) and len(problem["loc"]) > 1 for problem in problems)
    return [p for p in problems if not (inner and p["loc"] == ("arms",) and p["type"] == "too_short")]


def _read_yaml(path: Path) -> Any:
    try:
        if path.stat().st_size > _LARGEST_BYTES:
            raise WorkbenchError(f"{path.name} is too large to be a comparison.", code="bad_spec")
        values = yaml.safe_load(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError as error:
        raise WorkbenchError(f"There is no file {path}.", hint="Check the path.", code="no_file") from error
    except OSError as error:
        raise WorkbenchError(
            f"{path} cannot be read: {error.strerror or error}.", hint="Give a YAML file.", code="bad_spec"
        ) from error
    except RecursionError as error:
        raise WorkbenchError(f"{path.name} is nested too deeply to be a comparison.", code="bad_spec") from error
    except (ValueError, yaml.YAMLError) as error:  # not UTF-8; a day like 2024-13-99, as YAML reads it
        where = " ".join(str(error).split())[:200]
        raise WorkbenchError(
            f"{path.name} cannot be read as YAML: {where}", hint="Check its indentation and quotes.", code="bad_spec"
        ) from error
    if not isinstance(values, dict):
        raise WorkbenchError(
            f"{path.name} is not a comparison: it holds no keys.",
            hint="It needs name, questions, metrics and arms.",
            code="bad_spec",
        )
    return values


def _sentence(problem: Any, values: Any) -> str:
    """A pydantic problem in words: "arm 'rag' has an unknown key 'colection' (did you mean collection?)"."""
    place, key = _place(problem["loc"], values)
    match problem["type"]:
        case "extra_forbidden":
            near = get_close_matches(key, _known_keys(problem["loc"]), 1)
            return f"{place} has an unknown key {key!r}" + (f" (did you mean {near[0]!r}?)" if near else "")
        case "missing":
            return f"{place} has no {key!r}"
        case "value_error":
            said = str(problem["ctx"]["error"]).rstrip(".")
            return f"{place} {said}" if said.startswith("has ") else f"{place}: {said}"
        case _:
            return f"{key!r} of {place}: {problem['msg'][:1].lower()}{problem['msg'][1:]}"


def _place(location: tuple[int | str, ...], values: Any) -> tuple[str, str]:
    parts = [part for part in location if isinstance(part, str)]
    key = parts[-1] if parts else ""
    if len(location) < 2 or location[0] != "arms" or not isinstance(location[1], int):
        return "the comparison", key
    arms = values.get("arms") if isinstance(values, dict) else None
    arm = arms[location[1]] if isinstance(arms, list) and location[1] < len(arms) else None
    name = arm.get("name") if isinstance(arm, dict) else None
    place = f"arm {name!r}" if name else f"arm {location[1] + 1}"
    inner = [part for part in location[2:-1] if isinstance(part, str)]
    return f"{place} under {inner[-1]!r}" if inner else place, key


def _known_keys(location: tuple[int | str, ...]) -> list[str]:
    owners: dict[str, type[Boundary]] = {
        "retrieval": RetrievalSpec,
        "generation": GenerationConfig,
        "judge": JudgeSettings,
        "weights": Weights,
        "economy": Economy,
    }
    inner = str(location[-2]) if len(location) > 1 else ""
    if inner == "examples":
        return ["from", "count", "selection", "seed"]
    if inner in owners:
        return list(owners[inner].model_fields)
    return list(ArmSpec.model_fields if location[0] == "arms" else ComparisonSpec.model_fields)


def _with_paths(spec: ComparisonSpec, folder: Path) -> ComparisonSpec:
    def placed(name: str) -> str:
        return str((folder / Path(name).expanduser()).resolve()) if name else ""

    def placed_if_there(name: str) -> str:
        """A model or adapter may be a name or a file beside the comparison."""
        beside = folder / name
        looks_like_path = name.lower().endswith(".gguf") or "/" in name or "\\" in name
        return placed(name) if name and looks_like_path and beside.exists() else name

    arms = []
    for arm in spec.arms:
        changes: dict[str, Any] = {
            "prompt": placed(arm.prompt) if is_file(arm.prompt) else arm.prompt,
            "model": placed_if_there(arm.model),
            "adapter": placed_if_there(arm.adapter),
        }
        if arm.examples is not None and is_file(arm.examples.from_file):
            changes["examples"] = arm.examples.model_copy(update={"from_file": placed(arm.examples.from_file)})
        arms.append(arm.model_copy(update=changes))
    judge = spec.judge.model_copy(update={"model": placed_if_there(spec.judge.model)})
    questions = spec.questions if named_set(spec.questions) else placed(spec.questions)
    values = {"questions": questions, "judge": judge, "arms": tuple(arms), "exact": placed(spec.exact)}
    return spec.model_copy(update=values)


def _check_files(spec: ComparisonSpec, path: Path) -> None:
    wanted = [] if named_set(spec.questions) or Path(spec.questions).is_dir() else [("questions", spec.questions)]
    wanted += [(f"the prompt of arm {arm.name!r}", arm.prompt) for arm in spec.arms if is_file(arm.prompt)]
    examples = [(arm.name, arm.examples.from_file) for arm in spec.arms if arm.examples]
    wanted += [(f"the examples of arm {name!r}", file) for name, file in examples if is_file(file)]
    wanted += [("what it was exactly", spec.exact)] if spec.exact else []
    missing = [f"{what} ({file})" for what, file in wanted if not Path(file).is_file()]
    if missing:
        raise WorkbenchError(
            f"{path.name} names files that are not there: {'; '.join(missing[:5])}.",
            hint=f"File names are relative to {path.absolute().parent}.",
            code="no_file",
        )


def save_spec(spec: ComparisonSpec, path: Path) -> None:
    """Write a comparison as YAML that `load_spec` reads; files below its folder are named relative to it."""
    values = spec.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    folder = path.absolute().parent
    values["questions"] = _relative(spec.questions, folder)
    for written, arm in zip(values["arms"], spec.arms, strict=True):
        if is_file(arm.prompt):
            written["prompt"] = _relative(arm.prompt, folder)
        if arm.examples is not None and is_file(arm.examples.from_file):
            written["examples"]["from"] = _relative(arm.examples.from_file, folder)
        if arm.generation.model_fields_set:  # also what is said to be as it is anyway: a prompt may say otherwise
            written["generation"] = arm.generation.model_dump(mode="json", include=arm.generation.model_fields_set)
        else:
            written.pop("generation", None)
    values["metrics"] = [
        {"name": metric.name, **metric.options} if metric.options else metric.name for metric in spec.metrics
    ]
    path.write_text(yaml.safe_dump(values, sort_keys=False, allow_unicode=True), encoding="utf-8")


def _relative(name: str, folder: Path) -> str:
    path = Path(name)
    return path.relative_to(folder).as_posix() if path.is_relative_to(folder) else str(path)
