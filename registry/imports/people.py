"""People as files name them: matched by e-mail within the region, never by name alone."""

from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db.models.functions import Lower
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.names import fold, sort_key
from registry.imports.columns import ImportColumn, column
from registry.models import Person


def _whole_name(text, row):
    """Parse a whole name in one cell: the last word is the family name, what stands before it the given names."""
    given, _space, family = " ".join(text.split()).rpartition(" ")
    if not given:
        raise ValidationError(_("Write both the given name and the family name."))
    row.values["given_name"] = Person._meta.get_field("given_name").clean(given, None)
    row.values["family_name"] = Person._meta.get_field("family_name").clean(family, None)
    return text


PERSON_COLUMNS = (
    column(Person, "given_name", aliases=("etunimi", "förnamn", "first name")),
    column(Person, "family_name", aliases=("sukunimi", "efternamn", "last name", "surname")),
    ImportColumn(
        "whole_name", gettext_lazy("whole name"), _whole_name, aliases=("nimi", "henkilö", "namn", "person", "name"),
        help=gettext_lazy("When the file has the name in one column: given name first."),
    ),
    column(Person, "email", label=gettext_lazy("e-mail"),
           help=gettext_lazy("People are matched by it."),
           aliases=("sähköposti", "sähköpostiosoite", "email", "e-post", "e-postadress", "s-posti")),
    column(Person, "phone", label=gettext_lazy("phone"),
           aliases=("puhelin", "puh", "puhelinnumero", "telefon", "gsm", "matkapuhelin")),
)  # fmt: skip
PERSON_EXAMPLE = {
    "given_name": "Kielo", "family_name": "Esimerkki", "whole_name": "", "email": "kielo.esimerkki@example.org",
    "phone": "050 000 0001",
}  # fmt: skip
PERSON_FIELDS = ("given_name", "family_name", "email", "phone")


@dataclass
class Someone:
    """Whom a row means: a person of the registry, a new one, or somebody not known (`person` is None)."""

    person: Person | None = None
    is_new: bool = False
    key: object = None


class People:
    """Whom the rows of a file mean; one object for a whole pass, `read` is called for each chunk."""

    def __init__(self, check):
        self._check = check
        self._in_file = {}
        self._by_email, self._by_name = {}, {}

    def read(self, rows):
        """Read those whom these Rows may mean, in two queries."""
        region = self._check.run.region
        people = Person.objects.in_regions([region.pk]) if region else Person.objects.all()
        emails = {_email(row) for row in rows} - {""} - set(self._by_email)
        found = {email: [] for email in emails}
        for person in people.annotate(low=Lower("email")).filter(low__in=emails).order_by("pk").distinct():
            found[person.low].append(person)
        self._by_email |= found
        names = {_name_key(row) for row in rows if not _email(row)} - {None}
        self._by_name = {}
        for person in people.filter(sort_key__in=names).order_by("pk").distinct():
            self._by_name.setdefault(person.sort_key, []).append(person)

    def find(self, row, holders=()):
        """Return the Someone whom `row` means; refuse the row when that cannot be known.

        `holders` are the people who have the same post in the registry: one of them
        without an e-mail is the row's own person when the row has none either.
        """
        email, name = _email(row), _name_key(row)
        given, family = row.values.get("given_name"), row.values.get("family_name")
        if bool(given) != bool(family):
            row.refuse(_("Write both the given name and the family name."), "family_name" if given else "given_name")
            return Someone()
        if email:
            return self._find_by_email(row, email)
        if not name:
            if row.values.get("phone"):
                row.refuse(_("Give the name and the e-mail too."), "email")
            return Someone()
        return self._find_by_name(row, name, holders)

    def _find_by_email(self, row, email):
        known = self._by_email.get(email, [])
        if len(known) > 1:
            row.refuse(_("Several people of the registry have this e-mail. Change them by hand."), "email")
            return Someone()
        if known:
            if "given_name" in row.values and self._is_another(known[0], row):
                row.refuse(
                    _("In the registry this e-mail is of %(name)s. If it is a shared mailbox, record it as one.")
                    % {"name": known[0].name},
                    "email",
                )
            return Someone(known[0], key=email)
        if email in self._in_file:
            return self._same_in_file(row, email)
        if "given_name" not in row.values:
            row.refuse(_("Nobody in the registry has this e-mail. Give the name too."), "email")
            return Someone()
        return Someone(Person(), is_new=True, key=email)

    def _find_by_name(self, row, name, holders):
        own = [person for person in holders if not person.email and sort_key(_sorted_name(person)) == name]
        if len(own) == 1:
            return Someone(own[0], key=name)
        if self._by_name.get(name) or name in self._in_file:
            row.refuse(
                _(
                    "Somebody of the same name is already known, and people are matched by e-mail alone. "
                    "Give the e-mail."
                ),
                "email",
            )
            return Someone()
        return Someone(Person(), is_new=True, key=name)

    def _same_in_file(self, row, email):
        number, person = self._in_file[email]
        if "given_name" in row.values and self._is_another(person, row):
            row.refuse(_("Row %(row)s has this e-mail with another name.") % {"row": number}, "email")
        return Someone(person, is_new=True, key=email)

    @staticmethod
    def _is_another(person, row):
        """Whether neither the given nor the family name is the person's: one may change or be written otherwise."""
        return fold(person.given_name) != fold(row.values["given_name"]) and fold(person.family_name) != fold(
            row.values["family_name"]
        )

    def set(self, row, someone, region_id):
        """Give the person what the row tells, once the row is accepted; the person is written with the row."""
        if someone.person is None:
            return
        if someone.is_new and someone.key not in self._in_file:
            someone.person.region_id = region_id
            self._in_file[someone.key] = (row.number, someone.person)
        elif fold(someone.person.email) == fold(row.values.get("email", "")):
            row.values.pop("email", None)  # KAISA@ and kaisa@ are one address
        has_changed = row.set(someone.person, PERSON_FIELDS)
        if someone.is_new:
            row.new.append(someone.person)
        elif has_changed:
            row.changed.append(someone.person)


def _email(row):
    return row.values.get("email", "").lower()


def _name_key(row):
    given, family = row.values.get("given_name"), row.values.get("family_name")
    return sort_key(f"{family} {given}") if given and family else None


def _sorted_name(person):
    return f"{person.family_name} {person.given_name}"
