"""The tables of the ground floor, by subject."""

from registry.models.associations import Association, AssociationContact, AssociationField
from registry.models.boundaries import MunicipalityBoundary
from registry.models.figures import FigureSeries, PublishedFigure
from registry.models.geography import (
    Area,
    AreaGroup,
    AreaMembership,
    Directory,
    Municipality,
    Population,
    Region,
    RegionMembership,
    SizeClass,
)
from registry.models.offers import Channel, GrantPeriod, Premises
from registry.models.people import Consent, Person
from registry.models.roles import (
    Agent,
    AgentTask,
    AgentTraining,
    Appointment,
    Coordinator,
    Pairing,
    Sector,
    SharedMailbox,
    Situation,
    SituationStatement,
)
from registry.models.site import PageText, SiteState
from registry.models.work import Feedback, Task

__all__ = [
    "Agent",
    "AgentTask",
    "AgentTraining",
    "Appointment",
    "Area",
    "AreaGroup",
    "AreaMembership",
    "Association",
    "AssociationContact",
    "AssociationField",
    "Channel",
    "Consent",
    "Coordinator",
    "Directory",
    "Feedback",
    "FigureSeries",
    "GrantPeriod",
    "Municipality",
    "MunicipalityBoundary",
    "PageText",
    "Pairing",
    "Person",
    "Population",
    "Premises",
    "PublishedFigure",
    "Region",
    "RegionMembership",
    "Sector",
    "SharedMailbox",
    "SiteState",
    "Situation",
    "SituationStatement",
    "SizeClass",
    "Task",
]
