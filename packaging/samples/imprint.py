"""Who wrote the documents, and when: what their files say about themselves."""

from datetime import UTC, datetime

COMPANY = "Tarn & Fallow"
WRITTEN_ON = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
