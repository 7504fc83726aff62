"""The associations' side in the administration: which municipalities share the address, and editions put together."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from registry.models import RegionMembership
from surveys.models import AssociationEdition, AssociationTally
from surveys.open_links import make_open_link
from tests.admin.conftest import as_kaisa, as_outi  # noqa: F401 - fixtures
from tests.portal.association_world import side  # noqa: F401
from tests.portal.survey_world import without_july  # noqa: F401

pytestmark = pytest.mark.django_db


def answered(survey_round, municipality, **counts):
    AssociationTally.objects.create(
        round=survey_round, municipality=municipality, n_sheets=max(sum(each.values()) for each in counts.values()),
        counts=counts,
    )  # fmt: skip


def test_the_coordinator_puts_an_edition_together_and_reads_it(side, as_kaisa, as_outi, reference):  # noqa: F811
    answered(side.round, reference.oulu, tilat={"yes": 12, "no": 5})
    answered(side.round, reference.hailuoto, tilat={"yes": 3})
    pages = f"/en/hallinta/surveys/round/{side.round.pk}"
    overview = as_kaisa.get(f"{pages}/associations/")
    lines = {line.municipality.name: line for line in overview.context["lines"]}
    told = {name: (lines[name].has_address, str(lines[name].answered_by_link)) for name in ("Oulu", "Hailuoto")}
    assert told == {"Oulu": (True, "at least 15"), "Hailuoto": (False, "fewer than five")}
    assert "12/17" not in overview.content.decode()

    assert "12" not in as_kaisa.get(f"{pages}/associations_new_edition/").context["effects"]
    as_kaisa.post(f"{pages}/associations_new_edition/", {"confirmed": "1"})
    edition = as_kaisa.get(f"{pages}/associations_edition/?numero=1")
    again = as_kaisa.post(f"{pages}/associations_new_edition/", {"confirmed": "1"})

    text = edition.content.decode()
    assert ("12/17" in text, "<h2>Oulu</h2>" in text, "Hailuoto" in text) == (True, True, False)
    assert "Nothing new can be shown yet" in again.content.decode()
    assert AssociationEdition.objects.count() == 1
    for page in ("associations", "associations_edition", "associations_new_edition"):
        assert as_outi.get(f"{pages}/{page}/").status_code in {403, 404}


def test_the_pages_take_as_many_queries_for_three_municipalities_as_for_one(side, as_kaisa, reference):  # noqa: F811
    pages = f"/hallinta/surveys/round/{side.round.pk}"

    def n_queries():
        as_kaisa.post(f"{pages}/associations_new_edition/", {"confirmed": "1"})
        seen = []
        for page in ("associations", "associations_edition"):
            with CaptureQueriesContext(connection) as queries:
                assert as_kaisa.get(f"{pages}/{page}/").status_code == 200
            seen.append(len(queries))
        return seen

    answered(side.round, reference.oulu, tilat={"yes": 6})
    n_queries()
    one = n_queries()
    others = RegionMembership.objects.filter(region=side.round.region).exclude(municipality=reference.oulu)
    for membership in others[:3]:
        answered(side.round, membership.municipality, tilat={"yes": 12}, avustukset={"no": 8})
        make_open_link(side.round, membership.municipality, by=None)
    assert n_queries() == one
