"""What a judge said: read strictly. What cannot be read is no score, never a guess."""

import json
import re
from dataclasses import dataclass
from typing import Any

from workbench.scoring.judge_prompt import choices
from workbench.scoring.judge_settings import JudgeSettings, Scale

_OBJECT = re.compile(r"\{[^{}]*\}", re.DOTALL)
_SHOWN = 80


@dataclass(frozen=True, slots=True)
class Judgement:
    """One reply of a judge."""

    said: str = ""
    """"1" to "5", "yes", "no", "first", "second", "tie"; empty where the reply could not be read."""
    reason: str = ""
    """The judge's own reason."""
    problem: str = ""
    """Why there is no judgement, in a sentence; empty when there is one."""


def read_reply(text: str, settings: JudgeSettings, *, is_pairwise: bool) -> Judgement:
    """The one JSON object of a reply. Two that disagree, or a value outside the scale, is no judgement."""
    key, allowed = choices(settings, is_pairwise=is_pairwise)
    wanted = {str(json.loads(choice)) for choice in allowed}
    found = [value for value in _objects(text) if key in value]
    if not found:
        return Judgement(problem=f"The judge's reply has no “{key}”: “{_shown(text)}”.")
    said = {_said(value[key]) for value in found}
    if len(said) > 1:
        return Judgement(problem=f"The judge contradicts itself: {', '.join(sorted(said))}.")
    (one,) = said
    if one not in wanted:
        return Judgement(problem=f"The judge said “{_shown(one)}” instead of {', '.join(sorted(wanted))}.")
    return Judgement(said=one, reason=" ".join(str(found[-1].get("reason", "")).split()))


def value_of(said: str, scale: Scale) -> float:
    """A grade or a yes as a score from 0 to 1."""
    return (int(said) - 1) / 4 if scale is Scale.GRADES else float(said == "yes")


def _objects(text: str) -> list[dict[str, Any]]:
    found = []
    whole = text.strip()
    for written in [whole] if whole.startswith("{") and _is_json(whole) else _OBJECT.findall(text):
        try:
            value = json.loads(written, strict=False)
        except (ValueError, RecursionError):
            continue
        if isinstance(value, dict):
            found.append(value)
    return found


def _is_json(text: str) -> bool:
    try:
        json.loads(text, strict=False)
    except (ValueError, RecursionError):
        return False
    return True


def _said(value: object) -> str:
    """Numbers as whole ones where they are: 4.0 is 4, True is no grade."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip().casefold()


def _shown(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"
