"""Which tables the public pages show, and the one receiver that makes their pages anew (docs/adr/0004).

Every change that sends no signal (bulk_create, bulk_update, update) on one of these
tables calls `touch()` itself. An application above names its tables with `add_public_models`.
"""

from django.db.models.signals import m2m_changed, post_delete, post_save

from registry import models
from registry.models import SiteState

PUBLIC_MODELS = (
    models.Agent,
    models.Appointment,
    models.Area,
    models.AreaGroup,
    models.AreaMembership,
    models.Association,
    models.Channel,
    models.Consent,
    models.Coordinator,
    models.Directory,
    models.FigureSeries,
    models.GrantPeriod,
    models.Municipality,
    models.MunicipalityBoundary,
    models.PageText,
    models.Person,
    models.Population,
    models.Premises,
    models.PublishedFigure,
    models.Region,
    models.RegionMembership,
    models.Sector,
    models.SharedMailbox,
    models.SituationStatement,
    models.SizeClass,
)


def touch():
    """Make every cached public page anew on its next request; called by bulk paths, which send no signal."""
    SiteState.objects.touch()


def _public_row_changed(sender, **kwargs):
    touch()


def add_public_models(*models_above):
    """Declare tables, and their links to many rows, that the public pages show; above from `AppConfig.ready`."""
    for model in models_above:
        for signal in (post_save, post_delete):
            signal.connect(_public_row_changed, sender=model, dispatch_uid=f"public {model.__name__}")
        for link in (field.remote_field.through for field in model._meta.many_to_many):
            m2m_changed.connect(_public_row_changed, sender=link, dispatch_uid=f"public {link.__name__}")


def connect():
    """Hang the receiver on the declared tables."""
    add_public_models(*PUBLIC_MODELS)
