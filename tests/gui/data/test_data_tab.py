"""The Data tab: files are dropped, read, mended, mapped and saved."""

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QCheckBox, QComboBox, QFrame, QLabel, QLineEdit, QPushButton, QTableView, QTabWidget
from pytestqt.qtbot import QtBot

from tests.gui.acting import find
from tests.gui.data.tab_given import Around, answer, choose, click, drop, import_file, open_tab, save_rows, texts
from workbench.datasets.types import FindingKind
from workbench.ui.data.conversation_view import ConversationView
from workbench.ui.data.import_part import PREPARE
from workbench.ui.widgets.empty_state import EmptyState


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
