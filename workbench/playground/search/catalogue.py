"""The catalogue of techniques and formats (resources/prompts/search/techniques.yaml), and how they change a prompt."""

from functools import cache

import yaml

from workbench import resources
from workbench.boundary import Boundary
from workbench.llm.types import Role
from workbench.playground.types import FewShot, Prompt, PromptBlock, Reasoning

_FILE = "prompts/search/techniques.yaml"


class Technique(Boundary):
    """A change of the instruction."""

    name: str
    title: str
    text: str = ""
    """Added below the system prompt."""
    reasoning: bool = False
    """Turns the reasoning switch on."""
    instruction: str = ""
    """How the model is told to reason; empty: as the switch does it."""


class Format(Boundary):
    """What encloses the question."""

    name: str
    title: str
    before: str = ""
    after: str = ""


class Catalogue(Boundary):
    techniques: tuple[Technique, ...]
    formats: tuple[Format, ...]


@cache
def load_catalogue() -> Catalogue:
    """The catalogue that comes with the program."""
    return Catalogue.model_validate(yaml.safe_load(resources.text(_FILE)))


def system_text(prompt: Prompt) -> str:
    """The template of the system block; "" where there is none."""
    return next((block.text for block in prompt.blocks if block.role is Role.SYSTEM), "")


def with_system(prompt: Prompt, text: str) -> Prompt:
    """The prompt with another system block (the first one, where there are several)."""
    blocks = list(prompt.blocks)
    place = next((number for number, block in enumerate(blocks) if block.role is Role.SYSTEM), None)
    if place is None:
        blocks.insert(0, PromptBlock(role=Role.SYSTEM, text=text))
    else:
        blocks[place] = blocks[place].model_copy(update={"text": text})
    return prompt.model_copy(update={"blocks": tuple(blocks)})


def with_technique(prompt: Prompt, technique: Technique) -> Prompt:
    """The prompt with a technique. Reasoning gets room for it: at least 512 tokens."""
    if technique.text:
        before = system_text(prompt).rstrip()
        prompt = with_system(prompt, f"{before}\n\n{technique.text}" if before else technique.text)
    if technique.reasoning:
        reasoning = Reasoning(instruction=technique.instruction) if technique.instruction else Reasoning()
        room = max(512, prompt.generation.max_tokens)
        generation = prompt.generation.model_copy(update={"max_tokens": room})
        prompt = prompt.model_copy(update={"reasoning": reasoning, "generation": generation})
    return prompt


def with_format(prompt: Prompt, chosen: Format) -> Prompt:
    """The prompt whose last user block is enclosed by the format; worked examples in the prompt's form follow it."""
    blocks = list(prompt.blocks)
    place = next((n for n in range(len(blocks) - 1, -1, -1) if blocks[n].role is Role.USER), None)
    if place is None:
        return prompt
    blocks[place] = blocks[place].model_copy(update={"text": f"{chosen.before}{blocks[place].text}{chosen.after}"})
    return prompt.model_copy(update={"blocks": tuple(blocks)})


def whole_text(prompt: Prompt) -> str:
    """Everything that a prompt says, for people: its blocks as they are written, how it reasons, its examples."""
    parts = [(block.role.value.capitalize(), block.text) for block in prompt.blocks if block.text.strip()]
    if prompt.reasoning is not None and prompt.reasoning.instruction.strip():
        parts.append(("Reasoning", prompt.reasoning.instruction))
    if prompt.few_shot is not None and prompt.few_shot.shots:
        few = prompt.few_shot
        count = min(few.count, len(few.shots))
        parts.append(("Worked examples", f"{count} of {len(few.shots)} ({few.selection.value})"))
    return "\n\n".join(f"# {title}\n{text.strip()}" for title, text in parts)


def with_shots(prompt: Prompt, few_shot: FewShot | None) -> Prompt:
    return prompt.model_copy(update={"few_shot": few_shot})
