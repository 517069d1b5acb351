"""What a comparison's names mean in this data folder: models on disk, adapters and collections in the database."""

from collections.abc import Sequence
from pathlib import Path

from workbench.compare.resolving import ResolvedAdapter
from workbench.database import Database
from workbench.errors import WorkbenchError
from workbench.llm.types import ModelRef
from workbench.paths import WorkbenchPaths
from workbench.rag.types import CollectionRef


class StoreResolvers:
    """`Resolvers` on the stores of the other rooms. Reads the database, so: never in a worker."""

    def __init__(self, database: Database, paths: WorkbenchPaths, own_model_folders: Sequence[Path]) -> None:
        self._database = database
        self._paths = paths
        self._own_model_folders = own_model_folders
        self._models: dict[str, ModelRef] = {}

    def model(self, name: str) -> ModelRef:
        from workbench.llm.library import find_model

        if name not in self._models:
            self._models[name] = find_model(name, self._own_model_folders, self._paths.models)
        return self._models[name]

    def adapter(self, name: str, base: ModelRef) -> ResolvedAdapter:
        from workbench.finetune.store import AdapterStore
        from workbench.llm.adapters import adapter_hash, check_adapter

        adapter = AdapterStore(self._database).get(name)
        path = Path(adapter.gguf_path)
        if not path.is_file():
            raise WorkbenchError(
                f"The adapter {name} is gone: {path.name} is not in its folder.",
                hint="Train it again, or choose another adapter.",
                details=str(path),
                code="no_adapter",
            )
        check_adapter(path, base)
        rows = self._training_questions(adapter.dataset_name, adapter.dataset_hash)
        return ResolvedAdapter(adapter.name, path, adapter_hash(path), rows, adapter.seconds)

    def collection(self, name: str) -> CollectionRef:
        from workbench.rag.store import CollectionStore

        return CollectionStore(self._database, self._paths).ref(name)

    def reranker(self) -> str:
        from workbench.rag.reranking import find_reranker

        return str(find_reranker([*self._own_model_folders, self._paths.models]))

    def _training_questions(self, name: str, content_hash: str) -> tuple[str, ...]:
        """What the adapter learned from, where the data set still is what it was."""
        from workbench.datasets.store import DatasetStore

        store = DatasetStore(self._database)
        dataset = store.find(name) if name else None
        if dataset is None or dataset.content_hash != content_hash or not Path(dataset.rows_path).is_file():
            return ()
        return tuple(row.question for row in store.rows(dataset))
