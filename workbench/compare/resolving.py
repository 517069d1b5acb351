"""Names -> things: turns a written comparison into a request that a worker can run without looking anything up."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from workbench.compare.arm_spec import ArmSpec, RetrievalSpec, saved_rows
from workbench.compare.arm_types import Arm
from workbench.compare.judge.types import ResolvedJudge
from workbench.compare.saved_prompts import check_prompt, is_saved
from workbench.compare.spec import ComparisonSpec
from workbench.compare.types import CompareRequest
from workbench.datasets.test_sets.reading import read_question_file
from workbench.datasets.test_sets.types import named_set, questions_hash
from workbench.datasets.types import Example, RowProblem
from workbench.errors import WorkbenchError
from workbench.llm.types import AdapterRef, GenerationConfig, LoadConfig, ModelRef
from workbench.playground.assembling import generation_of
from workbench.playground.few_shot import read_shots, select_shots
from workbench.playground.types import ExampleSelection, FewShot, Prompt, PromptVersion, Shot
from workbench.rag.types import CollectionRef
from workbench.scoring.model_metrics import MODEL_METRICS


@dataclass(frozen=True, slots=True)
class ResolvedAdapter:
    """An adapter on disk and what is known of its training."""

    name: str
    path: Path
    sha256: str
    training_seconds: float = 0.0


class Resolvers(Protocol):
    """Finds what a comparison names. Every method raises WorkbenchError with a hint when there is no such thing."""

    def model(self, name: str) -> ModelRef: ...
    def base(self, model: ModelRef) -> ModelRef | None:
        """The model that this one was made of by fine-tuning, where it is known and still there."""
        ...

    def adapter(self, name: str, base: ModelRef) -> ResolvedAdapter: ...
    def collection(self, name: str) -> CollectionRef: ...
    def asked(self, arm: ArmSpec) -> tuple[CollectionRef, ...]:
        """The collections of an arm that asks only documents of some days or languages, each narrowed to those."""
        ...

    def indexing_seconds(self, name: str) -> float | None:
        """What building the index of this collection took; None where nobody knows."""
        ...

    def prompt(self, written: str) -> PromptVersion:
        """A saved version of a prompt, named like "saved:NAME@3"."""
        ...

    def reranker(self, name: str = "") -> str:
        """The folder of a local cross-encoder: the one of that folder or name, or any."""
        ...

    def rows(self, name: str) -> Path:
        """The rows file of a saved data set."""
        ...

    def test_set(self, questions: str) -> tuple[Example, ...]:
        """What a "set:NAME" or "set:NAME@VERSION" asks."""
        ...


@dataclass(frozen=True, slots=True)
class Resolved:
    """A request, and the rows of the question file that it does without."""

    request: CompareRequest
    problems: tuple[RowProblem, ...]


def resolve(
    spec: ComparisonSpec,
    resolvers: Resolvers,
    *,
    folder: Path | None = None,
    load: LoadConfig | None = None,
    limit: int = 0,
) -> Resolved:
    """Everything that the comparison names, found and read. `limit` above 0 takes only the first questions.

    Raises one WorkbenchError that names all arms that cannot be resolved.
    """
    examples, left_out = _asked(spec.questions, resolvers)
    examples = examples[:limit] if limit > 0 else examples
    named = named_set(spec.questions)
    arms: list[Arm] = []
    problems: list[tuple[str, WorkbenchError]] = []
    for written in spec.arms:
        try:
            arms.append(_resolve_arm(written, resolvers, spec.seed, examples))
        except WorkbenchError as problem:
            problems.append((written.name, problem))
    _complain(problems)
    request = CompareRequest(
        name=spec.name,
        examples=examples,
        test_set=named[0] if named else "",
        questions_hash=questions_hash(examples),
        metrics=spec.metrics,
        arms=tuple(arms),
        seed=spec.seed,
        folder=str(folder or ""),
        load=load or LoadConfig(),
        repeats=spec.repeats,
        budget_seconds=spec.budget_seconds,
        timed_questions=spec.timed_questions,
        forgetting=spec.forgetting,
        expectations=spec.expectations,
        judge=_resolve_judge(spec, resolvers),
        waves=spec.waves,
        margin=spec.margin,
        weights=spec.weights,
        economy=spec.economy,
    )
    return Resolved(request, left_out)


def _asked(questions: str, resolvers: Resolvers) -> tuple[tuple[Example, ...], tuple[RowProblem, ...]]:
    """The questions of a set or of a file, and the rows of the file that cannot be used."""
    if named_set(questions):
        return resolvers.test_set(questions), ()
    found = read_question_file(Path(questions))
    return tuple(question.example() for question in found.questions), found.problems


def _resolve_judge(spec: ComparisonSpec, resolvers: Resolvers) -> ResolvedJudge | None:
    """None where no metric asks a judge. Without a seed of its own it has the comparison's."""
    if not any(metric.name in MODEL_METRICS and MODEL_METRICS[metric.name].asks_judge for metric in spec.metrics):
        return None
    settings = spec.judge
    if "seed" not in settings.model_fields_set:
        settings = settings.model_copy(update={"seed": spec.seed})
    try:
        return ResolvedJudge(model=resolvers.model(settings.model), settings=settings)
    except WorkbenchError as problem:
        raise WorkbenchError(f"The judge: {problem.message}", hint=problem.hint, code=problem.code) from problem


