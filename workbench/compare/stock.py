"""What arms can be made of here, with what is known of each thing: for the window, the guide and the command line."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from workbench.compare.arm_spec import SAVED_PROMPT, SAVED_ROWS
from workbench.finetune.types import Adapter
from workbench.llm.library import STARTER
from workbench.llm.types import ModelRef, Role
from workbench.playground.types import Prompt, PromptBlock, PromptVersion
from workbench.rag.types import CollectionRef

if TYPE_CHECKING:
    from workbench.compare.catalogue import Catalogue

_WITH_PASSAGES = ("with passages", "collection ")
"""How the origin of rows begins or goes on that carry passages of a collection."""
_PUT_TOGETHER = ", with passages of "
"""Between the name of the rows and that of the collection whose passages they carry."""
_RAG_WORDS = ("rag", "passage", "ground", "retriev")


@dataclass(frozen=True, slots=True)
class RowsChoice:
    """A saved data set."""

    name: str
    path: str
    count: int = 0
    content_hash: str = ""
    origin: str = ""
    """What it was made from when not from a file."""
    source_path: str = ""
    system: str = ""
    """The system prompt that all of them carry; a model that learned from them expects it."""

    @property
    def has_passages(self) -> bool:
        """Its questions carry passages of a collection: made for training with retrieval."""
        return any(words in self.origin for words in _WITH_PASSAGES)

    @property
    def is_text(self) -> bool:
        """It is raw text, not questions and answers."""
        return self.origin.startswith("text of ")

    @property
    def written(self) -> str:
        """What an arm calls it."""
        return f"{SAVED_ROWS}{self.name}"

    @property
    def collection(self) -> str:
        """The collection that its passages come from; empty when that is not known."""
        for mark in ("with passages of ", "collection "):
            if mark in self.origin:
                return self.origin.rpartition(mark)[2].strip()
        return ""

    @property
    def plain_rows(self) -> str:
        """The data set to whose rows the passages were put; empty where they were made in another way."""
        return self.origin.rpartition(_PUT_TOGETHER)[0].strip()


@dataclass(frozen=True, slots=True)
class Stock:
    """Everything that an arm can name."""

    models: tuple[ModelRef, ...] = ()
    """Those that can answer: the starter first, those on servers last."""
    adapters: tuple[Adapter, ...] = ()
    collections: tuple[CollectionRef, ...] = ()
    rows: tuple[RowsChoice, ...] = ()
    """Saved data sets, the newest first."""
    prompts: tuple[PromptVersion, ...] = ()
    """Every version of every saved prompt, the newest of the one that was saved last first."""
    rerankers: tuple[str, ...] = ()
    """Folders of local cross-encoders."""

    def model(self, name: str) -> ModelRef | None:
        return next((model for model in self.models if name in (model.name, model.path)), None)

    def adapter(self, name: str) -> Adapter | None:
        return next((adapter for adapter in self.adapters if adapter.name == name), None)

    def collection(self, name: str) -> CollectionRef | None:
        return next((ref for ref in self.collections if ref.name == name), None)

    def rows_named(self, name: str) -> RowsChoice | None:
        return next((rows for rows in self.rows if rows.name == name), None)

    def rows_at(self, path: str) -> RowsChoice | None:
        return next((rows for rows in self.rows if rows.path == path), None)

    def prompt(self, name: str, number: int | None = None) -> PromptVersion | None:
        """That version of a saved prompt; without a number its newest."""
        versions = [version for version in self.prompts if version.prompt_name == name]
        if number is not None:
            return next((version for version in versions if version.number == number), None)
        return max(versions, key=lambda version: version.number, default=None)

    @property
    def shots(self) -> tuple[RowsChoice, ...]:
        """What few-shot examples are drawn from best: rows without passages, and no raw text."""
        return tuple(rows for rows in self.rows if not rows.is_text and not rows.has_passages)

    @property
    def local(self) -> tuple[ModelRef, ...]:
        return tuple(model for model in self.models if model.endpoint is None)

    def rows_of(self, adapter: Adapter) -> RowsChoice | None:
        """The data set that an adapter learned from, where it still is what it was."""
        same = (rows for rows in self.rows if rows.content_hash and rows.content_hash == adapter.dataset_hash)
        rows = next(same, None) or self.rows_named(adapter.dataset_name)
        return rows if rows is not None and adapter.dataset_hash in ("", rows.content_hash) else None

    def rows_about(self, collection: str) -> frozenset[str]:
        """Names of the data sets that carry passages of a collection, and of those that they were made of."""
        own = [rows for rows in self.rows if collection and rows.collection == collection]
        return frozenset({*(rows.name for rows in own), *(rows.plain_rows for rows in own)} - {""})

    def is_about(self, adapter: Adapter, collection: str) -> bool:
        """Whether an adapter learned from rows about a collection, as far as that is known."""
        rows = self.rows_of(adapter)
        return rows is not None and rows.name in self.rows_about(collection)

    def prompt_saying(self, system: str) -> PromptVersion | None:
        """A saved prompt that is this system prompt and the question, and nothing else."""
        wanted = plain_prompt(system)
        return next((version for version in self.prompts if version.prompt == wanted), None)

    def learned_on_passages(self, adapter: Adapter) -> bool:
        """By its data set's origin; by its name where the data set is not here any more."""
        if (rows := self.rows_of(adapter)) is not None:
            return rows.has_passages
        told = f"{adapter.name} {adapter.dataset_name}".casefold()
        return any(word in told for word in _RAG_WORDS)


def stock_of(catalogue: "Catalogue", models: Iterable[ModelRef], rerankers: Iterable[str] = ()) -> Stock:
    """The stock of a catalogue; `models` are those that can answer."""
    ordered = sorted(models, key=lambda m: (m.endpoint is not None, m.name != STARTER, m.name.casefold()))
    return Stock(
        models=tuple(ordered),
        adapters=catalogue.adapters,
        collections=catalogue.collections,
        rows=tuple(
            RowsChoice(name, rows.path, rows.count, rows.content_hash, rows.origin, rows.source_path, rows.system)
            for name, rows in catalogue.datasets.items()
        ),
        prompts=catalogue.prompts,
        rerankers=tuple(rerankers),
    )


def plain_prompt(system: str) -> Prompt:
    """A system prompt and the question."""
    blocks = PromptBlock(role=Role.SYSTEM, text=escaped(system)), PromptBlock(role=Role.USER, text="{{ question }}")
    return Prompt(blocks=blocks)


def escaped(text: str) -> str:
    """Text that a template shows as it stands."""
    return text if not any(mark in text for mark in ("{{", "{%", "{#")) else f"{{% raw %}}{text}{{% endraw %}}"


def misfit(adapter: Adapter, model: ModelRef | None) -> str:
    """Why an adapter cannot be used with a model; empty when it can, as far as its card tells."""
    if model is None:
        return ""
    if model.endpoint is not None:
        return f"{model.name} is on a server, where adapters of this computer cannot be applied"
    if adapter.base_path == model.path or adapter.base_name == model.name:
        return ""
    if not adapter.base_name:
        return ""  # an old or foreign card: the run looks into both files
    return f"was trained for {adapter.base_name}"


def written_prompt(version: PromptVersion, *, pinned: bool) -> str:
    """What an arm calls a saved prompt: this version, or whichever is the newest when the comparison runs."""
    return f"{SAVED_PROMPT}{version.prompt_name}" + (f"@{version.number}" if pinned else "")
