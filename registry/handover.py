"""Somebody leaves a post: the role ends, the next one begins or is proposed, and nothing of the work is lost."""

import datetime as dt

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.partial_dates import PartialDate
from mailing.kinds import Placeholder, letter_kind
from mailing.outbox import queue_letter
from mailing.writing import write
from registry.invitations import LETTERS
from registry.models import Agent, Appointment, Coordinator, Handover, Person, Region, SituationStatement, Task
from registry.models.scope import coordinated_region_ids
from registry.privacy import forget_if_without_tie
from registry.roles import end_role, save_role
from registry.tasks import complete_task, responsible_coordinator

POSTS = frozenset({Appointment.Kind.LIAISON, Appointment.Kind.DUTIES})
PACK_SHOWN_FOR = 183  # days from the last day, in which the next one is led to the pack
SOURCE = gettext_lazy("handover")


def may_appoint(role, *, by):
    """Whether the account `by` decides who follows in `role`.

    A liaison proposes: an appointment opens the municipality's pages and sends an
    invitation, so somebody other than the leaver answers for it. A municipality's
    posts are the region's coordinators', a coordinator's is an administrator's.
    """
    if by is None or by.is_superuser:
        return True
    if isinstance(role, Coordinator):
        return False
    return Region.objects.home_of(role.municipality).pk in coordinated_region_ids(by)


def _has_rights_already(role, person):
    """Whether `person` has the leaver's rights without a new appointment, so that following opens nothing new."""
    today = timezone.localdate()
    if isinstance(role, Coordinator):
        return Coordinator.objects.filter(region=role.region, person=person).going_on_after(today).exists()
    rows = Appointment.objects.filter(municipality=role.municipality, person=person, kind=role.kind)
    return rows.going_on_after(today).exists()


def known_or_new(role, *, given_name, family_name, email, by):
    """Return the person with this address among the place's own people, or a new one without a role.

    Others are not looked up: the form must not tell who has an address. Raises
    ValidationError with the codes of the fields.
    """
    region = role.region if isinstance(role, Coordinator) else Region.objects.home_of(role.municipality)
    if isinstance(role, Coordinator):
        own = Coordinator.objects.filter(region=region, person__email__iexact=email)
    else:
        own = Appointment.objects.filter(municipality=role.municipality, person__email__iexact=email)
    known = own.select_related("person").first()
    if known:
        return known.person
    earlier = Handover.objects.filter(**_of(role), successor__email__iexact=email).select_related("successor").first()
    if earlier:
        return earlier.successor
    person = Person(given_name=given_name, family_name=family_name, email=email, region=region)
    person._history_user = by
    person.full_clean()
    person.save()
    return person


def _of(role):
    return {"coordination" if isinstance(role, Coordinator) else "appointment": role}


@transaction.atomic
def hand_over(role, *, on, by, successor=None, is_being_named=False, note=""):
    """End `role` (an Appointment or a Coordinator) on the day `on`, with what the next one needs; return the Handover.

    `successor` begins on the next day when `by` may appoint or when nothing new opens
    to them; otherwise a task asks who may appoint to confirm. Without one,
    `is_being_named` states so of a liaison's post; if not, the day after a task asks
    for a new liaison (registry/tasks.py). Agents of the municipality are told by
    letter. Done again, it corrects the day, the successor and the note: what the earlier
    version began for somebody else is taken back. Raises ValidationError with the codes of
    `save_role`, and "past" for a day before today, "later" for prolonging a role that has
    its end, "same" for the leaver as successor, "confirmed" when somebody who may not appoint
    names another than the one who has been confirmed; nothing is saved then.
    """
    if on < timezone.localdate():
        raise ValidationError(_("The last day cannot be in the past. It can be today."), code="past")
    if role.end_last is not None and on > role.end_last and not may_appoint(role, by=by):
        raise ValidationError(_("The role ends earlier already. Ask the coordinator if it should go on."), code="later")
    if successor is not None and successor.pk == role.person_id:
        raise ValidationError(_("Name somebody else: this is the person who leaves."), code="same")
    handover = Handover.objects.select_for_update().filter(**_of(role)).first() or Handover(**_of(role))
    handover.region = role.region if isinstance(role, Coordinator) else Region.objects.home_of(role.municipality)
    earlier = handover.successor
    _take_back(handover, role, successor, by)
    handover.successor, handover.note, handover.written_by = successor, note, by
    handover._history_user = by
    handover.full_clean()
    handover.save()
    begins = successor is not None and (may_appoint(role, by=by) or _has_rights_already(role, successor))
    is_invited = successor is not None and successor.user_id is None
    if begins:
        _begin(role, successor, on + dt.timedelta(days=1), by)
    then = SituationStatement.Kind.BEING_NAMED if is_being_named and _is_vacated(role, successor) else None
    end_role(role, on=PartialDate.day(on), by=by, then=then, source=str(SOURCE))
    _ask_to_confirm(handover, role, on, needed=successor is not None and not begins)
    if isinstance(role, Appointment):
        _tell_agents(handover, named=successor if begins else None)
    if begins and not is_invited:
        _tell_successor(handover)
    if earlier is not None and earlier != successor:
        forget_if_without_tie(earlier)
    return handover


