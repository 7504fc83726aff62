"""Letters of a round's results: ready for the municipality's own look, and published for everybody."""

from django.utils.translation import gettext_lazy as _

from common.days import short_day
from mailing.kinds import Placeholder, letter_kind
from mailing.mass import Recipient
from registry.letters.recipients import today
from registry.models import Agent, Appointment
from surveys.letters import FOLDER, GROUP, PLACES, public_results_address, results_address
from surveys.letters.responses import post_there
from surveys.letters.to_municipalities import RoundLetter, write_round_letter
from surveys.publishing import is_published

READY, PUBLISHED = "survey_results_ready", "survey_published"
COMMENT_DAY = {
    "comment_day": Placeholder(_("the last day to comment on one's page"), "29.10.2026", is_required=True),
}
LINK = {
    "link": Placeholder(_("the address of the municipality's results"), "https://…/", is_required=True),
}


# --- Ready for a look ------------------------------------------------------------------------------------------------


def _not_to_be_looked_at(survey_round, response):
    """Return why a municipality is not asked to look at its results, "" when it is."""
    if not survey_round.is_closed:
        return "still_open"
    if today() > survey_round.comments_until:
        return "comments_over"
    if response is None or not response.is_submitted:
        return "declined" if response is not None and response.declined_at else "not_sent_in"
    return "agreed" if response.has_agreed else ""


def _not_to_be_looked_at_any_more(survey_round, response):
    return _not_to_be_looked_at(survey_round, response) or ("published" if is_published(survey_round) else "")


RESULTS_READY = RoundLetter(
    kind=READY,
    title=_("Ask the municipalities to look at their results"),
    explanation=_(
        "The respondents of the municipalities that sent in the answers get one letter: their own page as it will be "
        "published, and until when they can agree or comment. Who has agreed gets none."
    ),
    url_name="admin:surveys_round_results_ready",
    refusal=_not_to_be_looked_at,
    is_time=lambda survey_round: (
        survey_round.is_closed and today() <= survey_round.comments_until and not is_published(survey_round)
    ),
    not_its_time=_("The municipalities look at their results from the closing to the last day for comments."),
    waits=True,
)


@letter_kind(
    READY,
    label=_("The results are ready for the municipality's look"),
    why=_("You get this letter because you answer the survey for a municipality in %(site)s."),
    is_duty=False,
    folder=FOLDER,
    placeholders=PLACES | LINK | COMMENT_DAY,
    **GROUP,
)
def survey_results_ready_letter(letter):
    """Write that the municipality can look at its results; not after agreeing, nor once they are published."""
    return write_round_letter(
        READY,
        letter,
        _not_to_be_looked_at_any_more,
        link=lambda survey_round, place, _respondent: results_address(place, survey_round),
        comment_day=lambda survey_round, _place, _respondent: short_day(survey_round.comments_until),
    )


# --- Published -------------------------------------------------------------------------------------------------------


def _not_published(survey_round, _response):
    return "" if is_published(survey_round) else "not_published"


def _people(letter, survey_round, places):
    """Yield a Recipient for each officer and agent of these municipalities today, in three queries."""
    of_round, seen = {place.pk: place for place in places}, set()
    for table in (Appointment, Agent):
        roles = table.objects.current_on(today()).filter(person__isnull=False, municipality__in=of_round)
        for role in roles.select_related("person").order_by("municipality__sort_key_fi", "pk"):
            person, place = role.person, of_round[role.municipality_id]
            if (place, person) in seen:
                continue
            seen.add((place, person))
            yield Recipient(
                key=f"{place.pk}:{person.pk}",
                name=f"{place.name}: {person.name}",
                address=person.email,
                language=person.language,
                scope=f"region:{survey_round.region_id}",
                arguments={"person": person.pk, "municipality": place.pk, "round": survey_round.pk},
            )


def _role_there(person, place):
    """Return the post or the agency of `person` in `place` today, or None."""
    return post_there(person, place) or Agent.objects.current().filter(person=person, municipality=place).first()


RESULTS_PUBLISHED = RoundLetter(
    kind=PUBLISHED,
    title=_("Tell that the results have been published"),
    explanation=_(
        "Every liaison, other officer with a role and association agent of the region's municipalities gets one letter "
        "with the way to the municipality's results, whether or not the municipality answered."
    ),
    url_name="admin:surveys_round_results_published",
    refusal=_not_published,
    is_time=lambda survey_round: survey_round.is_closed and is_published(survey_round),
    not_its_time=_("The results have not been published."),
    waits=True,
    recipients=_people,
)


@letter_kind(
    PUBLISHED,
    label=_("The results of the survey have been published"),
    why=_("You get this letter because you are a liaison, another officer or an association agent in %(site)s."),
    is_duty=False,
    folder=FOLDER,
    placeholders=PLACES | LINK,
    **GROUP,
)
def survey_published_letter(letter):
    """Write where the results are; not to who has no role in the municipality any more."""
    return write_round_letter(
        PUBLISHED,
        letter,
        _not_published,
        role_of=_role_there,
        link=lambda survey_round, place, _role: public_results_address(place, survey_round),
    )
