"""Editions of the associations' answers: put together, read, never changed; papers counted, corrected, withdrawn."""

import datetime as dt
import json

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from registry.models import RegionMembership
from registry.privacy import enforce_retention
from surveys.association_answers import correct_papers, enter_papers, withdraw_papers
from surveys.authoring import close_round, copy_round
from surveys.completeness import problems_of
from surveys.editions import association_counts_for, association_counts_of_region, put_together
from surveys.models import AssociationEdition, AssociationTally, EditionCount, PaperBatch
from surveys.round_files import export_round, import_round
from tests.portal.association_world import TODAY, side  # noqa: F401
from tests.portal.survey_world import without_july  # noqa: F401
from tests.surveys.default_round import default_round

pytestmark = pytest.mark.django_db


def answered(side, municipality, **counts):  # noqa: F811
    """Let a municipality's sums by the link be these."""
    tally, _new = AssociationTally.objects.get_or_create(round=side.round, municipality=municipality)
    tally.counts, tally.n_sheets = counts, sum(sum(each.values()) for each in counts.values())
    tally.save()


def papers(side, municipality, by, n=14, **counts):  # noqa: F811
    return enter_papers(
        side.round, municipality, label="Yhdistysilta", collected_on=TODAY, n_papers=n, counts=counts, by=by
    )


def shown(edition, municipality):
    """What an edition shows of a municipality's first question: (n, on paper, yes, no)."""
    first = association_counts_for(edition, municipality)[0]
    return (first.n, first.n_on_paper, *(n for _label, n in first.lines))


def code_of(call):
    with pytest.raises(ValidationError) as refused:
        call()
    return refused.value.error_list[0].code


def test_an_edition_shows_five_and_more_and_the_next_one_five_more(side, cast, reference):  # noqa: F811
    by, oulu, hailuoto = cast.kaisa.user, reference.oulu, reference.hailuoto
    assert code_of(lambda: put_together(side.round, by=by)) == "nothing"
    answered(side, oulu, tilat={"yes": 4})
    assert code_of(lambda: put_together(side.round, by=by)) == "unchanged"
    answered(side, oulu, tilat={"yes": 6, "no": 1})
    answered(side, hailuoto, tilat={"yes": 4})
    first = put_together(side.round, by=by)
    answered(side, oulu, tilat={"yes": 8, "no": 2})
    assert code_of(lambda: put_together(side.round, by=by)) == "unchanged"
    papers(side, oulu, cast.leena.user, tilat={"yes": 3, "no": 9})
    second = put_together(side.round, by=by)

    assert (shown(first, oulu), shown(second, oulu)) == ((7, 0, 6, 1), (19, 12, 9, 10))
    assert shown(first, hailuoto) == shown(second, hailuoto) == (0, 0, 0, 0)
    assert not any(each.is_shown for each in association_counts_for(second, hailuoto))
    region, places = association_counts_of_region(second)
    assert [place for place, _counts in places] == [oulu]
    assert (region[0].n, region[0].n_municipalities, region[0].n_of_rest) == (19, 1, 0)


def test_the_edition_after_closing_adds_the_rest_to_the_region_alone(side, cast, reference):  # noqa: F811
    places = [each.municipality for each in RegionMembership.objects.filter(region=side.round.region)[:4]]
    for place in places:
        answered(side, place, tilat={"yes": 2})
    answered(side, reference.oulu, tilat={"no": 6})
    close_round(side.round, by=cast.kaisa.user)
    edition = put_together(side.round, by=cast.kaisa.user)
    region, shown_places = association_counts_of_region(edition)
    n_small = len({place.pk for place in places} - {reference.oulu.pk})

    assert (region[0].n, region[0].n_of_rest) == (6 + 2 * n_small, 2 * n_small)
    assert [place for place, _counts in shown_places] == [reference.oulu]
    answered(side, places[0] if places[0] != reference.oulu else places[1], tilat={"yes": 40})
    assert code_of(lambda: put_together(side.round, by=cast.kaisa.user)) == "unchanged"


def test_editions_never_change_and_outlive_their_maker(side, cast, reference):  # noqa: F811
    answered(side, reference.oulu, tilat={"yes": 6})
    edition = put_together(side.round, by=cast.kaisa.user)
    row = edition.counts.get()

    for change in (
        edition.save, edition.delete, row.save, row.delete, edition.counts.all().delete,
        lambda: EditionCount.objects.update(counts={}), lambda: AssociationEdition.objects.update(number=7),
    ):  # fmt: skip
        assert code_of(change) == "immutable"
    cast.kaisa.user.delete()
    assert AssociationEdition.objects.get().made_by is None


def test_papers_are_marked_corrected_with_a_trace_and_withdrawn(side, cast, reference):  # noqa: F811
    leena, ahti = cast.leena.user, cast.ahti.user
    batch = papers(side, reference.oulu, leena, tilat={"yes": 3, "no": 9}, avustukset={"yes": 5, "no": 0})
    assert (batch.entered_post, batch.counts) == (
        "vapaa-aikasihteeri", {"tilat": {"yes": 3, "no": 9}, "avustukset": {"yes": 5}},
    )  # fmt: skip

    assert code_of(lambda: correct_papers(batch, n_papers=14, counts={}, reason=" ", by=ahti)) == "reason"
    corrected = correct_papers(batch, n_papers=15, counts={"tilat": {"yes": 9, "no": 3}}, reason="Sarakkeet", by=ahti)

    assert corrected.counts == {"tilat": {"yes": 9, "no": 3}, "avustukset": {"yes": 5}}
    assert (corrected.corrected_post, corrected.correction_reason) == ("yhdistysagentti", "Sarakkeet")
    assert [(row.history_user, row.n_papers, row.counts["tilat"]) for row in batch.history.all()] == [
        (ahti, 15, {"yes": 9, "no": 3}), (leena, 14, {"yes": 3, "no": 9}),
    ]  # fmt: skip
    put_together(side.round, by=cast.kaisa.user)
    withdraw_papers(batch, reason="Kirjattu kahdesti", by=leena)
    assert shown(put_together(side.round, by=cast.kaisa.user), reference.oulu) == (0, 0, 0, 0)
    assert code_of(lambda: withdraw_papers(batch, reason="Taas", by=leena)) == "withdrawn"


