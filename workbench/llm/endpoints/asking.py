"""Asks a server once more and once more, as long as nothing was generated, and reads its answer."""

import asyncio
import json
import random
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from workbench.llm.endpoints import problems
from workbench.llm.endpoints.connection import (
    LONGEST_ANSWER,
    LONGEST_REFUSAL,
    Deadline,
    Patience,
    kind_of,
    read_limited,
    translated,
)
from workbench.llm.endpoints.problems import EndpointProblem
from workbench.llm.endpoints.reading import FILTERED, Reply
from workbench.llm.endpoints.requesting import Manners, body_of, path_of
from workbench.llm.endpoints.server_events import DONE, LineTooLongError, NoEventsError, read_data
from workbench.llm.endpoints.types import Endpoint

if TYPE_CHECKING:
    import httpx2


@dataclass(slots=True)
class Server:
    """One server with what was learned of it; used on one event loop."""

    endpoint: Endpoint
    key: str = field(repr=False)
    client: "httpx2.AsyncClient"
    patience: Patience
    manners: Manners

    async def answer(self, reply: Reply, on_text: Callable[[str], None]) -> None:
        """Fill the reply. Raises WorkbenchError; what came before it stays in the reply."""
        attempt = 0
        while True:
            attempt += 1
            try:
                await self._attempt(reply, on_text)
                return
            except EndpointProblem as problem:
                if problem.code == "endpoint_refused" and self.manners.learn(problem.details):
                    attempt -= 1
                    continue
                wait = max(problem.wait_seconds, self._pause(attempt))
                gives_up = not problem.may_retry or reply.has_begun or attempt >= self.patience.attempts
                if gives_up or wait > self.patience.longest_wait_seconds:
                    if problem.code == "endpoint_cut" and reply.assembler.text:
                        problem.hint = f"The text so far is kept. {problem.hint}"
                    raise
            await asyncio.sleep(wait)

    def _pause(self, attempt: int) -> float:
        """Doubled each time, and a little different for each of many that were refused together."""
        return self.patience.first_wait_seconds * 2.0 ** (attempt - 1) * random.uniform(0.75, 1.25)

    async def _attempt(self, reply: Reply, on_text: Callable[[str], None]) -> None:
        body = body_of(self.endpoint, reply.request, self.manners)
        url = self.endpoint.base_url + path_of(reply.request)
        async with (
            Deadline(self.endpoint, self.patience) as deadline,
            translated(self.endpoint, self.key),
            self.client.stream("POST", url, json=body) as response,
        ):
            await self._check(response)
            match kind_of(response):
                case "json":
                    piece = self._parsed((await read_limited(response, LONGEST_ANSWER)).decode("utf-8", "replace"))
                    on_text(reply.take(piece))
                case "events":
                    await self._read(response, reply, on_text, deadline)
                case other:
                    what = "a web page" if other == "html" else "something packed"
                    raise problems.strange(self.endpoint, what)
        self._check_whole(reply)

    async def _check(self, response: "httpx2.Response") -> None:
        if response.status_code == 200:
            return
        said = problems.said_by(await read_limited(response, LONGEST_REFUSAL)) if kind_of(response) != "packed" else ""
        raise problems.of_status(self.endpoint, response.status_code, response.headers, said, key=self.key)

    async def _read(
        self, response: "httpx2.Response", reply: Reply, on_text: Callable[[str], None], deadline: Deadline
    ) -> None:
        chunks = self._counted(response.aiter_raw(), reply, deadline)
        try:
            async for data in read_data(chunks):
                if data.strip() == DONE:
                    return
                if text := reply.take(self._parsed(data)):
                    on_text(text)
                if reply.is_over:
                    return
        except LineTooLongError as error:
            raise problems.strange(self.endpoint, "a line without an end") from error
        except NoEventsError as error:
            raise problems.strange(self.endpoint, "something else", body=str(error), key=self.key) from error

    async def _counted(self, chunks: AsyncIterator[bytes], reply: Reply, deadline: Deadline) -> AsyncIterator[bytes]:
        """The same; ends an answer without end, and every piece puts the deadline off."""
        total = 0
        async for chunk in chunks:
            total += len(chunk)
            if total > LONGEST_ANSWER:
                raise problems.strange(self.endpoint, "an answer without an end")
            deadline.put_off(has_begun=reply.has_begun)
            yield chunk

    def _parsed(self, data: str) -> dict[str, Any]:
        try:
            piece = json.loads(data)
        except (ValueError, RecursionError) as error:
            raise problems.strange(self.endpoint, "a piece that is no JSON", body=data, key=self.key) from error
        if not isinstance(piece, dict):
            raise problems.strange(self.endpoint, "a piece that is no object", body=data, key=self.key)
        if piece.get("error"):
            raise problems.said_in_stream(self.endpoint, piece, key=self.key)
        return piece

    def _check_whole(self, reply: Reply) -> None:
        if reply.finish == FILTERED:
            text = f"A filter of {self.endpoint.host} ended the answer."
            raise EndpointProblem(text, hint="Ask in another way.", code="endpoint_filtered")
        if not reply.finish and not reply.is_over:
            raise problems.cut(self.endpoint)
