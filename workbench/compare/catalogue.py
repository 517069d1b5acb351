"""What a comparison's names mean in this data folder: gathered beside the database, used in workers without it."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import Field

from workbench.boundary import Boundary
from workbench.compare.arm_spec import ArmSpec
from workbench.compare.leaks.gathering import gather_seen, seen_by
from workbench.compare.resolving import Resolved, ResolvedAdapter, resolve
from workbench.compare.saved_prompts import find_version, is_saved
from workbench.compare.seen import SeenRows
from workbench.compare.spec import ComparisonSpec
from workbench.datasets.test_sets.types import PREFIX, named_set
from workbench.datasets.types import Example
from workbench.errors import WorkbenchError
from workbench.finetune.types import Adapter
from workbench.llm.adapters import adapter_hash, check_adapter
from workbench.llm.endpoints.store import EndpointStore
from workbench.llm.endpoints.types import Endpoint
from workbench.llm.library import find_model
from workbench.llm.types import LoadChanges, LoadConfig, ModelRef
from workbench.paths import WorkbenchPaths
from workbench.playground.types import PromptVersion
from workbench.rag.reranking import find_reranker, is_reranker, list_rerankers
from workbench.rag.types import CollectionRef

if TYPE_CHECKING:
    from workbench.database import Database
    from workbench.finetune.history_store import AdapterHistory
    from workbench.rag.store import CollectionStore


class RowsFile(Boundary):
    """Saved training rows."""

    path: str
    content_hash: str
    count: int = 0
    """How many there are; 0 when that is not known."""
    origin: str = ""
    """What they were made from when not from a file."""
    source_path: str = ""
    """The file that they were read from."""
    system: str = ""
    """The system prompt that they all carry."""


class Catalogue(Boundary):
    """Everything that arms can name."""

    own_model_folders: tuple[str, ...] = ()
    models_folder: str = ""
    adapters: tuple[Adapter, ...] = ()
    collections: tuple[CollectionRef, ...] = ()
    datasets: dict[str, RowsFile] = Field(default_factory=dict)
    """Saved data sets by name, for few-shot examples and for what an adapter was trained on."""
    model_names: dict[str, str] = Field(default_factory=dict)
    """What the user calls models, by content key."""
    model_loads: dict[str, LoadChanges] = Field(default_factory=dict)
    """How models are loaded differently from the preferences, by content key."""
    endpoints: tuple[Endpoint, ...] = ()
    """Models on servers."""
    prompts: tuple[PromptVersion, ...] = ()
    """Every version of every saved prompt, the newest of the one that was saved last first."""
    seen: tuple[SeenRows, ...] = ()
    """What adapters, made models, prompts and embedders were made from: where arms may have seen test questions."""
    test_sets: dict[str, tuple[Example, ...]] = Field(default_factory=dict)
    """What a "set:NAME" asks, for the sets that the comparison at hand names."""
    narrowed: dict[str, tuple[CollectionRef, ...]] = Field(default_factory=dict)
    """By arm, where it asks only documents of some days or languages: its collections, each narrowed to those."""
    merged: dict[str, str] = Field(default_factory=dict)
    """Models that were exported with an adapter merged into them: their path to that of their base."""
    indexing_seconds: dict[str, float] = Field(default_factory=dict)
    """What building the index of a collection took, by its name; those of which nobody knows are left out."""

    def needed_for(self, spec: ComparisonSpec) -> "Catalogue":
        """Without the prompts that this comparison does not name: what crosses to a worker shall be small."""
        named = {find_version(arm.prompt, self.prompts).id for arm in spec.arms if self._names_prompt(arm.prompt)}
        return self.model_copy(update={"prompts": tuple(version for version in self.prompts if version.id in named)})

    def _names_prompt(self, written: str) -> bool:
        try:
            return is_saved(written) and bool(find_version(written, self.prompts))
        except WorkbenchError:
            return False  # said when it is resolved, together with what else is wrong


def read_catalogue(database: "Database", paths: WorkbenchPaths, own_model_folders: Sequence[Path]) -> Catalogue:
    """Reads the stores of the other rooms: in the process that owns the database."""
    from workbench.datasets.store import DatasetStore
    from workbench.finetune.history_store import AdapterHistory
    from workbench.finetune.store import AdapterStore
    from workbench.llm.store import ModelSettingsStore
    from workbench.playground.prompt_store import PromptStore
    from workbench.rag.store import CollectionStore

    collections = CollectionStore(database, paths)
    listed = collections.list_collections()
    adapters = AdapterStore(database, paths.adapters).list_adapters()
    memory = ModelSettingsStore(database)
    return Catalogue(
        own_model_folders=tuple(str(folder) for folder in own_model_folders),
        models_folder=str(paths.models),
        adapters=tuple(adapters),
        collections=tuple(map(collections.ref_of, listed)),
        datasets={
            dataset.name: RowsFile(
                path=dataset.rows_path,
                content_hash=dataset.content_hash,
                count=dataset.row_count,
                origin=dataset.origin,
                source_path=dataset.source_path,
                system=dataset.mapping.system_text,
            )
            for dataset in DatasetStore(database).list_datasets()
        },
        model_names=memory.names(),
        model_loads={key: model.load for key, model in memory.all_models().items()},
        endpoints=EndpointStore(paths.endpoints).known_endpoints(),
        prompts=tuple(PromptStore(database).all_versions()),
        seen=gather_seen(database, paths, adapters),
        merged=_merged(AdapterHistory(database), adapters),
        indexing_seconds={
            collection.name: collection.last_sync.build_seconds
            for collection in listed
            if collection.last_sync is not None and collection.last_sync.build_seconds is not None
        },
    )


def with_test_set(catalogue: Catalogue, database: "Database", questions: str) -> Catalogue:
    """The catalogue that also knows the test set that `questions` names; as it is where they name a file.

    Raises WorkbenchError when there is no such set, or no question in it counts.
    """
    from workbench.datasets.test_sets.store import TestSetStore

    named = named_set(questions)
    if named is None:
        return catalogue
    return catalogue.model_copy(update={"test_sets": {questions: TestSetStore(database).examples(*named)}})


def with_documents(catalogue: Catalogue, store: "CollectionStore", spec: ComparisonSpec) -> Catalogue:
    """The catalogue that also knows which documents the arms of a comparison ask by days and languages.

    Reads texts where a language is asked for, and keeps what it finds. Raises WorkbenchError where an arm would ask
    none, or a collection is gone.
    """
    from workbench.rag.document_filter import DocumentFilter

    narrowed = {}
    for arm in spec.arms:
        if (retrieval := arm.retrieval) is not None and retrieval.looks_inside:
            wanted = DocumentFilter(
                **retrieval.only.model_dump(),
                since=retrieval.since,
                until=retrieval.until,
                languages=tuple(name.strip().capitalize() for name in retrieval.languages),
            )
            for name in (arm.collection, *retrieval.also) if retrieval.languages else ():
                store.filters.find_languages(name)
            first, others = store.asked_refs(arm.collection, retrieval.also, wanted)
            narrowed[arm.name] = (first, *others)
    return catalogue.model_copy(update={"narrowed": narrowed}) if narrowed else catalogue


def _merged(history: "AdapterHistory", adapters: Sequence[Adapter]) -> dict[str, str]:
    bases = {adapter.gguf_hash: adapter.base_path for adapter in adapters}
    return {path: bases[adapter_hash] for adapter_hash, path in history.merged_models() if adapter_hash in bases}


def resolve_from(catalogue: Catalogue, spec: ComparisonSpec, *, load: LoadConfig, limit: int = 0) -> Resolved:
    """`resolve` with what this catalogue names; models are loaded as `load` says and as is remembered of each."""
    resolved = resolve(spec, CatalogueResolvers(catalogue), load=load, limit=limit)
    models = {arm.model.path: arm.model for arm in resolved.request.arms}
    if resolved.request.judge is not None:
        models[resolved.request.judge.model.path] = resolved.request.judge.model
    changes = {path: catalogue.model_loads.get(model.content_key) for path, model in models.items()}
    loads = {path: load.changed_by(change) for path, change in changes.items() if change is not None}
    seen, unknown = seen_by(resolved.request.arms, catalogue.seen)
    changes_made = {"loads": loads, "seen": seen, "unknown_rows": unknown}
    return replace(resolved, request=resolved.request.model_copy(update=changes_made))


class CatalogueResolvers:
    """`Resolvers` on a catalogue: reads files, never the database, so a worker may use it."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._models: dict[str, ModelRef] = {}

    def model(self, name: str) -> ModelRef:
        if name not in self._models:
            folders = [Path(folder) for folder in self._catalogue.own_model_folders]
            self._models[name] = find_model(
                name,
                folders,
                Path(self._catalogue.models_folder),
                names=self._catalogue.model_names,
                endpoints=self._catalogue.endpoints,
            )
        return self._models[name]

    def base(self, model: ModelRef) -> ModelRef | None:
        if model.endpoint is not None:
            return None
        from workbench.finetune.made_model import read_made

        made = read_made(Path(model.path).parent)
        found = made.base_path if made else self._catalogue.merged.get(model.path, "")
        return self.model(found) if found and Path(found).exists() else None

    def adapter(self, name: str, base: ModelRef) -> ResolvedAdapter:
        known = next((adapter for adapter in self._catalogue.adapters if adapter.name == name), None)
        path = Path(known.gguf_path if known else name).expanduser()
        if not path.is_file():
            names = ", ".join(adapter.name for adapter in self._catalogue.adapters[:8]) or "none yet"
            gone = f"The file of the adapter “{name}” is gone." if known else f"There is no adapter “{name}”."
            raise WorkbenchError(gone, hint=f"Adapters here: {names}.", details=str(path), code="no_adapter")
        if base.endpoint is not None:
            raise WorkbenchError(
                f"{base.name} is on a server, where the adapter “{name}” cannot be applied.",
                hint="Use the model on this computer for which it was trained.",
                code="not_offered",
            )
        check_adapter(path, base)
        seconds = known.seconds if known else 0.0
        return ResolvedAdapter(known.name if known else path.stem, path.absolute(), adapter_hash(path), seconds)

    def collection(self, name: str) -> CollectionRef:
        for collection in self._catalogue.collections:
            if collection.name == name:
                return collection
        names = ", ".join(collection.name for collection in self._catalogue.collections[:8]) or "none yet"
        raise WorkbenchError(
            f"There is no collection “{name}”.", hint=f"Collections here: {names}.", code="no_collection"
        )

    def asked(self, arm: ArmSpec) -> tuple[CollectionRef, ...]:
        if arm.name not in self._catalogue.narrowed:
            raise WorkbenchError(
                f"Which documents arm “{arm.name}” asks was not looked up.",
                hint="Run the comparison from its set-up.",
                code="not_narrowed",
            )
        return self._catalogue.narrowed[arm.name]

    def indexing_seconds(self, name: str) -> float | None:
        return self._catalogue.indexing_seconds.get(name)

    def prompt(self, written: str) -> PromptVersion:
        return find_version(written, self._catalogue.prompts)

    def reranker(self, name: str = "") -> str:
        folders = [Path(folder) for folder in (*self._catalogue.own_model_folders, self._catalogue.models_folder)]
        if not name:
            return str(find_reranker(folders))
        for folder in (Path(name).expanduser(), *(f for f in list_rerankers(folders) if f.name == name)):
            if is_reranker(folder):
                return str(folder)
        raise WorkbenchError(
            f"There is no cross-encoder “{name}”.",
            hint="Name its folder, or leave the key out to take the first that is found.",
            code="no_reranker",
        )

    def rows(self, name: str) -> Path:
        found = self._catalogue.datasets.get(name)
        if found is not None:
            return Path(found.path)
        names = ", ".join(list(self._catalogue.datasets)[:8]) or "none yet"
        raise WorkbenchError(f"There is no data set “{name}”.", hint=f"Data sets here: {names}.", code="no_dataset")

    def test_set(self, questions: str) -> tuple[Example, ...]:
        if questions not in self._catalogue.test_sets:
            raise WorkbenchError(
                f"The test set “{questions.removeprefix(PREFIX)}” was not read.",
                hint="Choose it again.",
                code="no_test_set",
            )
        return self._catalogue.test_sets[questions]
