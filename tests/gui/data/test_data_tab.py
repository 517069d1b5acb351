from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QCheckBox, QComboBox, QFrame, QLabel, QLineEdit, QPushButton, QTableView, QTabWidget
from pytestqt.qtbot import QtBot

from tests.fakes import FakeJob, FakeJobs, FakeMessages, FakeNavigator
from tests.gui.acting import click as click_on
from tests.gui.acting import find
from workbench.database import Database
from workbench.datasets import tasks
from workbench.datasets.rows_file import write_rows
from workbench.datasets.store import DatasetStore
from workbench.datasets.types import ColumnMapping, FindingKind, RowProblem, TrainingRow
from workbench.embedding import EmbedderRef
from workbench.errors import WorkbenchError
from workbench.jobs.context import RecordingContext
from workbench.llm.types import ChatMessage, Role
from workbench.rag.training_row_types import GroundReport, GroundRequest
from workbench.rag.types import CollectionRef
from workbench.ui.data import DataTab, build
from workbench.ui.data.conversation_view import ConversationView
from workbench.ui.data.import_part import INSPECT, PREPARE
from workbench.ui.data.passages_part import GROUND_ROWS
from workbench.ui.widgets.empty_state import EmptyState

TICKETS = 'message,ticket\n"Broken, sadly","DAMAGE"\nonly one cell\nWhen?,QUESTION\n"Broken, sadly","DAMAGE"\n'


@dataclass(frozen=True)
class Shelf:
    name: str


class FakeCollections:
    def __init__(self, *names: str) -> None:
        self._names = names

    def list_collections(self) -> Sequence[Shelf]:
        return [Shelf(name) for name in self._names]

    def ref(self, name: str) -> CollectionRef:
        return CollectionRef(name=name, folder="/c", embedder=EmbedderRef(name="e", path="/e", content_hash="0"))


@dataclass
class Around:
    datasets: DatasetStore
    collections: FakeCollections = field(default_factory=FakeCollections)
    jobs: FakeJobs = field(default_factory=FakeJobs)
    messages: FakeMessages = field(default_factory=FakeMessages)
    navigator: FakeNavigator = field(default_factory=FakeNavigator)
    test_questions: tuple[str, ...] = ()


@pytest.fixture
def around(database: Database) -> Around:
    return Around(DatasetStore(database))


def open_tab(qtbot: QtBot, around: Around) -> DataTab:
    tab = build(
        around.jobs,
        around.messages,
        around.navigator,
        datasets=around.datasets,
        collections=around.collections,
        test_questions=lambda: around.test_questions,
    )
    qtbot.addWidget(tab)
    tab.resize(720, 540)
    tab.show()
    return tab


def click(tab: DataTab, name: str) -> None:
    """Click the button of that name."""
    click_on(find(tab, QPushButton, name))


def drop(tab: DataTab, *paths: Path) -> None:
    """Let go of files over the tab."""
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    button, keys = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    tab.dropEvent(QDropEvent(QPointF(9, 9), Qt.DropAction.CopyAction, mime, button, keys))


def answer(job: FakeJob) -> None:
    """Have the real task answer, without a process."""
    context = RecordingContext()
    try:
        if job.spec.task == INSPECT:
            job.finish(tasks.inspect(context, tasks.InspectRequest.model_validate(job.spec.params)))
        else:
            job.finish(tasks.prepare(context, tasks.PrepareRequest.model_validate(job.spec.params)))
    except WorkbenchError as problem:
        job.fail(problem)


def import_file(tab: DataTab, around: Around, path: Path) -> None:
    drop(tab, path)
    answer(around.jobs.last)


def save_rows(around: Around, name: str, count: int = 30, document: str = "") -> None:
    rows = [
        TrainingRow(
            messages=(
                ChatMessage(role=Role.USER, content=f"Where is {number}?"),
                ChatMessage(role=Role.ASSISTANT, content=f"In box {number}."),
            ),
            number=number,
            document=document,
        )
        for number in range(1, count + 1)
    ]
    around.datasets.save(name, rows, mapping=ColumnMapping(question="q", answer="a", document="d" if document else ""))


