"""From a measured setting to how the collection is searched: switch at once, or rebuild; both can be undone."""

from workbench.jobs.spec import JobSpec
from workbench.rag.evaluation.types import RetrievalSetting
from workbench.rag.indexing import build_spec
from workbench.rag.store import CollectionStore


def use_setting(store: CollectionStore, collection: str, setting: RetrievalSetting) -> JobSpec | None:
    """Let an index of the setting's kind answer. None: it does; else a job that builds it and switches at its end.

    Undone by `indexing.undo_rebuild`. Raises WorkbenchError where the chunks are too long for the embedder.
    """
    for index in store.indexes.list_indexes(collection):
        same = index.embedder.identity == setting.embedder.identity and index.chunking == setting.chunking
        if same and index.language == setting.language and index.is_current:
            if not index.is_active:
                store.indexes.switch_to(collection, index.id)
            return None
    return build_spec(
        store, collection, chunking=setting.chunking, embedder=setting.embedder, language=setting.language
    )
