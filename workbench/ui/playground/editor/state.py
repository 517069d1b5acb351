"""What the editor shows, and what undo goes through. No Qt."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from workbench.llm.types import GenerationConfig, ModelRef
from workbench.playground.diff import PromptDiff
from workbench.playground.tasks import PreviewReport
from workbench.playground.types import (
    QUESTION,
    ExampleSelection,
    FewShot,
    Prompt,
    PromptVersion,
    Shot,
    TemplateProblem,
)
from workbench.ui.trouble import Trouble


@dataclass(frozen=True, slots=True)
class Examples:
    """The examples that there are, also those that the prompt does not take (not ticked, or switched off)."""

    pool: tuple[Shot, ...] = ()
    picked: frozenset[int] = frozenset()
    """Indices of the ticked ones; they count where examples are picked by hand."""
    selection: ExampleSelection | None = None
    """None: the prompt has no examples."""
    count: int = 4
    seed: int = 0
    source: str = ""
    in_form: bool = True

    @property
    def chosen(self) -> tuple[Shot, ...]:
        """What the prompt chooses from."""
        if self.selection is ExampleSelection.FIRST:
            return tuple(shot for index, shot in enumerate(self.pool) if index in self.picked)
        return self.pool

    @property
    def few_shot(self) -> FewShot | None:
        """None where that comes to no example at all."""
        shots = self.chosen
        if self.selection is None or not shots:
            return None
        count = min(len(shots), 100) if self.selection is ExampleSelection.FIRST else self.count
        return FewShot(
            shots=shots, source=self.source, selection=self.selection, count=count, seed=self.seed, in_form=self.in_form
        )

    @classmethod
    def of(cls, few_shot: FewShot | None) -> "Examples":
        if few_shot is None:
            return cls()
        by_hand = few_shot.selection is ExampleSelection.FIRST
        picked = range(min(few_shot.count, len(few_shot.shots))) if by_hand else range(len(few_shot.shots))
        return cls(
            pool=few_shot.shots,
            picked=frozenset(picked),
            selection=few_shot.selection,
            count=few_shot.count,
            seed=few_shot.seed,
            source=few_shot.source,
            in_form=few_shot.in_form,
        )


@dataclass(frozen=True, slots=True)
class Draft:
    """Everything that the user writes and chooses here: the steps of undo are these."""

    prompt_name: str = ""
    prompt: Prompt = field(default_factory=Prompt)
    block_ids: tuple[int, ...] = (1, 2)
    """Names the blocks while they move; parallel to `prompt.blocks`."""
    examples: Examples = Examples()
    values: Mapping[str, str] = field(default_factory=dict)
    """Of variables, also of those that no block names at the moment. Never changed in place."""
    base: PromptVersion | None = None
    """The saved version that this was made from."""

    @property
    def is_edited(self) -> bool:
        """Whether it says anything else than the version it was made from."""
        return self.prompt != (self.base.prompt if self.base is not None else Prompt())


@dataclass(frozen=True, slots=True)
class PreviewState:
    """The exact text that a model would get."""

    is_open: bool = False
    """Only an open preview is computed: it loads the model's vocabulary."""
    models: tuple[ModelRef, ...] = ()
    model_name: str = ""
    report: PreviewReport | None = None
    is_running: bool = False
    trouble: Trouble | None = None


@dataclass(frozen=True, slots=True)
class EditorState:
    draft: Draft = field(default_factory=Draft)
    variables: tuple[str, ...] = ()
    """In their order of appearance."""
    problems: tuple[TemplateProblem, ...] = ()
    block_notes: Mapping[int, str] = field(default_factory=dict)
    """By the block's id: what happened to it, like a text that was too long to be taken."""
    schema_note: str = ""
    """What of it local models are not held to."""
    schema_problem: str = ""
    prompt_names: tuple[str, ...] = ()
    versions: tuple[PromptVersion, ...] = ()
    """Of the prompt that is open, the newest first."""
    difference: PromptDiff | None = None
    """Between the two versions that are compared."""
    deleted: tuple[PromptVersion, ...] = ()
    """All versions of the prompt that was deleted just now and can be brought back."""
    can_undo: bool = False
    can_redo: bool = False
    presets: tuple[str, ...] = ()
    preset_problems: tuple[str, ...] = ()
    """A sentence for each file in their folder that cannot be used."""
    open_sections: frozenset[str] = frozenset({"variables"})
    is_reading: bool = False
    """Examples are being read from a file or a data set."""
    examples_trouble: Trouble | None = None
    trouble: Trouble | None = None
    """Of the head: saving, opening, import."""
    preview: PreviewState = PreviewState()

    @property
    def asked_variables(self) -> tuple[str, ...]:
        """Those that have a field here; the question has the input box."""
        return tuple(name for name in self.variables if name != QUESTION)

    @property
    def given_values(self) -> dict[str, str]:
        """Of the variables with a field, those that have a value: an empty field gives none, so that forgetting it is
        said with block and line, and `default` in a template has its way.
        """
        values = self.draft.values
        return {name: values[name] for name in self.asked_variables if values.get(name)}

    def problem_of_block(self, index: int) -> TemplateProblem | None:
        """The first mistake in a block; None where there is none."""
        return next((problem for problem in self.problems if problem.block == index), None)


def sentence_of_settings(config: GenerationConfig) -> str:
    """The settings that matter most, in a few words."""
    defaults = GenerationConfig()
    others = sum(
        getattr(config, name) != getattr(defaults, name)
        for name, info in GenerationConfig.model_fields.items()
        if info.title and name not in {"temperature", "max_tokens"}
    )
    more = f", {others} more changed" if others else ""
    return f"temperature {config.temperature:g}, up to {config.max_tokens:,} tokens{more}"


def sentence_of_examples(examples: Examples) -> str:
    """How many examples are shown and how they are chosen."""
    few_shot = examples.few_shot
    if few_shot is None:
        return "none"
    number = min(few_shot.count, len(few_shot.shots))
    match few_shot.selection:
        case ExampleSelection.FIRST:
            return f"{number} picked by hand"
        case ExampleSelection.RANDOM:
            return f"{number} of {len(few_shot.shots)} at random, seed {few_shot.seed}"
        case ExampleSelection.SIMILAR:
            return f"the {number} of {len(few_shot.shots)} most like the question"
        case ExampleSelection.COVERAGE:
            return f"{number} of {len(few_shot.shots)}, unlike each other"
