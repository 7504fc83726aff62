"""Who may do what: rights follow from the roles that are current today, and are computed here alone."""

import datetime as dt
from dataclasses import dataclass
from functools import wraps

from django.contrib.auth.backends import BaseBackend, ModelBackend
from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef
from django.http import Http404
from django.shortcuts import redirect
from django.utils import timezone

from accounts.models import WORK_IN_ADMIN, User
from common.prepared import Prepared
from mailing.models import QuietPeriod
from registry import models
from registry.models.scope import coordinated_region_ids

_KEEPS = (
    models.Agent,
    models.AgentTraining,
    models.Appointment,
    models.Association,
    models.AssociationContact,
    models.Channel,
    models.ContactEntry,
    models.GrantPeriod,
    models.Pairing,
    models.Person,
    models.Premises,
    models.SharedMailbox,
    models.SituationStatement,
    models.Task,
)
_CHANGES = (models.Area, models.AreaGroup, models.AreaMembership, models.Feedback, models.Municipality, models.Region)
_SEES = (
    models.ActingEntry,
    models.AgentTask,
    models.AssociationField,
    models.ChangeSet,
    models.Consent,
    models.Coordinator,
    models.Directory,
    models.ExportLog,
    models.FigureSeries,
    models.Handover,
    models.ImportMapping,
    models.ImportRun,
    models.Population,
    models.PublishedFigure,
    models.QualityException,
    models.RegionMembership,
    models.Sector,
    models.SizeClass,
    models.Topic,
)


def rights_of(actions, *tables):
    """Return the permissions for an action, or for several, on these tables, as a set."""
    actions = (actions,) if isinstance(actions, str) else actions
    return {f"{table._meta.app_label}.{action}_{table._meta.model_name}" for action in actions for table in tables}


_coordinators_rights = (
    {WORK_IN_ADMIN}
    | rights_of("view", *_KEEPS, *_CHANGES, *_SEES)
    | rights_of("change", *_KEEPS, *_CHANGES)
    | rights_of("add", *_KEEPS, models.AreaMembership, models.Consent, models.Area, models.PublishedFigure)
    | rights_of(("view", "add", "change"), QuietPeriod)
)


def register_rights(rights):
    """Add what coordinators may do with the tables of a higher floor; called from its AppConfig.ready."""
    _coordinators_rights.update(rights)


def coordinators_rights():
    """Return every permission that a coordinator of some region has."""
    return frozenset(_coordinators_rights)


class CoordinatorBackend(BaseBackend):
    """Gives a coordinator the rights of the role for as long as the role is current; signs nobody in.

    Nothing of the registry is ever deleted by a coordinator: things end, with a date.
    Which rows the rights reach is decided by `editable_by` of each table.
    """

    def get_user(self, user_id):
        """Return the account of a session, as any backend does: a session may name this one, being the first."""
        return ModelBackend().get_user(user_id)

    def get_user_permissions(self, user_obj, obj=None):
        """Return the permissions that follow from today's roles of `user_obj`."""
        return set(_coordinators_rights) if coordinated_region_ids(user_obj) else set()

    def get_all_permissions(self, user_obj, obj=None):
        return self.get_user_permissions(user_obj, obj)

    def has_perm(self, user_obj, perm, obj=None):
        """Whether a role of today gives the right `perm`; what it does not give nobody gives."""
        return self._decided(perm in _coordinators_rights, user_obj)

    def has_module_perms(self, user_obj, app_label):
        """Whether the user may see the application `app_label` in the administration."""
        of_app = any(right.startswith(f"{app_label}.") for right in _coordinators_rights - {WORK_IN_ADMIN})
        return self._decided(of_app, user_obj)

    def _decided(self, is_coordinators, user_obj):
        """Return True, or raise PermissionDenied, upon which Django asks no other backend for rights of its tables."""
        if is_coordinators and coordinated_region_ids(user_obj):
            return True
        raise PermissionDenied


# --- The portal's one gate -------------------------------------------------------------------------------------------

