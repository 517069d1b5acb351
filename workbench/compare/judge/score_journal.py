"""What models have judged so far, in the run's folder: a continued run judges nothing twice."""

import hashlib
import json
from pathlib import Path

from workbench.boundary import Boundary
from workbench.jobs.journal_file import append_record, read_placed, read_records
from workbench.scoring.types import ScoreValue

MODEL_SCORES = "model_scores.jsonl"
_RUNS_LOOKED_INTO = 10


class _Kept(Boundary):
    key: str
    text: str = ""
    """A judge's reply, word by word."""
    score: ScoreValue | None = None
    """A score that no reply stands behind."""


class ScoreJournal:
    """Replies and scores by a hash of everything that decides them."""

    def __init__(self, folder: Path, earlier: Path | None = None) -> None:
        """`earlier`: the folder of all runs, whose newest are looked into before a model is asked."""
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._path = folder / MODEL_SCORES
        self._kept = {record.key: record for record in read_records(self._path, _Kept)}
        self._earlier = _read_earlier(earlier, folder) if earlier is not None else {}

    def reply(self, key: str) -> str | None:
        found = self._find(key)
        return found.text if found is not None and found.score is None else None

    def score(self, key: str) -> ScoreValue | None:
        found = self._find(key)
        return found.score if found is not None else None

    def _find(self, key: str) -> _Kept | None:
        """What an earlier run knows becomes part of this one, which then stands on its own."""
        if key not in self._kept and key in self._earlier:
            self._add(self._earlier[key])
        return self._kept.get(key)

    def add_reply(self, key: str, text: str) -> None:
        self._add(_Kept(key=key, text=text))

    def add_score(self, key: str, score: ScoreValue) -> None:
        self._add(_Kept(key=key, score=score))

    def _add(self, record: _Kept) -> None:
        self._kept[record.key] = record
        append_record(self._path, record)


def _read_earlier(runs: Path, own: Path) -> dict[str, _Kept]:
    files = [path for path in runs.glob(f"*/{MODEL_SCORES}") if path.parent != own]
    newest = sorted(files, key=lambda path: path.stat().st_mtime, reverse=True)[:_RUNS_LOOKED_INTO]
    found: dict[str, _Kept] = {}
    for path in reversed(newest):
        found |= {record.key: record for _, record in read_placed(path, _Kept, is_ours=False)}
    return found


def key_of(*parts: object) -> str:
    """A hash of what decides a judgement."""
    return hashlib.sha256(json.dumps(parts, ensure_ascii=True, default=str).encode()).hexdigest()
