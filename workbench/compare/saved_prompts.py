"""Saved versions of prompts in a written comparison: `prompt: "saved:NAME"` (the newest) or `"saved:NAME@3"`."""

from collections.abc import Sequence

from workbench.compare.arm_spec import SAVED_PROMPT, saved_prompt
from workbench.datasets.types import Example
from workbench.errors import WorkbenchError
from workbench.playground.assembling import generation_of
from workbench.playground.template import PromptRenderer, block_name, problems_in, variables_of
from workbench.playground.types import QUESTION, Prompt, PromptVersion


def is_saved(written: str) -> bool:
    """Whether an arm's prompt names a saved version, not a file."""
    return saved_prompt(written) is not None


def name_of(version: PromptVersion) -> str:
    """How a comparison names this version."""
    return f"{SAVED_PROMPT}{version.prompt_name}@{version.number}"


def find_version(written: str, versions: Sequence[PromptVersion]) -> PromptVersion:
    """The version that is named; the newest where no number stands behind it. WorkbenchError when there is none."""
    name, number = saved_prompt(written) or ("", None)
    whole = written.removeprefix(SAVED_PROMPT).strip()
    own = [version for version in versions if version.prompt_name == whole]
    if own:  # a prompt may be called "a@3"
        name, number = whole, None
    else:
        own = [version for version in versions if version.prompt_name == name]
    if not own:
        names = ", ".join(dict.fromkeys(version.prompt_name for version in versions)) or "none yet"
        raise WorkbenchError(
            f"There is no saved prompt “{name}”.", hint=f"Prompts here: {names[:300]}.", code="no_prompt"
        )
    newest = max(own, key=lambda version: version.number)
    found = next((version for version in own if version.number == number), None) if number is not None else newest
    if found is None:
        raise WorkbenchError(
            f"The prompt “{name}” has no version {number}.",
            hint=f"Its newest is version {newest.number}.",
            code="no_version",
        )
    return found


def check_prompt(prompt: Prompt, name: str, examples: Sequence[Example]) -> None:
    """Raise WorkbenchError for what would make every question fail: a mistake, a variable that is no column.

    A variable without a column is a problem only where the template needs it: the first question is rendered.
    """
    if mistakes := problems_in(prompt):
        first = mistakes[0]
        place = f"{block_name(prompt, first.block)}, line {first.line}"
        raise WorkbenchError(
            f"The prompt “{name}” has a mistake ({place}): {first.message}",
            hint="Correct it in the playground and save it.",
            code="template_syntax",
        )
    generation_of(prompt)
    columns = dict.fromkeys(column for example in examples for column in example.variables)
    unknown = [variable for variable in variables_of(prompt) if variable != QUESTION and variable not in columns]
    if not unknown or not examples:
        return
    try:
        with PromptRenderer() as renderer:
            renderer.render(prompt, values_of(examples[0]))
    except WorkbenchError as problem:
        if problem.code != "undefined_variable":
            raise
        raise WorkbenchError(
            f"The prompt “{name}” needs a value for “{unknown[0]}”, but the questions have no such column.",
            hint=f"Columns beside question and answer: {', '.join([*columns][:12]) or 'none'}.",
            code="undefined_variable",
        ) from problem


def values_of(example: Example) -> dict[str, str]:
    """What fills the variables of a prompt for this question."""
    return {**example.variables, QUESTION: example.question}
