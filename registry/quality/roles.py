"""Checks of who is in the task: vacancies, nobody to answer, and roles that contradict each other."""

from itertools import combinations, groupby

from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from registry.models import Appointment, Situation
from registry.privacy import months_before
from registry.quality.checks import Check, Finding

# Naming takes one budget period of a municipality; after that it has been forgotten (the coordinators' own limit).
NAMED_WITHIN_MONTHS = 6

_Kind = Appointment.Kind
# A liaison needs no title beside it and stands in for nobody; a fallback respondent answers because there is no
# liaison (docs/domain.md, the cycle of a year), so nobody is both that and a liaison's deputy. An officer with the
# duties who also answers is as it should be.
CONTRADICTING = {
    frozenset({_Kind.LIAISON, _Kind.DUTIES}),
    frozenset({_Kind.LIAISON, _Kind.DEPUTY}),
    frozenset({_Kind.LIAISON, _Kind.FALLBACK}),
    frozenset({_Kind.DEPUTY, _Kind.FALLBACK}),
}


def holder(role):
    """Return the name of who has the role."""
    return str(role.person) if role.person else _("holder not known")


def find_vacancies(scope):
    """Find municipalities without a liaison: none, being named for too long, or nobody knows."""
    latest_named = months_before(scope.on, NAMED_WITHIN_MONTHS)
    statements = {(each.municipality_id, each.kind): each for each in scope.statements}
    for municipality in scope.municipalities.values():
        situation = municipality.situation
        statement = statements.get((municipality.pk, situation))
        match situation:
            case Situation.NONE:
                is_found = True
            case Situation.BEING_NAMED:
                is_found = statement.start_last < latest_named
            case Situation.NO_INFORMATION:
                is_found = scope.regions[municipality.region_id_now].records_from <= scope.on
            case _:
                is_found = False
        if is_found:
            yield Finding(
                check="vacancy",
                subject=f"municipality-{municipality.pk}-{situation}",
                text=capfirst(Situation(situation).label),
                url_name="admin:registry_municipality_change",
                url_args=(municipality.pk,),
                since=statement.start if statement else None,
                **scope.in_municipality(municipality.pk),
            )


def find_nobody_to_answer(scope):
    """Find municipalities that have neither a liaison nor a fallback respondent."""
    answered = {each.municipality_id for each in scope.appointments if each.kind in {_Kind.LIAISON, _Kind.FALLBACK}}
    for municipality in scope.municipalities.values():
        if municipality.pk not in answered:
            yield Finding(
                check="nobody_to_answer",
                subject=f"municipality-{municipality.pk}",
                text=_("Nobody to send the survey to"),
                url_name="admin:registry_municipality_change",
                url_args=(municipality.pk,),
                **scope.in_municipality(municipality.pk),
            )


def find_contradicting_duties(scope):
    """Find people with two duties in one municipality that cannot both be true."""
    held = sorted(
        (each for each in scope.appointments if each.person_id),
        key=lambda each: (each.municipality_id, each.person_id, each.pk),
    )
    for (municipality_id, _person_id), roles in groupby(held, key=lambda each: (each.municipality_id, each.person_id)):
        for one, other in combinations(roles, 2):
            if frozenset({one.kind, other.kind}) in CONTRADICTING:
                yield Finding(
                    check="contradicting_duties",
                    subject=f"appointment-{one.pk}-{other.pk}",
                    text=_("%(person)s: %(kind)s and %(other_kind)s")
                    % {
                        "person": one.person,
                        "kind": one.get_kind_display(),
                        "other_kind": other.get_kind_display(),
                    },
                    url_name="admin:registry_appointment_change",
                    url_args=(other.pk,),
                    since=max(one.start, other.start, key=lambda start: start.last),
                    **scope.in_municipality(municipality_id),
                )


