"""The kinds and themes that ship with the registry."""

import pytest

from meetings.models import MeetingKind, MeetingTheme
from meetings.reference import load_meeting_kinds

pytestmark = pytest.mark.django_db


def test_kinds_come_with_agenda_and_invitees_in_three_languages(without_reference):
    assert load_meeting_kinds() > 40
    evening = MeetingKind.objects.get(key="association-evening")
    assert (evening.host, evening.n_expected, evening.is_public) == ("municipality", 1, True)
    assert {each.audience for each in evening.audiences.all()} == {"associations", "agents", "liaisons"}
    # An evening's agenda fits into its usual length.
    for kind in MeetingKind.objects.prefetch_related("agenda_template"):
        assert sum(each.minutes for each in kind.agenda_template.all()) <= kind.usual_minutes
    for model in (MeetingKind, MeetingTheme):
        assert not model.objects.filter(name_fi="").exists()
        assert not model.objects.filter(name_sv="").exists()
        assert not model.objects.filter(name_en="").exists()


def test_loading_again_adds_nothing_and_keeps_what_somebody_changed(reference):
    MeetingKind.objects.filter(key="webinar").update(name_fi="Etäilta", n_expected=3)
    assert load_meeting_kinds() == 0
    webinar = MeetingKind.objects.get(key="webinar")
    assert (webinar.name_fi, webinar.n_expected) == ("Etäilta", 3)