LIAISON, DUTIES, DEPUTY, FALLBACK = (
    models.Appointment.Kind.LIAISON.value,
    models.Appointment.Kind.DUTIES.value,
    models.Appointment.Kind.DEPUTY.value,
    models.Appointment.Kind.FALLBACK.value,
)
AGENT, COORDINATOR = "agent", "coordinator"
OFFICERS = frozenset({LIAISON, DUTIES, DEPUTY})
EVERYBODY = OFFICERS | {FALLBACK, AGENT, COORDINATOR}
LOOKING_AT = "portal_looking_at"


@dataclass(frozen=True)
class MunicipalityAccess:
    """Somebody's way to one municipality's pages in the portal: who, where, and in which roles today.

    The gate knows the account; its person is read when first asked for.
    """

    municipality: models.Municipality
    holder: models.Person | User | None
    roles: frozenset[str]
    may_write: bool = False  # on the page that is being shown

    @property
    def person(self):
        """The registry's Person whose way it is, or None."""
        return getattr(self.holder, "person", None) if isinstance(self.holder, User) else self.holder

    @property
    def is_officer(self):
        """Whether the person works for the municipality as liaison, deputy or with the duties."""
        return bool(self.roles & OFFICERS)

    @property
    def is_agent(self):
        """Whether the person is the municipality's volunteer agent."""
        return AGENT in self.roles

    @property
    def is_looking(self):
        """Whether a coordinator looks at the pages as the municipality's people see them."""
        return not self.roles - {COORDINATOR}

    def may(self, roles):
        """Whether one of `roles` is among the person's own."""
        return bool(self.roles & roles)


def roles_in_municipality(user, municipality):
    """Return the roles that `user` has in `municipality` today, as a set of words; empty for a stranger."""
    return _municipality_and_roles(user, municipality.slug)[1]


def _municipality_and_roles(user, slug):
    """Return the municipality of this address and the roles that `user` has there today, or (None, nothing)."""
    if not (user.is_authenticated and user.is_active):
        return None, frozenset()
    for municipality in _with_roles(slug, user.pk, timezone.localdate()):
        return municipality, frozenset(str(role) for role in EVERYBODY if getattr(municipality, f"as_{role}"))
    return None, frozenset()


@Prepared
def _with_roles(slug: str, user: int, on: dt.date):
    here = {"person__user": user, "municipality": OuterRef("pk")}
    kinds = models.Appointment.Kind
    rows = {kind: models.Appointment.objects.current_on(on).filter(kind=kind, **here) for kind in kinds}
    rows[AGENT] = models.Agent.objects.current_on(on).filter(**here)
    regions = models.Coordinator.objects.current_on(on).filter(person__user=user).order_by().values("region")
    members = models.RegionMembership.objects.current_on(on).filter(municipality=OuterRef("pk"))
    rows[COORDINATOR] = members.filter(region__in=regions)
    has_role = {f"as_{role}": Exists(row.order_by()) for role, row in rows.items()}
    return models.Municipality.objects.filter(slug=slug).annotate(**has_role)


def municipality_gate(*, writers=OFFICERS | {COORDINATOR}, readers=EVERYBODY, for_writing=False, is_own_work=False):
    """Open a portal page of one municipality to those who have a role there today.

    The decorated view gets (request, access, …) in place of the address's
    municipality. Strangers get 404, those who may read but not write 403 for a POST, and
    for a GET too when the whole page is `for_writing` (a form). A coordinator without
    another role there first says that they look at the pages in somebody's place
    (address `portal_look`), which is logged; not where it is their own work that is done.
    """

    def decorate(view):
        @wraps(view)
        def gate(request, municipality_slug, *args, **kwargs):
            municipality, roles = _municipality_and_roles(request.user, slug=municipality_slug)
            access = MunicipalityAccess(municipality, request.user, roles, may_write=bool(roles & writers))
            if not access.may(readers):
                raise Http404
            if access.is_looking and not is_own_work and request.session.get(LOOKING_AT) != municipality.pk:
                return redirect("portal_look", municipality_slug)
            if (for_writing or request.method not in {"GET", "HEAD"}) and not access.may_write:
                raise PermissionDenied
            return view(request, access, *args, **kwargs)

        gate.is_guarded = True
        return gate

    return decorate
