"""The kinds of import of the registry's own tables."""

from registry.imports.tables.associations import AssociationContactTarget, AssociationTarget
from registry.imports.tables.figures import PublishedFigureTarget
from registry.imports.tables.geography import MunicipalityTarget, PopulationTarget
from registry.imports.tables.offers import GrantPeriodTarget, PremisesTarget
from registry.imports.tables.roles import AgentTarget, AppointmentTarget

OWN_TARGETS = (
    MunicipalityTarget(),
    PopulationTarget(),
    AppointmentTarget(),
    AgentTarget(),
    AssociationTarget(),
    AssociationContactTarget(),
    PremisesTarget(),
    GrantPeriodTarget(),
    PublishedFigureTarget(),
)
