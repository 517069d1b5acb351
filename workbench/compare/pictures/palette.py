"""The colours of pictures, light and dark: told apart by people who see colours differently, and in print."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from workbench.compare.pictures.description import Look


@dataclass(frozen=True, slots=True)
class Palette:
    """A colour (#RRGGBB) for every meaning."""

    name: str
    colours: Mapping[Look, str]

    @property
    def ground(self) -> str:
        return self.colours[Look.GROUND]

    def colour(self, look: Look) -> str:
        return self.colours[look]


LIGHT = Palette(
    "light",
    MappingProxyType(
        {
            Look.GROUND: "#FFFFFF",
            Look.INK: "#171B26",
            Look.MUTED: "#566073",
            Look.GRID: "#DEE2EA",
            Look.AXIS: "#7F899D",
            Look.BAND: "#ECEEF3",
            Look.MARK: "#566073",
            Look.BEST: "#3D53D9",
            Look.FRONTIER: "#0F7B6C",
            Look.RIGHT: "#3D53D9",
            Look.PARTLY: "#A9B9FF",
            Look.WRONG: "#F0A24A",
            Look.NONE: "#566073",
            Look.ON_RIGHT: "#FFFFFF",
            Look.ON_PARTLY: "#171B26",
            Look.ON_WRONG: "#171B26",
            Look.ON_NONE: "#FFFFFF",
        }
    ),
)
DARK = Palette(
    "dark",
    MappingProxyType(
        {
            Look.GROUND: "#1B1E26",
            Look.INK: "#E8EBF2",
            Look.MUTED: "#A6AEBE",
            Look.GRID: "#2D323E",
            Look.AXIS: "#697286",
            Look.BAND: "#252934",
            Look.MARK: "#8A93A5",
            Look.BEST: "#93A7FF",
            Look.FRONTIER: "#5FD3BF",
            Look.RIGHT: "#6F86F5",
            Look.PARTLY: "#3A4785",
            Look.WRONG: "#F0A24A",
            Look.NONE: "#8A93A5",
            Look.ON_RIGHT: "#0D1230",
            Look.ON_PARTLY: "#E8EBF2",
            Look.ON_WRONG: "#171B26",
            Look.ON_NONE: "#0D1230",
        }
    ),
)
