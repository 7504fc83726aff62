"""Words that are kept are those of the language in which they are asked."""

from django.utils import translation
from django.utils.translation import gettext as _

from common.kept import kept_in_each_language
from public.forms import RegionListForm


def test_words_are_made_once_for_each_language_and_values():
    made = []

    @kept_in_each_language(8)
    def words(n):
        made.append(n)
        return f"{n} {_('Municipality')}"

    for _round in range(2):
        with translation.override("fi"):
            assert (words(1), words(2)) == ("1 Kunta", "2 Kunta")
        with translation.override("sv"):
            assert words(1) == "1 Kommun"
    assert made == [1, 2, 1]


def test_untouched_choices_are_kept_and_those_that_somebody_made_are_not():
    lists = {"years": [2026, 2025], "areas": [], "sizes": [("small", "pienet")]}
    with translation.override("fi"):
        untouched = RegionListForm.asked({}, **lists)
        assert RegionListForm.asked({"muu": "1"}, **lists) is untouched
        assert "selected>kaikki" in untouched.fields_as_html
        chosen = RegionListForm.asked({"koko": "small"}, **lists)
        assert 'value="small" selected' in chosen.fields_as_html
        assert 'value="small" selected' not in RegionListForm.asked({}, **lists).fields_as_html
        assert "2024" in RegionListForm.asked({}, **lists | {"years": [2024]}).fields_as_html
    with translation.override("sv"):
        assert "selected>alla" in RegionListForm.asked({}, **lists).fields_as_html
