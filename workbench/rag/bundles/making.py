"""Specs of the jobs that export, import and copy collections. They read much of the database: not on the UI thread."""

import os
import secrets
from pathlib import Path

from pydantic import BaseModel

from workbench import __version__
from workbench.embedding import EmbedderRef, starter_embedder
from workbench.errors import WorkbenchError
from workbench.jobs.spec import JobSpec
from workbench.rag.bundles.knowledge import gather
from workbench.rag.bundles.reading import read_manifest
from workbench.rag.bundles.store import BundleStore
from workbench.rag.bundles.tasks import DUPLICATE, EXPORT, IMPORT
from workbench.rag.bundles.types import SUFFIX, DuplicateRequest, ExportRequest, ImportRequest, Manifest
from workbench.rag.chunking import check_chunking
from workbench.rag.collection_jobs import LANE
from workbench.rag.embedders import list_embedders
from workbench.rag.index_kinds import ARRIVING, EXPORTING
from workbench.rag.lifecycle import checked_name, new_folder
from workbench.rag.store import CollectionStore
from workbench.rag.types import ChunkingConfig, CollectionRef


def export_spec(
    store: CollectionStore, name: str, target: Path, *, with_vectors: bool = False, with_paths: bool = True
) -> JobSpec:
    """A job that writes a collection into one file; an existing file is replaced when the new one is whole.

    Raises WorkbenchError when there is no such collection or no folder for the file.
    """
    collection, ref = store.get(name), store.ref(name)
    target = Path(os.path.abspath(target.expanduser()))  # noqa: PTH100 - keeps links as they are
    if target.is_dir() or not target.parent.is_dir():
        raise WorkbenchError(
            f"{target} cannot be written: {'it is a folder' if target.is_dir() else 'its folder is not there'}.",
            hint="Name a file in a folder that exists.",
            code="no_folder",
        )
    base = collection.folder.parent
    base.mkdir(parents=True, exist_ok=True, mode=0o700)
    source = base / f"{EXPORTING}{secrets.token_hex(4)}.jsonl"
    with source.open("w", encoding="utf-8") as file:
        for document in BundleStore(store.database, store.paths).documents(name, with_paths=with_paths):
            file.write(document.model_dump_json() + "\n")
    knowledge = source.with_suffix(".knowledge")
    knowledge.write_text(gather(store.database, name, with_paths=with_paths).model_dump_json(), encoding="utf-8")
    request = ExportRequest(
        collection=ref,
        source=str(source),
        knowledge=str(knowledge),
        target=str(target),
        with_vectors=with_vectors,
        program=__version__,
        created=collection.created,
        sources=tuple(map(str, collection.sources)) if with_paths else (),
        exclusions=store.exclusions(name) if with_paths else (),
    )
    return _job(EXPORT, request, f"Export {name}", name)


def bundle_name(name: str) -> str:
    """What the file of a collection is called when nobody says otherwise."""
    kept = "".join(letter if letter.isalnum() or letter in " -_." else "_" for letter in name).strip(". ")
    return f"{kept or 'collection'}{SUFFIX}"


def import_spec(
    store: CollectionStore,
    bundle: Path,
    name: str = "",
    *,
    model_folders: tuple[Path, ...] = (),
    embedder: EmbedderRef | None = None,
) -> JobSpec:
    """A job that reads a collection in. Its index is built with the embedder that built it, where that is on this
    computer, else with the one named or the starter.

    Raises WorkbenchError when the file is no exported collection, or the name is taken ("name_taken").
    """
    bundle = Path(os.path.abspath(bundle.expanduser()))  # noqa: PTH100
    manifest = read_manifest(bundle)
    name = checked_name(name or manifest.name)
    if store.find(name):
        raise WorkbenchError(
            f"There is already a collection named {name!r}.", hint="Import it under another name.", code="name_taken"
        )
    ref, keeps = _target(store, manifest, name, embedder or _find(manifest, (store.paths.models, *model_folders)))
    request = ImportRequest(
        bundle=str(bundle),
        collection=ref,
        keeps_chunks=keeps,
        sources=tuple(source for source in manifest.sources if os.path.lexists(source)),
        exclusions=manifest.exclusions,
    )
    return _job(IMPORT, request, f"Import {name}", name)


def _target(store: CollectionStore, manifest: Manifest, name: str, embedder: EmbedderRef) -> tuple[CollectionRef, bool]:
    """What is built, and whether the chunks are those of the bundle."""
    keeps = embedder.identity == manifest.embedder.identity
    chunking = manifest.chunking
    if not keeps:
        try:
            check_chunking(chunking, embedder)
        except WorkbenchError:
            chunking = ChunkingConfig()
    folder = _arriving_folder(store, name) / "1"
    ref = CollectionRef(name=name, folder=str(folder), embedder=embedder, chunking=chunking, language=manifest.language)
    return ref, keeps


def _find(manifest: Manifest, folders: tuple[Path, ...]) -> EmbedderRef:
    """The embedder that made the vectors, in their precision, whatever a new index would get here; else the starter."""
    starter, made = starter_embedder(), manifest.embedder
    found = {starter.content_hash: starter}
    if made.content_hash not in found:
        found |= {embedder.ref.content_hash: embedder.ref for embedder in list_embedders(folders)}
    ref = found.get(made.content_hash)
    return ref.model_copy(update={"precision": made.precision}) if ref is not None else starter


def duplicate_spec(store: CollectionStore, name: str, new_name: str) -> JobSpec:
    """A job that copies a collection: its texts and the index that answers. The copy watches the same folders.

    Raises WorkbenchError when the new name cannot be taken.
    """
    new_name = checked_name(new_name)
    if store.find(new_name):
        raise WorkbenchError(
            f"There is already a collection named {new_name!r}.", hint="Choose another name.", code="name_taken"
        )
    ref = store.ref(name)
    base = _arriving_folder(store, new_name)
    request = DuplicateRequest(
        source_id=store.id_of(name),
        name=new_name,
        folder=base.name,
        index_folder=ref.folder,
        new_index_folder=str(base / "1"),
        dimension=ref.embedder.dimension,
        language=ref.language,
        without=ref.hidden,
    )
    return _job(DUPLICATE, request, f"Copy {name}", name)


def _arriving_folder(store: CollectionStore, name: str) -> Path:
    """A folder that no collection has yet, marked so that a sweep leaves it alone."""
    base = store.paths.collections / new_folder(name)
    base.mkdir(parents=True, mode=0o700)
    (base / ARRIVING).touch()
    return base


def _job(task: str, request: BaseModel, title: str, name: str) -> JobSpec:
    return JobSpec(
        task=task, params=request.model_dump(mode="json"), title=title, lane=f"{LANE}{name}", background=True
    )
