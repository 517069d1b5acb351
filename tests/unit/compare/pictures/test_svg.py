"""Pictures as files and as parts of a page: valid, harmless, telling their numbers."""

import xml.etree.ElementTree as ET
from dataclasses import replace
from itertools import combinations

import pytest

from tests.unit.compare.pictures.measured import FIVE, Made, measured
from workbench.compare.pictures.description import Look, Picture
from workbench.compare.pictures.drawing import PictureKind, draw
from workbench.compare.pictures.palette import DARK, LIGHT, Palette
from workbench.compare.pictures.svg import PICTURE_STYLE, to_inline_svg, to_svg

SPACE = "{http://www.w3.org/2000/svg}"
EVIL = "a</text><script>alert('x')</script>\x00\x0b\"&"


def picture(kind: PictureKind, *, name: str = "prompt") -> Picture:
    drawn = draw(kind, measured([replace(FIVE[2], name=name), *FIVE[3:]]))
    assert isinstance(drawn, Picture)
    return drawn


@pytest.mark.parametrize("kind", list(PictureKind))
def test_that_a_file_is_valid_xml_with_a_size_a_title_and_a_description(kind: PictureKind) -> None:
    drawn = picture(kind)
    root = ET.fromstring(to_svg(drawn))
    assert root.tag == f"{SPACE}svg"
    assert root.get("role") == "img"
    assert root.get("aria-label") == drawn.title
    assert root.findtext(f"{SPACE}desc") == drawn.description
    assert float(root.get("width", "0")) == drawn.width
    shown = {node.text for node in root.iter(f"{SPACE}text")}
    assert drawn.title in shown


@pytest.mark.parametrize("kind", list(PictureKind))
@pytest.mark.parametrize("write", [to_svg, to_inline_svg])
def test_that_names_are_text_and_nothing_else(kind: PictureKind, write: object) -> None:
    assert callable(write)
    written = str(write(picture(kind, name=EVIL)))
    root = ET.fromstring(written)
    allowed = {"svg", "desc", "title", "rect", "line", "circle", "text"}
    assert {node.tag.removeprefix(SPACE) for node in root.iter()} <= allowed
    assert "<script" not in written
    assert not [name for node in root.iter() for name in node.attrib if name.startswith("on") or "href" in name]


def test_that_a_file_has_its_colours_written_in_and_a_part_of_a_page_takes_them_from_there() -> None:
    drawn = picture(PictureKind.LATENCY)
    assert "class=" not in to_svg(drawn)
    assert LIGHT.colour(Look.BEST) in to_svg(drawn)
    assert DARK.colour(Look.BEST) in to_svg(drawn, DARK)
    inline = to_inline_svg(drawn)
    assert "#" not in inline
    for node in ET.fromstring(inline).iter():
        for look in node.get("class", "").split():
            assert look in ("picture", "hollow") or f".picture .{look}{{" in PICTURE_STYLE


def test_that_values_are_told_where_the_pointer_is() -> None:
    drawn = picture(PictureKind.MEANS)
    tips = [node.text for node in ET.fromstring(to_svg(drawn)).iter(f"{SPACE}title")]
    assert tips == [spot.tip for spot in drawn.spots]


def test_that_a_picture_of_eight_arms_and_two_thousand_questions_stays_small() -> None:
    facts = measured([Made(f"arm {n}", 0.1 * n) for n in range(8)], questions=2000)
    drawn = draw(PictureKind.HEAT_MAP, facts)
    assert isinstance(drawn, Picture)
    assert len(to_inline_svg(drawn)) < 300_000


# -- colours ----------------------------------------------------------------------------------------------------------

# Machado, Oliveira & Fernandes 2009, "A physiologically-based model for simulation of color vision deficiency":
# severity 1.0, linear RGB.
_SEEN_AS = {
    "everybody": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "protanopia": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "deuteranopia": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881)),
    "tritanopia": ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.303900)),
}


def linear(colour: str) -> tuple[float, ...]:
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    return tuple(c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)


def luminance(rgb: tuple[float, ...]) -> float:
    return 0.2126 * rgb[0] + 0.7152 * rgb[1] + 0.0722 * rgb[2]


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(linear(one)), luminance(linear(other))), reverse=True)
    return (high + 0.05) / (low + 0.05)


def lab(rgb: tuple[float, ...]) -> tuple[float, float, float]:
    """CIE L*a*b* of linear sRGB, D65."""
    r, g, b = (min(1.0, max(0.0, c)) for c in rgb)
    x = (0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.9505
    y = 0.2126 * r + 0.7152 * g + 0.0722 * b
    z = (0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.089
    fx, fy, fz = (v ** (1 / 3) if v > 0.008856 else 7.787 * v + 16 / 116 for v in (x, y, z))
    return 116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)


def distance(one: str, other: str, eyes: str) -> float:
    """Delta E (1976) as these eyes see it; above 20 nobody takes one for the other."""
    seen = [
        lab(tuple(sum(k * c for k, c in zip(row, linear(colour), strict=True)) for row in _SEEN_AS[eyes]))
        for colour in (one, other)
    ]
    return float(sum((a - b) ** 2 for a, b in zip(*seen, strict=True)) ** 0.5)


@pytest.mark.parametrize("eyes", list(_SEEN_AS))
@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=lambda palette: palette.name)
def test_that_outcomes_are_told_apart_by_all_eyes(palette: Palette, eyes: str) -> None:
    for one, other in combinations((Look.RIGHT, Look.PARTLY, Look.WRONG, Look.NONE), 2):
        assert distance(palette.colour(one), palette.colour(other), eyes) > 20, (one, other)
    for one, other in ((Look.BEST, Look.MARK), (Look.BEST, Look.FRONTIER)):  # their shapes differ, too
        assert distance(palette.colour(one), palette.colour(other), eyes) > 12, (one, other)


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=lambda palette: palette.name)
def test_that_texts_and_marks_stand_out_from_what_is_behind_them(palette: Palette) -> None:
    colour = palette.colour
    for text in (Look.INK, Look.MUTED):
        assert contrast(colour(text), palette.ground) >= 4.5
    for text, ground in (
        (Look.ON_RIGHT, Look.RIGHT),
        (Look.ON_PARTLY, Look.PARTLY),
        (Look.ON_WRONG, Look.WRONG),
        (Look.ON_NONE, Look.NONE),
    ):
        assert contrast(colour(text), colour(ground)) >= 4.5, text
    for mark in (Look.MARK, Look.BEST, Look.FRONTIER, Look.AXIS, Look.RIGHT, Look.NONE):
        assert contrast(colour(mark), palette.ground) >= 3.0, mark
