"""From a stored report to a request that asks for the same again: everything as it was, found where it lies now."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from workbench import __version__
from workbench.compare.arm_types import Arm
from workbench.compare.catalogue import Catalogue, CatalogueResolvers
from workbench.compare.leaks.gathering import seen_by
from workbench.compare.types import CompareRequest, ComparisonReport
from workbench.errors import WorkbenchError
from workbench.llm.adapters import adapter_hash
from workbench.llm.library import describe_path
from workbench.llm.types import AdapterRef, ModelRef
from workbench.rag.index_print import IndexPrint, index_changes, read_index_print
from workbench.rag.types import CollectionRef


@dataclass(frozen=True, slots=True)
class Repeat:
    """The request, and what is not as it was: answers may differ because of it."""

    request: CompareRequest
    changes: tuple[str, ...] = ()


def repeat(report: ComparisonReport, catalogue: Catalogue, *, number: int = 0) -> Repeat:
    """Ask for the same again. `number` is the report's in the history.

    Reads files, never the database. Raises one WorkbenchError that names all arms whose parts are gone.
    """
    if report.request is None:
        raise WorkbenchError(
            f"“{report.name}” was made by an earlier version, which did not keep everything that it was made of.",
            hint="Open its set-up and run that.",
            code="not_repeatable",
        )
    finder = _Finder(catalogue, report.indexes)
    arms, problems = [], list[str]()
    hints: dict[str, None] = {}
    for arm in report.request.arms:
        try:
            arms.append(finder.arm(arm))
        except WorkbenchError as problem:
            problems.append(f"Arm “{arm.name}”: {problem.message}")
            hints |= {problem.hint: None} if problem.hint else {}
    if problems:
        raise WorkbenchError(" ".join(problems), hint=" ".join(list(hints)[:3]), code="unresolved")
    seen, unknown = seen_by(arms, catalogue.seen)
    request = report.request.model_copy(
        update={
            "name": report.name,
            "examples": report.examples,
            "arms": tuple(arms),
            "loads": _loads(report.request, arms),
            "seen": seen,
            "unknown_rows": unknown,
            "folder": "",
            "again_of": number,
        }
    )
    return Repeat(request, (*dict.fromkeys(finder.changes), *_other_program(report)))


def _loads(request: CompareRequest, arms: Sequence[Arm]) -> dict[str, object]:
    """By path, and paths may be others now."""
    moved = {old.model.path: new.model.path for old, new in zip(request.arms, arms, strict=True)}
    return {moved.get(path, path): load for path, load in request.loads.items()}


def _other_program(report: ComparisonReport) -> Iterator[str]:
    made_with = report.environment.program if report.environment else ""
    if made_with and made_with != __version__:
        yield f"It was made with LLM Workbench {made_with}; this is {__version__}."


@dataclass(slots=True)
class _Finder:
    """Finds the parts of arms in this data folder, and collects what is not as it was."""

    catalogue: Catalogue
    indexes: dict[str, IndexPrint]
    changes: list[str] = field(default_factory=list)

    def arm(self, arm: Arm) -> Arm:
        """The arm with everything where it lies now. Raises WorkbenchError for what is gone."""
        changes: dict[str, object] = {"model": self._model(arm.model), **self._adapter(arm)}
        if arm.collection is not None:
            changes["collection"] = self._collection(arm.collection)
            changes["others"] = tuple(map(self._collection, arm.others))
        if arm.reranker and not Path(arm.reranker).is_dir():
            changes["reranker"] = CatalogueResolvers(self.catalogue).reranker(Path(arm.reranker).name)
        return arm.model_copy(update=changes)

    def _model(self, model: ModelRef) -> ModelRef:
        if model.endpoint is not None:
            return CatalogueResolvers(self.catalogue).model(model.name)
        here = describe_path(Path(model.path)) if Path(model.path).exists() else None
        if here is None or (model.content_key and here.content_key != model.content_key):
            here = CatalogueResolvers(self.catalogue).model(model.name)
        if model.content_key and here.content_key != model.content_key:
            self.changes.append(f"The model “{model.name}” is another file than it was.")
            return here.model_copy(update={"name": model.name})
        return model.model_copy(update={"path": here.path})

    def _adapter(self, arm: Arm) -> dict[str, object]:
        if arm.adapter is None:
            return {}
        path, found = Path(arm.adapter.path), arm.adapter_hash
        if not path.is_file() or adapter_hash(path) != arm.adapter_hash:
            moved = [known for known in self.catalogue.adapters if known.gguf_hash == arm.adapter_hash]
            named = [known for known in self.catalogue.adapters if known.name == arm.adapter_name]
            path = next((Path(known.gguf_path) for known in (*moved, *named) if Path(known.gguf_path).is_file()), path)
            if not path.is_file():
                raise WorkbenchError(
                    f"The adapter “{arm.adapter_name}” is gone.",
                    hint="Train it again, or choose another one in the set-up.",
                    code="no_adapter",
                )
            found = adapter_hash(path)
            if found != arm.adapter_hash:
                self.changes.append(f"The adapter “{arm.adapter_name}” is another one than it was.")
        return {
            "adapter": AdapterRef(path=str(path), scale=arm.adapter.scale),
            "adapter_hash": found,
            "adapter_bytes": path.stat().st_size,
        }

    def _collection(self, collection: CollectionRef) -> CollectionRef:
        here = CatalogueResolvers(self.catalogue).collection(collection.name)
        before, now = self.indexes.get(collection.name), read_index_print(here)
        said = ""
        if before is not None and now is not None:
            said = index_changes(before, now)
        elif here.embedder.identity != collection.embedder.identity:
            said = "its embedder is another one"
        elif here.chunks != collection.chunks:
            said = f"it held {collection.chunks} chunks, now {here.chunks}"
        if said:
            self.changes.append(f"The collection “{collection.name}” has changed: {said}.")
        return here.model_copy(update={"only": collection.only})