@pytest.mark.parametrize(
    ("n", "counts", "code"),
    [
        (5, {"tilat": {"yes": 6}}, "too_many"),
        (5, {"tilat": {"maybe": 1}}, "key"),
        (5, {"muu": {"yes": 1}}, "key"),
        (5, {"tilat": {"yes": -1, "no": 2}}, "key"),
        (5, {"tilat": {"yes": 0}}, "empty"),
        (0, {"tilat": {"yes": 1}}, "min_value"),
    ],
)
def test_papers_that_cannot_be_right_are_refused(side, cast, reference, n, counts, code):  # noqa: F811
    with pytest.raises(ValidationError) as refused:
        papers(side, reference.oulu, cast.leena.user, n, **counts)
    errors = refused.value.error_dict["n_papers"] if code == "min_value" else refused.value.error_list
    assert errors[0].code == code
    assert not PaperBatch.objects.exists()


def test_reading_takes_as_many_queries_for_three_municipalities_as_for_one(side, cast, reference):  # noqa: F811
    def n_queries():
        edition = put_together(side.round, by=cast.kaisa.user)
        edition = AssociationEdition.objects.select_related("round").get(pk=edition.pk)
        with CaptureQueriesContext(connection) as queries:
            association_counts_of_region(edition)
        with CaptureQueriesContext(connection) as of_one:
            association_counts_for(edition, reference.oulu)
        return len(queries), len(of_one)

    answered(side, reference.oulu, tilat={"yes": 6})
    one = n_queries()
    for membership in RegionMembership.objects.filter(region=side.round.region)[:3]:
        answered(side, membership.municipality, tilat={"yes": 12}, avustukset={"no": 8})
    assert n_queries() == one


def test_sums_and_papers_go_after_a_year_and_the_edition_stays(side, cast, reference):  # noqa: F811
    answered(side, reference.oulu, tilat={"yes": 6})
    papers(side, reference.oulu, cast.leena.user, tilat={"yes": 3, "no": 9})
    put_together(side.round, by=cast.kaisa.user)

    enforce_retention(today=TODAY + dt.timedelta(days=300))
    assert PaperBatch.objects.count() == AssociationTally.objects.count() == 1
    enforce_retention(today=TODAY + dt.timedelta(days=400))

    assert not PaperBatch.objects.exists()
    assert not PaperBatch.history.exists()
    assert not AssociationTally.objects.exists()
    assert shown(AssociationEdition.objects.get(), reference.oulu) == (18, 12, 9, 9)


def test_a_rounds_file_has_what_editions_show_and_no_sum_beside(side, cast, reference):  # noqa: F811
    answered(side, reference.oulu, tilat={"yes": 6, "~do_not_know": 2}, avustukset={"yes": 3, "no": 1})
    answered(side, reference.hailuoto, tilat={"yes": 4})
    papers(side, reference.oulu, cast.leena.user, tilat={"yes": 3, "no": 9})
    put_together(side.round, by=cast.kaisa.user)
    text = export_round(side.round, by=cast.kaisa.user)
    whole = json.loads(text)

    (edition,) = whole["association_editions"]
    assert [(row["municipality"], row["question"], row["counts"]) for row in edition["counts"]] == [
        ("564", "tilat", {"yes": 6, "~do_not_know": 2}), ("564", "tilat", {"no": 9, "yes": 3}),
    ]  # fmt: skip
    whole["year"] = side.round.year + 1
    again = import_round(json.dumps(whole), [side.round.region], by=cast.kaisa.user)
    assert json.loads(export_round(again, by=cast.kaisa.user))["association_editions"] == [edition]
    edition["counts"][0]["counts"] = {"yes": 4}
    whole["year"] += 1
    assert code_of(lambda: import_round(json.dumps(whole), [side.round.region], by=cast.kaisa.user)) == "value"


def test_the_default_questionnaire_asks_associations_eight_closed_questions(reference):
    survey_round = default_round(reference.pohjois_pohjanmaa, 2026)
    asked = survey_round.questions.for_associations()

    assert asked.count() == 8
    assert not problems_of(survey_round)
    copied = copy_round(
        survey_round, 2027, opens_on=dt.date(2027, 9, 1), closes_on=dt.date(2027, 9, 30), by=None
    ).questions.for_associations()
    assert copied.count() == 8


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"kind": "long_text"}, "Yhdistykset valitsevat yhden"),
        ({"asks_note": True}, "omia sanoja"),
        ({"is_required": True}, "pakollinen"),
    ],
)
def test_what_could_tell_who_answered_keeps_a_round_from_being_opened(reference, change, told):
    survey_round = default_round(reference.pohjois_pohjanmaa, 2026)
    question = survey_round.questions.for_associations().first()
    for name, value in change.items():
        setattr(question, name, value)
    question.save()

    assert any(told in str(problem) for problem in problems_of(survey_round))