def texts(table: QTableView, column: int) -> list[str]:
    model = table.model()
    return [str(model.index(row, column).data()) for row in range(model.rowCount())]


def choose(combo: QComboBox, text: str) -> None:
    combo.setCurrentIndex(combo.findText(text))


@pytest.fixture
def tickets(tmp_path: Path) -> Path:
    path = tmp_path / "tickets.csv"
    path.write_text(TICKETS, encoding="utf-8")
    return path


def test_that_an_empty_tab_says_what_to_drop(qtbot: QtBot, around: Around) -> None:
    tab = open_tab(qtbot, around)
    assert find(tab, EmptyState, "data_empty").isVisible()
    assert find(tab, QPushButton, "data_passages").isVisible()


def test_that_a_dropped_file_shows_its_rows_columns_and_format(qtbot: QtBot, around: Around, tickets: Path) -> None:
    tab = open_tab(qtbot, around)
    import_file(tab, around, tickets)
    assert find(tab, QLabel, "import_kind").text() == "CSV, separated by commas"
    assert texts(find(tab, QTableView, "import_rows"), 1) == ["Broken, sadly", "When?", "Broken, sadly"]
    assert find(tab, QComboBox, "column_question").currentText() == "message"
    assert find(tab, QComboBox, "column_answer").currentText() == "ticket"
    assert find(tab.importing, ConversationView).shown_texts() == ["Broken, sadly", "DAMAGE"]


def test_that_reading_shows_a_strip_whose_stop_goes_back(qtbot: QtBot, around: Around, tickets: Path) -> None:
    tab = open_tab(qtbot, around)
    drop(tab, tickets)
    assert tab.strip.isVisible()
    click(tab, "job_strip_stop")
    assert around.jobs.last.cancelled
    assert not tab.strip.isVisible()
    assert tab.library.isVisible()


def test_that_a_ragged_row_is_listed_with_its_number(qtbot: QtBot, around: Around, tickets: Path) -> None:
    tab = open_tab(qtbot, around)
    import_file(tab, around, tickets)
    find(tab, QTabWidget, "import_tabs").setCurrentIndex(1)
    table = find(tab, QTableView, "problem_table")
    assert table.isVisible()
    assert texts(table, 0) == ["3"]
    assert "1 field" in texts(table, 1)[0]
    assert texts(table, 2) == ["left out"]


def test_that_leaving_out_duplicates_changes_what_is_saved(qtbot: QtBot, around: Around, tickets: Path) -> None:
    tab = open_tab(qtbot, around)
    import_file(tab, around, tickets)
    save = find(tab, QPushButton, "dataset_save")
    assert save.text() == "Save 3 rows"
    find(tab, QTabWidget, "import_tabs").setCurrentIndex(1)
    find(tab, QCheckBox, f"leave_out_{FindingKind.DUPLICATE}").click()
    assert save.text() == "Save 2 rows"
    save.click()
    answer(around.jobs.last)
    assert [dataset.row_count for dataset in around.datasets.list_datasets()] == [2]


def test_that_markup_is_mended_on_request_and_the_choice_can_be_undone(
    qtbot: QtBot, around: Around, tmp_path: Path
) -> None:
    file = tmp_path / "pages.csv"
    file.write_text("question,answer\nWhen?,At <b>nine</b>.\nWhere?,In the hall.\n", encoding="utf-8")
    tab = open_tab(qtbot, around)
    import_file(tab, around, file)
    find(tab, QTabWidget, "import_tabs").setCurrentIndex(1)
    mend, leave = (find(tab, QCheckBox, f"{what}_{FindingKind.MARKUP}") for what in ("mend", "leave_out"))
    undo = find(tab, QPushButton, "undo_treatment")
    assert not undo.isEnabled()
    mend.click()
    leave.click()
    assert leave.isChecked() and not mend.isChecked(), "left out or mended, not both"
    assert find(tab, QPushButton, "dataset_save").text() == "Save 1 row"
    undo.click()
    assert mend.isChecked() and not leave.isChecked()
    find(tab, QPushButton, "dataset_save").click()
    answer(around.jobs.last)
    (dataset,) = around.datasets.list_datasets()
    assert [row.answer for row in around.datasets.rows(dataset)] == ["At nine.", "In the hall."]
    assert dataset.mended == (FindingKind.MARKUP,)
    assert "1 mended" in around.messages.said[-1][1]


