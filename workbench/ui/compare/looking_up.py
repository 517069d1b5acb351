"""What the form of an arm offers, read on a thread: folders and documents of a collection, cross-encoders. No Qt."""

import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.compare.sources_held import count_held
from workbench.compare.stock import plain_prompt
from workbench.llm.library_sources import hugging_face_hub
from workbench.rag.reranking import list_rerankers
from workbench.ui.compare.arms_state import Places

if TYPE_CHECKING:
    from workbench.paths import WorkbenchPaths
    from workbench.playground.prompt_store import PromptStore
    from workbench.playground.types import PromptVersion
    from workbench.rag.store import CollectionStore


def read_places(collections: "CollectionStore", name: str) -> Places:
    """Where in a collection may be looked."""
    indexed = collections.documents.findable_names(name)
    collections.filters.find_languages(name)
    languages = tuple(collections.filters.languages(name).items())
    return Places(tuple(collections.filters.folders(name)), tuple(indexed), languages)


def count_held_by(collections: "CollectionStore", name: str, sources: Sequence[Sequence[str]]) -> int:
    """Of how many questions (their sources) a collection holds a document."""
    return count_held(collections.documents.findable_names(name), sources)


def find_rerankers(paths: "WorkbenchPaths", own_folders: Iterable[str]) -> tuple[str, ...]:
    """Folders of the cross-encoders on this computer."""
    places = [paths.models, *(Path(folder).expanduser() for folder in own_folders), hugging_face_hub(os.environ)]
    return tuple(map(str, list_rerankers(places)))


def save_prompt(prompts: "PromptStore", name: str, system: str) -> "PromptVersion":
    """The system prompt as a saved prompt, that arms can name."""
    note = "The system prompt that the rows of a training carry: arms that are compared with it share it."
    return prompts.save_version(prompts.free_name(name), plain_prompt(system), note=note)
