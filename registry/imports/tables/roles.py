"""Imports of liaisons and other appointments and of association agents, written through registry/roles.py."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from registry.imports.columns import (
    ImportColumn,
    choice,
    column,
    partial_day,
    show_choice,
    show_day,
    show_word,
    word_of,
)
from registry.imports.people import PERSON_COLUMNS, PERSON_EXAMPLE, People
from registry.imports.tables.geography import MUNICIPALITY_CODE
from registry.imports.targets import ImportTarget
from registry.models import (
    Agent,
    Appointment,
    Municipality,
    Pairing,
    Person,
    RegionMembership,
    Sector,
    SituationStatement,
    Task,
)
from registry.models.periods import certainly_overlap
from registry.roles import save_role


def _period_column(key, label, **more):
    return ImportColumn(key, label, partial_day, show=show_day, **more)


START = _period_column(
    "start", gettext_lazy("from"), is_required=True,
    help=gettext_lazy("What is known of it: 24.9.2020, 9/2020, autumn 2020 or 2020."),
    aliases=("alkaen", "alku", "alkoi", "aloitti", "nimetty", "från", "start", "börjar"),
)  # fmt: skip
END = _period_column(
    "end", gettext_lazy("until"), help=gettext_lazy("The last day."),
    aliases=("asti", "loppu", "päättyi", "päättyy", "saakka", "till", "slut"),
)  # fmt: skip


class RoleTarget(ImportTarget):
    """Dated roles of people in municipalities.

    A role of the registry is the row's own when the same person has the same post in the
    municipality at the same time; its start may then be known better.
    """

    model = None
    fields = ()
    reads = (Municipality, RegionMembership)

    def key_of(self, row):
        """Return post, person as written and beginning: what may stand in a file once."""
        if "municipality" not in row.values or "start" not in row.values:
            return None
        person = row.values.get("email", "").lower() or (row.values.get("given_name"), row.values.get("family_name"))
        return row.values["municipality"].pk, self._kind(row), person, row.values["start"]

    def _kind(self, row):
        return row.values.get("kind", "")

    def plan(self, rows, check):
        people = check.once("people", lambda: People(check))
        people.read(rows)
        roles = {}
        places = {row.values["municipality"].pk for row in rows}
        for role in self.roles_of(places):
            roles.setdefault((role.municipality_id, getattr(role, "kind", "")), []).append(role)
        self.begin_chunk(places, check)
        for row in rows:
            self._plan_row(row, roles.get((row.values["municipality"].pk, self._kind(row)), []), people, check)

    def roles_of(self, places):
        """Return the roles in these municipalities with their people, in one query."""
        rows = self.model.objects.filter(municipality__in=places)
        return rows.select_related("person", *self.with_rows).order_by("pk")

    def begin_chunk(self, places, check):
        """Read what else a chunk needs."""

    def _plan_row(self, row, roles, people, check):
        start, end = row.values["start"], row.values.get("end")
        someone = people.find(row, [role.person for role in roles if role.person is not None])
        if row.reasons:
            return
        person = someone.person
        own = [role for role in roles if role.person_id == (person.pk if person else None)]
        own = own if person is None or person.pk else []
        same_time = [role for role in own if certainly_overlap(role, _Times(start, end))]
        if len(same_time) > 1:
            row.refuse(_("The registry has several roles for this time. Change them by hand."), "start")
            return
        role = same_time[0] if same_time else self._new_role(row, check)
        self.check(row, role, person)
        self._check_times(row, role, own if person else [], someone.key, check)
        if row.reasons:
            return
        row.is_new = role.pk is None
        if row.is_new:
            row.differ("municipality", "", row.values["municipality"])
        people.set(row, someone, self._region_of(row, check))
        has_changed = row.set(role, self.fields)
        if row.is_new or has_changed:
            role.person = person
            row.role = role
            self.tell_consequences(row, role, check)

    def _new_role(self, row, check):
        place = row.values["municipality"]
        if self._region_of(row, check) is None:
            row.refuse(_("The municipality belongs to no region."), "municipality")
        row.values.setdefault("source", check.run.source)
        return self.model(municipality_id=place.pk)

    def _region_of(self, row, check):
        return check.run.region_id or row.values["municipality"].region_id

    def _check_times(self, row, role, own, person_key, check):
        """Refuse what registry/roles.py would refuse for the times of the role."""
        times = _Times(row.values["start"], row.values.get("end") or role.end)
        place = row.values["municipality"]
        if times.end and times.end.last < times.start.first:
            row.refuse(_("The end is before the start."), "end")
        elif times.end and times.end.last >= check.today and times.end.precision != "day":
            row.refuse(
                _(
                    "Give the exact day of the end, because rights end on it. "
                    "A month or a year will do for what is past."
                ),
                "end",
            )
        if place.merged_on and (times.end is None or times.end.last >= place.merged_on):
            row.refuse(_("%(municipality)s has become part of another municipality.") % {"municipality": place}, "end")
        if any(certainly_overlap(other, times) for other in own if other.pk != role.pk):
            row.refuse(
                _("The same is already recorded for this time. End the earlier one first, or change it."), "start"
            )
        if row.reasons or person_key is None:
            return
        in_file = check.seen.setdefault("roles", {}).setdefault((place.pk, self._kind(row), person_key), [])
        rival = next((number for number, other in in_file if certainly_overlap(other, times)), None)
        if rival is not None:
            row.refuse(
                _("Row %(row)s has the same post of the same person at the same time.") % {"row": rival}, "start"
            )
        else:
            in_file.append((row.number, times))

    def check(self, row, role, person):
        """Refuse what the role's own table would refuse."""

    def tell_consequences(self, row, role, check):
        """Note what saving the role changes elsewhere."""

    def watch(self, rows, recording):
        """Watch everything in the municipalities that saving a role may end."""
        places = _places(rows)
        recording.watch(Appointment.objects.filter(municipality__in=places))
        recording.watch(Agent.objects.filter(municipality__in=places))
        recording.watch(Pairing.objects.filter(agent__municipality__in=places))
        recording.watch(SituationStatement.objects.filter(municipality__in=places))
        recording.watch(Task.objects.touched_by_roles_in(places))

    def save_roles(self, rows, recording, by):
        """Save each role as every role is saved; people have been written before."""
        created, tasks = [], Task.objects.touched_by_roles_in(_places(rows))
        earlier = set(tasks.values_list("pk", flat=True))
        for row in rows:
            if row.role is None:
                continue
            is_new = row.role.pk is None
            row.role.person_id = row.role.person.pk if row.role.person else None
            try:
                save_role(row.role, by=by, invites=False)
            except ValidationError as error:
                raise ValidationError(
                    _("Row %(row)s could not be saved: %(reason)s Nothing was saved. Mend the row in the file."),
                    code="refused_at_save",
                    params={"row": row.number, "reason": " ".join(error.messages)},
                ) from error
            if is_new:
                created.append(row.role)
        recording.add([*created, *tasks.exclude(pk__in=earlier)])


