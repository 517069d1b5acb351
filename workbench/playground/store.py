"""Saved exchanges: the history of the playground, newest first."""

import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from workbench.database import Base, Database
from workbench.playground.types import Exchange


class ExchangeRecord(Base):
    __tablename__ = "exchanges"

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    id: Mapped[str] = mapped_column(unique=True)
    created: Mapped[str] = mapped_column(index=True)
    model_name: Mapped[str]
    model_hash: Mapped[str] = mapped_column(index=True)
    adapter_hash: Mapped[str] = mapped_column(index=True)
    exchange: Mapped[str] = mapped_column(sa.Text)
    """The whole `Exchange` as JSON; the columns beside it are for lineage queries."""


class ExchangeStore:
    """Reads and writes exchanges. Only the process that holds the data folder's lock may record."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def record(self, exchange: Exchange) -> Exchange:
        """Keep an exchange; one that has no date gets the present."""
        now = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
        saved = exchange if exchange.created else exchange.model_copy(update={"created": now})
        with self._database.session() as session:
            session.add(
                ExchangeRecord(
                    id=saved.id,
                    created=saved.created,
                    model_name=saved.model_name,
                    model_hash=saved.model_hash,
                    adapter_hash=saved.adapter_hash,
                    exchange=saved.model_dump_json(),
                )
            )
        return saved

    def list_exchanges(self, limit: int = 100) -> list[Exchange]:
        """The newest first."""
        query = sa.select(ExchangeRecord.exchange).order_by(ExchangeRecord.number.desc()).limit(limit)
        with self._database.reading() as session:
            return [Exchange.model_validate_json(text) for text in session.scalars(query)]

    def find(self, exchange_id: str) -> Exchange | None:
        query = sa.select(ExchangeRecord.exchange).where(ExchangeRecord.id == exchange_id)
        with self._database.reading() as session:
            text = session.scalar(query)
        return None if text is None else Exchange.model_validate_json(text)

    def delete(self, exchange_id: str) -> None:
        """Forget one exchange; nothing happens when it is not there."""
        with self._database.session() as session:
            session.execute(sa.delete(ExchangeRecord).where(ExchangeRecord.id == exchange_id))

    def clear(self) -> None:
        """Forget them all."""
        with self._database.session() as session:
            session.execute(sa.delete(ExchangeRecord))
