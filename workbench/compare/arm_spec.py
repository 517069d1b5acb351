"""An arm as a person writes it down: everything by name."""

from typing import Any, Self

from pydantic import ConfigDict, Field, field_serializer, field_validator, model_validator

from workbench.boundary import Boundary
from workbench.llm.types import GenerationConfig
from workbench.playground.types import ExampleSelection
from workbench.rag.answer_types import PassageOrder
from workbench.rag.search_types import RetrievalConfig
from workbench.rag.types import DaysAndLanguages

SAVED_PROMPT = "saved:"
"""Before the name of a prompt that was saved in the Playground: "saved:short answers", "saved:short answers@3"."""
SAVED_ROWS = "data:"
"""Before the name of a saved data set: "data:tickets"."""


def saved_prompt(written: str) -> tuple[str, int | None] | None:
    """Name and version (None: the newest) of a saved prompt; None for a file or nothing.

    A prompt may itself be called "a@3": whoever looks it up tries the whole name first.
    """
    if not written.startswith(SAVED_PROMPT):
        return None
    name, mark, number = written.removeprefix(SAVED_PROMPT).rpartition("@")
    if mark and name.strip() and number.isdecimal():
        return name.strip(), int(number)
    return written.removeprefix(SAVED_PROMPT).strip(), None


def saved_rows(written: str) -> str:
    """The name of a saved data set; empty for a file."""
    return written.removeprefix(SAVED_ROWS).strip() if written.startswith(SAVED_ROWS) else ""


def is_file(written: str) -> bool:
    """Whether it names a file rather than something saved here."""
    return bool(written) and not written.startswith((SAVED_PROMPT, SAVED_ROWS))


class ExamplesSpec(Boundary):
    """Few-shot examples of an arm."""

    model_config = ConfigDict(populate_by_name=True)

    from_file: str = Field(alias="from", min_length=1)
    """A file of rows with a question and an answer, or "data:" and the name of a saved data set."""
    count: int = Field(4, ge=1, le=100)
    selection: ExampleSelection = ExampleSelection.RANDOM
    seed: int | None = Field(None, ge=0, le=2**32 - 1)
    """Draws the random ones; not given: the comparison's seed."""

    @field_validator("from_file")
    @classmethod
    def _names_something(cls, value: str) -> str:
        if value.startswith(SAVED_ROWS) and not saved_rows(value):
            raise ValueError(f"{SAVED_ROWS} is followed by the name of a saved data set")
        return value


class RetrievalSpec(RetrievalConfig, DaysAndLanguages):
    """How an arm finds passages and what it does with them."""

    reranker: str = ""
    """The folder of a local cross-encoder; empty with `rerank`: the first that is found."""
    also: tuple[str, ...] = ()
    """Further collections that are asked at once, each with its own embedder."""
    order: PassageOrder = PassageOrder.BEST_FIRST
    passage_tokens: int = Field(0, ge=0, le=1_000_000)
    """Tokens that the passages may take together; 0: what the context leaves."""

    @field_validator("also", "languages", mode="before")
    @classmethod
    def _one_name_is_enough(cls, value: object) -> object:
        return [value] if isinstance(value, str) else value

    @property
    def config(self) -> RetrievalConfig:
        """What the search is given."""
        return RetrievalConfig.model_validate(
            {name: getattr(self, name) for name in RetrievalConfig.model_fields} | {"rerank": self.reranks}
        )

    @property
    def reranks(self) -> bool:
        """Naming a cross-encoder is wish enough."""
        return self.rerank or bool(self.reranker)


class ArmSpec(Boundary):
    """One strategy, by names."""

    name: str = Field(min_length=1, max_length=80)
    model: str = Field(min_length=1)
    """A model's name or path."""
    adapter: str = ""
    """An adapter's name or path."""
    adapter_scale: float = Field(1.0, ge=-10.0, le=10.0, allow_inf_nan=False)
    """How strongly it is applied: 1 as it was trained, 0 not at all."""
    prompt: str = ""
    """A file with the system prompt, or "saved:NAME" or "saved:NAME@3" of a prompt that was saved here."""
    examples: ExamplesSpec | None = None
    """Without them, a saved prompt shows its own."""
    collection: str = ""
    retrieval: RetrievalSpec | None = None
    generation: GenerationConfig = GenerationConfig()
    """What is not said is as the saved prompt says, or as the program does it."""

    @field_serializer("generation")
    def _only_what_is_said(self, generation: GenerationConfig) -> dict[str, Any]:
        """What was not said must not look said to whoever reads it again."""
        return generation.model_dump(mode="json", include=generation.model_fields_set)

    @field_validator("name", "model", "adapter", "collection", mode="before")
    @classmethod
    def _numbers_are_names_too(cls, value: object) -> object:
        return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value

    @field_validator("prompt")
    @classmethod
    def _saved_prompts_have_names(cls, value: str) -> str:
        if (found := saved_prompt(value)) is not None and not found[0]:
            raise ValueError(f"{SAVED_PROMPT} is followed by the name of a prompt, like {SAVED_PROMPT}short answers@3")
        return value

    @model_validator(mode="after")
    def _a_scale_needs_an_adapter(self) -> Self:
        if self.adapter_scale != 1.0 and not self.adapter:
            raise ValueError("has an adapter_scale but no adapter")
        return self

    @model_validator(mode="after")
    def _one_form_of_answer(self) -> Self:
        if self.generation.json_schema and self.generation.grammar:
            raise ValueError("has a json_schema and a grammar; an answer can follow only one")
        return self

    @model_validator(mode="after")
    def _retrieval_needs_a_collection(self) -> Self:
        if self.retrieval is not None and not self.collection:
            raise ValueError("has retrieval settings but no collection")
        if self.retrieval is not None and self.collection in self.retrieval.also:
            raise ValueError(f"names the collection {self.collection!r} twice")
        return self
