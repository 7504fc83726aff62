"""Signed-in clients of the cast, and addresses of the administration in English."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation


def admin_url(model, action="changelist", *args):
    """Return the English address of a page of the administration, so that texts can be compared."""
    with translation.override("en"):
        return reverse(f"admin:registry_{model._meta.model_name}_{action}", args=args)


def sign_in(user):
    """Return a client signed in as `user`; whatever the site raises, the test raises."""
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def as_kaisa(cast):
    """The coordinator of Pohjois-Pohjanmaa."""
    return sign_in(cast.kaisa.user)


@pytest.fixture
def as_outi(cast):
    """The coordinator of Keski-Suomi."""
    return sign_in(cast.outi.user)


@pytest.fixture
def as_aino(cast):
    """The administrator."""
    return sign_in(cast.aino)


def form_data(response):
    """Return what a browser would send if the form on the page were sent unchanged."""
    form = response.context["adminform"].form
    data = {}
    for name, field in form.fields.items():
        value = field.prepare_value(form.get_initial_for_field(field, name))
        if value in (None, False):
            continue
        if value is True:
            data[form.add_prefix(name)] = "on"
        elif isinstance(value, list | tuple):
            data[form.add_prefix(name)] = [str(getattr(each, "pk", each)) for each in value]
        else:
            widget = getattr(field.widget, "widget", field.widget)
            data[form.add_prefix(name)] = widget.format_value(value) or ""
            if isinstance(data[form.add_prefix(name)], list):
                data[form.add_prefix(name)] = data[form.add_prefix(name)][0]
    for inline in response.context.get("inline_admin_formsets", []):
        prefix = inline.formset.prefix
        data |= {f"{prefix}-TOTAL_FORMS": "0", f"{prefix}-INITIAL_FORMS": "0"}
    return data
