"""Words of the site's own addresses cannot be the address of a region or a municipality."""

import re

import pytest
from django.core.exceptions import ValidationError
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils.translation import override

from registry.addresses import REGION_WORDS, TOP_LEVEL_WORDS, validate_municipality_slug, validate_region_slug
from registry.models import Municipality, Region
from tests.registry.helpers import codes

# The words of docs/rules.md, Addresses.
PRODUCT_TOP_LEVEL = [
    "y", "avoin-data", "api", "saavutettavuus", "tietosuoja", "tietoa", "palaute", "kirjaudu", "oma", "hallinta",
    "healthz", "readyz", "static", "media", "sv", "en", "fi",
]  # fmt: skip
PRODUCT_REGION = ["kysely", "vertaa", "tapahtumat", "kaytannot", "aineistot", "neuvottelukunta"]


def test_every_word_of_the_product_is_reserved():
    assert set(PRODUCT_TOP_LEVEL) <= TOP_LEVEL_WORDS
    assert set(PRODUCT_REGION) <= REGION_WORDS


@pytest.mark.parametrize("word", sorted(TOP_LEVEL_WORDS))
def test_a_top_level_word_is_refused_to_regions_and_municipalities(word):
    for validate in (validate_region_slug, validate_municipality_slug):
        with pytest.raises(ValidationError) as refused:
            validate(word)
        assert codes(refused) == ["reserved"]
        assert word in refused.value.messages[0]


@pytest.mark.parametrize("word", sorted(REGION_WORDS))
def test_a_word_below_regions_is_refused_to_municipalities_only(word):
    with pytest.raises(ValidationError) as refused:
        validate_municipality_slug(word)

    assert codes(refused) == ["reserved"]
    validate_region_slug(word)


@pytest.mark.parametrize(
    "slug",
    [
        "", " ", "Oulu", "äänekoski", "oulu ", "oulu\n", "-oulu", "oulu-", "pyha--jarvi", "oulu/ii", "oulu.csv",
        "oulu_ii", "oulu\x00", "🙂", "../oulu", "ｏulu", "oulu%20",
    ],
)  # fmt: skip
def test_a_slug_has_ascii_letters_digits_and_single_hyphens_only(slug):
    for validate in (validate_region_slug, validate_municipality_slug):
        with pytest.raises(ValidationError) as refused:
            validate(slug)
        assert codes(refused) == ["invalid"]


@pytest.mark.parametrize("slug", ["oulu", "ii", "pohjois-pohjanmaa", "kunta-2", "0", "oulu-oma", "kyselyt"])
def test_an_ordinary_slug_is_accepted(slug):
    validate_region_slug(slug)
    validate_municipality_slug(slug)


@pytest.mark.parametrize(
    ("model", "slug", "expected"), [(Region, "oma", ["reserved"]), (Municipality, "kysely", ["reserved"])]
)
def test_the_models_ask_the_same_rule(model, slug, expected):
    with pytest.raises(ValidationError) as refused:
        model(code="99", name_fi="Nimi", slug=slug).clean_fields()

    assert codes(refused) == expected


def _paths(patterns, prefix=""):
    """Yield the whole path of every address, as it is written in the URL patterns."""
    for pattern in patterns:
        path = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _paths(pattern.url_patterns, path)
        elif isinstance(pattern, URLPattern):
            yield path


def test_every_address_of_the_site_begins_with_a_reserved_word():
    """A new page under a new word fails here, before a municipality has taken the word."""
    with override("fi"):
        paths = list(_paths(get_resolver().url_patterns))
    parts = [path.removeprefix("^").split("/") for path in paths]
    is_word = re.compile(r"[a-z0-9-]+").fullmatch

    top = {part[0] for part in parts if is_word(part[0])}
    below_region = {part[1] for part in parts if part[0].startswith("<") and len(part) > 1 and is_word(part[1])}

    assert {"hallinta", "healthz", "tietosuoja", "palaute"} <= top
    assert top <= TOP_LEVEL_WORDS
    assert below_region <= REGION_WORDS