def _places(rows):
    """Return the ids of the municipalities whose roles the rows of a file write."""
    return {row.role.municipality_id for row in rows if row.role is not None}


class _Times:
    """A start and an end as a Period has them."""

    def __init__(self, start, end):
        self.start, self.end = start, end
        self.start_first, self.start_last = start.first, start.last
        self.end_first, self.end_last = (end.first, end.last) if end else (None, None)


class AppointmentTarget(RoleTarget):
    """Liaisons, officers with the duties, deputies and fallback respondents."""

    key = "appointments"
    label = gettext_lazy("liaisons and other appointments")
    help = gettext_lazy(
        "Who is the liaison, has the duties, stands in or answers instead. "
        "People are matched by e-mail within your region."
    )
    position = 30
    model = Appointment
    writes = (Person, Appointment)
    with_rows = ("sector",)
    key_names = ("municipality", "kind", "email", "given_name", "family_name", "whole_name", "start")
    fields = ("kind", "title", "sector", "start", "end", "hours_per_week", "fallback_reason", "source")
    columns = (
        MUNICIPALITY_CODE,
        column(Appointment, "kind", parse=choice(
            Appointment.Kind,
            liaison=("yhdyshenkilö", "järjestöyhdyshenkilö", "kontaktperson", "föreningskontaktperson"),
            deputy=("sijainen", "varahenkilö", "ersättare"),
            fallback=("varavastaaja", "vastaaja", "respondent"),
            duties=("tehtävät ilman nimikettä", "tehtävät"),
        ), show=show_choice(Appointment.Kind), help=gettext_lazy("Left out: liaison."),
            aliases=("tehtävä", "rooli", "uppgift", "roll", "role", "duty")),
        *PERSON_COLUMNS,
        column(Appointment, "title", aliases=("nimike", "tehtävänimike", "virkanimike", "titel", "tjänstebeteckning")),
        column(Appointment, "sector", parse=word_of(Sector), show=show_word(Sector), aliases=("toimiala", "sektor")),
        START,
        END,
        column(Appointment, "hours_per_week",
               aliases=("työaika", "tuntia viikossa", "h/vko", "tunnit", "arbetstid", "timmar i veckan", "hours")),
        column(Appointment, "fallback_reason", aliases=("perustelu", "syy", "orsak")),
        column(Appointment, "source", aliases=("lähde", "källa"),
               help=gettext_lazy("Left out: the source of the file, for new rows.")),
    )  # fmt: skip
    example = PERSON_EXAMPLE | {
        "municipality": "999", "kind": "liaison", "title": "vapaa-aikasihteeri", "sector": "leisure",
        "start": "9/2025", "end": "", "hours_per_week": "3", "fallback_reason": "", "source": "Kunnanhallitus § 123",
    }  # fmt: skip

    def _kind(self, row):
        return row.values.get("kind", Appointment.Kind.LIAISON)

    def begin_chunk(self, places, check):
        """Read the statements that naming a liaison would end."""
        statements = check.seen["statements"] = {}
        for statement in SituationStatement.objects.filter(municipality__in=places):
            statements.setdefault(statement.municipality_id, []).append(statement)

    def check(self, row, role, person):
        row.values.setdefault("kind", self._kind(row))
        kind, end = row.values["kind"], row.values.get("end") or role.end
        if kind == Appointment.Kind.DEPUTY and end is None:
            row.refuse(_("A deputy's appointment needs its last day."), "end")
        if kind == Appointment.Kind.FALLBACK and not (row.values.get("fallback_reason") or role.fallback_reason):
            row.refuse(_("Write why somebody else than a liaison answers."), "fallback_reason")
        if kind in {Appointment.Kind.DEPUTY, Appointment.Kind.FALLBACK} and person is None and end is None:
            row.refuse(_("A deputy or a fallback respondent needs a known person."), "email")
        if "hours_per_week" in row.values and role.percent is not None:
            row.refuse(_("In the registry the working time is in per cent. Change it by hand."), "hours_per_week")

    def tell_consequences(self, row, role, check):
        if role.kind != Appointment.Kind.LIAISON:
            return
        for statement in check.seen["statements"].get(role.municipality_id, ()):
            is_in_force = statement.end_last is None or statement.end_first >= role.start_last
            if is_in_force and statement.start_last < role.start_last:
                row.note(_("The statement “%(statement)s” will end.") % {"statement": statement.get_kind_display()})


