"""Who may do what: rights follow from the roles that are current today, and are computed here alone."""

from django.contrib.auth.backends import BaseBackend

from accounts.models import WORK_IN_ADMIN
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


def _permissions(action, tables):
    return {f"registry.{action}_{table._meta.model_name}" for table in tables}


COORDINATOR_PERMISSIONS = frozenset(
    {WORK_IN_ADMIN}
    | _permissions("view", _KEEPS + _CHANGES + _SEES)
    | _permissions("change", _KEEPS + _CHANGES)
    | _permissions("add", (*_KEEPS, models.AreaMembership, models.Consent, models.Area))
)


class CoordinatorBackend(BaseBackend):
    """Gives a coordinator the rights of the role for as long as the role is current; signs nobody in.

    Nothing is ever deleted by a coordinator: things end, with a date. Which rows
    the rights reach is decided by `editable_by` of each table.
    """

    def get_user_permissions(self, user_obj, obj=None):
        """Return the permissions that follow from today's roles of `user_obj`."""
        return set(COORDINATOR_PERMISSIONS) if coordinated_region_ids(user_obj) else set()

    def get_all_permissions(self, user_obj, obj=None):
        return self.get_user_permissions(user_obj, obj)

    def has_perm(self, user_obj, perm, obj=None):
        return perm in COORDINATOR_PERMISSIONS and bool(coordinated_region_ids(user_obj))

    def has_module_perms(self, user_obj, app_label):
        """Whether the user may see the application `app_label` in the administration."""
        return app_label == "registry" and bool(coordinated_region_ids(user_obj))
