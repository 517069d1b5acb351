"""What the page "Ratings" of the results asks for goes to its part."""

from workbench.compare.judge.types import RatingScale
from workbench.ui.compare.answers_page import AnswersPage
from workbench.ui.compare.ratings_page import RatingsPage
from workbench.ui.compare.ratings_part import RatingsPart


def wire_ratings(page: RatingsPage, answers: AnswersPage, ratings: RatingsPart) -> None:
    answers.rated.connect(lambda key, value: ratings.rate_answer(key, value, is_blind=False))
    page.rated.connect(ratings.rate)
    page.answer_chosen.connect(ratings.choose)
    page.scale_chosen.connect(lambda scale: ratings.use_scale(RatingScale(scale)))
    page.blindness_chosen.connect(ratings.hide_arms)
    page.taken_back.connect(ratings.take_back)
