"""Dates that may be known only as a month, a season or a year.

**The rule of "current on".** A partial date keeps its first and last possible
day. A change counts from the last day on which it may have happened: until then
the earlier state, which was known, stands. A role known to have begun in 2018 is
therefore current from 31.12.2018, one known to have ended in 2018 is current up
to and including 31.12.2018, and two consecutive ones leave no gap.
"""

import datetime as dt
import re
from calendar import monthrange
from dataclasses import dataclass

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.formats import date_format
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

MIN_YEAR, MAX_YEAR = 1900, 2200


class Precision(models.TextChoices):
    """How exactly a date is known."""

    DAY = "day", _("day")
    MONTH = "month", _("month")
    SPRING = "spring", pgettext_lazy("season", "spring (January–May)")
    SUMMER = "summer", pgettext_lazy("season", "summer (June–August)")
    AUTUMN = "autumn", pgettext_lazy("season", "autumn (September–December)")
    YEAR = "year", _("year")


_SEASON_MONTHS = {Precision.SPRING: (1, 5), Precision.SUMMER: (6, 8), Precision.AUTUMN: (9, 12)}
_SEASON_WORDS = {
    "kevät": Precision.SPRING, "vår": Precision.SPRING, "våren": Precision.SPRING, "spring": Precision.SPRING,
    "kesä": Precision.SUMMER, "sommar": Precision.SUMMER, "sommaren": Precision.SUMMER, "summer": Precision.SUMMER,
    "syksy": Precision.AUTUMN, "höst": Precision.AUTUMN, "hösten": Precision.AUTUMN, "autumn": Precision.AUTUMN,
}  # fmt: skip
_ENGLISH_MONTHS = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip


@dataclass(frozen=True, order=True)
class PartialDate:
    """A date known to a day, a month, a season or a year.

    `first` and `last` are its first and last possible day, both included.
    """

    first: dt.date
    last: dt.date
    precision: str = Precision.DAY

    @classmethod
    def day(cls, date):
        """Return the partial date of one known day."""
        return cls(date, date, Precision.DAY)

    @classmethod
    def of(cls, year, precision=Precision.YEAR, month=None):
        """Return the partial date of a year, a season of it, or a month (1–12) of it."""
        if precision == Precision.MONTH:
            first_month = last_month = month
        else:
            first_month, last_month = _SEASON_MONTHS.get(precision, (1, 12))
        last_day = monthrange(year, last_month)[1]
        return cls(dt.date(year, first_month, 1), dt.date(year, last_month, last_day), precision)

    @classmethod
    def parse(cls, text):
        """Return the date that a person wrote.

        Reads 24.9.2020, 24 Sep 2020 (as an English form shows it), 2020-09-24, 9/2020,
        2020-09, syksy 2020 (also in Swedish and English) and 2020. Raises
        ValidationError (code "invalid") for anything else.
        """
        text = " ".join(text.split()).casefold()
        try:
            parsed = cls._read(text)
        except ValueError:
            raise ValidationError(
                _("There is no such date as %(text)s."), code="invalid", params={"text": text[:40]}
            ) from None
        if parsed is None or not MIN_YEAR <= parsed.first.year <= MAX_YEAR:
            raise ValidationError(
                _("Write the date as 24.9.2020, or if you do not know the day: 9/2020, autumn 2020 or 2020."),
                code="invalid",
            )
        return parsed

    @classmethod
    def _read(cls, text):
        if match := re.fullmatch(r"(\d{1,2})\.(\d{1,2})\.(\d{4})", text):
            day, month, year = map(int, match.groups())
            return cls.day(dt.date(year, month, day))
        if match := re.fullmatch(r"(\d{1,2}) ([a-z]{3,9}) (\d{4})", text):
            months = [month for month, name in enumerate(_ENGLISH_MONTHS, start=1) if name.startswith(match[2])]
            return cls.day(dt.date(int(match[3]), months[0], int(match[1]))) if months else None
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
            return cls.day(dt.date.fromisoformat(text))
        if match := re.fullmatch(r"(\d{1,2})[/.](\d{4})", text):
            month, year = map(int, match.groups())
            return cls.of(year, Precision.MONTH, month)
        if match := re.fullmatch(r"(\d{4})-(\d{2})", text):
            year, month = map(int, match.groups())
            return cls.of(year, Precision.MONTH, month)
        if match := re.fullmatch(r"(\w+) (\d{4})", text):
            season = _SEASON_WORDS.get(match[1])
            return season and cls.of(int(match[2]), season)
        if re.fullmatch(r"\d{4}", text):
            return cls.of(int(text))
        return None

    def __str__(self):
        year = self.first.year
        match self.precision:
            case Precision.DAY:
                return date_format(self.first, "SHORT_DATE_FORMAT")
            case Precision.MONTH:
                return f"{self.first.month}/{year}"
            case Precision.SPRING:
                return gettext("spring %(year)s") % {"year": year}
            case Precision.SUMMER:
                return gettext("summer %(year)s") % {"year": year}
            case Precision.AUTUMN:
                return gettext("autumn %(year)s") % {"year": year}
        return str(year)


