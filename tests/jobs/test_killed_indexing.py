"""kill -9 at seeded random moments of indexing: the collection answers, and ends as if nothing had happened."""

import os
import random
import signal
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.jobs.conftest import Heard
from workbench.database import Database
from workbench.jobs.events import Crashed, Finished, JobEvent, LastWord, Produced, Started
from workbench.jobs.runner import JobRunner
from workbench.jobs.spec import JobSpec
from workbench.paths import WorkbenchPaths
from workbench.rag.indexing import index_spec, rebuild_spec
from workbench.rag.search_types import Question, QuestionHits, RetrievalConfig, SearchRequest
from workbench.rag.store import CollectionStore
from workbench.rag.tasks import SEARCH
from workbench.rag.types import ChunkSpan
from workbench.recording import recorder

pytestmark = pytest.mark.slow

NAME = "novel"
KILLS = 20
FILES = 36
SEED = 20


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """So many files of a few hundred words that indexing them takes a few seconds."""
    folder = tmp_path / "docs"
    folder.mkdir()
    draw = random.Random(SEED)
    words = [f"{first}{second}" for first in "ba de fi go lu".split() for second in "kan mir ton vel zur".split()]
    for number in range(FILES):
        text = " ".join(draw.choice(words) for _ in range(300))
        (folder / f"{number:02}.txt").write_text(f"Document {number} is about word{number}. {text}", encoding="utf-8")
    return folder


@pytest.fixture
def store(database: Database, home: WorkbenchPaths) -> CollectionStore:
    return CollectionStore(database, home)


class Workplace:
    """Runs jobs as the program does: what they produce is written down before anybody hears of it."""

    def __init__(self, runner: JobRunner, database: Database) -> None:
        self._runner = runner
        self._database = database

    def run(self, spec: JobSpec, heard: Callable[[JobEvent], None] | None = None) -> LastWord:
        record = recorder(self._database, spec)

        def listen(event: JobEvent) -> None:
            record(event)
            if heard is not None:
                heard(event)

        last = self._runner.submit(spec, listen).wait(120)
        assert last is not None
        return last

    def run_killed(self, spec: JobSpec, moment: float) -> LastWord:
        """SIGKILL after so much of the job's life: below 1 seconds from its start, above that at its n-th result."""
        results = 0
        timers: list[threading.Timer] = []

        def kill_later(event: JobEvent) -> None:
            nonlocal results
            match event:
                case Started(pid=pid) if moment < 1:
                    timers.append(threading.Timer(moment * 4, _kill, [pid]))
                    timers[-1].start()
                case Started(pid=pid):
                    self._pid = pid
                case Produced(kind="FileIndexed"):
                    results += 1
                    if results == int(moment):
                        _kill(self._pid)

        last = self.run(spec, kill_later)
        for timer in timers:
            timer.cancel()
            timer.join()
        return last


def _kill(pid: int) -> None:
    with_it = getattr(signal, "SIGKILL", signal.SIGTERM)
    try:
        os.kill(pid, with_it)
    except ProcessLookupError:
        return


def spans(store: CollectionStore) -> dict[str, tuple[ChunkSpan, ...]]:
    return {document.name: document.spans for document in store.texts.all(NAME)}


def search(place: Workplace, store: CollectionStore, query: str) -> list[str]:
    """Chunk ids, best first; restores the index where that is asked for, as the program does."""
    request = SearchRequest(
        collection=store.ref(NAME), queries=(Question(text=query),), retrieval=RetrievalConfig(top_k=3)
    )
    heard = Heard()
    spec = JobSpec(task=SEARCH, params=request.model_dump(mode="json"), worker="search")
    last = place.run(spec, heard)
    if not isinstance(last, Finished):
        assert getattr(last, "code", "") == "index_damaged", last
        assert isinstance(place.run(rebuild_spec(store, NAME)), Finished)
        return search(place, store, query)
    return [hit.chunk_id for hit in QuestionHits.model_validate(heard.items[0]).hits]


def test_that_twenty_deaths_change_nothing_of_the_end(
    home: WorkbenchPaths, database: Database, store: CollectionStore, folder: Path
) -> None:
    runner = JobRunner(home)
    place = Workplace(runner, database)
    try:
        assert isinstance(place.run(index_spec(store, NAME, [folder])), Finished)
        undisturbed, hits = spans(store), search(place, store, "word7 word30")
        store.delete(NAME)
        draw, deaths = random.Random(SEED), 0
        moments = [draw.uniform(0.05, 0.95) for _ in range(KILLS // 2)]
        moments += [float(draw.randint(1, 3)) for _ in range(KILLS - KILLS // 2)]
        draw.shuffle(moments)
        for number, moment in enumerate(moments):
            # A few more files each time, so that there is something to do until the last death.
            sources = [folder / f"{n:02}.txt" for n in range(min(FILES, 2 * (number + 1)))]
            deaths += isinstance(place.run_killed(index_spec(store, NAME, sources), moment), Crashed)
            held = [document for document in store.documents.of(NAME) if document.chunks]
            if number % 4 == 3 and held:
                number_of = held[0].name.removesuffix(".txt").lstrip("0") or "0"
                assert search(place, store, f"word{number_of}")
        assert deaths >= KILLS // 2, "most were killed while they worked"
        assert isinstance(place.run(index_spec(store, NAME, [folder])), Finished)
        assert spans(store) == undisturbed
        assert search(place, store, "word7 word30") == hits
    finally:
        runner.shutdown()
