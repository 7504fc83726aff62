"""The tables of the ground floor, by subject."""

from registry.models.association_letters import AssociationLetter
from registry.models.associations import Association, AssociationContact, AssociationField
from registry.models.boundaries import MunicipalityBoundary
from registry.models.changes import ChangedRow, ChangeSet
from registry.models.contact_log import ContactEntry
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
from registry.models.imports import ExportLog, ImportMapping, ImportRow, ImportRun
from registry.models.offers import Channel, GrantPeriod, Premises
from registry.models.people import Consent, Person
from registry.models.portal import ActingEntry, ColleagueQuestion, Handover, Topic
from registry.models.quality import QualityException
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
from registry.models.work import Feedback, Task, WorkArea

__all__ = [
    "ActingEntry",
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
    "AssociationLetter",
    "ChangeSet",
    "ChangedRow",
    "Channel",
    "ColleagueQuestion",
    "Consent",
    "ContactEntry",
    "Coordinator",
    "Directory",
    "ExportLog",
    "Feedback",
    "FigureSeries",
    "GrantPeriod",
    "Handover",
    "ImportMapping",
    "ImportRow",
    "ImportRun",
    "Municipality",
    "MunicipalityBoundary",
    "PageText",
    "Pairing",
    "Person",
    "Population",
    "Premises",
    "PublishedFigure",
    "QualityException",
    "Region",
    "RegionMembership",
    "Sector",
    "SharedMailbox",
    "SiteState",
    "Situation",
    "SituationStatement",
    "SizeClass",
    "Task",
    "Topic",
    "WorkArea",
]
