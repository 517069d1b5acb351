"""The user's ratings of answers, kept for good beside the comparison that they are about."""

import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from workbench.compare.judge.types import AnswerRating, RatingScale, TrialKey
from workbench.database import Base, Database


class AnswerRatingRow(Base):
    __tablename__ = "answer_ratings"
    __table_args__ = (sa.UniqueConstraint("comparison_id", "arm", "example_id", "repeat"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    comparison_id: Mapped[int] = mapped_column(sa.ForeignKey("comparisons.id", ondelete="CASCADE"), index=True)
    arm: Mapped[str]
    example_id: Mapped[str]
    repeat: Mapped[int]
    answer_hash: Mapped[str] = mapped_column(index=True)
    value: Mapped[float | None]
    """0 to 1; null where the user could not say."""
    scale: Mapped[str]
    is_blind: Mapped[bool]
    created: Mapped[str]


class AnswerRatingStore:
    """Reads and writes ratings. Only the process that holds the data folder's lock may record."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def record(self, comparison_id: int, rating: AnswerRating) -> AnswerRating:
        """Keep a rating; one of the same answer that was kept before is replaced. Returns it with its date."""
        now = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
        dated = rating if rating.created else rating.model_copy(update={"created": now})
        with self._database.session() as session:
            session.execute(_of(comparison_id, rating.key))
            session.add(AnswerRatingRow(comparison_id=comparison_id, **dated.model_dump(mode="json")))
        return dated

    def take_back(self, comparison_id: int, key: TrialKey) -> None:
        """Forget a rating; nothing happens when there is none."""
        with self._database.session() as session:
            session.execute(_of(comparison_id, key))

    def list_ratings(self, comparison_id: int) -> tuple[AnswerRating, ...]:
        """All of a comparison, in the order in which they were given."""
        query = sa.select(AnswerRatingRow).where(AnswerRatingRow.comparison_id == comparison_id)
        with self._database.reading() as session:
            return tuple(_rating(row) for row in session.scalars(query.order_by(AnswerRatingRow.id)))


def _of(comparison_id: int, key: TrialKey) -> sa.Delete:
    arm, example_id, repeat = key
    row = AnswerRatingRow
    return sa.delete(row).where(
        row.comparison_id == comparison_id, row.arm == arm, row.example_id == example_id, row.repeat == repeat
    )


def _rating(row: AnswerRatingRow) -> AnswerRating:
    return AnswerRating(
        arm=row.arm,
        example_id=row.example_id,
        repeat=row.repeat,
        answer_hash=row.answer_hash,
        value=row.value,
        scale=RatingScale(row.scale),
        is_blind=row.is_blind,
        created=row.created,
    )
