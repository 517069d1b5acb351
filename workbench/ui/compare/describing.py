"""An arm and its questions in words. No Qt."""

from pathlib import Path

from workbench.compare.spec import ArmSpec
from workbench.compare.types import ArmResult
from workbench.playground.types import ExampleSelection
from workbench.ui.compare.state import Questions


def describe_examples(arm: ArmSpec) -> str:
    """ "4 from training.csv"."""
    if arm.examples is None:
        return "–"
    kind = "" if arm.examples.selection is ExampleSelection.RANDOM else f" ({arm.examples.selection})"
    return f"{arm.examples.count} from {short_name(arm.examples.from_file)}{kind}"


def describe_retrieval(arm: ArmSpec) -> str:
    if not arm.collection:
        return "–"
    if arm.retrieval is None:
        return arm.collection
    rerank = ", reranked" if arm.retrieval.rerank else ""
    return f"{arm.collection} ({arm.retrieval.mode}, top {arm.retrieval.top_k}{rerank})"


def describe_questions(questions: Questions) -> str:
    parts = [f"{len(questions.examples)} questions"]
    parts += [f"{questions.unanswerable} without an answer"] if questions.unanswerable else []
    parts += [f"{questions.with_sources} name their sources"] if questions.with_sources else []
    parts += [f"{len(questions.left_out)} rows left out"] if questions.left_out else []
    return " · ".join(parts)


def describe_made_of(result: ArmResult) -> str:
    return " + ".join(part for part in (result.model, result.adapter, result.collection) if part)


def short_name(path: str) -> str:
    """The file's name; of a data set's rows file, which is named after its content, the first letters."""
    name = Path(path).name
    return name if len(name) <= 40 else f"{name[:8]}…{Path(path).suffix}"
