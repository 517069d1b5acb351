"""Votes between answers, kept for good."""

import datetime
from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from workbench.database import Base, Database
from workbench.playground.ratings import Rating


class RatingRecord(Base):
    __tablename__ = "ratings"

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    id: Mapped[str] = mapped_column(unique=True)
    vote_id: Mapped[str] = mapped_column(index=True)
    created: Mapped[str]
    outcome: Mapped[str]
    """`Outcome`: who won."""
    first_version_id: Mapped[str] = mapped_column(index=True)
    second_version_id: Mapped[str] = mapped_column(index=True)
    rating: Mapped[str] = mapped_column(sa.Text)
    """The whole `Rating` as JSON; the columns beside it are for queries."""


class RatingStore:
    """Reads and writes ratings. Only the process that holds the data folder's lock may record."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def record(self, ratings: Sequence[Rating]) -> list[Rating]:
        """Keep the pairs of a vote, all or none of them; those without a date get the present."""
        now = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
        dated = [rating if rating.created else rating.model_copy(update={"created": now}) for rating in ratings]
        with self._database.session() as session:
            session.add_all(
                RatingRecord(
                    id=rating.id,
                    vote_id=rating.vote_id,
                    created=rating.created,
                    outcome=rating.outcome.value,
                    first_version_id=rating.first.version_id,
                    second_version_id=rating.second.version_id,
                    rating=rating.model_dump_json(),
                )
                for rating in dated
            )
        return dated

    def list_ratings(self) -> list[Rating]:
        """In the order in which they were given."""
        query = sa.select(RatingRecord.rating).order_by(RatingRecord.number)
        with self._database.reading() as session:
            return [Rating.model_validate_json(text) for text in session.scalars(query)]

    def take_back(self, vote_id: str) -> None:
        """Forget a vote; nothing happens when it is not there."""
        with self._database.session() as session:
            session.execute(sa.delete(RatingRecord).where(RatingRecord.vote_id == vote_id))

    def clear(self) -> None:
        """Forget them all."""
        with self._database.session() as session:
            session.execute(sa.delete(RatingRecord))
