"""Models that came out of trainings are on the page of results, with where they come from."""

from pathlib import Path

import pytest
from PySide6.QtWidgets import QLabel, QPushButton, QToolButton
from pytestqt.qtbot import QtBot

from tests.gui.acting import click, find
from tests.gui.finetune.test_finetune_tab import Around, around, open_tab
from workbench.finetune.made_model import CARD, list_made
from workbench.finetune.types import MadeModel, Perplexity, TextGain
from workbench.ui.widgets.record_table import RecordTable
from workbench.ui.widgets.section import Section

__all__ = ["around"]  # a fixture
GAIN = TextGain(
    before=Perplexity(value=41.2, low=40, high=42),
    after=Perplexity(value=18.9, low=18, high=20),
    ratio=Perplexity(value=0.46, low=0.42, high=0.51),
    blocks=12,
    tokens=6000,
)


def put(models: Path, name: str, created: str, gain: TextGain | None = None, base: str = "starter") -> MadeModel:
    """A folder as a training leaves it, the card alone being true."""
    folder = models / name
    folder.mkdir(parents=True)
    (folder / f"{name}.gguf").write_bytes(b"GGUF")
    made = MadeModel(
        name=name, folder=str(folder), gguf_path=str(folder / f"{name}.gguf"), gguf_hash="a" * 64, base_name=base,
        base_path="/m/starter.gguf", base_hash="b" * 64, dataset_name="harbour book", dataset_hash="c" * 64, steps=300,
        gain=gain, created=created, seconds=61,
    )  # fmt: skip
    (folder / CARD).write_text(made.model_dump_json(), encoding="utf-8")
    return made


@pytest.fixture
def models(around: Around) -> Path:
    put(around.paths.models, "harbour", "2026-11-20T10:00:00+00:00", GAIN)
    put(around.paths.models, "tiny", "2026-11-21T10:00:00+00:00", base="")
    return around.paths.models


def test_that_only_models_that_are_still_there_are_listed_newest_first(models: Path) -> None:
    put(models, "gone", "2026-11-22T10:00:00+00:00")
    (models / "gone" / "gone.gguf").unlink()
    (models / "broken").mkdir()
    (models / "broken" / CARD).write_text("{")
    assert [made.name for made in list_made(models)] == ["tiny", "harbour"]


def test_that_models_from_trainings_say_where_they_come_from(qtbot: QtBot, around: Around, models: Path) -> None:
    tab = open_tab(qtbot, around)
    assert find(tab, Section, "section_made").isVisible()
    click(find(tab, QToolButton, "section_made_head"))
    table = find(tab, RecordTable, "made_table")
    model = table.model()
    cells = [[model.index(row, column).data() for column in range(4)] for row in range(model.rowCount())]
    assert cells == [
        ["tiny", "from scratch", "harbour book", "–"],
        ["harbour", "starter", "harbour book", "41.2 → 18.9"],
    ]
    assert find(tab, QLabel, "made_words").text().startswith("“tiny” was made from scratch with “harbour book”")
    table.selectRow(1)
    words = find(tab, QLabel, "made_words").text()
    assert "made of starter (SHA-256 bbbbbbbb…)" in words and "41.2 before, 18.9 after" in words
    click(find(tab, QPushButton, "made_try"))
    click(find(tab, QPushButton, "made_models"))
    assert around.navigator.opened == [("playground", {"model": "harbour"}), ("models", {"model": "harbour"})]


def test_that_there_is_no_such_list_before_a_training_made_one(qtbot: QtBot, around: Around) -> None:
    assert not find(open_tab(qtbot, around), Section, "section_made").isVisible()
