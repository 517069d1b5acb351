"""A purge of documents reaches comparisons: what they measured stays, what they quoted goes."""

import contextlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import sqlalchemy as sa
from pydantic import ValidationError
from sqlalchemy.orm import Session

from workbench.compare.journal import KEYS, REPORT, REQUEST, TRIALS
from workbench.compare.judge.score_journal import MODEL_SCORES
from workbench.compare.placing import FOLDER, LANE
from workbench.compare.store import ComparisonRow, TrialRow
from workbench.compare.stored_reports import read_stored_report, read_stored_trial
from workbench.compare.trial_types import Trial
from workbench.compare.types import CompareRequest, ComparisonReport
from workbench.database import Database
from workbench.datasets.types import Example
from workbench.errors import WorkbenchError
from workbench.jobs.journal_file import read_records, write_whole
from workbench.jobs.old_runs import remove_heard_runs
from workbench.paths import WorkbenchPaths
from workbench.rag.purged import Purged
from workbench.rag.search_types import Hit
from workbench.rag.tables import CollectionRow, DocumentRow
from workbench.scoring.metrics.documents import is_any_of
from workbench.scoring.types import ScoreValue


@dataclass(frozen=True, slots=True)
class _Asked:
    """What a comparison was made of, as far as a purge must know it."""

    owners: Mapping[str, str] = field(default_factory=dict)
    """By the arm's name: the collection that it asks."""
    sources: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """By the question: the documents that the test set names for it."""


_IsGone = Callable[[Hit, str], bool]
"""Whether a passage that an arm found in a collection of that name is purged."""


def forget_quoted(database: Database, paths: WorkbenchPaths, purged: Purged, collection_folder: str) -> None:
    """Take passages of purged documents, prompts that hold them and answers from those out of all comparisons: the
    database, the folders of runs, and what their jobs said. Scores and hashes stay, and a document's name where the
    user's own test set says it: at which rank a source was found is measured.

    The caller makes the database forget what was overwritten (`Database.forget`).
    """
    with database.reading() as session:
        is_gone = _judge(session, purged)
    for number, asked in _comparisons(database):
        with database.session() as session:
            _forget_in_rows(session, number, asked, is_gone)
    runs = paths.home / FOLDER
    for trials in sorted(runs.glob(f"*/{TRIALS}")):
        _forget_in_folder(trials.parent, is_gone)
    remove_heard_runs(paths.runs, LANE, collection_folder)


def without_purged(trial: Trial, is_gone: Callable[[Hit], bool], sources: Sequence[str] = ()) -> Trial:
    """The trial without what it quotes of purged documents, and without their names but for `sources`; the same where
    it quotes nothing of them."""
    gone = {place for place, hit in enumerate(trial.hits) if hit.text and is_gone(hit)}
    if not gone:
        return trial
    hits = tuple(_emptied(hit, sources) if place in gone else hit for place, hit in enumerate(trial.hits))
    update: dict[str, object] = {"hits": hits, "purged": True, "failure_evidence": ""}
    if gone & set(trial.used):
        scores = {name: ScoreValue(value=score.value, explanation="") for name, score in trial.scores.items()}
        update |= {"prompt": "", "answer": "", "text": "", "scores": scores}
    return trial.model_copy(update=update)


def _emptied(hit: Hit, sources: Sequence[str]) -> Hit:
    name = hit.document if is_any_of(hit.document, sources) else ""
    return hit.model_copy(update={"text": "", "title": "", "folded": (), "document": name})


def _judge(session: Session, purged: Purged) -> _IsGone:
    """Another collection may hold the same file: its passages stay."""
    columns = sa.select(CollectionRow.name, DocumentRow.sha256).join(DocumentRow)
    kept = {
        (name, doc_hash)
        for name, doc_hash in session.execute(columns.where(DocumentRow.sha256.in_(purged.hashes)))
        if name != purged.collection
    }

    def is_gone(hit: Hit, owner: str) -> bool:
        name = hit.collection or owner
        if hit.doc_hash in purged.hashes and (name, hit.doc_hash) not in kept:
            return True  # whatever the collection is called by now
        return name == purged.collection and purged.holds(hit, owner)

    return is_gone


