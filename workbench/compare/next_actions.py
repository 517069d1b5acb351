"""What to do about a wrong answer: a door to the place where it is mended, with the case in hand."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from workbench.compare.arm_types import Arm, ArmResult
from workbench.compare.evidence import Evidence, evidence_of
from workbench.compare.stock import RowsChoice, Stock
from workbench.compare.trial_types import FailureReason, Trial
from workbench.datasets.types import Example
from workbench.llm.types import ModelRef, Role
from workbench.playground.types import FewShot, Prompt, PromptBlock
from workbench.rag.types import CollectionRef

TRY_AGAIN, SHOW_JOBS = "again", "jobs"
"""What `NextAction.tab` says where no tab is opened: run the comparison again; look at the jobs and their logs."""


@dataclass(frozen=True, slots=True)
class NextAction:
    """A button of a case."""

    key: str
    """ "search": what the button is called among those of its case."""
    text: str
    tip: str
    tab: str
    """As `Navigator.open_tab` calls it."""
    case: dict[str, str] = field(default_factory=dict)


def next_actions(
    trial: Trial, example: Example, arm: Arm | ArmResult, stock: Stock | None = None
) -> tuple[NextAction, ...]:
    """Doors for this failure, the likeliest first; none for a right answer. `stock`: what there is to tune on."""
    if trial.failure is None:
        return ()
    return tuple(_Doors(trial, example, arm, stock or Stock()).open(trial.failure))


class _Doors:
    def __init__(self, trial: Trial, example: Example, arm: Arm | ArmResult, stock: Stock) -> None:
        self._trial, self._example, self._arm, self._stock = trial, example, arm, stock

    def open(self, reason: FailureReason) -> Iterator[NextAction]:
        match reason:
            case FailureReason.NOT_RETRIEVED:
                yield self._search()
                yield from self._source(evidence_of(self._trial, self._example))
                yield self._settings("Retrieval settings", "Change how this arm retrieves.")
            case FailureReason.IGNORED | FailureReason.MIXED_UP:
                yield self._try_it()
                yield self._search()
                yield self._tune_on_passages()
            case FailureReason.WRONG_FORMAT:
                yield self._edit_prompt()
                yield self._tune("Tune on the form")
                yield self._as_rows(reason)
            case FailureReason.NOT_KNOWN:
                yield self._add_documents()
                yield self._try_it()
            case FailureReason.TRUNCATED:
                yield self._settings("Raise the limit", "The generation settings of this arm.")
                yield self._try_it()
            case FailureReason.REFUSED | FailureReason.NOT_REFUSED:
                yield self._edit_prompt()
                yield self._try_it()
            case FailureReason.CRASHED:
                yield NextAction("again", "Run again", "Only what failed is repeated.", TRY_AGAIN)
                yield NextAction("jobs", "Jobs and logs", "What the job said before it failed.", SHOW_JOBS)

    def _search(self) -> NextAction:
        return NextAction(
            "search",
            "Search in Documents",
            "Search the collection for this question, with this arm's settings.",
            "documents",
            {"collection": _collection(self._arm), "question": self._example.question, **self._retrieval()},
        )

    def _retrieval(self) -> dict[str, str]:
        if not isinstance(self._arm, Arm):
            return {}
        retrieval, reranker = self._arm.retrieval, self._arm.reranker
        return {"mode": str(retrieval.mode), "top_k": str(retrieval.top_k), "reranker": reranker}

    def _source(self, evidence: Evidence) -> Iterator[NextAction]:
        """The document that should have been found, opened where it stands."""
        wanted = evidence.missing_sources or self._example.sources
        if wanted:
            case = {"collection": _collection(self._arm), "document": wanted[0], "page": "1"}
            yield NextAction("source", "Open the source", f"Open {wanted[0]}.", "documents", case)

    def _add_documents(self) -> NextAction:
        case = {"show": "files"}
        if collection := _collection(self._arm):
            case["collection"] = collection
        return NextAction(
            "files", "Add documents", "Documents that hold the answer, to retrieve from.", "documents", case
        )

    def _try_it(self) -> NextAction:
        tip = "Ask it in the Playground: same model, prompt, documents and question."
        return NextAction("try", "Try in the Playground", tip, "playground", self._playground())

    def _edit_prompt(self) -> NextAction:
        tip = "This arm's prompt in the editor, with this question beside it."
        return NextAction("prompt", "Edit the prompt", tip, "playground", self._playground())

    def _playground(self) -> dict[str, str]:
        arm = self._arm
        case = {"prompt": self._example.question, "collection": _collection(arm), "model": _model(arm)}
        case["adapter"] = _adapter(arm)
        if arm.adapter_scale != 1.0:
            case["adapter_scale"] = f"{arm.adapter_scale!r}"
        if isinstance(arm, Arm):
            case["draft"] = prompt_of(arm).model_dump_json(exclude_defaults=True)
            case["draft_name"] = arm.prompt_name or arm.name
        return case

    def _tune(self, text: str) -> NextAction:
        """With the rows that the arm's adapter learned from, where it has one."""
        adapter = self._stock.adapter(_adapter(self._arm))
        return self._tuning(text, self._stock.rows_of(adapter) if adapter is not None else None)

    def _tune_on_passages(self) -> NextAction:
        """With rows that carry passages of the arm's collection; where there are none, they are made first."""
        collection = _collection(self._arm)
        rows = next((rows for rows in self._stock.rows if collection and rows.collection == collection), None)
        if rows is None and self._stock.collection(collection) is not None:
            tip = "To tune on retrieved passages, rows are needed that carry them: make them out of this collection."
            return NextAction("tune", "Make rows with passages", tip, "data", {"passages": collection})
        return self._tuning("Tune on retrieved passages", rows)

    def _tuning(self, text: str, rows: RowsChoice | None) -> NextAction:
        case = {"base": _model(self._arm)}
        if rows is None:
            return NextAction("tune", text, "Set up a tuning of this arm's model.", "finetune", case)
        tip = f"Set up a tuning of this arm's model with the rows “{rows.name}”."
        return NextAction("tune", text, tip, "finetune", {**case, "dataset": rows.name})

    def _as_rows(self, reason: FailureReason) -> NextAction:
        tip = "Every question that this arm got wrong for this reason, as rows to train on. They are test questions."
        case = {"arm": self._arm.name, "reason": str(reason)}
        return NextAction("data", "As training rows…", tip, "data", case)

    def _settings(self, text: str, tip: str) -> NextAction:
        return NextAction("arm", text, tip, "compare", {"arm": self._arm.name})


def prompt_of(arm: Arm) -> Prompt:
    """What the arm says to its model as a prompt of the Playground."""
    if arm.prompt is not None:
        return arm.prompt
    system = (PromptBlock(role=Role.SYSTEM, text=arm.system),) if arm.system else ()
    shots = FewShot(shots=arm.shots, count=min(100, max(1, len(arm.shots)))) if arm.shots else None
    blocks = (*system, PromptBlock(role=Role.USER, text="{{ question }}"))
    return Prompt(blocks=blocks, few_shot=shots, generation=arm.generation)


def arm_from(result: ArmResult) -> Arm:
    """As much of an arm as its result says, where the request was not kept."""
    return Arm(name=result.name, model=ModelRef(name=result.model, path=""), adapter_name=result.adapter)


def _model(arm: Arm | ArmResult) -> str:
    return arm.model.name if isinstance(arm, Arm) else arm.model


def _adapter(arm: Arm | ArmResult) -> str:
    return arm.adapter_name if isinstance(arm, Arm) else arm.adapter


def _collection(arm: Arm | ArmResult) -> str:
    collection = arm.collection
    return collection.name if isinstance(collection, CollectionRef) else collection or ""
