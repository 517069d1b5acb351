"""How test sets and measurements lie in the database. They go with their collection."""

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from workbench.database import Base


class TestSetRow(Base):
    __tablename__ = "rag_test_sets"
    __table_args__ = (sa.UniqueConstraint("collection_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    collection_id: Mapped[int] = mapped_column(sa.ForeignKey("rag_collections.id", ondelete="CASCADE"), index=True)
    name: Mapped[str]
    created: Mapped[str]


class TestQuestionRow(Base):
    __tablename__ = "rag_test_questions"

    id: Mapped[int] = mapped_column(primary_key=True)
    test_set_id: Mapped[int] = mapped_column(sa.ForeignKey("rag_test_sets.id", ondelete="CASCADE"), index=True)
    text: Mapped[str]
    relevant: Mapped[str] = mapped_column(sa.Text)
    """A JSON array of `RelevantPlace`."""
    origin: Mapped[str]
    review: Mapped[str]
    remark: Mapped[str]


class MeasurementRow(Base):
    __tablename__ = "rag_measurements"

    id: Mapped[int] = mapped_column(primary_key=True)
    collection_id: Mapped[int] = mapped_column(sa.ForeignKey("rag_collections.id", ondelete="CASCADE"), index=True)
    test_set: Mapped[str]
    created: Mapped[str]
    folder: Mapped[str] = mapped_column(index=True)
    is_complete: Mapped[bool]
    sentence: Mapped[str]
    report: Mapped[str] = mapped_column(sa.Text)
    """`MeasureReport` as JSON."""
    outcomes: Mapped[str] = mapped_column(sa.Text)
    """One `QuestionOutcome` as JSON per line."""


class TuningRow(Base):
    __tablename__ = "rag_tunings"

    id: Mapped[int] = mapped_column(primary_key=True)
    collection_id: Mapped[int] = mapped_column(sa.ForeignKey("rag_collections.id", ondelete="CASCADE"), index=True)
    created: Mapped[str]
    folder: Mapped[str] = mapped_column(index=True)
    sentence: Mapped[str]
    is_better: Mapped[bool]
    report: Mapped[str] = mapped_column(sa.Text)
    """`TuningReport` as JSON."""