class PartialDateAttribute(property):
    """Reads and writes the columns `<name>_first`, `<name>_last`, `<name>_precision` as one PartialDate.

    The value is None when the date is not known or has not come. It is a property
    so that a model's constructor takes it as an argument.
    """

    def __init__(self, label, *, required=False, help_text=""):
        super().__init__()
        self.label, self.required, self.help_text = label, required, help_text

    def __set_name__(self, owner, name):
        self.name = name
        self.columns = (f"{name}_first", f"{name}_last", f"{name}_precision")

    def __get__(self, instance, owner):
        if instance is None:
            return self
        first, last, precision = (getattr(instance, column) for column in self.columns)
        return PartialDate(first, last, precision) if first else None

    def __set__(self, instance, value):
        values = (value.first, value.last, value.precision) if value else (None, None, "")
        for column, column_value in zip(self.columns, values, strict=True):
            setattr(instance, column, column_value)


def partial_date_columns(*, required=False):
    """Return the three columns that a PartialDateAttribute reads and writes."""
    optional = {} if required else {"null": True, "blank": True}
    return (
        models.DateField(_("first possible day"), editable=False, **optional),
        models.DateField(_("last possible day"), editable=False, **optional),
        models.CharField(
            _("precision"), max_length=6, choices=Precision, blank=not required, editable=False,
            **({} if required else {"default": ""}),
        ),
    )  # fmt: skip


def partial_date_check(name, prefix, *, required=False):
    """Return the constraint that keeps the three columns of `prefix` consistent."""
    first, last, precision = (f"{prefix}_{column}" for column in ("first", "last", "precision"))
    both_days = models.Q(**{f"{first}__isnull": False, f"{last}__isnull": False, f"{first}__lte": models.F(last)})
    one_day = models.Q(**{precision: Precision.DAY, first: models.F(last)})
    longer = ~models.Q(**{f"{precision}__in": [Precision.DAY, ""]})
    known = both_days & (one_day | longer)
    unknown = models.Q(**{f"{first}__isnull": True, f"{last}__isnull": True, precision: ""})
    return models.CheckConstraint(name=name, condition=known if required else known | unknown)


class PartialDateFormField(forms.CharField):
    """A text field that reads a partial date as people write it."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        # Not max_length: its validator would measure the PartialDate, which has no length.
        self.widget.attrs.setdefault("maxlength", 40)

    def to_python(self, value):
        text = super().to_python(value)
        return PartialDate.parse(text) if text else None

    def prepare_value(self, value):
        return str(value) if isinstance(value, PartialDate) else value

    def has_changed(self, initial, data):
        return self.prepare_value(initial) != (data or None)


class PartialDateModelForm(forms.ModelForm):
    """A model form that shows each PartialDateAttribute of its model as one field."""

    @classmethod
    def partial_attributes(cls):
        model = cls._meta.model
        return [
            attribute
            for parent in reversed(model.__mro__)
            for attribute in vars(parent).values()
            if isinstance(attribute, PartialDateAttribute)
        ]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for attribute in self.partial_attributes():
            if attribute.name in self.fields:
                self.initial.setdefault(attribute.name, getattr(self.instance, attribute.name))

    def _post_clean(self):
        for attribute in self.partial_attributes():
            if attribute.name in self.cleaned_data:
                setattr(self.instance, attribute.name, self.cleaned_data[attribute.name])
        super()._post_clean()

    def _get_validation_exclusions(self):
        checked = {
            column
            for attribute in self.partial_attributes()
            if attribute.name in self.fields and attribute.name not in self._errors
            for column in attribute.columns
        }
        return super()._get_validation_exclusions() - checked
