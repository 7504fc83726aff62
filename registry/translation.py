"""Which columns stand in fi, sv and en; their history is registered here, after the translation.

(simple-history crashes on the first save when a translated model declares its
history as a field.)
"""

from modeltranslation.translator import TranslationOptions, register
from simple_history import register as register_history

from registry import models


class NameOptions(TranslationOptions):
    """A name in each language; Finnish is always there."""

    fields = ("name",)
    required_languages = ("fi",)


for named in (
    models.Area,
    models.AreaGroup,
    models.Municipality,
    models.SizeClass,
    models.Sector,
    models.AgentTask,
    models.AssociationField,
    models.Topic,
):
    register(named)(NameOptions)


@register(models.Region)
class RegionOptions(TranslationOptions):
    """Name and role labels."""

    fields = ("name", "liaison_label", "agent_label", "coordinator_label")
    required_languages = ("fi",)


@register(models.FigureSeries)
class FigureSeriesOptions(TranslationOptions):
    """What a series counts."""

    fields = ("name", "explanation")
    required_languages = {"fi": ("name",)}


@register(models.PublishedFigure)
class PublishedFigureOptions(TranslationOptions):
    """Words beside a figure."""

    fields = ("base", "unit", "note")
    required_languages = {"fi": ("unit",)}


@register(models.PageText)
class PageTextOptions(TranslationOptions):
    """A page's text."""

    fields = ("body",)
    required_languages = ("fi", "sv", "en")


_DERIVED = ["sort_key_fi", "sort_key_sv", "sort_key_en"]
register_history(models.Region, excluded_fields=_DERIVED)
register_history(models.Municipality, excluded_fields=[*_DERIVED, "search"])
register_history(models.PublishedFigure)
register_history(models.PageText)
