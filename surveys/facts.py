"""Facts of the registry that may stand beside an answer, by key; how each is read is surveys/answering.py's."""

from django.utils.translation import gettext_lazy as _

FACTS = {
    "liaison": _("the liaison situation"),
    "grant_periods": _("grant periods"),
    "premises": _("premises and their prices"),
}