def test_that_rows_that_ask_test_questions_are_left_out_on_request(qtbot: QtBot, around: Around, tickets: Path) -> None:
    around.test_questions = ("when",)
    tab = open_tab(qtbot, around)
    import_file(tab, around, tickets)
    find(tab, QTabWidget, "import_tabs").setCurrentIndex(1)
    leave = find(tab, QCheckBox, f"leave_out_{FindingKind.LEAK}")
    assert "test questions" in leave.accessibleName()
    leave.click()
    find(tab, QPushButton, "dataset_save").click()
    answer(around.jobs.last)
    (saved,) = around.datasets.list_datasets()
    assert [row.question for row in around.datasets.rows(saved)] == ["Broken, sadly", "Broken, sadly"]


def test_that_choosing_a_column_shows_the_row_anew(qtbot: QtBot, around: Around, tickets: Path) -> None:
    tab = open_tab(qtbot, around)
    import_file(tab, around, tickets)
    choose(find(tab, QComboBox, "column_question"), "ticket")
    choose(find(tab, QComboBox, "column_answer"), "message")
    answer(around.jobs.last)
    assert find(tab.importing, ConversationView).shown_texts() == ["DAMAGE", "Broken, sadly"]
    assert around.jobs.jobs[-2].cancelled, "the question before the last one is no longer waited for"


def test_that_a_column_can_be_taken_away_and_then_nothing_is_saved(qtbot: QtBot, around: Around, tickets: Path) -> None:
    tab = open_tab(qtbot, around)
    import_file(tab, around, tickets)
    choose(find(tab, QComboBox, "column_answer"), "(none)")
    answer(around.jobs.last)
    assert not find(tab, QPushButton, "dataset_save").isEnabled()
    assert "Say which column" in find(tab, QLabel, "mapping_guess").text()


def test_that_a_system_message_is_put_before_every_row(qtbot: QtBot, around: Around, tickets: Path) -> None:
    tab = open_tab(qtbot, around)
    import_file(tab, around, tickets)
    line = find(tab, QLineEdit, "system_text")
    QTest.keyClicks(line, "Write tickets.")
    QTest.keyClick(line, Qt.Key.Key_Return)
    answer(around.jobs.last)
    assert find(tab.importing, ConversationView).shown_texts()[0] == "Write tickets."


def test_that_conversations_are_recognised(qtbot: QtBot, around: Around, tmp_path: Path) -> None:
    path = tmp_path / "chats.jsonl"
    path.write_text(
        '{"messages": [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello"}]}\n', "utf-8"
    )
    tab = open_tab(qtbot, around)
    import_file(tab, around, path)
    assert "OpenAI messages" in find(tab, QLabel, "mapping_guess").text()
    assert find(tab, QComboBox, "column_messages").isVisible()
    assert not find(tab, QComboBox, "column_question").isVisible()


def test_that_a_saved_file_is_in_the_list_and_selected(qtbot: QtBot, around: Around, tickets: Path) -> None:
    save_rows(around, "older")
    tab = open_tab(qtbot, around)
    import_file(tab, around, tickets)
    click(tab, "dataset_save")
    answer(around.jobs.last)
    table = find(tab, QTableView, "dataset_table")
    assert table.isVisible()
    assert sorted(texts(table, 0)) == ["older", "tickets"]
    assert tab.presenter.state.selected == "tickets"
    assert texts(find(tab, QTableView, "dataset_rows"), 2)[0] == "DAMAGE"
    assert around.messages.texts("info") == ["Saved “tickets” with 3 rows; 1 left out."]


def test_that_a_taken_name_is_said_beside_it(qtbot: QtBot, around: Around, tickets: Path) -> None:
    save_rows(around, "house")
    tab = open_tab(qtbot, around)
    import_file(tab, around, tickets)
    line = find(tab, QLineEdit, "dataset_name")
    line.selectAll()
    QTest.keyClicks(line, "house")
    click(tab, "dataset_save")
    assert "already a data set" in find(tab, QLabel, "dataset_name_trouble").text()
    assert around.jobs.of(PREPARE) == []


