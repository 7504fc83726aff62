"""The directory of a region's liaisons, and a question to colleagues that goes through the outbox."""

from dataclasses import dataclass
from functools import partial

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mailing.kinds import Placeholder, letter_kind
from mailing.models import Letter
from mailing.outbox import queue_letter
from mailing.writing import write
from registry.invitations import LETTERS
from registry.models import Appointment, Area, AreaMembership, ColleagueQuestion, Person, Region, Sector, Topic

QUESTIONS_A_DAY = 5
KIND = "colleague_question"


@dataclass(frozen=True)
class Choice:
    """One value of a filter: how it stands in the address, its name, whether it is chosen."""

    key: str
    name: str
    is_chosen: bool


class Directory:
    """A region's officers by topic, sector and area; `query` is what the address says. A fixed number of queries."""

    def __init__(self, municipality, on, query):
        self.region = Region.objects.home_of(municipality)
        roles = list(Appointment.objects.for_directory(self.region, on)) if self.region else []
        areas = list(Area.objects.for_region_page(self.region)) if self.region else []
        self.topics = _choices(((topic.key, topic.name) for topic in Topic.objects.all()), query.get("aihe"))
        self.sectors = _choices(((sector.key, sector.name) for sector in Sector.objects.all()), query.get("toimiala"))
        self.areas = _choices(((area.address_key, area.name) for area in areas), query.get("alue"))
        area = next((area for area in areas if area.address_key == query.get("alue")), None)
        members = set(AreaMembership.objects.members_on(area, on)) if area else None
        self.n_all = len(roles)
        self.roles = [role for role in roles if self._fits(role, members)]

    def _fits(self, role, members):
        topic, sector = _chosen(self.topics), _chosen(self.sectors)
        return (
            (topic is None or topic in {each.key for each in role.topics.all()})
            and (sector is None or (role.sector is not None and role.sector.key == sector))
            and (members is None or role.municipality_id in members)
        )

    @property
    def topic(self):
        """The chosen topic as a Choice, or None."""
        return next((each for each in self.topics if each.is_chosen), None)

    def people(self, person, *, number=None):
        """Return those whom `person` can ask: of appointment `number` alone, or all that are shown."""
        roles = [role for role in self.roles if number is None or str(role.pk) == str(number)]
        return list({role.person_id: role.person for role in roles if role.person != person}.values())


def _choices(values, chosen):
    return [Choice(key, name, key == chosen) for key, name in values]


def _chosen(choices):
    return next((each.key for each in choices if each.is_chosen), None)


@transaction.atomic
def ask_colleagues(people, *, text, municipality, topic_key=None, by):
    """Send the question `text` of the account `by`'s person to `people`, each by a letter of their own; return it.

    Answers go straight to the asker's contact address. Nobody sees anybody's address.
    The text is stored until the letters have left, three days at most. Raises
    ValidationError: "no_address" (the asker has no contact address), "nobody",
    "too_many" (five questions a day); nothing is sent then. The same question sent
    twice on one day to the same people goes once, and None is returned.
    """
    asker = Person.objects.select_for_update().get(user=by)
    if not asker.email:
        raise ValidationError(_("Add your e-mail to your contact details first: answers go there."), code="no_address")
    people = [person for person in people if person.email and person.pk != asker.pk]
    keys = {person: f"{KIND}:{_digest(asker, text)}:{person.pk}" for person in people}
    sent = set(Letter.objects.filter(key__in=keys.values()).values_list("key", flat=True))
    if people and sent.issuperset(keys.values()):
        return None
    if not people:
        raise ValidationError(_("There is nobody to ask. Choose another topic or colleague."), code="nobody")
    today = ColleagueQuestion.objects.asked_on(asker, timezone.localdate())
    if today.count() >= QUESTIONS_A_DAY:
        raise ValidationError(
            _("You have asked %(n)d questions today. Go on tomorrow.") % {"n": QUESTIONS_A_DAY}, code="too_many"
        )
    question = ColleagueQuestion(
        region=Region.objects.home_of(municipality),
        municipality=municipality,
        asker=asker,
        topic=Topic.objects.filter(key=topic_key).first() if topic_key else None,
        text=text,
        n_recipients=len(people),
    )
    question.full_clean()
    question.save()
    for person in people:
        queue_letter(
            KIND,
            key=keys[person],
            address=person.email,
            language=person.language,
            scope=f"region:{question.region_id}",
            arguments={"question": question.pk, "person": person.pk},
        )
    # After the letters, which are sent by the same means.
    transaction.on_commit(partial(forget_sent_text, question.pk), robust=True)
    return question


def _digest(asker, text):
    """Return what tells the same question of one day from another, without telling the question."""
    return salted_hmac(KIND, f"{asker.pk}:{timezone.localdate()}:{text}").hexdigest()[:20]


def forget_sent_texts():
    """Empty the texts of all questions whose letters have left; return how many. Safe to run twice."""
    waiting = list(ColleagueQuestion.objects.exclude(text="").values_list("pk", flat=True))
    return sum(forget_sent_text(pk) for pk in waiting)


def forget_sent_text(pk):
    """Empty the text of the question when none of its letters waits any more; return whether it is empty."""
    waiting = Letter.objects.filter(kind=KIND, arguments__question=pk, state__in=["waiting", "sending"])
    if waiting.exists():
        return False
    ColleagueQuestion.objects.filter(pk=pk).update(text="")
    return True


@letter_kind(
    KIND,
    label=gettext_lazy("A question to a colleague"),
    why=gettext_lazy("You get this letter because colleagues find you in the directory of liaisons in %(site)s."),
    is_duty=True,
    folder=LETTERS,
    placeholders={
        "name": Placeholder(gettext_lazy("the recipient's name"), "Leena Liesi"),
        "asker": Placeholder(gettext_lazy("who asks"), "Aino Aalto", is_required=True),
        "municipality": Placeholder(gettext_lazy("the asker's municipality"), "Hailuoto"),
        "topic": Placeholder(gettext_lazy("the topic, if one was chosen"), "…"),
        "question": Placeholder(gettext_lazy("the question"), "…", is_required=True),
    },
)
def question_letter(letter):
    """Write the question to one colleague; None when its text is gone or one of the two has left."""
    question = (
        ColleagueQuestion.objects.select_related("asker", "municipality", "topic")
        .filter(pk=letter.arguments["question"])
        .exclude(text="")
        .first()
    )
    person = Person.objects.filter(pk=letter.arguments["person"]).first()
    if question is None or person is None or not person.appointments.current().exists():
        return None
    values = {
        "name": person.name,
        "asker": question.asker.name,
        "municipality": question.municipality.name,
        "topic": question.topic.name if question.topic else "",
        "question": question.text,
    }
    return write(KIND, values, reply_to=question.asker.email)
