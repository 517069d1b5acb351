"""The colours of both palettes, named by what they are for. No Qt."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Tokens:
    """Named colours (#RRGGBB) of one palette. Every text token has at least 4.5:1 on every ground it is used on."""

    name: str
    window: str
    """Behind everything."""
    surface: str
    """Cards, tables."""
    raised: str
    """Buttons, menus, tool tips."""
    field: str
    """Where text is typed."""
    sunken: str
    """Code, logs."""
    sidebar: str
    text: str
    muted: str
    """Second-rank text."""
    nav_text: str
    disabled: str
    disabled_surface: str
    border: str
    border_hover: str
    border_strong: str
    """Edges of things that can be operated: at least 3:1."""
    hairline: str
    hover: str
    nav_hover: str
    pressed: str
    accent: str
    accent_hover: str
    accent_pressed: str
    accent_soft: str
    """Ground of what is selected."""
    accent_ink: str
    """Text on `accent_soft`."""
    on_accent: str
    link: str
    focus: str
    focus_on_accent: str
    selection: str
    on_selection: str
    good: str
    good_soft: str
    warn: str
    warn_soft: str
    warn_edge: str
    bad: str
    bad_soft: str
    bad_edge: str
    info: str
    info_soft: str
    info_edge: str
    track: str
    """The empty part of a progress bar."""
    scroll: str
    series: tuple[str, ...]
    """Lines of a chart, in order; told apart in greyscale too."""


LIGHT = Tokens(
    name="light", window="#F5F6F9", surface="#FFFFFF", raised="#FFFFFF", field="#FFFFFF", sunken="#F1F3F7",
    sidebar="#ECEEF3", text="#171B26", muted="#566073", nav_text="#3C4556", disabled="#737D8F",
    disabled_surface="#F0F2F5", border="#DEE2EA", border_hover="#C3CAD8", border_strong="#7F899D", hairline="#EDF0F4",
    hover="#F0F2F8", nav_hover="#E1E5EE", pressed="#E2E6F0", accent="#3D53D9", accent_hover="#3348C7",
    accent_pressed="#2A3DB0", accent_soft="#E3E8FF", accent_ink="#2A3CB5", on_accent="#FFFFFF", link="#3349CC",
    focus="#3D53D9", focus_on_accent="#11195C", selection="#3D53D9", on_selection="#FFFFFF", good="#146C43",
    good_soft="#DDF3E6", warn="#835000", warn_soft="#FFF1D6", warn_edge="#E2B65C", bad="#B3261E", bad_soft="#FDE7E5",
    bad_edge="#E39A94", info="#245B8F", info_soft="#E4F0FB", info_edge="#A3C8EA", track="#DFE3EC", scroll="#B9C1CF",
    series=("#3D53D9", "#C2410C", "#0F7B6C", "#9333A8", "#8A6D00", "#475569"),
)  # fmt: skip

DARK = Tokens(
    name="dark", window="#13151B", surface="#1B1E26", raised="#252934", field="#161922", sunken="#111319",
    sidebar="#0F1116", text="#E8EBF2", muted="#A6AEBE", nav_text="#BBC3D1", disabled="#838C9D",
    disabled_surface="#1F232C", border="#2D323E", border_hover="#434A5A", border_strong="#697286", hairline="#242833",
    hover="#2A2F3C", nav_hover="#1D2029", pressed="#343A49", accent="#93A7FF", accent_hover="#A9B9FF",
    accent_pressed="#7F95F5", accent_soft="#272F56", accent_ink="#C3CEFF", on_accent="#0D1230", link="#A3B4FF",
    focus="#93A7FF", focus_on_accent="#FFFFFF", selection="#4557C4", on_selection="#FFFFFF", good="#7ADBA5",
    good_soft="#17352A", warn="#F2C46D", warn_soft="#3A2D13", warn_edge="#7A5E22", bad="#FF9C94", bad_soft="#432022",
    bad_edge="#8A4340", info="#8CC3F5", info_soft="#182C40", info_edge="#35597C", track="#323846", scroll="#4A5263",
    series=("#93A7FF", "#FFA56B", "#5FD3BF", "#D89BF0", "#E2C44F", "#A6AEBE"),
)  # fmt: skip


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two #RRGGBB colours, 1 to 21 (WCAG 2.2, relative luminance)."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(color: str) -> float:
    channels = [int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
