"""To whom a reply goes that came to the site's own address."""

import pytest

from accounts.models import User
from common.partial_dates import PartialDate
from mailing.models import Letter
from registry.replies import who_answers_for
from tests import factories


def letter(**fields):
    return Letter(key="x", kind="x", address="leena@kunta.example", **fields)


def test_a_reply_goes_to_the_coordinator_of_the_letters_region(cast, reference):
    region = reference.pohjois_pohjanmaa
    assert who_answers_for(letter(scope=f"region:{region.pk}")) == cast.kaisa.email
    assert who_answers_for(letter(scope=f"person:{cast.leena.pk}")) == cast.kaisa.email
    assert who_answers_for(letter(scope=f"region:{reference.keski_suomi.pk}")) == cast.outi.email


def test_whoever_caused_the_letter_answers_first_as_long_as_they_coordinate(cast, reference):
    scope = f"region:{reference.pohjois_pohjanmaa.pk}"
    account = User.objects.create_user("toinen@example.org")
    second = factories.PersonFactory(region=reference.pohjois_pohjanmaa, email=account.email, user=account)
    assert who_answers_for(letter(scope=scope, by=second.user)) == cast.kaisa.email
    role = factories.CoordinatorFactory(region=reference.pohjois_pohjanmaa, person=second)
    assert who_answers_for(letter(scope=scope, by=second.user)) == "toinen@example.org"
    role.start, role.end = PartialDate.of(2018), PartialDate.of(2019)
    role.save()
    assert who_answers_for(letter(scope=scope, by=second.user)) == cast.kaisa.email


@pytest.mark.parametrize("scope", ["", "region:", "region:x", "region:999999", "person:999999", "else:1"])
def test_where_nobody_is_known_nobody_is_guessed(cast, scope):
    assert who_answers_for(letter(scope=scope)) is None
