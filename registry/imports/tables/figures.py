"""Import of published figures: aggregates with their source, the day of the edition and n."""

import re

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from registry.imports.columns import ImportColumn, choice, column, number, show_word, word_of
from registry.imports.places import municipality
from registry.imports.targets import TableTarget
from registry.models import FigureSeries, Municipality, PublishedFigure

_KEY = PublishedFigure._meta.get_field("key")


def _key(text, row):
    return _KEY.clean(text, None)


def _figures(check):
    """Return every figure by its key: of the registry, and of the rows so far."""
    return check.once("figures", lambda: {each.key: each for each in PublishedFigure.objects.all()})


def _year(text, row):
    if not re.fullmatch("(19|20)[0-9]{2}", text.strip()):
        raise ValidationError(_("Write the year, for example 2018."))
    return int(text)


class PublishedFigureTarget(TableTarget):
    """Published figures by their key. None is ever changed: a correction is a row of its own."""

    key = "published-figures"
    label = gettext_lazy("published figures")
    help = gettext_lazy(
        "Aggregates that were published before the registry, each with its source, the day of the edition and n. "
        "What has been published stays: a correction is a row with a key and a day of its own that names what it "
        "corrects."
    )
    position = 90
    model = PublishedFigure
    writes = (PublishedFigure,)
    reads = (FigureSeries, Municipality)
    key_names = ("key",)
    fields = (
        "key", "series", "published_on", "reference_year", "statistic", "value", "out_of", "base_fi", "unit_fi",
        "indicator_key", "options", "source", "source_url", "note_fi",
    )  # fmt: skip
    columns = (
        ImportColumn("key", gettext_lazy("key"), _key, is_required=True, aliases=("avain", "tunnus", "id", "nyckel"),
                     help=gettext_lazy("A short name of the row, for example kysely-2018-tilat.")),
        column(PublishedFigure, "series", parse=word_of(FigureSeries), show=show_word(FigureSeries), is_required=True,
               aliases=("sarja", "luku", "serie", "figure")),
        ImportColumn("municipality", gettext_lazy("municipality’s code"), municipality,
                     help=gettext_lazy("Only when the figure is about one municipality."),
                     aliases=("kuntakoodi", "kunta", "kommunkod", "municipality_code")),
        column(PublishedFigure, "published_on", is_required=True,
               aliases=("julkaistu", "julkaisupäivä", "publicerad", "published")),
        ImportColumn("reference_year", gettext_lazy("year it tells of"), _year, is_required=True,
                     aliases=("vuosi", "år", "year")),
        column(PublishedFigure, "statistic", parse=choice(
            PublishedFigure.Statistic, count=("lukumäärä", "kpl", "antal"), mean=("keskiarvo", "medeltal"),
            sum=("summa",), per_resident=("asukasta kohti", "per invånare"), percent=("prosentti", "%", "procent"),
        ), is_required=True, aliases=("tunnusluku", "mitta", "statistik")),
        column(PublishedFigure, "value", parse=number(PublishedFigure, "value"), is_required=True,
               aliases=("arvo", "värde")),
        column(PublishedFigure, "out_of", aliases=("n", "vastaajia", "kuinka monesta", "antal svar"),
               help=gettext_lazy("Left out: it was never published, and no share is shown.")),
        column(PublishedFigure, "base_fi", label=gettext_lazy("what it is a share of, in Finnish"),
               aliases=("mistä osuus", "base")),
        column(PublishedFigure, "unit_fi", label=gettext_lazy("unit, in Finnish"), is_required=True,
               aliases=("yksikkö", "enhet", "unit")),
        column(PublishedFigure, "indicator_key", aliases=("mittari", "indikator", "indicator")),
        column(PublishedFigure, "options", label=gettext_lazy("answers counted, in Finnish"),
               aliases=("vaihtoehdot", "alternativ", "options")),
        ImportColumn("supersedes", gettext_lazy("corrects"), _key,
                     help=gettext_lazy("The key of the figure that this one corrects."),
                     aliases=("korjaa", "rättar", "supersedes")),
        column(PublishedFigure, "source", is_required=True, aliases=("lähde", "källa")),
        column(PublishedFigure, "source_url", aliases=("lähteen osoite", "linkki", "länk")),
        column(PublishedFigure, "note_fi", label=gettext_lazy("note, in Finnish"),
               aliases=("huomautus", "anmärkning", "note")),
    )  # fmt: skip
    example = {
        "key": "kysely-2018-tilat", "series": "premises_free", "municipality": "", "published_on": "24.9.2018",
        "reference_year": "2018", "statistic": "count", "value": "12", "out_of": "29",
        "base_fi": "vastanneista kunnista", "unit_fi": "kuntaa", "indicator_key": "premises_cost",
        "options": "Kaikki maksutta", "supersedes": "",
        "source": "Raportti 2018, s. 4", "source_url": "https://example.org/raportti", "note_fi": "",
    }  # fmt: skip

    def is_open_to(self, user):
        """Whether `user` may add figures; none is changed."""
        return user.has_perm("registry.add_publishedfigure")

    def find(self, rows, check):
        keys = [row.values["key"] for row in rows]
        known = {}
        for figure in PublishedFigure.objects.filter(key__in=keys).select_related("series", "supersedes"):
            known[(figure.key,)] = [figure]
        if check.run.region is None:
            for row in rows:
                row.refuse(_("Choose the region of the figures when you read the file."), "key")
        return known

    def make(self, row, check):
        place = row.values.get("municipality")
        row.differ("series", "", row.values["series"])
        return PublishedFigure(region=check.run.region, municipality_id=place and place.pk, series=row.values["series"])

    def adjust(self, row, instance, check):
        """Refuse what would change a published figure, a share over its n, and a correction that corrects nothing."""
        if not row.is_new:
            self._refuse_changes(row, instance, check)
            return
        if place := row.values.get("municipality"):
            row.differ("municipality", "", place)
        counted = instance.statistic == PublishedFigure.Statistic.COUNT
        if counted and instance.out_of is not None and instance.value > instance.out_of:
            row.refuse(_("The count is greater than the number it is out of."), "value")
        if key := row.values.get("supersedes"):
            self._correct(row, instance, key, check)
        # Later rows of the file may correct this one.
        _figures(check)[instance.key] = instance

    def _correct(self, row, instance, key, check):
        """Let the figure correct the one with this key, of the registry or of an earlier row."""
        before = _figures(check).get(key)
        if before is None:
            row.refuse(_("There is no figure with the key %(key)s before this row.") % {"key": key}, "supersedes")
            return
        if (before.series_id, before.region_id) != (instance.series_id, instance.region_id):
            row.refuse(_("A correction is of the same series and region as what it corrects."), "supersedes")
        if before.published_on >= instance.published_on:
            row.refuse(_("A correction is published after what it corrects."), "published_on")
        instance.supersedes = before
        row.differ("supersedes", "", key)

    def _refuse_changes(self, row, instance, check):
        if instance.region_id != check.run.region.pk:
            row.refuse(_("Another region has a figure with this key."), "key")
        for key, _old, new in row.differences:
            told = {"key": instance.key, "value": new}
            message = _(
                "A published figure stays as it is. Give the correction (%(value)s) a row of its own "
                "that corrects %(key)s."
            )
            row.refuse(message % told, key)
        place, corrected = row.values.get("municipality"), row.values.get("supersedes")
        if place is not None and place.pk != instance.municipality_id:
            row.refuse(_("A published figure stays as it is."), "municipality")
        if corrected is not None and corrected != getattr(instance.supersedes, "key", None):
            row.refuse(_("A published figure stays as it is."), "supersedes")