def test_that_a_name_that_is_taken_gets_a_number(qtbot: QtBot, around: Around, tickets: Path) -> None:
    save_rows(around, "tickets")
    tab = open_tab(qtbot, around)
    import_file(tab, around, tickets)
    assert find(tab, QLineEdit, "dataset_name").text() == "tickets 2"


def test_that_a_bad_file_says_so_in_its_place_and_the_rest_stays(qtbot: QtBot, around: Around, tmp_path: Path) -> None:
    save_rows(around, "house")
    path = tmp_path / "picture.csv"
    path.write_bytes(bytes(range(256)) * 40)
    tab = open_tab(qtbot, around)
    import_file(tab, around, path)
    card = find(tab, QFrame, "import_trouble")
    assert card.isVisible()
    assert "picture.csv is not a text file" in card.accessibleName()
    click(tab, "import_back")
    assert texts(find(tab, QTableView, "dataset_table"), 0) == ["house"]


def test_that_a_crash_of_the_reader_names_the_file(qtbot: QtBot, around: Around, tickets: Path) -> None:
    tab = open_tab(qtbot, around)
    drop(tab, tickets)
    around.jobs.last.crash("The system ended the process.", "segfault")
    assert "tickets.csv made the reader stop" in find(tab, QFrame, "import_trouble").accessibleName()
    assert not tab.strip.isVisible()
    click(tab, "import_again")
    answer(around.jobs.last)
    assert not find(tab, QFrame, "import_trouble").isVisible()


def test_that_files_dropped_together_come_one_after_another(
    qtbot: QtBot, around: Around, tickets: Path, tmp_path: Path
) -> None:
    other = tmp_path / "more.tsv"
    other.write_text("question\tanswer\nWhy?\tSo.\n", "utf-8")
    tab = open_tab(qtbot, around)
    drop(tab, tickets, other)
    answer(around.jobs.last)
    click(tab, "dataset_save")
    answer(around.jobs.last)
    answer(around.jobs.last)
    assert find(tab, QLabel, "import_kind").text() == "TSV"
    click(tab, "import_back")
    assert texts(find(tab, QTableView, "dataset_table"), 0) == ["tickets"]


def test_that_deleting_asks_first_and_keep_keeps(qtbot: QtBot, around: Around) -> None:
    save_rows(around, "house")
    tab = open_tab(qtbot, around)
    click(tab, "data_delete")
    assert find(tab, QFrame, "delete_question").isVisible()
    click(tab, "delete_no")
    assert around.datasets.find("house") is not None
    click(tab, "data_delete")
    click(tab, "delete_yes")
    assert around.datasets.find("house") is None
    assert find(tab, EmptyState, "data_empty").isVisible()


def test_that_rows_whose_file_is_gone_are_said_so(qtbot: QtBot, around: Around) -> None:
    save_rows(around, "house")
    Path(around.datasets.get("house").rows_path).unlink()
    tab = open_tab(qtbot, around)
    assert "gone from the data folder" in find(tab, QFrame, "data_rows_trouble").accessibleName()


def test_that_a_data_set_goes_on_to_fine_tuning(qtbot: QtBot, around: Around) -> None:
    save_rows(around, "house")
    tab = open_tab(qtbot, around)
    click(tab, "data_tune")
    assert around.navigator.opened == [("finetune", {"dataset": "house"})]


def test_that_another_tab_can_open_a_data_set(qtbot: QtBot, around: Around) -> None:
    save_rows(around, "first")
    save_rows(around, "second", 25)
    tab = open_tab(qtbot, around)
    tab.open_case({"dataset": "first"})
    assert tab.presenter.state.selected == "first"


def test_that_the_arrow_keys_walk_through_the_rows(qtbot: QtBot, around: Around) -> None:
    save_rows(around, "house")
    tab = open_tab(qtbot, around)
    table = find(tab, QTableView, "dataset_rows")
    table.setFocus()
    QTest.keyClick(table, Qt.Key.Key_Down)
    assert find(tab.library, ConversationView).shown_texts() == ["Where is 2?", "In box 2."]


