"""The demo's associations: some municipalities with many answers, some with fewer than five, papers of one evening."""

import random
from collections import Counter

from django.utils import timezone

from accounts.models import User
from registry.models import Municipality
from surveys.association_answers import association_questions, enter_papers, form_mark, take_sheet
from surveys.editions import put_together
from surveys.forms import build_theme_form
from surveys.open_links import make_open_link

OULU, HAILUOTO, RAAHE, II = "564", "072", "678", "139"


def associations_answered_last_year(survey_round):
    """Let four municipalities' associations answer by the link, two of them too few, and Oulu's on paper too."""
    for code, n in ((OULU, 23), (RAAHE, 8), (HAILUOTO, 3), (II, 4)):
        _answer(survey_round, code, n)
    _count_papers(survey_round, OULU, 14, "Yhdistysilta")


def associations_answer_this_year(survey_round):
    """Let this year's answers come in where the round takes them, and put the first edition together."""
    _count_papers(survey_round, OULU, 12, "Syksyn yhdistysilta")
    if survey_round.is_open:
        for code, n in ((OULU, 9), (HAILUOTO, 4)):
            _answer(survey_round, code, n)
    put_together(survey_round, by=User.objects.get(email="coordinator@example.org"))


def _answer(survey_round, code, n):
    municipality = Municipality.objects.get(code=code)
    link = make_open_link(survey_round, municipality, by=User.objects.get(email="coordinator@example.org"))
    questions, pick = association_questions(survey_round), random.Random(f"{code}{survey_round.year}")  # noqa: S311
    for _each in range(n):
        sent = {question.key: _choice(question, pick) for question in questions}
        take_sheet(link, build_theme_form(questions, data=sent), form_mark(link))


def _count_papers(survey_round, code, n, label):
    pick = random.Random(n)  # noqa: S311 - a story, not a secret
    counts = {
        question.key: dict(Counter(_choice(question, pick) for _each in range(n)))
        for question in association_questions(survey_round)
    }
    enter_papers(
        survey_round, Municipality.objects.get(code=code), label=label, collected_on=timezone.localdate(), n_papers=n,
        counts=counts, by=User.objects.get(email="agent.oulu@example.org"),
    )  # fmt: skip


def _choice(question, pick):
    """Return what an association chooses: the better options oftener, now and then that it cannot say."""
    if pick.random() < 0.1:
        return f"~{pick.choice(question.offered_states)}"
    options = list(question.options.all())
    return min(pick.choices(options, k=2), key=lambda option: option.position).key
