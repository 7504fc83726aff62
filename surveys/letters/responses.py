"""Letters about one response: a receipt, word when it is opened again, and what was decided on comments on its results.

They are queued in the transaction of the step itself, to who sent it in and to the
respondent, and belong to what these have done themselves: letters of duty. Whoever's
words a coordinator wrote down is asked to confirm them in place of the receipt.
"""

import datetime as dt

from django.urls import reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.links import make_link, revoke_links
from common.days import short_day
from mailing.kinds import NotWantedError, Placeholder, letter_kind
from mailing.models import Letter
from mailing.outbox import queue_letter
from mailing.writing import write
from registry.letters.recipients import answers_for, person_of, site_address
from registry.models import Appointment, Person
from surveys.letters import FOLDER, LAST_DAY, PLACES, results_address, survey_address
from surveys.models import Answer, ReplyComment, Response

RECEIPT, REOPENED, CONFIRM, DECIDED = "survey_receipt", "survey_reopened", "survey_confirm", "survey_decided"
CONFIRM_WITHIN = dt.timedelta(days=7)
CONFIRM_LIFETIME = dt.timedelta(days=60)  # of the link: nobody is refused for answering late
# What is decided on several comments in one sitting goes as one letter.
SITTING = dt.timedelta(minutes=30)
_OF_DUTY = {"is_duty": True, "folder": FOLDER}


def queue_receipts(response, *, by):
    """Queue the receipts of a response that has been sent in just now by the account `by`.

    The respondent gets the question whether what was written down is right in its place,
    when something was said aloud that nobody has confirmed.
    """
    people = _people_of(response, by)
    if response.respondent in people and Answer.objects.unconfirmed().filter(response=response).exists():
        people.remove(response.respondent)
        queue_confirm(response, by=by)
    _queue(RECEIPT, response, people, response.submitted_at, by=by)


def queue_confirm(response, *, by, person=None):
    """Ask the respondent, or `person`, by letter to confirm what was said aloud, at most once a day.

    Return the Letter, or None when it was sent today already or there is nobody with an address.
    """
    person = person or response.respondent
    if person is None or not person.email:
        return None
    moment = response.submitted_at.isoformat()
    day = timezone.localdate()
    return _queue_one(CONFIRM, response, person, moment, key=f"{moment}:{day}", by=by)


def revoke_confirm_links(response):
    """Let no link that asks to confirm `response` open anything any more; return how many there were."""
    return revoke_links(purpose=CONFIRM, scope__startswith=f"response:{response.pk}:")


def queue_reopened(response, *, submitted_by, by):
    """Queue word of a response just opened again: to `submitted_by`, who sent it in, and its respondent."""
    _queue(REOPENED, response, _people_of(response, submitted_by), response.reopened_at, by=by)


def queue_decided(comment, *, by):
    """Queue word of a comment just decided: to who commented and the respondent.

    What is decided before that letter goes stands in the same one.
    """
    response = comment.response
    waiting = Letter.objects.arguments_of_waiting([DECIDED], scope=f"region:{response.round.region_id}")
    told = {each["person"] for each in waiting if each["response"] == response.pk}
    for person in sorted(_people_of(response, comment.commented_by), key=lambda each: each.pk):
        if person.email and person.pk not in told:
            moment = comment.decided_at
            later = {"not_before": timezone.now() + SITTING}
            _queue_one(DECIDED, response, person, moment.isoformat(), key=moment.timestamp(), by=by, **later)


def _people_of(response, account):
    """Return the respondent and the person of an account, as a set."""
    people = {response.respondent} if response.respondent_id else set()
    return people | set(Person.objects.filter(user=account)) if account is not None else people


def _queue(kind, response, people, moment, *, by):
    """Queue a letter to each of these people; the moment tells one sending from the next."""
    for person in sorted(people, key=lambda each: each.pk):
        if person.email:
            _queue_one(kind, response, person, moment.isoformat(), key=moment.timestamp(), by=by)


def _queue_one(kind, response, person, moment, *, key, by, **when):
    return queue_letter(
        kind,
        **when,
        key=f"{kind}:{response.pk}:{key}:{person.pk}",
        address=person.email,
        language=person.language,
        scope=f"region:{response.round.region_id}",
        arguments={"person": person.pk, "response": response.pk, "moment": moment},
        by=by,
    )


def _response_of(letter, moment_name, *, otherwise):
    """Return the response that the letter is about; not wanted for the reason `otherwise` when things have moved on."""
    rows = Response.objects.select_related("round__region", "municipality")
    response = rows.filter(pk=letter.arguments["response"]).first()
    moment = getattr(response, moment_name, None)
    if moment is None or moment.isoformat() != letter.arguments["moment"]:
        raise NotWantedError(otherwise)
    return response


def _values(response, person, coordinator):
    return {
        "name": person.name,
        "municipality": response.municipality.name,
        "title": str(response.round),
        "link": survey_address(response.municipality, response.round),
        "coordinator": f"{coordinator.name}, {coordinator.email}" if coordinator else _("the region's coordinator"),
    }


def _written(kind, response, person, **more):
    coordinator = answers_for(response.round.region, response.municipality)
    return write(
        kind,
        _values(response, person, coordinator) | more,
        reply_to=coordinator.email if coordinator else "",
        thread=f"survey:{response.round_id}:{response.municipality_id}",
    )


