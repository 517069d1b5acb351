"""What is remembered of models: how each is loaded, what it is called here, and the hashes of files."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from workbench.database import Base, Database
from workbench.errors import WorkbenchError
from workbench.llm.file_hash import FileHashed, content_key
from workbench.llm.types import LoadChanges, LoadConfig, ModelRef, RememberedModel
from workbench.settings import LlmSettings


class RememberedModelRecord(Base):
    __tablename__ = "remembered_models"

    content_key: Mapped[str] = mapped_column(primary_key=True)
    """`ModelRef.content_key`, so that a moved file is known again."""
    display_name: Mapped[str]
    is_hidden: Mapped[bool]
    load: Mapped[str] = mapped_column(sa.Text)
    """`LoadChanges` as JSON."""


class FileHashRecord(Base):
    __tablename__ = "file_hashes"

    path: Mapped[str] = mapped_column(primary_key=True)
    size_bytes: Mapped[int]
    modified_ns: Mapped[int]
    sha256: Mapped[str]


class ModelSettingsStore:
    """Rows are found by `ModelRef.content_key`: they survive moving or renaming the file."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def all_models(self) -> dict[str, RememberedModel]:
        """Everything that is remembered, by content key."""
        with self._database.reading() as session:
            return {row.content_key: _remembered(row) for row in session.scalars(sa.select(RememberedModelRecord))}

    def for_model(self, key: str) -> LoadChanges:
        """How this model is loaded differently from the preferences."""
        with self._database.reading() as session:
            row = session.get(RememberedModelRecord, key)
            return LoadChanges.model_validate_json(row.load) if row else LoadChanges()

    def load_config(self, model: ModelRef, llm: LlmSettings) -> LoadConfig:
        """How a model is loaded: the preferences, changed by what is remembered of it. Used everywhere."""
        return LoadConfig.from_settings(llm, self.for_model(model.content_key or content_key(Path(model.path))))

    def names(self) -> dict[str, str]:
        """Display names by content key, where there is one."""
        return {key: model.display_name for key, model in self.all_models().items() if model.display_name}

    def put_all(self, models: Mapping[str, RememberedModel]) -> None:
        """Remember exactly this of these models. Raises WorkbenchError when it cannot be written."""
        try:
            with self._database.session() as session:
                for key, model in models.items():
                    row = session.get(RememberedModelRecord, key) or _new_row(session, key)
                    row.display_name, row.is_hidden = model.display_name, model.is_hidden
                    row.load = model.load.model_dump_json(exclude_none=True)
                    if model == RememberedModel():
                        session.delete(row)
        except sa.exc.SQLAlchemyError as error:
            raise WorkbenchError(
                f"What was changed could not be written into {self._database.path}.",
                hint="Free some space on that disk; until then it is forgotten at the end.",
                details=str(error),
                code="not_recorded",
            ) from error

    def save(self, key: str, changes: LoadChanges) -> None:
        with self._changing(key) as row:
            row.load = changes.model_dump_json(exclude_none=True)

    def rename(self, key: str, name: str) -> None:
        """Call the model `name` from now on; "" goes back to its own. Raises WorkbenchError when another has it."""
        with self._changing(key) as row:
            row.display_name = name.strip()

    def hide(self, key: str, is_hidden: bool = True) -> None:
        """Take it from the list, or put it back."""
        with self._changing(key) as row:
            row.is_hidden = is_hidden

    @contextmanager
    def _changing(self, key: str) -> Iterator[RememberedModelRecord]:
        """The row of the model, made when it is new and dropped when nothing is left to remember."""
        if not key:
            raise WorkbenchError(
                "Nothing can be remembered of a model that cannot be read.", hint="Check the file.", code="no_key"
            )
        with self._database.session() as session:
            row = session.get(RememberedModelRecord, key) or _new_row(session, key)
            yield row
            if _remembered(row) == RememberedModel():
                session.delete(row)


class FileHashStore:
    """Hashes of whole files, valid while size and time of change stay."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def find(self, path: Path) -> str:
        """The SHA-256 of the file as it lies there now; "" when it is not known."""
        try:
            found = path.stat()
        except OSError:
            return ""
        with self._database.reading() as session:
            row = session.get(FileHashRecord, str(path))
            same = row and (row.size_bytes, row.modified_ns) == (found.st_size, found.st_mtime_ns)
            return row.sha256 if row and same else ""

    def record(self, hashed: FileHashed) -> None:
        with self._database.session() as session:
            session.merge(FileHashRecord(**hashed.model_dump()))


def _new_row(session: Session, key: str) -> RememberedModelRecord:
    row = RememberedModelRecord(content_key=key, display_name="", is_hidden=False, load="{}")
    session.add(row)
    session.flush()
    return row


def _remembered(row: RememberedModelRecord) -> RememberedModel:
    return RememberedModel(
        display_name=row.display_name, is_hidden=row.is_hidden, load=LoadChanges.model_validate_json(row.load)
    )
