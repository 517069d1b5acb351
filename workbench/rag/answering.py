"""Questions to answers with citations, in the worker that keeps model, embedder and index open."""

from collections.abc import Sequence

from workbench.errors import WorkbenchError
from workbench.jobs.context import JobContext
from workbench.llm.engines import borrowed
from workbench.llm.fit import available_memory
from workbench.llm.grounded_prompt import REFUSAL, is_refusal
from workbench.llm.tasks import TextProduced
from workbench.llm.too_long import longer_context, too_long_of
from workbench.llm.types import ChatEngine, Completion, FinishReason, GenerationRequest
from workbench.rag.answer_types import Answer, AskRequest
from workbench.rag.citations import parse
from workbench.rag.claims import check_claims, uncited_statements
from workbench.rag.following_up import standalone
from workbench.rag.grounding import GroundedPrompt, build_messages, describe_prompt
from workbench.rag.marks import MendedMarks, mend_marks
from workbench.rag.retrieval import Searcher
from workbench.rag.search_types import Hit, Question, QuestionHits


class Answerer:
    """Answers the questions of one request; each gets QuestionHits and then an Answer, a single one its prompt too."""

    def __init__(self, context: JobContext, request: AskRequest, retriever: Searcher) -> None:
        self._context = context
        self._request = request
        self._retriever = retriever
        self._done = 0
        self._questions = request.questions
        """As they are searched and answered."""

    def run(self) -> None:
        if self._request.history:
            self._rewrite_questions()
        hits = self._retrieve()
        with_hits = [(question, found) for question, found in hits if found]
        for question, found in hits:
            if not found:
                self._say(nothing_found(question))
        if not with_hits:
            return
        self._context.progress(self._done, len(hits), "Loading the model")
        with borrowed(self._request.model, self._request.load, self._context.produce) as engine:
            prompts = self._prompts(engine, with_hits)
            if len(self._request.questions) == 1:
                for question, found, prompt in prompts:
                    self._stream(engine, question, found, prompt)
            else:
                self._answer_all(engine, prompts)

    def _rewrite_questions(self) -> None:
        """Follow-up questions are made to stand alone before anything is searched; what they became is told."""
        self._context.progress(0, len(self._questions), "Understanding the question")
        with borrowed(self._request.model, self._request.load, self._context.produce) as engine:
            rewritten = [standalone(engine, question, self._request) for question in self._questions]
        for question in rewritten:
            self._context.produce(question)
        self._questions = tuple(Question(id=question.id, text=question.text) for question in rewritten)

    def _retrieve(self) -> list[tuple[Question, list[Hit]]]:
        found = []
        for number, question in enumerate(self._questions):
            self._context.progress(number, len(self._questions), "Searching")
            hits = self._retriever.search(question.text, self._request.retrieval)
            self._context.produce(QuestionHits(id=question.id, hits=tuple(hits)))
            found.append((question, hits))
        return found

    def _prompts(
        self, engine: ChatEngine, questions: Sequence[tuple[Question, list[Hit]]]
    ) -> list[tuple[Question, list[Hit], GroundedPrompt]]:
        """Prompts that fit; a question that does not is answered with its problem and the others go on."""
        prompts = []
        for question, hits in questions:
            try:
                prompts.append((question, hits, self._prompt(engine, question, hits)))
            except WorkbenchError as problem:
                if len(self._request.questions) == 1:
                    raise
                self._say(Answer(id=question.id, answer="", answerable=False, hits=tuple(hits), problem=str(problem)))
        return prompts

    def _prompt(self, engine: ChatEngine, question: Question, hits: Sequence[Hit]) -> GroundedPrompt:
        try:
            return build_messages(
                question.text,
                hits,
                engine,
                max_answer_tokens=self._request.config.max_tokens,
                examples=self._request.examples,
                system=self._request.system,
                order=self._request.order,
                passage_tokens=self._request.passage_tokens,
            )
        except WorkbenchError as problem:
            raise self._with_longer_context(problem, engine) from None

    def _with_longer_context(self, problem: WorkbenchError, engine: ChatEngine) -> WorkbenchError:
        """The same refusal, which also offers to load this model with a longer context."""
        model, load = self._request.model, self._request.load
        if (found := too_long_of(problem)) is None:
            return problem
        needed = found.tokens + found.answer_tokens
        longer = longer_context(model, load, needed, available_memory(), engine.memory().total)
        offers = (*found.offers, longer) if longer else found.offers
        return found.model_copy(update={"model": model.name, "offers": offers}).problem()

    def _generation(self, question: Question, prompt: GroundedPrompt) -> GenerationRequest:
        return GenerationRequest(
            id=question.id, messages=prompt.messages, config=self._request.config, adapter=self._request.adapter
        )

    def _stream(self, engine: ChatEngine, question: Question, hits: Sequence[Hit], prompt: GroundedPrompt) -> None:
        def on_text(text: str) -> None:
            self._context.produce(TextProduced(request_id=question.id, text=text))

        self._context.produce(describe_prompt(prompt, engine, self._request, question))
        self._context.progress(0, 1, "Answering")
        completion = engine.stream(self._generation(question, prompt), on_text, self._context.is_cancelled)
        self._say(self._checked(make_answer(question, hits, prompt, completion), prompt))
        self._context.check_cancelled()

    def _answer_all(self, engine: ChatEngine, prompts: Sequence[tuple[Question, list[Hit], GroundedPrompt]]) -> None:
        by_id = {question.id: (question, hits, prompt) for question, hits, prompt in prompts}

        def on_done(completion: Completion) -> None:
            question, hits, prompt = by_id[completion.id]
            if completion.finish_reason is not FinishReason.CANCELLED:
                self._say(self._checked(make_answer(question, hits, prompt, completion), prompt))
            if not self._context.is_cancelled():
                self._context.progress(self._done, len(self._request.questions), "Answering")

        requests = [self._generation(question, prompt) for question, _, prompt in prompts]
        engine.complete_all(requests, on_done, self._context.is_cancelled)
        self._context.check_cancelled()

    def _checked(self, answer: Answer, prompt: GroundedPrompt) -> Answer:
        """The answer with its marks put right and each of its cited sentences held against what it cites."""
        if answer.dangling:
            answer = _mended(answer, prompt, mend_marks(answer.answer, prompt.used_hits, self._retriever.similarities))
        claims = check_claims(answer.answer, prompt.used_hits, self._retriever.similarities)
        uncited = uncited_statements(answer.answer) if answer.answerable else ()
        return answer.model_copy(update={"claims": claims, "uncited": uncited})

    def _say(self, answer: Answer) -> None:
        self._done += 1
        self._context.produce(answer)


