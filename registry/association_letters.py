"""A municipality's letter to its associations: written, shown with who gets it, sent once; and "don't write to us"."""

from pathlib import Path

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from mailing.kinds import NotWantedError, Placeholder, letter_kind
from mailing.mass import Recipient, preview_mailing, queue_mailing
from mailing.unsubscribing import resubscribe, unsubscribe
from mailing.writing import write
from registry.models import Appointment, AssociationContact, AssociationLetter, Person, Region, SharedMailbox
from registry.returned import first_that_works

KIND = "association_letter"
# One group for all letters to associations: "don't write to us" means each of them.
GROUP, GROUP_LABEL = "associations", _("Letters to associations")


@transaction.atomic
def save_draft(letter, fields, *, by):
    """Save the draft `letter` with its chosen `fields` (none: all associations); return it.

    Raises ValidationError: "sent" when it has gone meanwhile, or the codes of its columns.
    """
    if letter.pk:
        _locked_draft(letter)
    letter.written_by = letter._history_user = by
    letter.full_clean()
    letter.save()
    letter.fields.set(fields)
    return letter


def _locked_draft(letter):
    fresh = AssociationLetter.objects.select_for_update().get(pk=letter.pk)
    if fresh.sent_at:
        raise ValidationError(_("This letter has been sent already."), code="sent")
    return fresh


def preview_letter(letter):
    """Return the Preview of who gets the draft `letter`, who does not and why."""
    return preview_mailing(KIND, _recipients(letter))


def _recipients(letter):
    region = Region.objects.home_of(letter.municipality)
    fields = list(letter.fields.all())
    return [
        Recipient(
            key=f"contact:{contact.pk}",
            name=str(contact.association),
            address=contact.email,
            language=contact.language,
            scope=f"region:{region.pk}" if region else "",
            arguments={"letter": letter.pk, "contact": contact.pk},
            left_out="unsubscribed" if contact.no_letters_since else "",
        )
        for contact in AssociationContact.objects.for_letters(letter.municipality, fields, timezone.localdate())
    ]


@transaction.atomic
def send_letter(letter, *, by):
    """Queue `letter` to everybody who gets it now, and write down how many; return it.

    Raises ValidationError: "sent" when it has been sent before, "nobody" when nobody would get it.
    """
    letter = _locked_draft(letter)
    preview = preview_letter(letter)
    if not preview.going:
        raise ValidationError(_("Nobody would get this letter."), code="nobody")
    queue_mailing(preview, key_prefix=f"association-letter:{letter.pk}", by=by)
    letter.sent_at = timezone.now()
    letter.n_going, letter.n_left_out = len(preview.going), len(preview.left_out)
    letter._history_user = by
    letter.save()
    return letter


def reply_address(municipality, account):
    """Return where replies to a letter that `account` sends go: the officer's contact address, else a mailbox's.

    An address from which letters come back is passed over: a reply must reach somebody.
    """
    today = timezone.localdate()
    officers = Appointment.objects.for_portal(municipality, today).filter(person__user=account)
    person = Person.objects.filter(pk__in=officers.values("person")).first() if account else None
    mailboxes = SharedMailbox.objects.for_portal(municipality, today).values_list("email", flat=True)
    return first_that_works([person.email if person else "", *mailboxes])


@letter_kind(
    KIND,
    label=_("Letter of a municipality to associations"),
    why=_("You get this letter because %(site)s has this address as an association's contact."),
    is_duty=False,
    folder=Path(__file__).parent / "letters",
    group=GROUP,
    group_label=GROUP_LABEL,
    placeholders={
        "subject": Placeholder(_("the subject that was written"), "Avustukset 2027"),
        "text": Placeholder(_("the text that was written"), "…", is_required=True),
        "association": Placeholder(_("the association's name"), "Oulun Ompeluseura"),
        "sender": Placeholder(_("who sends the letter"), "Leena Liesi", is_required=True),
        "municipality": Placeholder(_("the municipality"), "Oulu", is_required=True),
    },
)
def association_letter(letter):
    """Write the letter to one contact; not wanted when the contact is gone, has another address or said no."""
    contact = AssociationContact.objects.select_related("association").filter(pk=letter.arguments["contact"]).first()
    written = AssociationLetter.objects.select_related("municipality").filter(pk=letter.arguments["letter"]).first()
    if contact is None or written is None or contact.email.strip().lower() != letter.address:
        raise NotWantedError
    if contact.no_letters_since:
        raise NotWantedError("unsubscribed")
    sender = Person.objects.filter(user=letter.by).first() if letter.by else None
    values = {
        "subject": written.subject,
        "text": written.text.replace("\r\n", "\n"),
        "association": contact.association.name,
        "sender": sender.name if sender else written.municipality.name,
        "municipality": written.municipality.name,
    }
    return write(KIND, values, reply_to=reply_address(written.municipality, letter.by))


@transaction.atomic
def stop_letters(address, groups):
    """Write down that `address` wants no letters of `groups`; an association's contact shows it in the registry."""
    unsubscribe(address, groups)
    if GROUP in groups:
        _mark(AssociationContact.objects.filter(email__iexact=address, no_letters_since=None), timezone.localdate())


@transaction.atomic
def take_letters_again(address, groups):
    """Forget that `address` wanted no letters of `groups`, in the registry too."""
    resubscribe(address, groups)
    if GROUP in groups:
        _mark(AssociationContact.objects.filter(email__iexact=address, no_letters_since__isnull=False), None)


def _mark(contacts, day):
    for contact in contacts:
        contact.no_letters_since = day
        contact.save(update_fields=["no_letters_since"])
