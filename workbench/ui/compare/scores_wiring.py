"""What the page "Scores" of the set-up asks for goes to its part."""

from workbench.scoring.judge_settings import Scale
from workbench.ui.compare.scores_page import ScoresPage
from workbench.ui.compare.scores_part import ScoresPart


def wire_scores(page: ScoresPage, scores: ScoresPart) -> None:
    page.metric_chosen.connect(scores.decide_by)
    page.metric_used.connect(scores.use)
    page.metric_looked_at.connect(scores.look_at)
    page.option_changed.connect(scores.set_option)
    page.suggestion_taken.connect(scores.take_suggestion)
    page.judge.model_chosen.connect(scores.choose_judge)
    page.judge.scale_chosen.connect(lambda scale: scores.choose_scale(Scale(scale)))
    page.judge.rubric_edited.connect(scores.edit_rubric)
    page.judge.prompt_edited.connect(lambda text, is_pairwise: scores.edit_prompt(text, is_pairwise=is_pairwise))
    page.judge.rubric_restored.connect(scores.restore_rubric)
    page.judge.prompt_restored.connect(lambda is_pairwise: scores.restore_prompt(is_pairwise=is_pairwise))
