"""A request as OpenAI's protocol writes it. What the protocol has no word for is refused, never left out in silence.

Top-k and min-p are not part of it: they go along only where the user changed them (llama-server, vLLM and Ollama
understand them; a server that does not says so).
"""

import json
import math
from dataclasses import dataclass
from typing import Any

from workbench.errors import WorkbenchError
from workbench.llm.endpoints.problems import not_offered
from workbench.llm.endpoints.types import Endpoint
from workbench.llm.types import GenerationConfig, GenerationRequest

_MOST_STOPS = 4
"""The protocol's limit; further ones are found in the text by us."""
_USUAL = GenerationConfig()


@dataclass(slots=True)
class Manners:
    """What a server turned out to want otherwise; learned from its refusals."""

    wants_completion_tokens: bool = False
    """`max_completion_tokens` instead of `max_tokens`."""
    refuses_stream_options: bool = False
    """It then may not tell what was used."""

    def learn(self, said: str) -> bool:
        """Whether a refusal taught something, so that asking again helps."""
        if not self.wants_completion_tokens and "max_completion_tokens" in said:
            self.wants_completion_tokens = True
            return True
        if not self.refuses_stream_options and "stream_options" in said:
            self.refuses_stream_options = True
            return True
        return False


def path_of(request: GenerationRequest) -> str:
    """Chat, or a text to continue."""
    return "/chat/completions" if request.messages else "/completions"


def body_of(endpoint: Endpoint, request: GenerationRequest, manners: Manners) -> dict[str, Any]:
    """The JSON of the request. Raises WorkbenchError for what a server cannot be asked for."""
    config = request.config
    _check(endpoint, request)
    body: dict[str, Any] = {"model": endpoint.model, "stream": True, "temperature": config.temperature}
    if request.messages:
        body["messages"] = [{"role": m.role.value, "content": m.content} for m in request.messages]
        if request.prefix:  # the protocol has no other word for it: many servers go on from there, some begin anew
            body["messages"].append({"role": "assistant", "content": request.prefix})
    else:
        body["prompt"] = request.prompt + request.prefix
    body["max_completion_tokens" if manners.wants_completion_tokens else "max_tokens"] = config.max_tokens
    if not manners.refuses_stream_options:
        body["stream_options"] = {"include_usage": True}
    if config.temperature == 1:
        del body["temperature"]  # the protocol's own default; some models allow no other, not even in words
    if config.temperature > 0:
        body |= _sampling(config)
    body |= {
        name: value
        for name in ("frequency_penalty", "presence_penalty")
        if (value := getattr(config, name)) != getattr(_USUAL, name)
    }
    if stops := [stop for stop in config.stop if stop]:
        body["stop"] = stops[:_MOST_STOPS]
    if config.logit_bias:
        body["logit_bias"] = {str(token): _bias(value) for token, value in config.logit_bias.items()}
    if config.json_schema:
        body["response_format"] = {
            "type": "json_schema",
            "json_schema": {"name": "answer", "schema": _schema(config.json_schema)},
        }
    if config.logprobs:
        body |= (
            {"logprobs": True, "top_logprobs": config.logprobs} if request.messages else {"logprobs": config.logprobs}
        )
    return body


def final_prompt(request: GenerationRequest) -> str:
    """What was sent, as text: the server's chat template is not known."""
    if not request.messages:
        return request.prompt + request.prefix
    told = [(message.role.value, message.content) for message in request.messages]
    begun = [("assistant", request.prefix)] if request.prefix else []
    return "\n\n".join(f"{role}:\n{content}" for role, content in [*told, *begun])


def _check(endpoint: Endpoint, request: GenerationRequest) -> None:
    config = request.config
    if request.adapter is not None:
        raise not_offered(endpoint, "an adapter", "Choose the model on this computer for which it was trained.")
    if config.grammar:
        raise not_offered(endpoint, "a grammar", "Use a JSON schema, or a model on this computer.")
    if config.repeat_penalty != _USUAL.repeat_penalty:
        hint = "Set it back to 1; the frequency and presence penalties do much the same."
        raise not_offered(endpoint, "a repeat penalty", hint)


def _sampling(config: GenerationConfig) -> dict[str, Any]:
    """What matters only when tokens are drawn."""
    own = {name: value for name in ("top_k", "min_p") if (value := getattr(config, name)) != getattr(_USUAL, name)}
    return {"top_p": config.top_p, "seed": config.seed, **own}


def _bias(value: float) -> float:
    return 0.0 if math.isnan(value) else max(-100.0, min(100.0, value))


def _schema(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError as error:
        raise WorkbenchError(f"The JSON schema is no JSON: {error}.", hint="Correct it.", code="bad_schema") from error
