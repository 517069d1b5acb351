"""A ChatEngine whose model is on a server. One thread talks to it, however many answers are on their way."""

import asyncio
import contextlib
import queue
import threading
import time
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from workbench.errors import WorkbenchError
from workbench.llm.endpoints.asking import Server
from workbench.llm.endpoints.connection import Patience, new_client
from workbench.llm.endpoints.counting import cautious_prompt_tokens, cautious_tokens
from workbench.llm.endpoints.reading import Reply
from workbench.llm.endpoints.requesting import Manners
from workbench.llm.endpoints.types import Endpoint
from workbench.llm.types import ChatMessage, Completion, FinishReason, GenerationRequest, MemoryUse

POLL_SECONDS = 0.03
"""How often a wish to stop is looked for while nothing comes."""
_END_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class _Over:
    """The last word on an answer."""

    completion: Completion
    problem: WorkbenchError | None = None


_Outbox: TypeAlias = "queue.SimpleQueue[tuple[int, str | _Over | BaseException]]"


@dataclass(slots=True, eq=False)
class _Asked:
    """One request on its way. Lives on the engine's thread; the asker only reads the outbox."""

    number: int
    reply: Reply
    outbox: _Outbox
    is_over: bool = False
    task: "asyncio.Task[None] | None" = None

    def say(self, text: str) -> None:
        if text and not self.is_over:
            self.outbox.put((self.number, text))

    def end(self, reason: FinishReason, problem: WorkbenchError | None = None) -> None:
        """Say the last word, once."""
        if self.is_over:
            return
        self.say(self.reply.end())
        self.is_over = True
        self.outbox.put((self.number, _Over(self.reply.completion(reason, problem), problem)))

    def stop(self) -> None:
        """The asker wants no more; it is told at once, however long the connection takes to close."""
        self.end(FinishReason.CANCELLED)
        if self.task is not None:
            self.task.cancel()


@dataclass(slots=True)
class _Loop:
    """An event loop on a thread of its own."""

    loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.new_event_loop)
    thread: threading.Thread | None = None

    def start(self, name: str) -> None:
        self.thread = threading.Thread(target=self.loop.run_forever, name=name, daemon=True)
        self.thread.start()

    def run(self, work: Coroutine[Any, Any, None]) -> None:
        """Run to the end, from another thread."""
        asyncio.run_coroutine_threadsafe(work, self.loop).result(_END_SECONDS)

    def end(self) -> None:
        self.loop.call_soon_threadsafe(self.loop.stop)
        if self.thread is not None:
            self.thread.join(_END_SECONDS)
        if not self.loop.is_running():
            self.loop.close()


