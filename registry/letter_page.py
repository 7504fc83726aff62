"""A coordinator's page of letters: whose letters one sees, in which groups, and each letter in words."""

from dataclasses import dataclass

from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from jobs.models import JobRun
from jobs.registry import all_jobs
from mailing.kinds import find_kind
from mailing.mass import Preview
from mailing.models import Letter
from registry.letters import association_check, contact_check
from registry.models import AssociationContact, Person, Region
from registry.models.scope import coordinated_region_ids

ROWS = 50
DECIDE, WAITING, SENT, NOT_SENT = "paatettavat", "odottavat", "lahteneet", "ei-lahetetyt"
GROUPS = {
    DECIDE: gettext_lazy("To decide"),
    WAITING: gettext_lazy("Waiting"),
    SENT: gettext_lazy("Sent"),
    NOT_SENT: gettext_lazy("Not sent"),
}


def scopes_of(user):
    """Return the scopes of the letters of the regions that `user` coordinates today."""
    return {f"region:{pk}" for pk in coordinated_region_ids(user)}


def letters_for(user):
    """Return the letters that `user` sees: administrators all, a coordinator those of the regions of today."""
    if user.is_active and user.is_superuser:
        return Letter.objects.all()
    return Letter.objects.in_scopes(scopes_of(user))


def counts_of(letters):
    """Return {group: how many letters are in it}, in one query."""
    left, state = Q(decision=Letter.Decision.LEFT), Letter.State
    troubled = Q(state__in=[state.FAILED, state.DOUBTFUL])
    conditions = {
        "decide": troubled & ~left,
        "waiting": Q(state__in=[state.WAITING, state.SENDING]),
        "sent": Q(state__in=[state.SENT, state.GATHERED]),
        "not_sent": Q(state=state.NOT_WANTED) | (troubled & left),
    }
    counts = letters.order_by().aggregate(**{name: Count("pk", filter=each) for name, each in conditions.items()})
    return dict(zip(GROUPS, counts.values(), strict=True))


def rows_of(letters, group, number):
    """Return the page `number` of a group's letters, as LetterRows, in four queries whatever their number."""
    chosen = {
        DECIDE: lambda: letters.with_problem().order_by("-claimed_at", "-pk"),
        WAITING: letters.under_way,
        SENT: lambda: letters.gone().order_by("-claimed_at", "-pk"),
        NOT_SENT: lambda: letters.let_be().order_by("-created_at", "-pk"),
    }[group]()
    page = Paginator(chosen.for_mail_page(), ROWS).get_page(number)
    found = list(page.object_list)
    people = Person.objects.in_bulk({each.arguments["person"] for each in found if "person" in each.arguments})
    ids = {each.arguments["contact"] for each in found if "contact" in each.arguments}
    contacts = AssociationContact.objects.select_related("association").in_bulk(ids)
    page.object_list = [_row(each, people, contacts) for each in found]
    return page


@dataclass(frozen=True)
class LetterRow:
    """One letter in words: to whom, which letter, what became of it and why."""

    letter: Letter
    kind: str
    name: str
    url: str
    why: str

    @property
    def when(self):
        """The moment that matters: when it went, was tried, or goes."""
        letter = self.letter
        if letter.state == Letter.State.WAITING:
            return letter.not_before
        return letter.sent_at or letter.claimed_at or letter.created_at

    @property
    def asked_by(self):
        """Who asked for the letter, or None for the clock."""
        return getattr(self.letter.by, "person", self.letter.by)

    @property
    def decided_by(self):
        """Who decided about it, or None."""
        return getattr(self.letter.decided_by, "person", self.letter.decided_by)


def _row(letter, people, contacts):
    person, contact = people.get(letter.arguments.get("person")), contacts.get(letter.arguments.get("contact"))
    name, url = "", ""
    if person:
        name, url = person.name, reverse("admin:registry_person_change", args=[person.pk])
    elif contact:
        name, url = str(contact.association), reverse("admin:registry_associationcontact_change", args=[contact.pk])
    return LetterRow(letter, label_of(letter), name, url, why_of(letter))


def label_of(letter):
    """Return which letter it is, in words; of a kind that a version before this one had, its name."""
    try:
        return str(find_kind(letter.kind).label)
    except KeyError:
        return letter.kind


@dataclass(frozen=True)
class NextLetters:
    """Who would get a letter by the clock in a region at the next run, who would not and why."""

    region: Region
    kind: str
    preview: Preview

    @property
    def left_out(self):
        """[(reason in words, [name, …])], the most frequent reason first."""
        return [(reason, [each.recipient.name for each in group]) for reason, group in self.preview.by_reason()]


def next_letters(user):
    """Return the NextLetters of the user's regions, in a fixed number of queries for each region."""
    found = []
    for region in Region.objects.editable_by(user).with_pages().by_name():
        for kind, look in (
            (contact_check.KIND, contact_check.preview_contact_checks),
            (association_check.KIND, association_check.preview_association_checks),
        ):
            if preview := look(region):
                found.append(NextLetters(region, str(find_kind(kind).label), preview))
    return found


def why_of(letter):
    """Return in words why the letter waits, failed or was not sent, with the problem's class and code."""
    if letter.state == Letter.State.WAITING and not letter.reason and letter.not_before <= timezone.now():
        return _("on its way at the next turn")
    return " – ".join(filter(None, [str(letter.reason_words), letter.problem]))


@dataclass(frozen=True)
class JobRow:
    """A job by the clock: what it does, its latest run or None, and when it runs next."""

    description: str
    run: JobRun | None
    next_at: object


def job_rows(now):
    """Return a JobRow of every job, those whose latest run failed first, in one query."""
    runs = {run.name: run for run in JobRun.objects.latest_of_each()}
    rows = [JobRow(str(job.description), runs.get(job.name), job.next_slot(now)) for job in all_jobs()]
    troubled = {JobRun.State.FAILED, JobRun.State.INTERRUPTED}
    return sorted(rows, key=lambda row: (row.run is None or row.run.state not in troubled, row.description))
