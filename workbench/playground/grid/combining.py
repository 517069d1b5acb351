"""From choices to columns: every prompt version with every model and every variant of the settings."""

from collections.abc import Sequence
from itertools import product

from pydantic import ValidationError

from workbench.errors import WorkbenchError
from workbench.llm.types import AdapterRef, GenerationConfig
from workbench.playground.grid.types import Answerer, Combination, SettingsVariant
from workbench.playground.types import PromptVersion

MOST_COMBINATIONS = 100
AS_THE_PROMPT_SAYS = SettingsVariant()
BETWEEN = " · "
"""Stands between the parts of a combination's name."""


def combine(
    versions: Sequence[PromptVersion], answerers: Sequence[Answerer], variants: Sequence[SettingsVariant]
) -> tuple[Combination, ...]:
    """All combinations, named after what differs. Raises WorkbenchError for none or too many."""
    for found, what in ((versions, "prompt"), (answerers, "model"), (variants, "settings")):
        if not found:
            raise WorkbenchError(f"No {what} is chosen.", hint="Choose at least one.", code="nothing_chosen")
    count = len(versions) * len(answerers) * len(variants)
    if count > MOST_COMBINATIONS:
        raise WorkbenchError(
            f"{count} combinations are too many; a grid has at most {MOST_COMBINATIONS}.", hint="Choose fewer."
        )
    prompts = _prompt_names(versions)
    combinations = []
    for version, answerer, variant in product(versions, answerers, variants):
        parts = (
            prompts[version.id] if len(versions) > 1 or count == 1 else "",
            answerer.name if len(answerers) > 1 or count == 1 else "",
            variant.name or "as in the prompt" if len(variants) > 1 else "",
        )
        name = BETWEEN.join(part for part in parts if part)
        combinations.append(Combination(name=name, version=version, answerer=answerer, settings=variant))
    return _with_unique_names(combinations)


def sweep(field: str, values: Sequence[str]) -> tuple[SettingsVariant, ...]:
    """One variant for each value of a setting, as they are typed: "temperature" with "0", "0.7".

    Raises WorkbenchError that names the value which cannot be.
    """
    title = setting_title(field)
    variants = []
    for value in (text.strip() for text in values if text.strip()):
        try:
            config = GenerationConfig.model_validate({field: value})
        except ValidationError as error:
            reason = str(error.errors()[0]["msg"]).removeprefix("Input ").partition(",")[0]
            raise WorkbenchError(
                f"{title} cannot be “{value}”: it {reason}.", hint="Write values with commas.", code="bad_setting"
            ) from error
        variants.append(SettingsVariant(name=f"{title.lower()} {value}", changes={field: getattr(config, field)}))
    if not variants:
        raise WorkbenchError(f"There is no value for {title}.", hint="Write values with commas: 0, 0.7, 1.")
    return tuple({variant.name: variant for variant in variants}.values())


def read_scales(text: str) -> tuple[float, ...]:
    """How strongly adapters are applied, as it is typed: "0.5, 1". Raises WorkbenchError that names what cannot be."""
    scales = []
    for value in (part.strip() for part in text.replace(";", ",").split(",") if part.strip()):
        try:
            scales.append(AdapterRef.model_validate({"path": "", "scale": value}).scale)
        except ValidationError as error:
            raise WorkbenchError(
                f"An adapter cannot be applied at “{value}”.",
                hint="Write numbers from -10 to 10 with commas.",
                code="bad_scale",
            ) from error
    if not scales:
        raise WorkbenchError("The adapters have no scale.", hint="Write 1, or several: 0.5, 1.", code="bad_scale")
    return tuple(dict.fromkeys(scales))


def at_scales(answerers: Sequence[Answerer], scales: Sequence[float]) -> list[Answerer]:
    """Those with an adapter once for each scale; bare models as they are."""
    scaled = []
    for answerer in answerers:
        if answerer.adapter is None:
            scaled.append(answerer)
            continue
        for scale in scales:
            adapter = answerer.adapter.model_copy(update={"scale": scale})
            scaled.append(answerer.model_copy(update={"adapter": adapter}))
    return scaled


def setting_title(field: str) -> str:
    """What people call a setting that variants can change; WorkbenchError when there is none of that name."""
    titles = settings_to_sweep()
    if field not in titles:
        raise WorkbenchError(
            f"There is no setting “{field}” that can vary.", hint=f"Settings: {', '.join(titles)}.", code="bad_setting"
        )
    return titles[field]


def settings_to_sweep() -> dict[str, str]:
    """Settings that variants can change: field to title. Texts to stop at are none: they may hold commas."""
    fields = GenerationConfig.model_fields
    return {name: field.title for name, field in fields.items() if field.title and name != "stop"}


def _prompt_names(versions: Sequence[PromptVersion]) -> dict[str, str]:
    """With the prompt's name in front where versions of several prompts are chosen."""
    several = len({version.prompt_name for version in versions}) > 1
    return {version.id: f"{version.prompt_name} {version.label}" if several else version.label for version in versions}


def _with_unique_names(combinations: Sequence[Combination]) -> tuple[Combination, ...]:
    taken: set[str] = set()
    named = []
    for combination in combinations:
        name, number = combination.name, 1
        while name in taken:
            number += 1
            name = f"{combination.name} ({number})"
        taken.add(name)
        named.append(combination.model_copy(update={"name": name}))
    return tuple(named)
