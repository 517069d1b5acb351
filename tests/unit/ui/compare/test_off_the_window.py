"""What reads much is read beside the window, and what comes back late does no harm."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.fakes import FakeJobs, FakeMessages, FakeNavigator
from tests.gui.compare.conftest import FULL, question_rooms
from tests.unit.compare.weighable import report_of
from workbench.compare.catalogue import Catalogue
from workbench.compare.store import ComparisonStore
from workbench.compare.tasks import PREPARE
from workbench.compare.weights import Weights
from workbench.database import Database
from workbench.datasets.test_sets.types import SetQuestion
from workbench.errors import WorkbenchError
from workbench.jobs.spec import JobSpec
from workbench.paths import WorkbenchPaths
from workbench.settings import Settings
from workbench.ui.compare.presenter import ComparePresenter
from workbench.ui.compare.run_part import RunPart
from workbench.ui.models.catalog import ModelCatalog

FOLDER = "/runs/handbook"
QUALITY_AND_SPEED = Weights(quality=1.0, latency=1.0)


@dataclass
class Held:
    """A `Background` that waits until the test says so."""

    waiting: list[tuple[Callable[[], Any], Callable[[Any], None]]] = field(default_factory=list)

    def __call__(self, work: Callable[[], Any], then: Callable[[Any], None]) -> None:
        self.waiting.append((work, then))

    def go(self) -> None:
        """Do what waits by now, and what comes of it."""
        while self.waiting:
            work, then = self.waiting.pop(0)
            then(work())


@dataclass
class Desk:
    presenter: ComparePresenter
    held: Held
    jobs: FakeJobs
    messages: FakeMessages
    store: ComparisonStore
    read: list[Catalogue]
    """Catalogues that were read."""


@pytest.fixture
def desk(database: Database, home: WorkbenchPaths) -> Desk:
    held, jobs, messages, store = Held(), FakeJobs(database), FakeMessages(), ComparisonStore(database)
    read: list[Catalogue] = []

    def read_catalogue() -> Catalogue:
        read.append(FULL)
        return FULL

    presenter = ComparePresenter(
        jobs,
        messages,
        FakeNavigator(),
        store=store,
        paths=home,
        settings=Settings,
        read_catalogue=read_catalogue,
        question_rooms=question_rooms(database, home),
        models=ModelCatalog(jobs, home.models, tuple),
        in_background=held,
    )
    return Desk(presenter, held, jobs, messages, store, read)


@pytest.fixture
def opened(desk: Desk) -> Desk:
    """With the results of a finished comparison."""
    desk.presenter.open_history(desk.store.save(report_of(folder=FOLDER), folder=FOLDER).id)
    desk.held.go()
    return desk


def test_that_a_comparison_that_is_read_late_replaces_no_later_one(desk: Desk) -> None:
    first, second = (desk.store.save(report_of(folder=folder), folder=folder).id for folder in ("/one", "/two"))
    history = desk.presenter.history
    history.read()
    desk.held.go()
    history.open(first)
    reading = desk.held.waiting.pop()
    history.annotate(second, "the better one")
    desk.held.go()
    assert history.state.busy, "what else ends meanwhile does not end the reading"
    history.open(second)
    assert not desk.held.waiting, "one after the other"
    work, then = reading
    then(work())
    assert not history.state.busy
    results = desk.presenter.state.results
    assert results is not None and results.number == first


def names_of_sets(desk: Desk) -> list[str]:
    return [entry.name for entry in desk.presenter.state.sets.entries]


def test_that_showing_the_tab_reads_nothing_on_the_windows_thread(desk: Desk) -> None:
    desk.presenter.questions._board.rooms.sets.create("handbook")
    desk.presenter.refresh()
    assert desk.read == []
    assert names_of_sets(desk) == []
    desk.held.go()
    assert [adapter.name for adapter in desk.presenter.state.making.stock.adapters] == [
        "house-style-rag",
        "house-style",
    ]
    assert names_of_sets(desk) == ["handbook"]


def test_that_of_two_looks_the_later_one_counts(desk: Desk) -> None:
    stock = desk.presenter.stock
    stock.refresh()
    stock.refresh()
    first, _, second, _ = desk.held.waiting
    second[1](FULL)
    first[1](Catalogue())
    assert desk.presenter.state.making.stock.adapters == FULL.adapters


def run_part(desk: Desk) -> RunPart:
    return desk.presenter._run


def test_that_a_run_that_is_stopped_before_its_stores_are_read_is_not_begun(desk: Desk) -> None:
    run_part(desk).prepare(lambda: JobSpec(task=PREPARE), lambda _: report_of().request)  # type: ignore[arg-type,return-value]
    assert desk.presenter.state.is_running
    assert desk.jobs.of(PREPARE) == []
    desk.presenter.stop()
    desk.held.go()
    assert not desk.presenter.state.is_running
    assert desk.jobs.of(PREPARE) == []


def test_that_a_run_whose_stores_cannot_be_read_says_so(desk: Desk) -> None:
    def make() -> JobSpec:
        raise WorkbenchError("It is gone.", hint="Make it again.")

    run_part(desk).prepare(make, lambda _: report_of().request)  # type: ignore[arg-type,return-value]
    desk.held.go()
    assert not desk.presenter.state.is_running
    assert "It is gone." in str(desk.messages.said)


def test_that_a_margin_is_decided_beside_the_window_and_keeps_what_is_weighed_meanwhile(opened: Desk) -> None:
    part = opened.presenter.trade_offs
    part.change_margin(0.2)
    part.weigh(QUALITY_AND_SPEED)
    results = opened.presenter.state.results
    assert results is not None and results.report is not None
    assert results.report.verdict.margin == 0.05
    opened.held.go()
    results = opened.presenter.state.results
    assert results is not None and results.report is not None
    assert (results.report.verdict.margin, results.report.weights) == (0.2, QUALITY_AND_SPEED)


def test_that_questions_are_excluded_although_something_was_weighed_meanwhile(opened: Desk) -> None:
    results = opened.presenter.state.results
    assert results is not None
    number, chosen = results.number, results.examples[0].id
    opened.presenter.leaks.exclude([chosen])
    opened.presenter.trade_offs.weigh(QUALITY_AND_SPEED)
    opened.held.go()
    results = opened.presenter.state.results
    assert results is not None and results.report is not None
    assert (results.report.excluded, results.report.weights) == ((chosen,), QUALITY_AND_SPEED)
    assert number and results.number == number  # what it is in the history is still known
    assert opened.store.get_without_trials(number).excluded == (chosen,)


def test_that_a_slider_does_not_fill_the_table_of_answers_again(opened: Desk) -> None:
    before = opened.presenter.state.matrix
    opened.presenter.trade_offs.weigh(QUALITY_AND_SPEED)
    assert opened.presenter.state.matrix is before
    opened.presenter.leaks.exclude([before.every[0].example.id])
    opened.held.go()
    assert opened.presenter.state.matrix is not before


def test_that_a_changed_question_is_kept_beside_the_window_and_pressing_twice_keeps_it_once(desk: Desk) -> None:
    sets = desk.presenter.questions._board.rooms.sets
    sets.add("sums", [SetQuestion(question="What is one plus one?", answers=("3",))])
    desk.presenter.questions.open("set:sums")
    desk.held.go()
    editing = desk.presenter.editing
    editing.select(desk.presenter.state.sets.questions[0])
    editing.edit("answers", "2")
    editing.save()
    editing.save()
    assert sets.questions("sums")[0].answers == ("3",)
    assert len(desk.held.waiting) == 1
    desk.held.go()
    assert sets.questions("sums")[0].answers == ("2",)
    state = desk.presenter.state.sets
    assert (state.draft, state.questions[0].answers, state.entries[0].accepted) == (None, ("2",), 1)
