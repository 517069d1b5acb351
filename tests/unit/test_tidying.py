"""What a start clears away, and that it waits for nobody."""

import threading
from pathlib import Path

from tests.unit.jobs.test_old_runs import make_run
from workbench.cli.workplace import Workplace
from workbench.finetune.running import trainings_folder
from workbench.paths import WorkbenchPaths
from workbench.settings import JobSettings
from workbench.tidying import TidyUp


def make_training(paths: WorkbenchPaths, name: str, *, is_finished: bool) -> Path:
    folder = trainings_folder(paths) / name
    (folder / "checkpoint-3").mkdir(parents=True)
    (folder / "training.json").write_text("{}")
    if is_finished:
        (folder / "finished.json").write_text("{}")
    return folder


def test_that_only_a_finished_training_loses_its_checkpoints(home: WorkbenchPaths) -> None:
    finished = make_training(home, "finished", is_finished=True)
    begun = make_training(home, "begun", is_finished=False)
    tidy_up = TidyUp(home, JobSettings())
    tidy_up.start()
    tidy_up.wait()
    assert not (finished / "checkpoint-3").exists()
    assert (finished / "finished.json").exists()
    assert (begun / "checkpoint-3").exists()


def test_that_the_settings_say_how_much_stays(home: WorkbenchPaths) -> None:
    for days in (1, 3, 5):
        make_run(home.runs, f"day-{days}", days=days)
    tidy_up = TidyUp(home, JobSettings(keep_days=4, keep_count=1))
    tidy_up.start()
    tidy_up.wait()
    assert [path.name for path in home.runs.iterdir()] == ["day-1"]


def test_that_a_command_that_writes_tidies_up_beside_its_work(own_home: Path) -> None:
    place = Workplace(own_home)
    run = make_run(place.paths.runs, "old", days=31)
    with place.writing("a test"):
        for thread in threading.enumerate():
            if thread.name == "tidy-up":
                thread.join()
        assert not run.folder.exists()
    place.close()
