"""The demo's letters: the jobs that write them have run this morning, and the letters wait in the outbox.

One liaison has written to the municipality's associations, letters to one address have
come back, and one letter broke off so that a person decides about it.
"""

import datetime as dt

from django.utils import timezone

from jobs.models import JobRun
from jobs.registry import find_job
from jobs.running import perform
from mailing.bounces import record_bounce
from mailing.models import Bounce, Letter
from registry.association_letters import save_draft, send_letter
from registry.models import Appointment, AssociationContact, AssociationLetter, Municipality, Person

THIS_MORNING = (
    "update_tasks",
    "ask_to_check_contacts",
    "ask_associations",
    "tell_vacancies",
    "coordinators_week",
    "liaisons_month",
)
LETTER = """Hei,

vuoden avustukset ovat haettavissa kunnan sivuilla. Kerromme hakemisesta myös yhdistysillassa; tervetuloa!

Jos jokin on epäselvää, vastaa tähän kirjeeseen."""


def run_this_mornings_jobs():
    """Run the jobs by the clock as the worker would; the worker of `make run` then sends what may go by now."""
    now = timezone.now()
    for name in THIS_MORNING:
        run = JobRun.objects.create(name=name, slot=find_job(name).slot(now), claimed_at=now)
        perform(run.pk)


def write_to_associations():
    """Let Oulu's liaison write to the associations, in Swedish to one of them; a second letter is a draft."""
    liaison = Person.objects.get(user__email="liaison.oulu@example.org")
    oulu = Municipality.objects.get(code="564")
    swedish = AssociationContact.objects.filter(association__municipality=oulu).order_by("pk").first()
    swedish.language = Person.Language.SV
    swedish.save(update_fields=["language"])
    for subject, is_sent in (("Haku yhdistysten avustuksiin on auki", True), ("Yhdistysillan ohjelma", False)):
        letter = AssociationLetter(municipality=oulu, subject=subject, text=LETTER)
        save_draft(letter, [], by=liaison.user)
        if is_sent:
            send_letter(letter, by=liaison.user)


def let_letters_come_back(today):
    """Let letters to one liaison and to one association come back, and one letter end without anybody knowing how."""
    south = Appointment.objects.current_on(today).liaisons().filter(municipality__code="678", person__isnull=False)
    person = (south.first() or Appointment.objects.current_on(today).liaisons().exclude(person=None).first()).person
    contact = AssociationContact.objects.exclude(email="").order_by("-pk").first()
    for number, each in enumerate((person, contact)):
        record_bounce(each.email, Bounce.Kind.HARD, Bounce.Source.SERVER, event_id=f"demo:{number}", code="550 5.1.1")
    find_job("take_bounces").run()
    letter = Letter.objects.filter(kind="contact_check").exclude(address=person.email).order_by("pk").first()
    if letter is not None:
        now = timezone.now() - dt.timedelta(hours=1)
        letter.state, letter.reason, letter.claimed_at = Letter.State.DOUBTFUL, "unknown_end", now
        letter.save(update_fields=["state", "reason", "claimed_at"])
