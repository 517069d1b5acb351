"""Presets: settings of an answer under a name, one YAML file each, which people may edit and pass on."""

import re
from dataclasses import dataclass
from pathlib import Path

from workbench.datasets.bounded_yaml import dump_yaml, load_yaml
from workbench.errors import WorkbenchError
from workbench.llm.types import GenerationConfig
from workbench.playground.imported import settings_from
from workbench.playground.prompt_files import write_whole
from workbench.playground.promptfoo import read_text

_ENDING = ".yaml"
_NOT_IN_A_FILE_NAME = re.compile(r"[^\w \-.()]+")
_LONGEST_NAME = 80


@dataclass(frozen=True, slots=True)
class Preset:
    """Settings with their name."""

    name: str
    generation: GenerationConfig


@dataclass(frozen=True, slots=True)
class Presets:
    """What lies in the folder: those that can be used, by name, and a sentence for each file that cannot."""

    presets: tuple[Preset, ...] = ()
    problems: tuple[str, ...] = ()


class PresetFolder:
    """Reads and writes presets. The name of a file is the name of its preset."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def read(self) -> Presets:
        """All of them; a damaged file hides no other."""
        presets: list[Preset] = []
        problems: list[str] = []
        for path in sorted(self.folder.glob(f"*{_ENDING}"), key=lambda path: path.stem.casefold()):
            try:
                presets.append(_read(path))
            except WorkbenchError as problem:
                problems.append(problem.message)
        return Presets(tuple(presets), tuple(problems))

    def get(self, name: str) -> Preset:
        """The preset of that name. Raises WorkbenchError when there is none, or when it cannot be read."""
        path = self._path(name)
        if not path.is_file():
            raise WorkbenchError(f"There is no preset “{name}”.", hint="Choose another.", code="no_preset")
        return _read(path)

    def save(self, name: str, generation: GenerationConfig, *, replace: bool = False) -> Preset:
        """Write the settings under a name; one that is taken is an error unless `replace`."""
        path = self._path(name)
        if path.exists() and not replace:
            raise WorkbenchError(
                f"There is already a preset “{path.stem}”.", hint="Choose another name.", code="name_taken"
            )
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_whole(path, dump_yaml(generation.model_dump(mode="json")))
        return Preset(path.stem, generation)

    def delete(self, name: str) -> Preset | None:
        """Remove it; what is returned can be saved again. None when there was none, or a damaged one."""
        path = self._path(name)
        try:
            deleted = _read(path) if path.is_file() else None
        except WorkbenchError:
            deleted = None  # what cannot be read can still be removed
        path.unlink(missing_ok=True)
        return deleted

    def _path(self, name: str) -> Path:
        tidy = " ".join(name.split())
        if not tidy or len(tidy) > _LONGEST_NAME or _NOT_IN_A_FILE_NAME.search(tidy) or tidy.startswith("."):
            raise WorkbenchError(
                "A preset needs a short name of letters, digits, spaces and hyphens.",
                hint="Its file is called the same.",
                code="bad_name",
            )
        return self.folder / f"{tidy}{_ENDING}"


def _read(path: Path) -> Preset:
    values = load_yaml(read_text(path), path.name)
    if not isinstance(values, dict):
        raise WorkbenchError(f"{path.name} holds no settings.", hint="Correct or delete it.", code="bad_preset")
    generation, schema, left_out = settings_from({str(key): value for key, value in values.items()}, path.name)
    if left_out:
        raise WorkbenchError(f"{path.name}: {left_out[0]}", hint="Correct or delete it.", code="bad_preset")
    return Preset(path.stem, generation.model_copy(update={"json_schema": schema}) if schema else generation)