def test_that_without_a_collection_the_documents_tab_is_offered(qtbot: QtBot, around: Around) -> None:
    save_rows(around, "house")
    tab = open_tab(qtbot, around)
    click(tab, "data_passages")
    click_on(find(tab.passages, QPushButton, "empty_state_action"))
    assert around.navigator.opened == [("documents", {})]


def test_that_rows_with_passages_are_saved_and_the_left_out_ones_shown(qtbot: QtBot, around: Around) -> None:
    around.collections = FakeCollections("handbook", "letters")
    save_rows(around, "house", document="boxes.md")
    tab = open_tab(qtbot, around)
    click(tab, "data_passages")
    choose(find(tab, QComboBox, "passages_collection"), "letters")
    assert find(tab, QLineEdit, "passages_name").text() == "house with passages"
    assert find(tab, QCheckBox, "passages_quoted").isChecked()
    click(tab, "passages_make")
    job = around.jobs.of(GROUND_ROWS)[-1]
    request = GroundRequest.model_validate(job.spec.params)
    assert request.collection.name == "letters"
    assert (len(request.rows), request.rows[0].source) == (30, "boxes.md")
    out = Path(request.out)
    out.write_text(
        '{"messages": [{"role": "user", "content": "[1] A box. Where?"},'
        ' {"role": "assistant", "content": "In 1. [1]"}]}\n',
        "utf-8",
    )
    missing = RowProblem(row=7, message="The answer 'In box 7.' was not found in any chunk.")
    job.finish(GroundReport(path=str(out), rows=1, problems=(missing,)))
    answer(around.jobs.of(PREPARE)[-1])
    made = around.datasets.get("house with passages")
    assert (made.row_count, made.problem_count, made.origin) == (1, 1, "house, with passages of letters")
    assert "Saved “house with passages” with 1 row." in find(tab, QLabel, "passages_made").text()
    assert texts(find(tab, QTableView, "passages_left_out"), 0) == ["7"]
    assert not out.exists()


def test_that_no_row_with_a_passage_is_said_plainly(qtbot: QtBot, around: Around, tmp_path: Path) -> None:
    around.collections = FakeCollections("handbook")
    save_rows(around, "house")
    tab = open_tab(qtbot, around)
    click(tab, "data_passages")
    click(tab, "passages_make")
    around.jobs.last.finish(GroundReport(path=str(tmp_path / "none.jsonl"), rows=0))
    assert "No answer was found in the collection “handbook”" in find(tab, QFrame, "passages_trouble").accessibleName()
    assert find(tab, QPushButton, "passages_make").isEnabled()


def test_that_every_control_can_be_named_and_reached(qtbot: QtBot, around: Around, tickets: Path) -> None:
    save_rows(around, "house")
    tab = open_tab(qtbot, around)
    import_file(tab, around, tickets)
    for kind in (QPushButton, QComboBox, QLineEdit, QCheckBox, QTableView):
        for widget in tab.findChildren(kind):
            if not widget.objectName().startswith("qt_"):
                assert widget.objectName(), widget
                assert widget.accessibleName(), widget.objectName()
                assert widget.focusPolicy() != Qt.FocusPolicy.NoFocus, widget.objectName()


def test_that_rows_written_by_hand_are_shown_as_they_are(qtbot: QtBot, around: Around, tmp_path: Path) -> None:
    messages = (ChatMessage(role=Role.USER, content="<b>x</b>"), ChatMessage(role=Role.ASSISTANT, content="&amp;"))
    write_rows([TrainingRow(messages=messages)], tmp_path)
    around.datasets.save("markup", [TrainingRow(messages=messages, number=1)])
    tab = open_tab(qtbot, around)
    labels = [label for label in tab.library.findChildren(QLabel) if label.text() in ("<b>x</b>", "&amp;")]
    assert {label.textFormat() for label in labels} == {Qt.TextFormat.PlainText}
    assert len(labels) == 2
