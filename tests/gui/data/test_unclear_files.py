"""Files of which it is not clear what asks and what answers, or that hold no row at all."""

from pathlib import Path

from PySide6.QtWidgets import QComboBox, QLabel, QTableView, QTabWidget
from pytestqt.qtbot import QtBot

from tests.gui.acting import find
from tests.gui.data.tab_given import Around, answer, choose, import_file, open_tab, texts
from workbench.ui.data import DataTab

SAY = "Say which column asks and which one answers."


def badge(tab: DataTab) -> str:
    found = find(tab, QLabel, "import_found")
    return found.text() if found.isVisible() else ""


def test_that_rows_that_nobody_looked_at_are_not_called_free_of_problems(
    qtbot: QtBot, around: Around, tmp_path: Path
) -> None:
    file = tmp_path / "letters.csv"
    replies = ("On its way to", "At the depot", "In the hall of")
    lines = [f"Where is parcel {n * 37}?,{replies[n % 3]} {n * n}.,a\n" for n in range(30)]  # fewer would be a finding
    file.write_text("letter,reply,case\n" + "".join(lines), encoding="utf-8")
    tab = open_tab(qtbot, around)
    import_file(tab, around, file)
    assert find(tab, QLabel, "mapping_guess").text() == SAY
    assert badge(tab) == ""
    find(tab, QTabWidget, "import_tabs").setCurrentIndex(1)
    assert find(tab, QLabel, "no_problems").text() == f"{SAY} Then the rows are checked."
    choose(find(tab, QComboBox, "column_question"), "letter")
    answer(around.jobs.last)
    choose(find(tab, QComboBox, "column_answer"), "reply")
    answer(around.jobs.last)
    assert badge(tab) == "no problems"
    assert find(tab, QLabel, "no_problems").text() == "Nothing wrong was found in these rows."


def test_that_a_file_of_which_no_row_can_be_read_shows_why_at_once(
    qtbot: QtBot, around: Around, tmp_path: Path
) -> None:
    file = tmp_path / "broken.jsonl"
    file.write_text("[1,2\nnothing here\n", encoding="utf-8")
    tab = open_tab(qtbot, around)
    import_file(tab, around, file)
    table = find(tab, QTableView, "problem_table")
    assert table.isVisible()
    assert texts(table, 0) == ["1", "2"]
    assert not tab.importing.mapping.isVisible(), "there is no column to choose"
