"""Adapters that exist: a row in the database each, fed from training reports and from the folders themselves."""

import shutil
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from workbench.database import Base, Database
from workbench.errors import WorkbenchError
from workbench.finetune.adapter_folder import CARD, check_free, list_cards, read_card
from workbench.finetune.types import Adapter
from workbench.llm.adapters import adapter_hash
from workbench.llm.gguf_header import read_header


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
        """Record adapters whose training ended while nobody listened; returns the newly recorded ones."""
        known = {adapter.name for adapter in self._recorded()}
        return [self.record(card) for card in list_cards(self.folder) if card.name not in known]

    def list_adapters(self) -> list[Adapter]:
        """All whose folder is there, newest first; also those that are not recorded yet."""
        recorded = {a.name: a for a in self._recorded() if Path(a.gguf_path).is_file()}
        unknown = {path.name for path in self._folders() if path.name not in recorded}
        found = [*recorded.values(), *(card for card in list_cards(self.folder) if card.name in unknown)]
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

    def delete(self, name: str) -> None:
        """Remove the adapter's folder and its record."""
        adapter = self.get(name)
        folder = Path(adapter.folder)
        if folder.parent.resolve() != self.folder.resolve():
            raise WorkbenchError(
                f"The adapter “{name}” lies outside the data folder.", hint=f"Delete {folder} yourself.", code="foreign"
            )
        with self._database.session() as session:
            session.execute(sa.delete(AdapterRecord).where(AdapterRecord.name == adapter.name))
        shutil.rmtree(folder, ignore_errors=True)

    def _recorded(self) -> list[Adapter]:
        with self._database.reading() as session:
            return [Adapter.model_validate_json(card) for card in session.scalars(sa.select(AdapterRecord.card))]

    def _folders(self) -> list[Path]:
        return [path for path in self.folder.iterdir() if path.is_dir()] if self.folder.is_dir() else []


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