def _take_back(handover, role, successor, by):
    """Remove what the earlier version of the handover began and what has not begun yet.

    Such a role was never held: it is removed, with the pairs recorded for it, not ended.
    """
    earlier = handover.successor
    if earlier is not None and earlier != successor and (begun := _begun_by(role, earlier)):
        if not may_appoint(role, by=by):
            told = _("%(name)s has been confirmed already. Ask the coordinator if somebody else should follow.")
            raise ValidationError(told % {"name": earlier.name}, code="confirmed")
        for row in [*(begun.pairings.all() if isinstance(begun, Appointment) else ()), begun]:
            row._history_user = by
            row.delete()
    if isinstance(role, Appointment) and role.end_last is not None:
        stated = {"kind": SituationStatement.Kind.BEING_NAMED, "start_first": _day_after(role)}
        for statement in role.municipality.statements.filter(**stated, source__in=_source_in_each_language()):
            statement._history_user = by
            statement.delete()


def _source_in_each_language():
    """Return how the source of what a handover writes is worded, whoever wrote it."""
    words = []
    for code, _name in settings.LANGUAGES:
        with translation.override(code):
            words.append(str(SOURCE))
    return words


def _begun_by(role, person):
    """Return the role of `person` that the handover of `role` has begun for the day after it, or None."""
    if role.end_last is None or role.end_last < timezone.localdate():
        return None
    if isinstance(role, Coordinator):
        rows = Coordinator.objects.filter(region=role.region, area=role.area)
    else:
        rows = Appointment.objects.filter(municipality=role.municipality, kind=role.kind)
    return rows.filter(person=person, start_first=_day_after(role)).first()


def _day_after(role):
    return role.end_last + dt.timedelta(days=1)


def _is_vacated(role, successor):
    return (
        successor is None
        and isinstance(role, Appointment)
        and role.kind == Appointment.Kind.LIAISON
        and (not SituationStatement.objects.filter(municipality=role.municipality, end_last__isnull=True).exists())
    )


def _begin(role, person, day, by):
    """Begin the successor's role, unless it goes on already."""
    if isinstance(role, Coordinator):
        rows = Coordinator.objects.filter(region=role.region, area=role.area, person=person)
        new = Coordinator(region=role.region, area=role.area, person=person, title=role.title)
    else:
        rows = Appointment.objects.filter(municipality=role.municipality, kind=role.kind, person=person)
        # The post's own facts go on; working time and what is public of the person are asked anew.
        post = {name: getattr(role, name) for name in ("municipality", "kind", "sector", "mailbox")}
        post |= {"job_description_url": role.job_description_url}
        new = Appointment(person=person, source=str(SOURCE), **post)
    following = rows.going_on_after(timezone.localdate()).first()
    if following is None or following.start_last > timezone.localdate():
        following = following or new
        following.start = PartialDate.day(day)
        save_role(following, by=by)


def _ask_to_confirm(handover, role, on, *, needed):
    """Keep the one task that asks for a confirmation in step."""
    args = [role.municipality.slug, handover.pk] if isinstance(role, Appointment) else [handover.pk]
    url_name = "portal_pack" if isinstance(role, Appointment) else "portal_post_pack"
    tasks = Task.objects.filter(kind=Task.Kind.HANDOVER, url_name=url_name, url_args=args)
    task = tasks.open().first()
    if not needed:
        if task:
            complete_task(task, by=None)
        return
    is_post = isinstance(role, Appointment)
    task = task or Task(kind=Task.Kind.HANDOVER, url_name=url_name, url_args=args)
    task.title = str(role.municipality if is_post else role.area or role.region)
    task.municipality = role.municipality if is_post else None
    # A coordinator's successor is for administrators, who alone see tasks without a region.
    task.region = handover.region if is_post else None
    task.assigned_to = responsible_coordinator(handover.region, role.municipality) if is_post else None
    task.due_on = on
    task.save()


@transaction.atomic
def confirm_successor(handover, *, by):
    """Begin the role of the successor whom the leaver has proposed, and tell the agents; return the handover.

    Harmless when repeated. Raises ValidationError "not_yours" unless `by` may appoint,
    "nobody" without a successor.
    """
    handover = Handover.objects.with_roles().select_for_update(of=("self",)).get(pk=handover.pk)
    role = handover.role
    if not may_appoint(role, by=by):
        raise ValidationError(_("Somebody else decides on this."), code="not_yours")
    if handover.successor is None:
        raise ValidationError(_("No successor has been named."), code="nobody")
    is_invited = handover.successor.user_id is None
    _begin(role, handover.successor, _day_after(role), by)
    _ask_to_confirm(handover, role, role.end_last, needed=False)
    if isinstance(role, Appointment):
        _tell_agents(handover, named=handover.successor)
    if not is_invited:
        _tell_successor(handover)
    return handover


def is_confirmed(handover):
    """Whether the successor has, or is going to have, the post."""
    return handover.successor is not None and _has_rights_already(handover.role, handover.successor)


