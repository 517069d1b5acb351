"""What adapters, models, prompts and embedders of this data folder were made from: gathered beside the database.

Only names and paths are gathered, no rows: a worker reads them. What nothing is known of any more is gathered too, so
that it can be said.
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from pydantic import ValidationError

from workbench.compare.arm_types import Arm
from workbench.compare.seen import SeenKind, SeenLayout, SeenRows
from workbench.finetune.general_rows import general_file
from workbench.finetune.training_config import Objective, TrainingConfig
from workbench.finetune.types import Adapter, MadeModel
from workbench.log import get_logger
from workbench.paths import WorkbenchPaths
from workbench.playground.search.catalogue import system_text
from workbench.playground.search.journal import QUESTIONS
from workbench.playground.types import Prompt
from workbench.rag.embedding_tuning.saving import ASKED, list_tuned
from workbench.rag.embedding_tuning.saving import FOLDER as EMBEDDERS

if TYPE_CHECKING:
    from workbench.database import Database

_log = get_logger("compare")


class Trained(NamedTuple):
    """A training, and what makes an arm one that uses it."""

    title: str
    """ "adapter house-style"."""
    dataset_hash: str
    config: TrainingConfig
    keys: tuple[str, ...]


def keys_of(arm: Arm) -> frozenset[str]:
    """What an arm is made of, as `SeenRows.keys` names it."""
    found = {f"model {arm.model.path}"}
    if arm.adapter_hash:
        found.add(f"adapter {arm.adapter_hash}")
    if arm.prompt is not None:
        found.add(prompt_key(arm.prompt))
    if arm.system.strip():
        found.add(_system_key(arm.system))
    if arm.collection is not None:
        found.add(f"embedder {arm.collection.embedder.content_hash}")
    return frozenset(found)


def prompt_key(prompt: Prompt) -> str:
    from workbench.playground.prompt_store import content_hash

    return f"prompt {content_hash(prompt)}"


def _system_key(text: str) -> str:
    return f"system {hashlib.sha256(text.strip().encode()).hexdigest()}"


def seen_by(arms: Sequence[Arm], gathered: Iterable[SeenRows]) -> tuple[tuple[SeenRows, ...], tuple[str, ...]]:
    """The gathered rows that these arms have seen, with their names; and sentences about what nobody knows any more."""
    keys = {arm.name: keys_of(arm) for arm in arms}
    found, unknown = [], []
    for seen in gathered:
        names = tuple(name for name, own in keys.items() if not own.isdisjoint(seen.keys))
        if not names:
            continue
        if seen.path or seen.rows:
            found.append(seen.model_copy(update={"arms": names, "keys": ()}))
        else:
            unknown.append(f"The {seen.where} are not here any more: test questions among them cannot be found.")
    told = {key for seen in gathered for key in seen.keys}
    strangers = {
        arm.adapter_name: arm for arm in arms if arm.adapter_hash and f"adapter {arm.adapter_hash}" not in told
    }
    unknown += [f"What the adapter {name} was trained on is not known: leaks cannot be found." for name in strangers]
    return tuple(found), tuple(unknown)


def gather_seen(database: "Database", paths: WorkbenchPaths, adapters: Sequence[Adapter]) -> tuple[SeenRows, ...]:
    """In the process that owns the database. Cards and rows that cannot be read are logged and left out."""
    trained = [*_trained_adapters(database, adapters), *_trained_models(paths)]
    return (
        *(seen for training in trained for seen in _rows_of(training, paths)),
        *_prompt_searches(database, paths),
        *_tuned_embedders(paths),
    )


def _rows_of(training: Trained, paths: WorkbenchPaths) -> Iterator[SeenRows]:
    is_text = training.config.objective is Objective.TEXT
    kind = SeenKind.TEXT if is_text else SeenKind.TRAINING
    from workbench.datasets.store import datasets_folder  # brings SQLAlchemy, which workers do without

    rows = datasets_folder(paths.database) / f"{training.dataset_hash}.jsonl"
    is_here = bool(training.dataset_hash) and rows.is_file()
    yield SeenRows(
        kind=kind,
        where=f"{kind} of {training.title}",
        keys=training.keys,
        path=str(rows) if is_here else "",
        content_hash=training.dataset_hash if is_here else "",
    )
    if training.config.general_share and not is_text:
        yield SeenRows(
            kind=SeenKind.TRAINING,
            where=f"general rows mixed into {training.title}",
            keys=training.keys,
            path=str(general_file(paths)),
        )


def _trained_adapters(database: "Database", adapters: Sequence[Adapter]) -> Iterator[Trained]:
    """An adapter, wherever it is applied or merged into a model."""
    import sqlalchemy as sa

    from workbench.finetune.history_store import ExportRecord

    merged: dict[str, list[str]] = defaultdict(list)
    with database.reading() as session:
        for adapter_hash, path in session.execute(sa.select(ExportRecord.adapter_hash, ExportRecord.path)):
            merged[adapter_hash].append(f"model {path}")
    for adapter in adapters:
        keys = (f"adapter {adapter.gguf_hash}", *merged.get(adapter.gguf_hash, ()))
        yield Trained(f"adapter {adapter.name}", adapter.dataset_hash, adapter.config, keys)


def _trained_models(paths: WorkbenchPaths) -> Iterator[Trained]:
    """A made model is also in every model that was made from it."""
    made = list(_read_cards(paths.models))
    for model in made:
        heirs, new = [model], [model]
        while new:
            places = {place for one in new for place in (one.folder, one.gguf_path)}
            new = [one for one in made if one.base_path in places and one not in heirs]
            heirs += new
        keys = tuple(f"model {place}" for heir in heirs for place in (heir.gguf_path, heir.folder))
        yield Trained(f"model {model.name}", model.dataset_hash, model.config, keys)


def _read_cards(folder: Path) -> Iterator[MadeModel]:
    """Cards alone: their files need not be checked to know what they were trained on."""
    from workbench.finetune.made_model import CARD

    for path in sorted(folder.glob(f"*/{CARD}")) if folder.is_dir() else []:
        try:
            card = MadeModel.model_validate_json(path.read_bytes())
        except (OSError, ValidationError) as problem:
            _log.info("%s cannot be read: %s", path, problem)
            continue
        name = path.parent.name
        yield card.model_copy(update={"folder": str(path.parent), "gguf_path": str(path.parent / f"{name}.gguf")})


def _prompt_searches(database: "Database", paths: WorkbenchPaths) -> Iterator[SeenRows]:
    """The questions that chose a prompt, for it and for every version that was made from it."""
    import sqlalchemy as sa

    from workbench.datasets.store import DatasetStore
    from workbench.playground.search.store import PromptSearchRecord

    with database.reading() as session:
        searches = list(session.execute(sa.select(PromptSearchRecord.folder, PromptSearchRecord.report)))
    if not searches:
        return
    heirs = _Versions(database)
    datasets = {dataset.name: dataset for dataset in DatasetStore(database).list_datasets()}
    for folder, written in searches:
        report = json.loads(written)
        try:
            start, winner = (Prompt.model_validate(report[which]["prompt"]) for which in ("start", "winner"))
        except (KeyError, ValidationError) as problem:
            _log.info("the search in %s cannot be read: %s", folder, problem)
            continue
        keys = heirs.keys_from(prompt_key(winner))
        if (system := system_text(winner)) != system_text(start):
            keys = (*keys, _system_key(system))
        where = f"questions of the prompt search {report['name']}"
        asked, saved = Path(folder) / QUESTIONS, datasets.get(report.get("questions_name", ""))
        if folder and asked.is_file():
            source = {"path": str(asked), "layout": SeenLayout.EXAMPLES}
        elif saved is not None and Path(saved.rows_path).is_file():
            source = {"path": saved.rows_path}
        else:
            source = {}
        yield SeenRows.model_validate({"kind": SeenKind.PROMPT_SEARCH, "where": where, "keys": keys, **source})


class _Versions:
    """Saved versions of prompts by what they were made from."""

    def __init__(self, database: "Database") -> None:
        import sqlalchemy as sa

        from workbench.playground.prompt_store import PromptVersionRecord as Record

        self._ids: dict[str, list[str]] = defaultdict(list)
        self._children: dict[str, list[tuple[str, str]]] = defaultdict(list)
        with database.reading() as session:
            for version, parent, content in session.execute(
                sa.select(Record.id, Record.parent_id, Record.content_hash)
            ):
                self._ids[f"prompt {content}"].append(version)
                self._children[parent].append((version, f"prompt {content}"))

    def keys_from(self, key: str) -> tuple[str, ...]:
        """The key of a prompt and those of all its descendants."""
        found, waiting, met = {key: None}, list(self._ids.get(key, ())), set[str]()
        while waiting:
            version = waiting.pop()
            if version not in met:
                met.add(version)
                for child, child_key in self._children.get(version, ()):
                    found[child_key] = None
                    waiting.append(child)
        return tuple(found)


def _tuned_embedders(paths: WorkbenchPaths) -> Iterator[SeenRows]:
    """The questions of an embedder's tuning, for it and for every embedder that was tuned from it."""
    root = paths.home / EMBEDDERS
    tuned = list_tuned(root)
    base_of = {one.embedder.content_hash: one.base.content_hash for one in tuned}
    for one in tuned:
        asked = Path(one.embedder.path).parent / ASKED
        own = one.embedder.content_hash
        yield SeenRows(
            kind=SeenKind.TUNING_PAIRS,
            where=f"questions that the search of {one.collection} was tuned on ({one.embedder.name})",
            keys=tuple(f"embedder {heir}" for heir in base_of if own in _line(heir, base_of)),
            path=str(asked) if asked.is_file() else "",
            layout=SeenLayout.EXAMPLES,
        )


def _line(embedder: str, base_of: dict[str, str]) -> list[str]:
    """An embedder and all that it was tuned from."""
    line = [embedder]
    while (base := base_of.get(line[-1])) is not None and base not in line:
        line.append(base)
    return line