def find_contradicted_statements(scope):
    """Find statements that there is nobody, or that somebody is being named, while there is a liaison."""
    liaisons = {}
    for each in scope.liaisons:
        liaisons.setdefault(each.municipality_id, each)
    for statement in scope.statements:
        liaison = liaisons.get(statement.municipality_id)
        if liaison:
            yield Finding(
                check="contradicted_statement",
                subject=f"statement-{statement.pk}",
                text=_("Statement “%(statement)s”, though liaison: %(person)s")
                % {"statement": statement.get_kind_display(), "person": holder(liaison)},
                url_name="admin:registry_situationstatement_change",
                url_args=(statement.pk,),
                since=max(statement.start, liaison.start, key=lambda start: start.last),
                **scope.in_municipality(statement.municipality_id),
            )


def _certainly_outside(pairing, role):
    """Whether the pair certainly holds on a day on which the role certainly does not."""
    begins_early = pairing.start_last < role.start_first
    ends_late = role.end_last is not None and (pairing.end_last is None or pairing.end_first > role.end_last)
    return begins_early or ends_late


def find_pairs_outside_roles(scope):
    """Find working pairs that begin before, or go on after, one of the two roles."""
    for pairing in scope.pairings:
        if any(_certainly_outside(pairing, role) for role in (pairing.appointment, pairing.agent)):
            yield Finding(
                check="pair_outside_roles",
                subject=f"pairing-{pairing.pk}",
                text=_("%(liaison)s and %(agent)s")
                % {"liaison": holder(pairing.appointment), "agent": holder(pairing.agent)},
                url_name="admin:registry_pairing_change",
                url_args=(pairing.pk,),
                since=pairing.start,
                **scope.in_municipality(pairing.agent.municipality_id),
            )


def find_deputies_of_nobody(scope):
    """Find deputies whose liaison is not in the task on the day."""
    with_liaison = {each.municipality_id for each in scope.liaisons}
    for deputy in scope.appointments:
        if deputy.kind != _Kind.DEPUTY:
            continue
        if deputy.deputy_for:
            is_needed = deputy.deputy_for.is_current_on(scope.on)
        else:
            is_needed = deputy.municipality_id in with_liaison
        if not is_needed:
            yield Finding(
                check="deputy_of_nobody",
                subject=f"appointment-{deputy.pk}",
                text=holder(deputy),
                url_name="admin:registry_appointment_change",
                url_args=(deputy.pk,),
                since=deputy.start,
                **scope.in_municipality(deputy.municipality_id),
            )


CHECKS = (
    Check(
        "vacancy",
        gettext_lazy("No liaison in the municipality"),
        gettext_lazy(
            "Without a liaison nobody convenes the associations: call the municipality and record what was said. "
            "“Being named” comes here when it has gone on for over six months."
        ),
        find_vacancies,
    ),
    Check(
        "nobody_to_answer",
        gettext_lazy("Neither a liaison nor a fallback respondent"),
        gettext_lazy(
            "The survey would reach nobody: record who answers until a liaison is named, first of all the wellbeing "
            "contact, and the reason."
        ),
        find_nobody_to_answer,
    ),
    Check(
        "contradicting_duties",
        gettext_lazy("Two duties that contradict each other"),
        gettext_lazy(
            "The same person cannot be, for example, both the liaison and the fallback who answers because there is "
            "no liaison: end the one that is no longer true."
        ),
        find_contradicting_duties,
    ),
    Check(
        "contradicted_statement",
        gettext_lazy("A statement contradicts the liaison"),
        gettext_lazy(
            "The registry holds both a liaison and a statement that there is none or that one is being named: end "
            "the statement on the day before the appointment, or mend the appointment."
        ),
        find_contradicted_statements,
    ),
    Check(
        "pair_outside_roles",
        gettext_lazy("A working pair outside its roles' time"),
        gettext_lazy(
            "A pair cannot begin before the liaison's and the agent's roles nor go on after them: mend the pair's "
            "dates or the role's."
        ),
        find_pairs_outside_roles,
    ),
    Check(
        "deputy_of_nobody",
        gettext_lazy("A deputy without a liaison to stand in for"),
        gettext_lazy(
            "The liaison's appointment has ended or was never chosen: end the deputy's appointment, or record the "
            "deputy as liaison."
        ),
        find_deputies_of_nobody,
    ),
)
