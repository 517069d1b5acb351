"""The winner of a search becomes a saved version."""

from workbench.playground.prompt_store import PromptStore
from workbench.playground.search.types import SearchReport
from workbench.playground.search.wording import explanation
from workbench.playground.types import PromptVersion

_UNNAMED = "Found prompt"


def keep_winner(report: SearchReport, store: PromptStore, *, prompt_name: str = "") -> PromptVersion:
    """Save the best candidate as a version of the prompt that the search began with, or of `prompt_name`.

    Kept a second time it is the same version: content that is saved already is not saved again.
    """
    return store.save_version(
        prompt_name or report.prompt_name or _UNNAMED,
        report.winner.prompt,
        parent_id=report.start_version_id,
        name="found by search",
        note=f"{report.winner.label}. {explanation(report)}",
    )
