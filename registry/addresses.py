"""Words that addresses use, so that no region or municipality may be called by them (docs/rules.md, Addresses)."""

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

TOP_LEVEL_WORDS = frozenset(
    {"sv", "en", "fi", "y", "avoin-data", "api", "saavutettavuus", "tietosuoja", "tietoa", "palaute", "kirjaudu"}
    | {"oma", "hallinta", "posti", "healthz", "readyz", "static", "media", "sitemap", "robots"}
)
PORTAL_WORDS = frozenset(["tiedot", "hakemisto", "luovutus", "tehtavat", "kirjautumiset", "haastattelut", "kalenteri"])
# Beside municipalities below a round's address.
ROUND_WORDS = frozenset(["menetelma", "kysymys", "tiedostot", "raportti", "tiedote"])
REGION_WORDS = frozenset(["kysely", "vertaa", "tapahtumat", "kaytannot", "aineistot", "neuvottelukunta"])

slug_shape = RegexValidator(
    r"\A[a-z0-9]+(-[a-z0-9]+)*\Z",
    _("Use only lower-case letters a–z, digits and single hyphens, for example pohjois-pohjanmaa."),
    "invalid",
)


def _refuse_reserved(slug, words):
    if slug in words:
        raise ValidationError(
            _("“%(slug)s” is a page of the site itself, so it cannot be an address here. Choose another."),
            code="reserved",
            params={"slug": slug},
        )


def validate_region_slug(slug):
    """Raise ValidationError (code "invalid" or "reserved") unless `slug` can be a region's address."""
    slug_shape(slug)
    _refuse_reserved(slug, TOP_LEVEL_WORDS)


def validate_municipality_slug(slug):
    """Raise ValidationError (code "invalid" or "reserved") unless `slug` can be a municipality's address."""
    slug_shape(slug)
    _refuse_reserved(slug, TOP_LEVEL_WORDS | REGION_WORDS | PORTAL_WORDS | ROUND_WORDS)
