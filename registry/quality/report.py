"""What the checks find for a coordinator: what is open, and what has been accepted as right for the time being."""

from dataclasses import dataclass

from registry.models import AreaMembership, QualityException
from registry.quality.checks import Check, Finding, declared_checks
from registry.quality.scope import Scope


@dataclass(frozen=True)
class AcceptedFinding:
    """A finding with what somebody has said of it."""

    finding: Finding
    exception: QualityException


@dataclass(frozen=True)
class Section:
    """One check with what it found: the open findings, and the accepted ones."""

    check: Check
    open: tuple[Finding, ...]
    accepted: tuple[AcceptedFinding, ...]


@dataclass(frozen=True)
class Report:
    """The sections of the checks that were run, in the declared order."""

    scope: Scope
    sections: tuple[Section, ...]

    @classmethod
    def of(cls, region_ids, on, *, checks=None, area=None):
        """Run `checks` (all, unless named) on these regions as they are on day `on`; return the Report.

        With `area` only findings about its municipalities are told, and those about the
        whole region. The number of queries depends on the checks alone.
        """
        scope = Scope(region_ids, on)
        in_force = QualityException.objects.in_regions(region_ids).in_force_on(on).select_related("accepted_by__person")
        accepted = {(each.region_id, each.check_key, each.subject): each for each in in_force}
        inside = _municipalities_in(area, on) if area else None
        rank = {pk: number for number, pk in enumerate(scope.municipalities)}
        sections = []
        for check in declared_checks() if checks is None else checks:
            findings = [
                finding
                for finding in check.find(scope)
                if inside is None or not finding.places or not inside.isdisjoint(finding.places)
            ]
            # By municipality, as the work goes; the whole region's first.
            findings.sort(key=lambda each: (min((rank[pk] for pk in each.places), default=-1), each.text))
            sections.append(_section(check, findings, accepted))
        return cls(scope, tuple(sections))


def _section(check, findings, accepted):
    """Return the Section of a check's findings."""
    keys = [(finding.region_id, check.key, finding.subject) for finding in findings]
    pairs = list(zip(findings, keys, strict=True))
    return Section(
        check,
        tuple(finding for finding, key in pairs if key not in accepted),
        tuple(AcceptedFinding(finding, accepted[key]) for finding, key in pairs if key in accepted),
    )


def _municipalities_in(area, on):
    """Return the ids of the municipalities that are in an area on a day."""
    return set(AreaMembership.objects.current_on(on).filter(area=area).values_list("municipality", flat=True))


def open_findings(region_ids, on, *, checks=None):
    """Return what these regions have to look at on day `on`, all checks together."""
    return [finding for section in Report.of(region_ids, on, checks=checks).sections for finding in section.open]


def find_finding(region, check, subject, on):
    """Return what `check` finds of `subject` in `region` on day `on`, accepted or not, or None."""
    return next((each for each in check.find(Scope([region.pk], on)) if each.subject == subject), None)
