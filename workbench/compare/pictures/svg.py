"""A picture as SVG: a file of its own with its colours written in, or a part of a page that has them as CSS."""

from collections.abc import Iterable
from html import escape
from xml.sax.saxutils import quoteattr

from workbench.compare.pictures.description import Box, Dot, Frame, Label, Line, Look, Mark, Picture, Spot
from workbench.compare.pictures.palette import DARK, LIGHT, Palette

FONT = "sans-serif"
_MOST_TIPS = 400
"""More places than this say nothing when pointed at: the file would be twice as large."""


def to_svg(picture: Picture, palette: Palette = LIGHT) -> str:
    """A whole SVG file, on the palette's ground."""
    ground = f'<rect width="100%" height="100%" fill="{palette.ground}"/>'
    parts = [_written(mark, palette) for mark in picture.marks]
    opening = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_n(picture.width)}" height="{_n(picture.height)}" '
        f'viewBox="0 0 {_n(picture.width)} {_n(picture.height)}" font-family="{FONT}" role="img" '
        f"aria-label={_quoted(picture.title)}>"
    )
    inside = [f"<desc>{_text(picture.description)}</desc>", ground, *parts, *_tips(picture.spots)]
    return "\n".join(['<?xml version="1.0" encoding="UTF-8"?>', opening, *inside, "</svg>\n"])


def to_inline_svg(picture: Picture) -> str:
    """An `<svg>` for a page with `PICTURE_STYLE`, whose light or dark scheme it follows."""
    opening = (
        f'<svg class="picture" viewBox="0 0 {_n(picture.width)} {_n(picture.height)}" role="img" '
        f"aria-label={_quoted(picture.description)}>"
    )
    parts = [_written(mark, None) for mark in picture.marks]
    return "\n".join([opening, *parts, *_tips(picture.spots), "</svg>"])


def _written(mark: Mark, palette: Palette | None) -> str:
    match mark:
        case Line():
            dashes = ' stroke-dasharray="5 4"' if mark.is_dashed else ""
            places = f'x1="{_n(mark.x1)}" y1="{_n(mark.y1)}" x2="{_n(mark.x2)}" y2="{_n(mark.y2)}"'
            return f'<line {places} stroke-width="{_n(mark.width)}"{dashes} {_paint("stroke", mark.look, palette)}/>'
        case Dot():
            return _dot(mark, palette)
        case Box():
            opacity = f' fill-opacity="{_n(mark.opacity)}"' if mark.opacity < 1 else ""
            return f"<rect {_places(mark.frame)}{opacity} {_paint('fill', mark.look, palette)}/>"
        case Label():
            return _label(mark, palette)


def _dot(dot: Dot, palette: Palette | None) -> str:
    place = f'cx="{_n(dot.x)}" cy="{_n(dot.y)}"'
    if not dot.is_hollow:
        return f'<circle {place} r="{_n(dot.radius)}" {_paint("fill", dot.look, palette)}/>'
    inside = f'fill="{palette.ground}"' if palette else ""
    stroke = _paint("stroke", dot.look, palette)
    if palette is None:
        stroke = stroke.replace('class="', 'class="hollow ')
    return f'<circle {place} r="{_n(dot.radius - 1)}" stroke-width="2" {inside} {stroke}/>'


def _label(label: Label, palette: Palette | None) -> str:
    turned = f' transform="rotate(-90 {_n(label.x)} {_n(label.y)})"' if label.is_turned else ""
    bold = ' font-weight="600"' if label.is_bold else ""
    return (
        f'<text x="{_n(label.x)}" y="{_n(label.y)}" font-size="{_n(label.size)}" text-anchor="{label.anchor}"'
        f"{bold}{turned} {_paint('fill', label.look, palette)}>{_text(label.text)}</text>"
    )


def _tips(spots: Iterable[Spot]) -> list[str]:
    """Places that a browser tells about; drawn last and invisible."""
    found = list(spots)
    if len(found) > _MOST_TIPS:
        return []
    return [
        f'<rect {_places(spot.frame)} fill="none" pointer-events="all"><title>{_text(spot.tip)}</title></rect>'
        for spot in found
    ]


def _paint(what: str, look: Look, palette: Palette | None) -> str:
    """An attribute with the colour, or a class that the page's style gives one: `fill-right`."""
    return f'{what}="{palette.colour(look)}"' if palette else f'class="{what}-{look}"'


def _places(frame: Frame) -> str:
    return f'x="{_n(frame.x)}" y="{_n(frame.y)}" width="{_n(frame.width)}" height="{_n(frame.height)}"'


def _n(number: float) -> str:
    """At most two decimals."""
    return f"{number:.2f}".rstrip("0").rstrip(".")


def _text(text: str) -> str:
    """Escaped, without the control characters that XML does not allow at all."""
    return escape(_allowed(text), quote=False)


def _quoted(text: str) -> str:
    return quoteattr(_allowed(text).replace("\n", " "))


def _allowed(text: str) -> str:
    return "".join(
        c if c in "\t\n" or (c >= " " and not "\ud800" <= c <= "\udfff" and c not in "\ufffe\uffff") else " "
        for c in text
    )


def _rules(palette: Palette) -> str:
    return "".join(f"--picture-{look}:{colour};" for look, colour in palette.colours.items())


PICTURE_STYLE = (
    f":root{{{_rules(LIGHT)}}}\n"
    f"@media screen and (prefers-color-scheme: dark){{:root{{{_rules(DARK)}}}}}\n"
    ".picture{width:100%;max-width:900px;height:auto;font-family:sans-serif;}\n"
    ".picture .hollow{fill:var(--picture-ground);}\n"
    + "".join(
        f".picture .{what}-{look}{{{what}:var(--picture-{look});}}" for look in Look for what in ("fill", "stroke")
    )
    + "\n"
)
"""What a page needs in its style sheet for `to_inline_svg`."""
