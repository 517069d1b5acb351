"""Thumbs up and down on hits. No Qt."""

from workbench.errors import WorkbenchError
from workbench.rag.judgement_store import RelevanceJudgement, Verdict
from workbench.rag.search_types import Hit
from workbench.ui.documents.asking_board import AskingBoard
from workbench.ui.documents.board import Surroundings
from workbench.ui.documents.conversation_state import AskedTurn, hit_key


class JudgingPart:
    """What the user thinks of hits is kept with their collection."""

    def __init__(self, surroundings: Surroundings, board: AskingBoard) -> None:
        self._store = surroundings.collections.judgements
        self._members = surroundings.collections.members
        self._messages = surroundings.messages
        self._board = board

    def show_verdicts(self, turn_id: str) -> None:
        """What was said of a turn's hits before."""
        turn = self._board.state.conversation.find(turn_id)
        if turn is None:
            return
        verdicts: dict[str, Verdict] = {}
        for name in {self._collection_of(hit) for hit in turn.hits}:
            said = {one.place: one.verdict for one in self._store.list_judgements(name, turn.searched)}
            for hit in turn.hits if said else ():
                place = (hit.doc_hash, self._page_of(hit), hit.start, hit.end)
                if self._collection_of(hit) == name and place in said:
                    verdicts[hit_key(hit)] = said[place]
        self._board.change_turn(turn_id, verdicts=verdicts)

    def judge(self, turn_id: str, hit: Hit, verdict: Verdict) -> None:
        """A thumb was clicked; the same one again takes it back."""
        turn = self._board.state.conversation.find(turn_id)
        if turn is None:
            return
        judgement = RelevanceJudgement(
            question=turn.searched,
            doc_hash=hit.doc_hash,
            page=self._page_of(hit),
            start=hit.start,
            end=hit.end,
            verdict=verdict,
        )
        is_taken_back = turn.verdicts.get(hit_key(hit)) is verdict
        try:
            if is_taken_back:
                self._store.take_back(self._collection_of(hit), judgement)
            else:
                self._store.record(self._collection_of(hit), judgement)
        except WorkbenchError as problem:
            self._messages.error(problem.message, problem.hint)
            return
        self._change(turn, hit, None if is_taken_back else verdict)

    def _change(self, turn: AskedTurn, hit: Hit, verdict: Verdict | None) -> None:
        others = {key: value for key, value in turn.verdicts.items() if key != hit_key(hit)}
        self._board.change_turn(turn.id, verdicts=others | ({hit_key(hit): verdict} if verdict else {}))

    def _page_of(self, hit: Hit) -> int:
        """Of the file, whatever lies in it: a judgement names its passage by the file's content."""
        return self._members.page_of_file(self._collection_of(hit), hit.document, hit.page)

    def _collection_of(self, hit: Hit) -> str:
        return hit.collection or self._board.state.selected