def _comparisons(database: Database) -> list[tuple[int, _Asked]]:
    """With their numbers."""
    with database.reading() as session:
        rows = session.execute(sa.select(ComparisonRow.id, ComparisonRow.report)).all()
    return [(number, _asked(text)) for number, text in rows]


def _asked(text: str) -> _Asked:
    try:
        report = read_stored_report(text)
    except WorkbenchError:
        return _Asked()  # of another version: its trials are looked through all the same
    return _Asked({arm.name: arm.collection for arm in report.arms}, _sources(report.examples))


def _sources(examples: Sequence[Example]) -> Mapping[str, Sequence[str]]:
    return {example.id: example.sources for example in examples if example.sources}


def _forget_in_rows(session: Session, number: int, asked: _Asked, is_gone: _IsGone) -> None:
    quoting = sa.select(TrialRow).where(TrialRow.comparison_id == number, ~TrialRow.trial.contains('"hits":[]'))
    changed = set()
    for row in session.scalars(quoting).all():
        trial = _read(row.trial)
        if trial is None:
            continue
        left = _left(trial, asked, is_gone)
        if left is not trial:
            row.trial = left.model_dump_json()
            changed.add(row.example_id)
    comparison = session.get(ComparisonRow, number)
    if changed and comparison is not None:
        with contextlib.suppress(WorkbenchError):
            comparison.report = _silenced(read_stored_report(comparison.report), changed).model_dump_json()


def _silenced(report: ComparisonReport, questions: set[str]) -> ComparisonReport:
    """Without what a judge of pairs said of answers to these questions."""
    scoring = report.model_scoring
    if scoring is None:
        return report
    pairs = tuple(
        pair.model_copy(update={"explanation": ""}) if pair.example_id in questions else pair for pair in scoring.pairs
    )
    return report.model_copy(update={"model_scoring": scoring.model_copy(update={"pairs": pairs})})


def _forget_in_folder(folder: Path, is_gone: _IsGone) -> None:
    """The files of a run: nothing where it quotes nothing."""
    asked = _asked_in(folder)
    trials = [_left(trial, asked, is_gone) for trial in read_records(folder / TRIALS, Trial)]
    if not any(trial.purged for trial in trials):
        return
    (folder / MODEL_SCORES).unlink(missing_ok=True)  # replies that quote; who goes on with the run judges again
    _write_trials(folder, trials)
    with contextlib.suppress(FileNotFoundError, WorkbenchError):
        report = read_stored_report((folder / REPORT).read_text(encoding="utf-8"))
        kept = tuple(_left(trial, asked, is_gone) for trial in report.trials)
        report = _silenced(report, {trial.example_id for trial in kept if trial.purged})
        write_whole(folder / REPORT, report.model_copy(update={"trials": kept}).model_dump_json())


def _left(trial: Trial, asked: _Asked, is_gone: _IsGone) -> Trial:
    owner, sources = asked.owners.get(trial.arm, ""), asked.sources.get(trial.example_id, ())
    return without_purged(trial, lambda hit: is_gone(hit, owner), sources)


def _asked_in(folder: Path) -> _Asked:
    try:
        request = CompareRequest.model_validate_json((folder / REQUEST).read_text(encoding="utf-8"))
    except (OSError, ValidationError):
        return _Asked()
    owners = {arm.name: arm.collection.name for arm in request.arms if arm.collection}
    return _Asked(owners, _sources(request.examples))


def _write_trials(folder: Path, trials: Sequence[Trial]) -> None:
    """With the list of their keys, which says where each begins."""
    lines, keys, place = [], [], 0
    for trial in trials:
        line = trial.model_dump_json() + "\n"
        if trial.key:
            keys.append(f"{trial.key} {place}\n")
        lines.append(line)
        place += len(line.encode())
    write_whole(folder / TRIALS, "".join(lines))
    write_whole(folder / KEYS, "".join(keys))


def _read(text: str) -> Trial | None:
    try:
        return read_stored_trial(text)
    except WorkbenchError:
        return None
