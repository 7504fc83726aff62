"""What of the survey goes over to whoever follows in a municipality: the open response, and who answers it."""

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from registry.handover_pack import PackRow, PackSection
from registry.models import Appointment
from registry.tasks import successor_in
from surveys.answering import post_in
from surveys.models import Response, Round


def _open_responses(on):
    rows = Response.objects.filter(round__in=Round.objects.open_on(on), submitted_at=None, declined_at=None)
    return rows.select_related("round", "municipality", "respondent").order_by("pk")


def _in_pack(post):
    rows = []
    for response in _open_responses(post.on).with_answer_count().filter(municipality=post.municipality):
        n = response.n_answers
        done = ngettext("%(n)d answer saved", "%(n)d answers saved", n) % {"n": n} if n else _("not begun")
        rows.append(PackRow(str(response.round), done, response.round.closes_on))
    return rows


SECTION = PackSection(
    "survey", gettext_lazy("The survey that is being answered"), _in_pack, frozenset({"municipality"})
)


@transaction.atomic
def pass_on_responses(person=None):
    """Let those who follow answer the open responses of respondents who have no post there today; return how many.

    Of `person` alone, or of all. The one who follows by a handover comes first, then the
    municipality's only liaison; where there is neither, nobody is the respondent until
    the coordinator finds one. What has been answered stays. Harmless when repeated.
    """
    today = timezone.localdate()
    posts = Appointment.objects.current_on(today).filter(
        municipality=OuterRef("municipality"), person=OuterRef("respondent")
    )
    rows = _open_responses(today).exclude(Exists(posts))
    if person is not None:
        rows = rows.filter(respondent=person)
    return sum(_pass_on(response, today) for response in rows)


def _pass_on(response, today):
    roles = Appointment.objects.current_on(today).filter(municipality=response.municipality, person__isnull=False)
    heir = response.respondent and successor_in(response.municipality, response.respondent)
    liaisons = [role for role in roles.select_related("person") if role.kind == Appointment.Kind.LIAISON]
    role = roles.filter(person=heir).first() if heir else liaisons[0] if len(liaisons) == 1 else None
    if role is None and response.respondent is None:
        return 0
    response.respondent = role.person if role else None
    response.respondent_post = post_in(role) if role else ""
    response._history_user = None
    response.save()
    return 1
