"""Which columns of the survey stand in fi, sv and en; histories of translated tables are registered after it.

Which languages are needed is the round's: opening checks it, so that a draft may be
written in one language first.
"""

from modeltranslation.translator import TranslationOptions, register
from simple_history import register as register_history

from surveys import models


class _Options(TranslationOptions):
    """No language is demanded by the form, and any stands in for another: a round may be in Swedish alone."""

    required_languages = ()
    fallback_languages = {"default": ("fi", "sv", "en")}


@register(models.Theme)
class ThemeOptions(TranslationOptions):
    """A theme's words."""

    fields = ("name", "description")
    required_languages = {"fi": ("name",)}


@register([models.Criterion, models.Indicator])
class NameOptions(TranslationOptions):
    """A name in each language."""

    fields = ("name",)
    required_languages = ("fi",)


@register(models.Round)
class RoundOptions(_Options):
    """A round's words."""

    fields = models.Round.WORDING


@register(models.RoundTheme)
class RoundThemeOptions(_Options):
    """A theme's introduction in a round."""

    fields = models.RoundTheme.WORDING


@register(models.Question)
class QuestionOptions(_Options):
    """A question's words."""

    fields = models.Question.WORDING


@register([models.Option, models.QuestionRow, models.TableColumn])
class LabelOptions(_Options):
    """A label."""

    fields = ("label",)


@register(models.Comparability)
class ComparabilityOptions(_Options):
    """Why two questions cannot be compared."""

    fields = models.Comparability.WORDING


@register(models.ResultEdition)
class ResultEditionOptions(_Options):
    """What was corrected and why."""

    fields = models.ResultEdition.WORDING


register_history(models.Round)
register_history(models.Question)
register_history(models.Comparability)