def _resolve_arm(written: ArmSpec, resolvers: Resolvers, seed: int, examples: Sequence[Example]) -> Arm:
    base = resolvers.model(written.model)
    adapter = resolvers.adapter(written.adapter, base) if written.adapter else None
    rows = _rows(written, resolvers)
    shots, per_question = _shots(written, rows, seed)
    retrieval = written.retrieval or RetrievalSpec()
    version = resolvers.prompt(written.prompt) if is_saved(written.prompt) else None
    prompt = _prompt_of(version, written, rows, seed) if version else None
    if version and prompt:
        check_prompt(prompt, version.prompt_name, examples)
    collections = _collections(written, retrieval, resolvers)
    return Arm(
        name=written.name,
        model=base,
        base=resolvers.base(base),
        adapter=AdapterRef(path=str(adapter.path), scale=written.adapter_scale) if adapter else None,
        adapter_name=adapter.name if adapter else "",
        adapter_hash=adapter.sha256 if adapter else "",
        adapter_bytes=adapter.path.stat().st_size if adapter else 0,
        system=_read_prompt(Path(written.prompt)) if written.prompt and not version else "",
        prompt_file="" if version else written.prompt,
        prompt=prompt,
        prompt_name=version.prompt_name if version else "",
        prompt_number=version.number if version else 0,
        prompt_label=version.label if version else "",
        shots=shots,
        shots_per_question=per_question,
        collection=collections[0] if collections else None,
        others=collections[1:],
        retrieval=retrieval.config,
        order=retrieval.order,
        passage_tokens=retrieval.passage_tokens,
        reranker=resolvers.reranker(retrieval.reranker) if retrieval.reranks else "",
        generation=_generation(written, prompt, seed),
        training_seconds=adapter.training_seconds if adapter else 0.0,
        indexing_seconds=resolvers.indexing_seconds(written.collection) if written.collection else 0.0,
    )


def _collections(written: ArmSpec, retrieval: RetrievalSpec, resolvers: Resolvers) -> tuple[CollectionRef, ...]:
    if not written.collection:
        return ()
    if retrieval.looks_inside:
        return resolvers.asked(written)
    return tuple(map(resolvers.collection, (written.collection, *retrieval.also)))


def _prompt_of(version: PromptVersion, written: ArmSpec, rows: Sequence[Shot], seed: int) -> Prompt:
    """What the version holds; examples that the arm names stand instead of its own."""
    if written.examples is None:
        return version.prompt
    examples = (version.prompt.few_shot or FewShot()).model_copy(
        update={
            "shots": tuple(rows),
            "source": written.examples.from_file,
            "selection": written.examples.selection,
            "count": written.examples.count,
            "seed": seed if written.examples.seed is None else written.examples.seed,
        }
    )
    return version.prompt.model_copy(update={"few_shot": examples})


def _generation(written: ArmSpec, prompt: Prompt | None, seed: int) -> GenerationConfig:
    """As the arm says; what it does not say, as its prompt says; the seed is the comparison's."""
    said = {name: getattr(written.generation, name) for name in written.generation.model_fields_set}
    known = prompt.generation if prompt else GenerationConfig()
    merged = known.model_copy(update={"seed": seed, **said})
    return generation_of(prompt.model_copy(update={"generation": merged})) if prompt else merged


def _rows(written: ArmSpec, resolvers: Resolvers) -> Sequence[Shot]:
    """What the arm's few-shot examples are chosen from."""
    if written.examples is None:
        return ()
    saved = saved_rows(written.examples.from_file)
    return read_shots(resolvers.rows(saved) if saved else Path(written.examples.from_file))


def _shots(written: ArmSpec, shots: Sequence[Shot], seed: int) -> tuple[tuple[Shot, ...], int]:
    if written.examples is None:
        return (), 0
    selection, count = written.examples.selection, written.examples.count
    if written.examples.seed is not None:
        seed = written.examples.seed
    return select_shots(shots, selection, count, seed), count if selection is ExampleSelection.SIMILAR else 0


def _read_prompt(path: Path) -> str:
    try:
        text = path.read_text(encoding="utf-8-sig").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise WorkbenchError(
            f"The prompt file {path.name} cannot be read.", hint="Save it as UTF-8 text.", details=str(error)
        ) from error
    if not text:
        raise WorkbenchError(f"The prompt file {path.name} is empty.", hint="Write a prompt, or leave the key out.")
    return text


def _complain(problems: Sequence[tuple[str, WorkbenchError]]) -> None:
    if not problems:
        return
    sentences = [f"Arm {name!r}: {problem.message}" for name, problem in problems]
    hints = list(dict.fromkeys(problem.hint for _, problem in problems if problem.hint))
    raise WorkbenchError(" ".join(sentences), hint=" ".join(hints[:3]), code=problems[0][1].code or "unresolved")
