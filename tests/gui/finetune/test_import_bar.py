"""An adapter from elsewhere is taken in from the list of adapters."""

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import pytest
from PySide6.QtWidgets import QComboBox, QFileDialog, QFrame, QLineEdit, QPushButton, QTableView
from pytestqt.qtbot import QtBot

from tests.fakes import FakeJobs
from tests.gui.acting import find
from tests.gui.finetune.test_finetune_tab import STARTER, Around, click, label, make_adapter, open_tab, texts
from tests.unit.finetune.test_importing import write_peft
from workbench.database import Database
from workbench.datasets.store import DatasetStore
from workbench.errors import WorkbenchError
from workbench.finetune.importing import IMPORT, ImportRequest
from workbench.finetune.store import AdapterStore
from workbench.llm.tasks import SCAN_MODELS, ScanModelsReport
from workbench.paths import WorkbenchPaths
from workbench.ui.finetune import FinetunePresenter, FinetuneTab, Surroundings
from workbench.ui.models.catalog import ModelCatalog

T = TypeVar("T")


@pytest.fixture
def around(database: Database, home: WorkbenchPaths) -> Around:
    return Around(home, DatasetStore(database), AdapterStore(database), FakeJobs(database))


def choose(qtbot: QtBot, around: Around, folder: Path) -> FinetuneTab:
    presenter = around.presenter()
    tab = open_tab(qtbot, around, presenter)
    presenter._around.catalog.ensure()
    around.jobs.of(SCAN_MODELS)[-1].finish(ScanModelsReport(models=(STARTER,)))
    click(tab, "import_adapter")
    dialog = find(tab, QFileDialog, "import_dialog")
    dialog.fileSelected.emit(str(folder))
    dialog.close()
    return tab


def test_that_the_base_is_asked_where_it_is_not_known(qtbot: QtBot, around: Around, tmp_path: Path) -> None:
    tab = choose(qtbot, around, write_peft(tmp_path / "theirs"))
    assert label(tab, "import_about") == "Import theirs (rank 4, made for Tiny-1)"
    assert not find(tab, QPushButton, "import_start").isEnabled()
    base = find(tab, QComboBox, "import_base")
    base.setCurrentIndex(base.findText("starter"))
    click(tab, "import_start")
    job = around.jobs.of(IMPORT)[-1]
    request = ImportRequest.model_validate(job.spec.params)
    assert (request.base.path, request.name) == (STARTER.path, "theirs")
    job.finish(make_adapter(around, "theirs"))
    assert texts(find(tab, QTableView, "adapter_table"), 0) == ["theirs"]
    assert not find(tab, QFrame, "import_bar").isVisible()


def test_that_a_base_of_that_name_is_chosen_by_itself(qtbot: QtBot, around: Around, tmp_path: Path) -> None:
    tab = choose(qtbot, around, write_peft(tmp_path / "theirs", base_model_name_or_path="them/Starter"))
    assert find(tab, QComboBox, "import_base").currentText() == "starter"
    assert find(tab, QPushButton, "import_start").isEnabled()
    assert find(tab, QLineEdit, "import_name").text() == "theirs"


def test_that_a_refused_folder_says_why_and_can_be_left(qtbot: QtBot, around: Around, tmp_path: Path) -> None:
    tab = choose(qtbot, around, write_peft(tmp_path / "theirs", r=5000))
    assert "its rank is 5000" in find(tab, QFrame, "import_trouble").accessibleName()
    assert not find(tab, QPushButton, "import_start").isEnabled()
    click(tab, "import_leave")
    assert not find(tab, QFrame, "import_bar").isVisible()


def test_that_a_failed_import_stays_open_with_its_reason(qtbot: QtBot, around: Around, tmp_path: Path) -> None:
    tab = choose(qtbot, around, write_peft(tmp_path / "theirs", base_model_name_or_path="starter"))
    click(tab, "import_start")
    around.jobs.of(IMPORT)[-1].fail(WorkbenchError("It does not belong to starter.", hint="Choose another."))
    assert "does not belong" in find(tab, QFrame, "import_trouble").accessibleName()
    assert find(tab, QPushButton, "import_start").isEnabled()


def test_that_bases_come_when_the_look_for_models_ends(qtbot: QtBot, around: Around, tmp_path: Path) -> None:
    tab = open_tab(qtbot, around)
    tab.presenter.importing.choose_folder(str(write_peft(tmp_path / "theirs", base_model_name_or_path="starter")))
    assert not find(tab, QPushButton, "import_start").isEnabled()
    around.jobs.of(SCAN_MODELS)[-1].finish(ScanModelsReport(models=(STARTER,)))
    assert find(tab, QComboBox, "import_base").currentText() == "starter"
    assert find(tab, QPushButton, "import_start").isEnabled()


def test_that_a_chosen_base_stays_when_models_come_or_are_renamed(qtbot: QtBot, around: Around, tmp_path: Path) -> None:
    tab = choose(qtbot, around, write_peft(tmp_path / "theirs"))
    base = find(tab, QComboBox, "import_base")
    base.setCurrentIndex(base.findText("starter"))
    tab.presenter._around.catalog.refresh()
    tiny = STARTER.model_copy(update={"name": "Tiny-1", "path": "/m/tiny.gguf"})
    renamed = STARTER.model_copy(update={"name": "my own"})
    around.jobs.of(SCAN_MODELS)[-1].finish(ScanModelsReport(models=(tiny, renamed)))
    assert base.currentText() == "my own"
    assert base.findText("Tiny-1") > 0


def test_that_a_late_answer_about_another_folder_counts_no_longer(qtbot: QtBot, around: Around, tmp_path: Path) -> None:
    answers: list[Callable[[], None]] = []

    def put_off(work: Callable[[], T], then: Callable[[T], None]) -> None:
        answers.append(lambda: then(work()))

    catalog = ModelCatalog(around.jobs, around.paths.models, lambda: ())
    presenter = FinetunePresenter(
        Surroundings(
            around.jobs, around.messages, around.navigator, around.datasets, around.adapters, around.paths, catalog,
            in_background=put_off,
        )
    )  # fmt: skip
    tab = open_tab(qtbot, around, presenter)
    catalog.ensure()
    around.jobs.of(SCAN_MODELS)[-1].finish(ScanModelsReport(models=(STARTER,)))
    answers.clear()  # what the tab itself looked up
    presenter.importing.choose_folder(str(write_peft(tmp_path / "one", r=5000)))
    presenter.importing.choose_folder(str(write_peft(tmp_path / "two")))
    first, second = answers
    second()
    first()
    assert label(tab, "import_about") == "Import two (rank 4, made for Tiny-1)"
    assert not find(tab, QFrame, "import_trouble").isVisible()
