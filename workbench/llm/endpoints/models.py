"""A model on a server among the models on this computer."""

import hashlib

from workbench.errors import WorkbenchError
from workbench.llm.endpoints.types import Endpoint
from workbench.llm.types import ModelKind, ModelRef

FILE_FORMAT = "endpoint"


def as_model(endpoint: Endpoint) -> ModelRef:
    """The handle by which everything names it; it carries all that a worker needs, but not the key."""
    return ModelRef(
        name=endpoint.name,
        path=f"endpoint:{endpoint.name}",
        kind=ModelKind.CHAT,
        file_format=FILE_FORMAT,
        architecture=endpoint.model,
        context_length=endpoint.context_length,
        content_key=f"endpoint:{endpoint.name}",
        has_chat_template=True,
        source=endpoint.host,
        endpoint=endpoint,
    )


def endpoint_of(model: ModelRef) -> Endpoint:
    """Raises WorkbenchError for a model that is none."""
    if model.endpoint is None:
        raise WorkbenchError(f"{model.name} is not on a server.", hint="Choose another model.", code="no_endpoint")
    return model.endpoint


def identity(endpoint: Endpoint) -> str:
    """In place of the hash of a file: which server and which model. Proves nothing about the weights there."""
    return "endpoint-" + hashlib.sha256(f"{endpoint.base_url} {endpoint.model}".encode()).hexdigest()


def where_text_goes(model: ModelRef) -> str:
    """ "sends your text to api.openai.com"; "" for a model that answers on this computer without a server."""
    if model.endpoint is None:
        return ""
    host = model.endpoint.host
    return (
        f"asks the server {host} on this computer"
        if model.endpoint.is_on_this_computer
        else f"sends your text to {host}"
    )
