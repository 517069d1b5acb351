"""Saved data sets: a row in the database each, their training rows in a file named after its content."""

import datetime
from collections.abc import Sequence
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from workbench.database import Base, Database
from workbench.datasets.rows_file import read_rows, write_rows
from workbench.datasets.types import ColumnMapping, Dataset, TrainingRow
from workbench.errors import WorkbenchError
from workbench.naming import numbered


class DatasetRecord(Base):
    __tablename__ = "datasets"

    name: Mapped[str] = mapped_column(primary_key=True)
    content_hash: Mapped[str] = mapped_column(index=True)
    created: Mapped[str]
    card: Mapped[str] = mapped_column(sa.Text)
    """The whole `Dataset` as JSON; the columns beside it are for queries."""


def datasets_folder(database_path: Path) -> Path:
    """Where rows files lie: beside the database."""
    return database_path.parent / "datasets"


class DatasetStore:
    """Saves and finds data sets. Only the process that holds the data folder's lock may save."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.folder = datasets_folder(database.path)

    def save(
        self,
        name: str,
        rows: Sequence[TrainingRow],
        *,
        source: Path | None = None,
        source_hash: str = "",
        mapping: ColumnMapping | None = None,
        problem_count: int = 0,
        origin: str = "",
        replace: bool = False,
    ) -> Dataset:
        """Write the rows and remember them under `name`; a taken name is an error unless `replace`."""
        if not rows:
            raise WorkbenchError(
                f"The data set “{name}” would have no rows.", hint="Check the columns.", code="no_rows"
            )
        name = self.free_name(name, replace=replace)
        path, digest = write_rows(rows, self.folder)
        dataset = Dataset(
            name=name,
            content_hash=digest,
            rows_path=str(path),
            source_path=str(source or ""),
            source_hash=source_hash,
            mapping=mapping or ColumnMapping(),
            row_count=len(rows),
            problem_count=problem_count,
            created=_now(),
            origin=origin,
        )
        return self.record(dataset)

    def record(self, dataset: Dataset) -> Dataset:
        """Remember a data set whose rows file a worker has already written (`datasets.tasks.prepare`)."""
        with self._database.session() as session:
            session.merge(
                DatasetRecord(
                    name=dataset.name,
                    content_hash=dataset.content_hash,
                    created=dataset.created,
                    card=dataset.model_dump_json(),
                )
            )
        return dataset

    def record_new(self, dataset: Dataset) -> Dataset:
        """Remember a data set under its name, or under a numbered one where that name means other rows."""

        def is_taken(name: str) -> bool:
            other = self.find(name)
            return other is not None and other.content_hash != dataset.content_hash

        return self.record(dataset.model_copy(update={"name": numbered(dataset.name, is_taken)}))

    def list_datasets(self) -> list[Dataset]:
        """All of them, newest first."""
        with self._database.reading() as session:
            cards = session.scalars(
                sa.select(DatasetRecord.card).order_by(DatasetRecord.created.desc(), DatasetRecord.name)
            )
            return [Dataset.model_validate_json(card) for card in cards]

    def find(self, name: str) -> Dataset | None:
        with self._database.reading() as session:
            record = session.get(DatasetRecord, name.strip())
            return Dataset.model_validate_json(record.card) if record else None

    def get(self, name: str) -> Dataset:
        """The data set of that name; WorkbenchError with the names that exist."""
        if found := self.find(name):
            return found
        names = ", ".join(dataset.name for dataset in self.list_datasets()[:8]) or "none yet"
        raise WorkbenchError(f"There is no data set “{name}”.", hint=f"There are: {names}.", code="no_dataset")

    def rows(self, dataset: Dataset) -> list[TrainingRow]:
        """Its rows, checked against the content hash."""
        return read_rows(Path(dataset.rows_path), dataset.content_hash)

    def rename(self, old: str, new: str) -> Dataset:
        dataset = self.get(old).model_copy(update={"name": self.free_name(new)})
        with self._database.session() as session:
            session.delete(session.get_one(DatasetRecord, old.strip()))
        return self.record(dataset)

    def delete(self, name: str) -> None:
        """Forget the data set; its rows file goes when no other data set has the same rows."""
        dataset = self.get(name)
        with self._database.session() as session:
            session.delete(session.get_one(DatasetRecord, name.strip()))
            session.flush()
            same = sa.select(sa.func.count()).where(DatasetRecord.content_hash == dataset.content_hash)
            is_last = session.scalar(same) == 0
        if is_last:
            Path(dataset.rows_path).unlink(missing_ok=True)

    def free_name(self, name: str, *, replace: bool = False) -> str:
        """The name as it is kept. WorkbenchError for none, and for one that is taken unless `replace`."""
        name = name.strip()
        if not name:
            raise WorkbenchError("A data set needs a name.", hint="Choose one.", code="bad_name")
        if not replace and self.find(name):
            raise WorkbenchError(
                f"There is already a data set “{name}”.", hint="Choose another name.", code="name_taken"
            )
        return name


def _now() -> str:
    return datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
