"""Values of the playground: prompts and their versions, what was asked of what exactly, and what came back."""

from enum import StrEnum

from pydantic import Field

from workbench.boundary import Boundary
from workbench.llm.types import ChatMessage, Completion, GenerationConfig, Role

QUESTION = "question"
"""The variable that the input box fills; every other variable of a prompt has a field of its own."""


class Shot(Boundary):
    """One worked example that is shown to the model before the question (few-shot)."""

    question: str
    answer: str


class ExampleSelection(StrEnum):
    """Which worked examples a question gets to see."""

    RANDOM = "random"
    """The same for every question, drawn with a seed."""
    FIRST = "first"
    """As they stand: picked by hand."""
    SIMILAR = "similar"
    """For every question those that share the most (and rarest) words with it."""
    COVERAGE = "coverage"
    """The same for every question, as unlike each other as can be."""


class FewShot(Boundary):
    """Worked examples of a prompt and the rule by which a question gets some of them."""

    shots: tuple[Shot, ...] = ()
    """What is chosen from."""
    source: str = ""
    """The data set or file that they came from; empty when they were typed."""
    selection: ExampleSelection = ExampleSelection.FIRST
    count: int = Field(4, ge=1, le=100)
    seed: int = Field(0, ge=0, le=2**32 - 1)
    in_form: bool = True
    """Their questions are put through the user block like the question itself; off: shown as they stand."""


class AnswerRule(StrEnum):
    """How the answer is taken out of a text that also reasons."""

    AFTER_MARK = "after the mark"
    """What stands behind the last occurrence of the mark, to the end."""
    LAST_LINE = "last line"
    """The last line that is not empty."""
    AFTER_THINKING = "after </think>"
    """What stands behind the closing tag of a reasoning model."""


class Reasoning(Boundary):
    """The reasoning switch: the model is told to think first, and its answer is taken out by a rule."""

    instruction: str = "Think step by step. Then write your answer on a new line that begins with “Answer:”."
    """Added to the system prompt; empty for a model that reasons without being told."""
    rule: AnswerRule = AnswerRule.AFTER_MARK
    mark: str = "Answer:"


class PromptBlock(Boundary):
    """One message of a prompt; its text is a Jinja template."""

    role: Role
    text: str = ""


class Prompt(Boundary):
    """Everything that a version of a prompt holds: what is said, and how the answer is decoded."""

    schema_version: int = 1
    blocks: tuple[PromptBlock, ...] = (
        PromptBlock(role=Role.SYSTEM),
        PromptBlock(role=Role.USER, text="{{ question }}"),
    )
    """In their order; a block that renders to nothing is left out. A last one by the assistant begins the answer."""
    few_shot: FewShot | None = None
    reasoning: Reasoning | None = None
    json_schema: str = ""
    """A JSON schema that answers must follow; empty is off."""
    generation: GenerationConfig = GenerationConfig()


class PromptVersion(Boundary):
    """A saved state of a prompt. Saved versions never change, but for their name and note."""

    id: str
    prompt_name: str
    """The prompt that this is a version of."""
    number: int
    """From 1, in the order in which they were saved."""
    parent_id: str = ""
    """The version that it was made from; of another prompt where it was branched off."""
    name: str = ""
    note: str = ""
    created: str = ""
    """ISO 8601 in UTC."""
    content_hash: str = ""
    """SHA-256 of what it holds: the same prompt has the same hash."""
    prompt: Prompt

    @property
    def label(self) -> str:
        """ "v7" or "v7 short answers"."""
        return f"v{self.number} {self.name}".strip()


class TemplateProblem(Boundary):
    """A mistake in a template, for the line where it stands."""

    block: int
    """The index of the block."""
    line: int
    """From 1, within the block."""
    message: str
    """A sentence for people."""


class ExtractedAnswer(Boundary):
    """The answer in a text that may also reason, and the rule by which it was found."""

    answer: str
    reasoning: str = ""
    """What stands before it."""
    rule_sentence: str = ""
    """For people: where the answer was looked for, and what happened when it was not there."""
    found: bool = True
    """False: the rule found nothing, and the whole text is taken."""


class Exchange(Boundary):
    """One prompt with its completion, its settings and the hashes of what answered."""

    schema_version: int = 1
    id: str
    created: str = ""
    """ISO 8601 in UTC."""
    model_name: str
    model_hash: str = ""
    """SHA-256 of the model file (see `llm.file_hash.fingerprint`); empty when the answer was stopped."""
    adapter_name: str = ""
    prompt_version_id: str = ""
    """The saved version of the prompt that was asked with; empty for exchanges from before there were versions."""
    messages: tuple[ChatMessage, ...]
    """Everything that was sent: system prompt, earlier turns, the question."""
    config: GenerationConfig = Field(default_factory=GenerationConfig)
    completion: Completion

    @property
    def question(self) -> str:
        return self.messages[-1].content if self.messages else ""

    @property
    def adapter_hash(self) -> str:
        return self.completion.adapter_hash
