"""Checks of rows that seem to tell of the same person or the same association."""

import re
from itertools import chain

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.names import fold
from common.numbers import dialled
from registry.models import Agent, Appointment, Association, Person
from registry.quality.checks import Check, Finding, first_address

# Finland's own prefix is written in two ways or left out.
COUNTRY_PREFIX = re.compile(r"\A(\+358|00358)0?")
# "Kuoro", "Kuoro ry" and "Kuoro r.y." are one association; rf is the same in Swedish.
REGISTERED = re.compile(r" (ry|r y|rf|r f)(?= |\Z)")


def national(phone):
    """Return a phone number as it is dialled in Finland, so that +358 40 and 040 are the same."""
    return COUNTRY_PREFIX.sub("0", dialled(phone))


def without_form(name):
    """Return a folded name of an association without its legal form."""
    return REGISTERED.sub("", name)


def _people_of_regions(scope):
    """Yield (region id, people whom the region's coordinators see): whose record it keeps, or who have a role there."""
    roles = [
        role.objects.filter(municipality__in=scope.municipality_rows, person__isnull=False)
        .order_by()
        .values_list("person", "municipality")
        for role in (Appointment, Agent)
    ]
    regions_of = {}
    for person_id, municipality_id in chain(*roles):
        regions_of.setdefault(person_id, set()).add(scope.municipalities[municipality_id].region_id_now)
    in_region = {}
    for person in Person.objects.in_regions(scope.regions).order_by("pk"):
        for region_id in regions_of.get(person.pk, set()) | ({person.region_id} & scope.regions.keys()):
            in_region.setdefault(region_id, []).append(person)
    return in_region.items()


def _may_be_one(one, other):
    """Whether two people with the same phone may be one: colleagues behind one exchange differ in all else."""
    words = set(fold(one.name).split()) & set(fold(other.name).split())
    return bool(words) or not one.email or not other.email


def _alike(people):
    """Return {(one, other): what is the same} for the people who look the same, the older row first."""
    kinds = (
        (_("name"), lambda person: fold(person.name), lambda one, other: True),
        (_("e-mail"), lambda person: person.email.casefold(), lambda one, other: True),
        (_("phone"), lambda person: national(person.phone), _may_be_one),
    )
    found = {}
    for label, key, is_likely in kinds:
        groups = {}
        for person in people:
            groups.setdefault(key(person), []).append(person)
        groups.pop("", None)
        for first, *others in groups.values():
            for other in others:
                if is_likely(first, other):
                    found.setdefault((first, other), []).append(label)
    return found


def find_people_twice(scope):
    """Find pairs of rows with the same name, e-mail or phone among the people whom a region sees.

    Of a group of n alike the oldest row is paired with each of the others, so that a
    large group gives n - 1 findings. The same phone counts when the names share a word
    or an e-mail is missing.
    """
    for region_id, people in _people_of_regions(scope):
        for (one, other), same in _alike(people).items():
            yield Finding(
                check="person_twice",
                subject=f"person-{one.pk}-{other.pk}",
                region_id=region_id,
                text=_("%(one)s and %(other)s, the same: %(same)s")
                % {"one": one, "other": other, "same": ", ".join(same)},
                url_name=first_address("admin:registry_person_merge", "admin:registry_person_change", args=(other.pk,)),
                url_args=(other.pk,),
            )


def find_associations_twice(scope):
    """Find working associations of one municipality with the same name but for case, accents and legal form."""
    rows = Association.objects.filter(municipality__in=scope.municipality_rows)
    rows = rows.filter(Q(ended_on__isnull=True) | Q(ended_on__gte=scope.on)).order_by("pk")
    groups = {}
    for pk, municipality_id, search, number in rows.values_list("pk", "municipality_id", "search", "register_number"):
        # The stored column is the folded name with the folded number behind it: folding anew would take seconds.
        name = search.removesuffix(f" {fold(number)}") if number else search
        groups.setdefault((municipality_id, without_form(name)), []).append(pk)
    twins = [(place, pks) for (place, _name), pks in groups.items() if len(pks) > 1]
    names = Association.objects.in_bulk([pk for _place, pks in twins for pk in pks])
    for municipality_id, (first, *others) in twins:
        for other in others:
            yield Finding(
                check="association_twice",
                subject=f"association-{first}-{other}",
                text=_("%(one)s and %(other)s") % {"one": names[first], "other": names[other]},
                url_name=first_address(
                    "admin:registry_association_merge", "admin:registry_association_change", args=(other,)
                ),
                url_args=(other,),
                **scope.in_municipality(municipality_id),
            )


CHECKS = (
    Check(
        "person_twice",
        gettext_lazy("Two people who look the same"),
        gettext_lazy(
            "Details mended in one row stay wrong in the other, and letters go out twice: merge the two, or say that "
            "they are two people."
        ),
        find_people_twice,
    ),
    Check(
        "association_twice",
        gettext_lazy("Two associations that look the same"),
        gettext_lazy("Counted and invited twice: merge the two, or say that they are two associations."),
        find_associations_twice,
    ),
)
