"""Data quality: declared checks of what looks odd in the registry, and what coordinators have said is right so.

Nothing here changes by itself or is stored: the checks run anew each time they are
asked, and an acceptance stops counting when its day has passed. An application on a
higher floor adds its own checks with `register` in its AppConfig.ready.
"""

from registry.quality import contacts, duties, offers, roles, twins
from registry.quality.acceptance import accept_finding, usual_until, withdraw_acceptance
from registry.quality.checks import Check, Finding, declared_checks, find_check, first_address, register
from registry.quality.report import Report, Section, find_finding, open_findings
from registry.quality.scope import Scope, since_day

CHECKS = roles.CHECKS + duties.CHECKS + contacts.CHECKS + twins.CHECKS + offers.CHECKS

__all__ = [
    "CHECKS",
    "Check",
    "Finding",
    "Report",
    "Scope",
    "Section",
    "accept_finding",
    "declared_checks",
    "find_check",
    "find_finding",
    "first_address",
    "open_findings",
    "register",
    "since_day",
    "usual_until",
    "withdraw_acceptance",
]