class AgentTarget(RoleTarget):
    """Volunteer association agents; their consents are not imported."""

    key = "agents"
    label = gettext_lazy("association agents")
    help = gettext_lazy(
        "Volunteers by municipality, matched by e-mail within your region. Consents are recorded one by one."
    )
    position = 40
    model = Agent
    writes = (Person, Agent)
    with_rows = ()
    key_names = ("municipality", "email", "given_name", "family_name", "whole_name", "start")
    fields = ("start", "trained", "active", "end", "source")
    columns = (
        MUNICIPALITY_CODE,
        *PERSON_COLUMNS,
        START,
        _period_column("trained", gettext_lazy("trained"), aliases=("koulutettu", "utbildad")),
        _period_column("active", gettext_lazy("active since"), aliases=("aktiivinen", "toiminnassa", "aktiv")),
        END,
        column(Agent, "source", aliases=("lähde", "källa"),
               help=gettext_lazy("Left out: the source of the file, for new rows.")),
    )  # fmt: skip
    example = PERSON_EXAMPLE | {
        "municipality": "999", "start": "2024", "trained": "9/2024", "active": "1.1.2025", "end": "",
        "source": "agentin oma ilmoitus",
    }  # fmt: skip

    def check(self, row, role, person):
        if person is None:
            row.refuse(_("Give the name and the e-mail."), "email")
