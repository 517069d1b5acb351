"""What models have judged so far, in the run's folder: a continued run judges nothing twice."""

import hashlib
import json
from pathlib import Path

from workbench.boundary import Boundary
from workbench.jobs.journal_file import append_record, read_records
from workbench.scoring.types import ScoreValue

MODEL_SCORES = "model_scores.jsonl"


class _Kept(Boundary):
    key: str
    text: str = ""
    """A judge's reply, word by word."""
    score: ScoreValue | None = None
    """A score that no reply stands behind."""


class ScoreJournal:
    """Replies and scores by a hash of everything that decides them."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._path = folder / MODEL_SCORES
        self._kept = {record.key: record for record in read_records(self._path, _Kept)}

    def reply(self, key: str) -> str | None:
        found = self._kept.get(key)
        return found.text if found is not None and found.score is None else None

    def score(self, key: str) -> ScoreValue | None:
        found = self._kept.get(key)
        return found.score if found is not None else None

    def add_reply(self, key: str, text: str) -> None:
        self._add(_Kept(key=key, text=text))

    def add_score(self, key: str, score: ScoreValue) -> None:
        self._add(_Kept(key=key, score=score))

    def _add(self, record: _Kept) -> None:
        self._kept[record.key] = record
        append_record(self._path, record)


def key_of(*parts: object) -> str:
    """A hash of what decides a judgement."""
    return hashlib.sha256(json.dumps(parts, ensure_ascii=True, default=str).encode()).hexdigest()