@letter_kind(
    RECEIPT,
    label=gettext_lazy("Receipt: the answers have come in"),
    why=gettext_lazy("You get this letter because answers to the survey were sent in in %(site)s."),
    placeholders=PLACES
    | {
        "day": Placeholder(gettext_lazy("the day of sending in"), "24.9.2026", is_required=True),
        "time": Placeholder(gettext_lazy("the time of sending in"), "14.30"),
        "post": Placeholder(gettext_lazy("the post of who sent it in"), "vapaa-aikasihteeri"),
    },
    **_OF_DUTY,
)
def survey_receipt_letter(letter):
    """Write that the answers have come in; not when they have been opened again meanwhile."""
    response = _response_of(letter, "submitted_at", otherwise="opened_again")
    moment = timezone.localtime(response.submitted_at)
    return _written(
        RECEIPT,
        response,
        person_of(letter),
        day=short_day(moment.date()),
        time=f"{moment:%-H.%M}",
        post=response.submitted_post,
    )


@letter_kind(
    REOPENED,
    label=gettext_lazy("The answers have been opened again"),
    why=gettext_lazy("You get this letter because answers to the survey were sent in in %(site)s."),
    placeholders=PLACES
    | LAST_DAY
    | {
        "reason": Placeholder(
            gettext_lazy("why they are opened again"), "Avustusten summa on väärin.", is_required=True
        ),
    },
    **_OF_DUTY,
)
def survey_reopened_letter(letter):
    """Write why the answers are opened again; not when they have been sent in meanwhile."""
    response = _response_of(letter, "reopened_at", otherwise="opened_again")
    if response.is_submitted:
        raise NotWantedError("answered")
    last_day = short_day(response.round.closes_on)
    return _written(REOPENED, response, person_of(letter), reason=response.reopen_reason, last_day=last_day)


@letter_kind(
    CONFIRM,
    label=gettext_lazy("Are the answers of the interview right?"),
    why=gettext_lazy("You get this letter because you answered the survey by phone or in a meeting in %(site)s."),
    placeholders=PLACES
    | {
        "link": Placeholder(
            gettext_lazy("the address of the page with the answers and a button"), "https://…/y/…/", is_required=True
        ),
        "day": Placeholder(gettext_lazy("the day of sending in"), "24.9.2026"),
        "by_day": Placeholder(gettext_lazy("the day by which an answer is asked for"), "1.10.2026"),
    },
    **_OF_DUTY,
)
def survey_confirm_letter(letter):
    """Ask whether what was written down is right, with a link made now.

    Not when it has been opened again or confirmed meanwhile, nor to whoever has no post there any more.
    """
    response = _response_of(letter, "submitted_at", otherwise="opened_again")
    person = person_of(letter)
    if post_there(person, response.municipality) is None:
        raise NotWantedError("role_ended")
    if not Response.objects.waiting_for_confirmation().filter(pk=response.pk).exists():
        raise NotWantedError("confirmed")
    # A letter that is sent again has another link; the earlier one may have been read on the way.
    revoke_confirm_links(response)
    scope = f"response:{response.pk}:person:{person.pk}"
    _link, token = make_link(CONFIRM, scope, lifetime=CONFIRM_LIFETIME)
    return _written(
        CONFIRM,
        response,
        person,
        link=site_address(reverse("link", args=[token])),
        day=short_day(timezone.localdate(response.submitted_at)),
        by_day=short_day(timezone.localdate() + CONFIRM_WITHIN),
    )


@letter_kind(
    DECIDED,
    label=gettext_lazy("The comment on the results has been decided"),
    why=gettext_lazy("You get this letter because results of the survey were commented on in %(site)s."),
    placeholders=PLACES
    | {
        "link": Placeholder(gettext_lazy("the address of the municipality's results"), "https://…/", is_required=True),
        "decisions": Placeholder(
            gettext_lazy("each comment with the decision and its reason"),
            ("Onko tiloista maksu? Jää ennalleen: …",),
            is_required=True,
        ),
    },
    **_OF_DUTY,
)
def survey_decided_letter(letter):
    """Write what was decided on the comments since the letter was queued; not on those taken back meanwhile.

    Nor to whoever has no post there: a coordinator who commented in the municipality's place.
    """
    rows = Response.objects.select_related("round__region", "municipality")
    response, person = rows.get(pk=letter.arguments["response"]), person_of(letter)
    if post_there(person, response.municipality) is None:
        raise NotWantedError("role_ended")
    comments = ReplyComment.objects.of_response(response).filter(decided_at__gte=letter.arguments["moment"])
    told = _("%(about)s %(decision)s: %(reason)s")
    decisions = [
        told % {
            "about": each.about, "decision": capfirst(each.get_decision_display()), "reason": each.decision_reason,
        }
        for each in comments
    ]  # fmt: skip
    if not decisions:
        raise NotWantedError("taken_back")
    link = results_address(response.municipality, response.round)
    return _written(DECIDED, response, person, link=link, decisions=decisions)


def post_there(person, municipality):
    """Return the appointment of `person` in `municipality` today, or None."""
    roles = Appointment.objects.current().filter(person=person, municipality=municipality)
    return roles.select_related("person", "municipality").first()
