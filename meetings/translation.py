"""Which columns of meetings stand in fi, sv and en; histories of translated tables are registered after it.

A meeting's words are needed in the languages in which it is held; any stands in for another.
"""

from modeltranslation.translator import TranslationOptions, register
from simple_history import register as register_history

from meetings import models
from registry.history import PersonalHistory


class _Options(TranslationOptions):
    """Any language stands in for another: an evening may be told of in Swedish alone."""

    required_languages = ()
    fallback_languages = {"default": ("fi", "sv", "en")}


@register([models.MeetingKind, models.MeetingTheme])
class NamedOptions(_Options):
    """A name and what it means."""

    fields = ("name", "description")
    required_languages = {"fi": ("name",)}


@register(models.AgendaTemplateItem)
class AgendaTemplateOptions(_Options):
    """A point's title."""

    fields = ("title",)
    required_languages = ("fi",)


@register(models.Venue)
class VenueOptions(_Options):
    """How to come and how accessible it is; name and address are as on the door."""

    fields = ("directions", "accessibility")


@register(models.Meeting)
class MeetingOptions(_Options):
    """A meeting's words."""

    fields = models.Meeting.WORDING


@register(models.AgendaItem)
class AgendaItemOptions(_Options):
    """A point's title."""

    fields = models.AgendaItem.WORDING


register_history(models.Venue, excluded_fields=["sort_key"])
register_history(models.Meeting)
register_history(models.AgendaItem, records_class=PersonalHistory, personal=["speaker"])
register_history(models.Decision, records_class=PersonalHistory, personal=["doer"])
