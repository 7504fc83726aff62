"""What the pages of a round in the administration show, as plain rows."""

from surveys.completeness import missing_languages, problems_of_question
from surveys.conditions import condition_in_words
from surveys.forms import build_theme_form
from surveys.models import Question
from surveys.questionnaires import LANGUAGES


def question_lines(survey_round):
    """Return the round's themes in order, each with the lines of its questions, in a fixed number of queries."""
    languages = survey_round.languages
    themes = {theme.pk: {"theme": theme, "lines": []} for theme in survey_round.themes.select_related("theme")}
    for question in survey_round.questions.in_order().with_structure():
        most = question.most_points
        themes[question.round_theme_id]["lines"].append(
            {
                "question": question,
                "kind": question.get_kind_display(),
                "points": "" if most is None else f"{most.normalize():f}",
                "options": ", ".join(str(option) for option in question.options.all()),
                "condition": condition_in_words(question),
                "missing": missing_languages(question, "wording", languages),
                "problems": problems_of_question(question, languages) if survey_round.is_draft else [],
                "is_associations": question.audience == Question.Audience.ASSOCIATIONS,
            }
        )
    return list(themes.values())


def theme_forms(survey_round, for_associations=False):
    """Return (RoundTheme, ThemeForm) of each theme as its respondents see it, empty."""
    questions = survey_round.questions.in_order().with_structure()
    questions = questions.for_associations() if for_associations else questions.for_municipalities()
    by_theme = {}
    for question in questions:
        by_theme.setdefault(question.round_theme_id, []).append(question)
    themes = survey_round.themes.select_related("theme")
    return [(theme, build_theme_form(by_theme[theme.pk])) for theme in themes if theme.pk in by_theme]


def wordings_of(survey_round, question_key=""):
    """Return {place: (row, column, language, words)} of a question's words, or of the round's own and its themes'."""
    rows = [survey_round, *survey_round.themes.select_related("theme")]
    if question_key:
        rows = []
        for question in survey_round.questions.filter(indicator__key=question_key).with_structure():
            rows += [question, *question.options.all(), *question.rows.all(), *question.columns.all()]
    return {
        f"{row._meta.model_name}-{row.pk}-{column}-{language}": (row, column, language, words)
        for row in rows
        for column in row.WORDING
        for language in LANGUAGES
        if (words := getattr(row, f"{column}_{language}"))
    }