class EndpointEngine:
    """Talks to one model of one server. Nothing is sent before the first question."""

    def __init__(self, endpoint: Endpoint, key: str = "", patience: Patience | None = None) -> None:
        self._endpoint = endpoint
        patience = patience or Patience()
        self._server = Server(endpoint, key, new_client(endpoint, key, patience), patience, Manners())
        self._slots = asyncio.Semaphore(endpoint.parallel_requests)
        self._asked: set[_Asked] = set()
        self._is_closed = False
        self._loop = _Loop()
        self._loop.start(f"endpoint-{endpoint.host}")

    @property
    def context_length(self) -> int:
        return self._endpoint.context_length

    @property
    def is_idle(self) -> bool:
        return not self._asked

    def stream(
        self, request: GenerationRequest, on_text: Callable[[str], None], is_cancelled: Callable[[], bool]
    ) -> Completion:
        """Raises WorkbenchError when the answer did not come about or broke off: what came was handed over before."""
        outbox: _Outbox = queue.SimpleQueue()
        asked = self._ask(0, request, outbox)
        try:
            while True:
                match self._next(outbox, [asked], is_cancelled):
                    case (_, str() as text):
                        on_text(text)
                    case (_, _Over(completion, problem)):
                        if problem is not None:
                            raise problem
                        return completion
        finally:
            self._stop([asked])

    def complete_all(
        self,
        requests: Sequence[GenerationRequest],
        on_done: Callable[[Completion], None],
        is_cancelled: Callable[[], bool],
        *,
        exact: bool = False,
    ) -> list[Completion]:
        """Several at once, as many as the endpoint allows; with `exact` one after the other.

        Whether a server answers the same question twice in the same way is up to the server.
        """
        if exact:
            return [done for request in requests for done in self.complete_all([request], on_done, is_cancelled)]
        outbox: _Outbox = queue.SimpleQueue()
        waiting = {number: self._ask(number, request, outbox) for number, request in enumerate(requests)}
        completions: dict[int, Completion] = {}
        try:
            while waiting:
                match self._next(outbox, list(waiting.values()), is_cancelled):
                    case (number, _Over(completion, _)):
                        del waiting[number]
                        completions[number] = completion
                        on_done(completion)
        finally:
            self._stop(list(waiting.values()))
        return [completions[number] for number in range(len(requests))]

    def count_tokens(self, messages: Sequence[ChatMessage]) -> int:
        """Rather too many: only the server knows, and it would have to be asked."""
        return cautious_prompt_tokens(messages)

    def count_text_tokens(self, text: str) -> int:
        """Rather too many."""
        return cautious_tokens(text)

    def memory(self) -> MemoryUse:
        """Nothing on this computer."""
        return MemoryUse()

    def close(self) -> None:
        if self._is_closed:
            return
        self._is_closed = True
        with contextlib.suppress(TimeoutError):  # a connection that does not close: the process's end closes it
            self._loop.run(self._end())
        self._loop.end()

    # -- between the asker's thread and the engine's -------------------------------------------------------------------

    def _ask(self, number: int, request: GenerationRequest, outbox: _Outbox) -> _Asked:
        if self._is_closed:
            raise WorkbenchError(f"{self._endpoint.name} was closed.", hint="Ask again.", code="engine_closed")
        asked = _Asked(number, Reply.to(self._endpoint, request), outbox)
        self._loop.loop.call_soon_threadsafe(self._start, asked)
        return asked

    def _next(
        self, outbox: _Outbox, asked: Sequence[_Asked], is_cancelled: Callable[[], bool]
    ) -> tuple[int, str | _Over] | None:
        """The next word, None when there was none for a moment. A bug on the other thread is raised here."""
        try:
            number, said = outbox.get(timeout=POLL_SECONDS)
        except queue.Empty:
            said = None
        if is_cancelled():
            self._stop(asked)
        if isinstance(said, BaseException):
            raise said
        return None if said is None else (number, said)

    def _stop(self, asked: Sequence[_Asked]) -> None:
        for each in asked:
            if not each.is_over and not self._is_closed:
                self._loop.loop.call_soon_threadsafe(each.stop)

    # -- on the engine's thread ----------------------------------------------------------------------------------------

    def _start(self, asked: _Asked) -> None:
        if asked.is_over:
            return
        self._asked.add(asked)
        asked.task = asyncio.ensure_future(self._answer(asked))
        asked.task.add_done_callback(lambda task: self._ended(asked, task))

    async def _answer(self, asked: _Asked) -> None:
        async with self._slots:
            asked.reply.started = time.perf_counter()
            try:
                await self._server.answer(asked.reply, asked.say)
            except WorkbenchError as problem:
                asked.end(FinishReason.ERROR, problem)
            else:
                asked.end(asked.reply.reason())

    def _ended(self, asked: _Asked, task: "asyncio.Task[None]") -> None:
        self._asked.discard(asked)
        if not task.cancelled() and (bug := task.exception()) is not None and not asked.is_over:
            asked.is_over = True
            asked.outbox.put((asked.number, bug))

    async def _end(self) -> None:
        tasks = [asked.task for asked in self._asked if asked.task is not None]
        for asked in list(self._asked):
            asked.stop()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._server.client.aclose()