def packs_for(municipality, on):
    """Return the handovers of a municipality's posts whose pack the next one still needs on day `on`."""
    since = on - dt.timedelta(days=PACK_SHOWN_FOR)
    return list(Handover.objects.of_municipality(municipality).filter(appointment__end_last__gte=since))


# --- Letters ---------------------------------------------------------------------------------------------------------


def _tell_agents(handover, *, named):
    """Queue a letter to each of the municipality's agents; the same news goes once."""
    role = handover.appointment
    news = f"{role.end_last}:{named.pk if named else '-'}"
    agents = Agent.objects.current().filter(municipality=role.municipality, person__isnull=False)
    for agent in agents.exclude(person__email="").select_related("person"):
        queue_letter(
            "handover",
            key=f"handover:{handover.pk}:{news}:{agent.person_id}",
            address=agent.person.email,
            language=agent.person.language,
            scope=f"region:{handover.region_id}",
            arguments={"handover": handover.pk, "person": agent.person_id},
        )


def _tell_successor(handover):
    """Queue a letter that leads to the pack; whoever had no account is invited instead (registry/invitations.py)."""
    person = handover.successor
    if not person.email:
        return
    queue_letter(
        "handover_pack",
        key=f"handover_pack:{handover.pk}:{person.pk}",
        address=person.email,
        language=person.language,
        scope=f"region:{handover.region_id}",
        arguments={"handover": handover.pk, "person": person.pk},
    )


def _about(letter):
    """Return (handover, recipient) of a letter, or None when one of them is gone."""
    handover = Handover.objects.with_roles().filter(pk=letter.arguments["handover"]).first()
    person = Person.objects.filter(pk=letter.arguments["person"]).first()
    return (handover, person) if handover and person else None


@letter_kind(
    "handover",
    label=gettext_lazy("To agents: the liaison changes"),
    why=gettext_lazy("You get this letter because you are an association agent of the municipality in %(site)s."),
    is_duty=True,
    folder=LETTERS,
    placeholders={
        "name": Placeholder(gettext_lazy("the recipient's name"), "Ahti Aapa"),
        "municipality": Placeholder(gettext_lazy("the municipality"), "Oulu"),
        "who_leaves": Placeholder(gettext_lazy("a sentence that says who leaves and when"), "…", is_required=True),
        "who_follows": Placeholder(gettext_lazy("a sentence that says who follows"), "…", is_required=True),
        "link": Placeholder(gettext_lazy("the address that opens the pages"), "https://…/oma/oulu/"),
    },
)
def handover_letter(letter):
    """Tell an agent who leaves and who follows; None when the agent has left or the leaver stays."""
    about = _about(letter)
    if about is None or about[0].role.end_last is None:
        return None
    handover, person = about
    if not Agent.objects.current().filter(person=person, municipality=handover.appointment.municipality).exists():
        return None
    place = handover.appointment.municipality
    about_place = {
        "municipality": place.name,
        "name": handover.appointment.person.name if handover.appointment.person else "",
        "day": date_format(handover.appointment.end_last, "SHORT_DATE_FORMAT"),
    }
    if handover.appointment.person:
        leaves = _("The last day of %(name)s as the liaison of %(municipality)s is %(day)s.") % about_place
    else:
        leaves = _("The last day of the present liaison of %(municipality)s is %(day)s.") % about_place
    if handover.successor and is_confirmed(handover):
        follows = _("%(name)s follows.") % {"name": handover.successor.name}
    else:
        follows = _("Who follows is told when it is known. Until then your region's coordinator helps.")
    values = {
        "name": person.name,
        "municipality": place.name,
        "who_leaves": leaves,
        "who_follows": follows,
        "link": f"{settings.SITE_URL}{reverse('portal_overview', args=[place.slug])}",
    }
    return write("handover", values)


@letter_kind(
    "handover_pack",
    label=gettext_lazy("To the successor: the pack"),
    why=gettext_lazy("You get this letter because you follow in a task that is kept in %(site)s."),
    is_duty=True,
    folder=LETTERS,
    placeholders={
        "name": Placeholder(gettext_lazy("the recipient's name"), "Leena Liesi"),
        "place": Placeholder(gettext_lazy("the municipality or the region"), "Oulu"),
        "last_day": Placeholder(gettext_lazy("the leaver's last day"), "31.1.2027"),
        "link": Placeholder(gettext_lazy("the address of the pack"), "https://…/oma/oulu/", is_required=True),
    },
)
def handover_pack_letter(letter):
    """Lead the successor to the pack; None when somebody else follows after all."""
    about = _about(letter)
    if about is None or about[0].successor_id != about[1].pk or not is_confirmed(about[0]):
        return None
    handover, person = about
    is_post = handover.appointment is not None
    args = [handover.place.slug, handover.pk] if is_post else [handover.pk]
    values = {
        "name": person.name,
        "place": str(handover.place),
        "last_day": date_format(handover.role.end_last, "SHORT_DATE_FORMAT"),
        "link": f"{settings.SITE_URL}{reverse('portal_pack' if is_post else 'portal_post_pack', args=args)}",
    }
    return write("handover_pack", values)
