"""What the dialog of servers shows. Never a key. No Qt."""

from dataclasses import dataclass

from workbench.errors import WorkbenchError
from workbench.llm.endpoints.checking import CheckReport
from workbench.llm.endpoints.types import Endpoint, Price
from workbench.ui.trouble import Trouble

PRESETS = (
    ("Ollama on this computer", "http://localhost:11434/v1"),
    ("LM Studio on this computer", "http://localhost:1234/v1"),
    ("llama-server on this computer", "http://localhost:8080/v1"),
    ("vLLM on this computer", "http://localhost:8000/v1"),
    ("OpenAI", "https://api.openai.com/v1"),
)
"""Servers that many people use, and where they usually are."""


@dataclass(frozen=True, slots=True)
class ServerForm:
    """What stands in the fields."""

    name: str = ""
    base_url: str = ""
    model: str = ""
    context_length: int = 8192
    parallel_requests: int = 4
    price_prompt: float = 0.0
    price_generated: float = 0.0
    key_from_env: str = ""

    @classmethod
    def of(cls, endpoint: Endpoint) -> "ServerForm":
        price = endpoint.price or Price()
        return cls(
            endpoint.name,
            endpoint.base_url,
            endpoint.model,
            endpoint.context_length,
            endpoint.parallel_requests,
            price.prompt,
            price.generated,
            endpoint.key_from_env,
        )

    def endpoint(self, *, for_test: bool = False) -> Endpoint:
        """Raises WorkbenchError for what cannot be. A test needs no name and no model yet."""
        price = Price(prompt=self.price_prompt, generated=self.price_generated)
        return Endpoint.of(
            name=self.name or ("server" if for_test else ""),
            base_url=self.base_url,
            model=self.model or ("any" if for_test else ""),
            context_length=self.context_length,
            parallel_requests=self.parallel_requests,
            price=price if price != Price() else None,
            key_from_env=self.key_from_env,
        )


def remove_question(endpoint: Endpoint, has_key: bool, uses: tuple[str, ...]) -> str:
    """Asked before a server is forgotten; names the saved comparisons that asked it."""
    key = " and its key in the keyring" if has_key else ""
    question = f"Remove the server {endpoint.name}{key}?"
    if not uses:
        return f"{question} No saved comparison used it."
    names = ", ".join(f"“{name}”" for name in uses[:4]) + (" and others" if len(uses) > 4 else "")
    what = "comparison" if len(uses) == 1 else "comparisons"
    return f"{question} The {what} {names} used it: the results stay, but cannot be run again without it."


@dataclass(frozen=True, slots=True)
class ServersState:
    servers: tuple[Endpoint, ...] = ()
    selected: str = ""
    """The name of the one that is edited; "" for a new one."""
    form: ServerForm = ServerForm()
    has_key: bool = False
    """Whether a key for the selected one is in the keyring."""
    why_no_keyring: str = ""
    """Why this computer keeps no keys; "" when it does."""
    asked_to_remove: str = ""
    """The question before the selected one is removed."""
    removed: Endpoint | None = None
    """What was removed last, as long as it can be put back."""
    waits_for: str = ""
    """What is being done right now."""
    tested: CheckReport | None = None
    trouble: Trouble | None = None

    @property
    def is_new(self) -> bool:
        return not self.selected

    @property
    def can_test(self) -> bool:
        return not self.waits_for and bool(self.form.base_url.strip())

    @property
    def can_save(self) -> bool:
        return self.can_test and bool(self.form.name.strip() and self.form.model.strip())

    @property
    def where_text_goes(self) -> tuple[str, bool]:
        """In words, and whether the text leaves this computer; "" while there is no address."""
        try:
            endpoint = self.form.endpoint(for_test=True)
        except WorkbenchError:
            return "", False
        if endpoint.is_on_this_computer:
            return f"stays on this computer ({endpoint.host})", False
        return f"sends your text to {endpoint.host}", True

    @property
    def result(self) -> str:
        """What the test found."""
        if not self.waits_for and self.removed is not None:
            return f"{self.removed.name} was removed."
        if self.waits_for or self.tested is None:
            return self.waits_for
        count = len(self.tested.models)
        models = "1 model" if count == 1 else f"{count} models"
        key = "with the key" if self.tested.used_key else "without a key"
        return f"{self.tested.host} answers, {key}: {models}."
