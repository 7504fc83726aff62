"""What depends on the language alone is rendered once for each language, and nothing else may stand there."""

import pytest
from django.template import Context, Template, TemplateSyntaxError
from django.utils import translation


def test_once_keeps_its_text_for_each_language():
    template = Template(
        "{% load i18n once %}{% once %}<a href=\"{% url 'about' %}\">{% translate 'Language' %}</a>{% endonce %}{{ n }}"
    )
    for n in range(2):
        for language, expected in (
            ("fi", '<a href="/tietoa/">Kieli</a>'),
            ("sv", '<a href="/sv/tietoa/">Språk</a>'),
            ("en", '<a href="/en/tietoa/">Language</a>'),
        ):
            with translation.override(language):
                assert template.render(Context({"n": n})) == f"{expected}{n}"


@pytest.mark.parametrize(
    "markup",
    [
        "{% once %}{{ name }}{% endonce %}",
        "{% once %}{% if name %}x{% endif %}{% endonce %}",
        "{% once %}{% translate name %}{% endonce %}",
        "{% once %}{% translate 'Language' as name %}{% endonce %}",
        "{% once %}{% translate 'Language'|upper %}{% endonce %}",
        "{% once %}{% url 'region_detail' slug %}{% endonce %}",
        "{% once %}{% url name %}{% endonce %}",
        "{% once %}{% url 'about' as name %}{% endonce %}",
        "{% once %}{% static name %}{% endonce %}",
        "{% once %}{% blocktranslate %}{{ name }}{% endblocktranslate %}{% endonce %}",
        "{% once name %}x{% endonce %}",
    ],
)
def test_once_refuses_what_could_change(markup):
    with pytest.raises(TemplateSyntaxError):
        Template("{% load i18n once static %}" + markup)
