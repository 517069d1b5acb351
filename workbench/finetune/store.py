"""Adapters that exist: a row in the database each, fed from training reports and from the folders themselves."""

from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from workbench.database import Base, Database
from workbench.errors import WorkbenchError
from workbench.finetune.adapter_folder import CARD, check_free, check_name, list_cards, read_card
from workbench.finetune.removal import RemovedAdapter, in_use, list_removed, move_aside, put_back
from workbench.finetune.types import Adapter
from workbench.llm.adapters import adapter_hash
from workbench.llm.gguf_header import read_header
from workbench.naming import numbered


class AdapterRecord(Base):
    __tablename__ = "adapters"

    name: Mapped[str] = mapped_column(primary_key=True)
    gguf_hash: Mapped[str] = mapped_column(index=True)
    base_hash: Mapped[str] = mapped_column(index=True)
    dataset_hash: Mapped[str] = mapped_column(index=True)
    created: Mapped[str]
    card: Mapped[str] = mapped_column(sa.Text)
    """The whole `Adapter` as JSON; the columns beside it are for lineage queries."""


class AdapterStore:
    """Finds adapters by name or path. A worker makes the folder; only the writing process records it here."""

    def __init__(self, database: Database, folder: Path | None = None) -> None:
        self._database = database
        self.folder = folder or database.path.parent / "adapters"

    @property
    def database(self) -> Database:
        """For the other stores of what adapters are made from and used for."""
        return self._database

    def record(self, adapter: Adapter) -> Adapter:
        """Remember a finished adapter (from `TrainReport.adapter`)."""
        with self._database.session() as session:
            session.merge(
                AdapterRecord(
                    name=adapter.name,
                    gguf_hash=adapter.gguf_hash,
                    base_hash=adapter.base_hash,
                    dataset_hash=adapter.dataset_hash,
                    created=adapter.created,
                    card=adapter.model_dump_json(),
                )
            )
        return adapter

    def adopt(self) -> list[Adapter]:
        """Record adapters whose training ended while nobody listened; returns the newly recorded ones.

        One whose folder was renamed, by a person or by a rename that was interrupted, keeps its notes.
        """
        recorded = self._recorded()
        known = {adapter.name for adapter in recorded if Path(adapter.gguf_path).is_file()}
        lost = {adapter.gguf_hash: adapter for adapter in recorded if adapter.name not in known}
        adopted = []
        for card in list_cards(self.folder, without=known):
            if before := lost.get(card.gguf_hash):
                self._forget(before.name)
                card = card.model_copy(update={"notes": before.notes})
            adopted.append(self.record(card))
        return adopted

    def list_adapters(self) -> list[Adapter]:
        """All whose folder is there, newest first; also those that are not recorded yet."""
        recorded = {a.name: a for a in self._recorded() if Path(a.gguf_path).is_file()}
        found = [*recorded.values(), *list_cards(self.folder, without=recorded)]
        return sorted(found, key=lambda adapter: (adapter.created, adapter.name), reverse=True)

    def find(self, name: str) -> Adapter | None:
        """The adapter of that name."""
        return next((adapter for adapter in self.list_adapters() if adapter.name == name), None)

    def get(self, name_or_path: str) -> Adapter:
        """By name, by adapter folder, or by a GGUF adapter file from anywhere; else WorkbenchError with the names."""
        if found := self.find(name_or_path):
            return found
        path = Path(name_or_path).expanduser()
        if (path / CARD).is_file():
            return read_card(path.absolute())
        if path.is_file():
            return _foreign(path.absolute())
        names = ", ".join(adapter.name for adapter in self.list_adapters()[:8]) or "none yet"
        raise WorkbenchError(f"There is no adapter “{name_or_path}”.", hint=f"There are: {names}.", code="no_adapter")

    def check_free(self, name: str) -> None:
        """Raise WorkbenchError when the name is taken or cannot be one."""
        check_free(name, self.folder)

    def delete(self, name: str) -> RemovedAdapter:
        """Move the adapter aside: for ten minutes `restore` brings it back."""
        adapter = self._own(name)
        removed = move_aside(Path(adapter.folder), adapter.notes)
        self._forget(adapter.name)
        return removed

    def list_removed(self) -> list[RemovedAdapter]:
        """Deleted ones that can come back, the last deleted first."""
        return list_removed(self.folder)

    def restore(self, removed: RemovedAdapter) -> Adapter:
        """Undo `delete`; where another adapter has the name by now, under a numbered one."""
        card = read_card(put_back(self.folder, removed, numbered(removed.name, self._is_taken)))
        return self.record(card.model_copy(update={"notes": removed.notes}))

    def rename(self, name: str, new_name: str) -> Adapter:
        """Call it otherwise: its folder is renamed. Raises WorkbenchError when the name is taken or cannot be one."""
        adapter, wanted = self._own(name), new_name.strip()
        if wanted == adapter.name:
            return adapter
        if wanted.casefold() != adapter.name.casefold():
            self.check_free(wanted)
        else:
            check_name(wanted)
        folder = Path(adapter.folder)
        try:
            target = folder.rename(folder.with_name(wanted))
        except OSError as error:
            raise in_use(adapter.name, error) from error
        moved = {"name": wanted, "folder": str(target), "gguf_path": str(target / Path(adapter.gguf_path).name)}
        self._forget(adapter.name)
        return self.record(adapter.model_copy(update=moved))

    def save_notes(self, name: str, notes: str) -> Adapter:
        """Remember what the user wrote about it."""
        return self.record(self._own(name).model_copy(update={"notes": notes.strip()}))

    def _own(self, name: str) -> Adapter:
        adapter = self.get(name)
        folder = Path(adapter.folder)
        if folder.parent.resolve() != self.folder.resolve():
            raise WorkbenchError(
                f"The adapter “{name}” lies outside the data folder.",
                hint=f"Its files are in {folder}.",
                code="foreign",
            )
        return adapter

    def _is_taken(self, name: str) -> bool:
        return self.folder.is_dir() and name.casefold() in {path.name.casefold() for path in self.folder.iterdir()}

    def _forget(self, name: str) -> None:
        with self._database.session() as session:
            session.execute(sa.delete(AdapterRecord).where(AdapterRecord.name == name))

    def _recorded(self) -> list[Adapter]:
        with self._database.reading() as session:
            return [Adapter.model_validate_json(card) for card in session.scalars(sa.select(AdapterRecord.card))]


def _foreign(path: Path) -> Adapter:
    """A GGUF adapter that was made elsewhere: what its header says."""
    header = read_header(path)
    if header.text("adapter.type") != "lora":
        raise WorkbenchError(
            f"{path.name} is not a LoRA adapter.", hint="Choose a GGUF adapter.", code="not_an_adapter"
        )
    ranks = [tensor.shape[1] for name, tensor in header.tensors.items() if name.endswith(".lora_a")]
    return Adapter(
        name=path.stem,
        folder=str(path.parent),
        gguf_path=str(path),
        gguf_hash=adapter_hash(path),
        base_name=header.text("general.base_model.0.name"),
        base_path="",
        base_hash="",
        rank=max(ranks, default=1),
        rows=0,
    )
