"""Names -> things: turns a written comparison into a request that a worker can run without looking anything up."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from workbench.compare.arm_spec import ArmSpec, RetrievalSpec, saved_rows
from workbench.compare.judge.types import ResolvedJudge
from workbench.compare.spec import ComparisonSpec
from workbench.compare.types import Arm, CompareRequest
from workbench.datasets.test_sets.reading import read_question_file
from workbench.datasets.test_sets.types import named_set, questions_hash
from workbench.datasets.types import Example, RowProblem
from workbench.errors import WorkbenchError
from workbench.llm.types import AdapterRef, LoadConfig, ModelRef
from workbench.playground.few_shot import read_shots, select_shots
from workbench.playground.types import ExampleSelection, Shot
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
    def adapter(self, name: str, base: ModelRef) -> ResolvedAdapter: ...
    def collection(self, name: str) -> CollectionRef: ...
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
            arms.append(_resolve_arm(written, resolvers, spec.seed))
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


def _resolve_arm(written: ArmSpec, resolvers: Resolvers, seed: int) -> Arm:
    base = resolvers.model(written.model)
    adapter = resolvers.adapter(written.adapter, base) if written.adapter else None
    shots, per_question = _shots(written, resolvers, seed)
    retrieval = written.retrieval or RetrievalSpec()
    generation = written.generation
    if "seed" not in generation.model_fields_set:
        generation = generation.model_copy(update={"seed": seed})
    return Arm(
        name=written.name,
        model=base,
        adapter=AdapterRef(path=str(adapter.path)) if adapter else None,
        adapter_name=adapter.name if adapter else "",
        adapter_hash=adapter.sha256 if adapter else "",
        adapter_bytes=adapter.path.stat().st_size if adapter else 0,
        system=_read_prompt(Path(written.prompt)) if written.prompt else "",
        prompt_file=written.prompt,
        shots=shots,
        shots_per_question=per_question,
        collection=resolvers.collection(written.collection) if written.collection else None,
        others=tuple(resolvers.collection(name) for name in retrieval.also),
        retrieval=retrieval.config,
        order=retrieval.order,
        passage_tokens=retrieval.passage_tokens,
        reranker=resolvers.reranker(retrieval.reranker) if retrieval.reranks else "",
        generation=generation,
        training_seconds=adapter.training_seconds if adapter else 0.0,
    )


def _shots(written: ArmSpec, resolvers: Resolvers, seed: int) -> tuple[tuple[Shot, ...], int]:
    if written.examples is None:
        return (), 0
    saved = saved_rows(written.examples.from_file)
    shots = read_shots(resolvers.rows(saved) if saved else Path(written.examples.from_file))
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