def _mended(answer: Answer, prompt: GroundedPrompt, mended: MendedMarks) -> Answer:
    """The answer with other marks; what the model wrote stays in its completion."""
    parsed = parse(mended.text, prompt.used_hits)
    remark = " ".join(filter(None, [answer.remark, mended.remark]))
    changes = {"answer": mended.text, "citations": parsed.citations, "dangling": parsed.dangling, "remark": remark}
    return answer.model_copy(update=changes)


def nothing_found(question: Question) -> Answer:
    """The answer when retrieval comes back empty: the model is not asked, for it could only invent."""
    return Answer(
        id=question.id,
        answer=REFUSAL,
        answerable=False,
        remark="No passage was found, so the model was not asked.",
    )


def make_answer(question: Question, hits: Sequence[Hit], prompt: GroundedPrompt, completion: Completion) -> Answer:
    """The completion with its marks resolved."""
    parsed = parse(completion.text, prompt.used_hits)
    problem = completion.problem if completion.finish_reason is FinishReason.ERROR else ""
    left_out = len(hits) - len(prompt.used_hits)
    return Answer(
        id=question.id,
        answer=completion.text.strip(),
        answerable=not problem and bool(completion.text.strip()) and not is_refusal(completion.text),
        citations=parsed.citations,
        dangling=parsed.dangling,
        hits=tuple(hits),
        used=len(prompt.used_hits),
        remark=_left_out(left_out, prompt.passage_tokens) if left_out else "",
        problem=problem,
        completion=completion,
    )


def _left_out(count: int, passage_tokens: int) -> str:
    """Passages that the model did not see, and what had no room for them."""
    where = f"the {passage_tokens} tokens that passages may take" if passage_tokens else "the model's context"
    return f"{count} passage{'' if count == 1 else 's'} did not fit into {where}."
