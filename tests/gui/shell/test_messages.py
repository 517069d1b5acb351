"""The message bar, and the crash dialog."""

import sys
import threading
from pathlib import Path

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QApplication, QLabel, QPlainTextEdit, QPushButton, QToolButton
from pytestqt.qtbot import QtBot

from tests.gui.acting import click, find
from workbench.app import Program
from workbench.ui.crash_dialog import CrashDialog
from workbench.ui.faults import Fault, FaultWatch, RunningMark, newest_report
from workbench.ui.messages import EarlyMessages, MessageBar, MessageCard, Severity


@pytest.fixture
def bar(qtbot: QtBot) -> MessageBar:
    bar = MessageBar()
    qtbot.addWidget(bar)
    bar.show()
    return bar


def test_that_an_error_shows_its_hint_and_its_details_on_request(qtbot: QtBot, bar: MessageBar) -> None:
    bar.error("handbook.pdf is encrypted.", "Save a copy without a password.", "PdfiumError 4")
    assert find(bar, QLabel, "message_text").text() == "handbook.pdf is encrypted."
    assert find(bar, QLabel, "message_hint").text() == "Save a copy without a password."
    details = find(bar, QPlainTextEdit, "message_details")
    assert not details.isVisible()
    click(find(bar, QPushButton, "message_show_details"))
    assert details.isVisible() and details.toPlainText() == "PdfiumError 4"
    click(find(bar, QPushButton, "message_copy"))
    copied = QApplication.clipboard().text()
    assert all(part in copied for part in ("encrypted", "without a password", "PdfiumError 4"))


def test_that_a_message_goes_when_it_is_closed(qtbot: QtBot, bar: MessageBar) -> None:
    bar.error("one")
    bar.warning("two")
    click(find(bar.findChildren(MessageCard)[0], QToolButton))
    assert len(bar.messages) == 1
    bar.close_all()
    assert not bar.messages and not bar.isVisible()


def test_that_a_note_goes_by_itself_and_an_error_stays(qtbot: QtBot, bar: MessageBar) -> None:
    bar.error("stays")
    bar.info("goes")
    note = next(card for card in bar.findChildren(MessageCard) if card.message.severity is Severity.INFO)
    timer = find(note, QTimer)
    assert timer.isActive()
    timer.setInterval(1)
    timer.start()
    qtbot.waitUntil(lambda: [message.text for message in bar.messages] == ["stays"])


def test_that_the_same_message_is_counted_not_repeated(bar: MessageBar) -> None:
    for _ in range(3):
        bar.error("The disk is full.")
    assert [message.times for message in bar.messages] == [3]
    assert "×3" in find(bar, QLabel, "message_text").text()


def test_that_many_messages_do_not_push_the_tab_away(qtbot: QtBot, bar: MessageBar) -> None:
    for number in range(8):
        bar.error(f"Problem {number}")
    visible = [card for card in bar.findChildren(MessageCard) if card.isVisible()]
    assert [card.message.text for card in visible] and len(visible) == 3
    assert bar.messages[0].text == "Problem 7"


def test_that_text_of_a_file_name_is_never_read_as_html(bar: MessageBar) -> None:
    bar.error("<b>bold</b> & <img src=x>", "<i>hint</i>")
    assert all(label.textFormat() is Qt.TextFormat.PlainText for label in bar.findChildren(QLabel, "message_text"))


def test_that_what_was_said_before_the_window_is_not_lost(bar: MessageBar) -> None:
    early = EarlyMessages()
    early.warning("first", "hint", "details")
    early.hand_over(bar)
    early.error("second")
    assert [message.text for message in bar.messages] == ["second", "first"]
    assert bar.messages[1].details == "details"


# -- the crash dialog -----------------------------------------------------------------------------------------------


@pytest.mark.logs_warnings
@pytest.mark.qt_no_exception_capture
def test_that_an_exception_in_a_slot_shows_the_dialog_and_the_window_stays(qtbot: QtBot, program: Program) -> None:
    button = QPushButton("Break", program.window)
    button.clicked.connect(lambda: 1 // 0)
    button.show()
    click(button)
    qtbot.waitUntil(lambda: program.window.findChild(CrashDialog) is not None)
    dialog = find(program.window, CrashDialog)
    assert dialog.isVisible() and program.window.isVisible()
    assert "ZeroDivisionError" in find(dialog, QLabel, "crash_summary").text()
    click(find(dialog, QPushButton, "crash_copy"))
    assert "Traceback" in QApplication.clipboard().text()
    report = newest_report(program.paths.logs)
    assert report is not None and "1 // 0" in report.read_text(encoding="utf-8")
    click(find(dialog, QPushButton, "crash_close"))
    assert not dialog.isVisible()
    click(find(program.window, QPushButton, "tab_models"))
    assert program.window.current_tab == "models"


@pytest.mark.logs_warnings
@pytest.mark.qt_no_exception_capture
@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_that_an_exception_in_a_thread_is_shown_too(qtbot: QtBot, program: Program) -> None:
    thread = threading.Thread(target=lambda: dict[int, int]()[0], name="a-thread")
    thread.start()
    thread.join()
    qtbot.waitUntil(lambda: program.window.findChild(CrashDialog) is not None)
    details = find(find(program.window, CrashDialog), QPlainTextEdit, "crash_details").toPlainText()
    assert "KeyError" in details and "a-thread" in details


@pytest.mark.logs_warnings
def test_that_a_report_that_cannot_be_written_is_no_second_fault(tmp_path: Path) -> None:
    blocked = tmp_path / "logs"
    blocked.write_text("a file where the folder should be")
    told: list[Fault] = []
    watch = FaultWatch(blocked, told.append)
    watch.start()
    try:
        sys.excepthook(ValueError, ValueError("boom"), None)
    finally:
        watch.stop()
    assert [fault.report for fault in told] == [None]
    assert "boom" in told[0].summary


def test_that_a_start_after_a_crash_is_told_apart_from_one_after_a_close(tmp_path: Path) -> None:
    mark = RunningMark(tmp_path / "logs")
    assert mark.put() is False
    assert RunningMark(tmp_path / "logs").put() is True
    mark.remove()
    assert mark.put() is False
