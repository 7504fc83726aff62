"""Django's own words where its translations are missing or stiff: ours stand in our catalogues and go first.

Nothing imports these; `make messages` finds them.
"""

from django.utils.translation import gettext_noop as _
from django.utils.translation import ngettext_lazy

WORDS = [
    _("Add another %(model)s"),
    _("Add another %(verbose_name)s"),
    _("Add link"),
    _("Breadcrumbs"),
    _("Change %s"),
    _("Change or view list link"),
    _("Change selected %(model)s"),
    _("Clear all filters"),
    _("Delete selected %(verbose_name_plural)s"),
    _("Error:"),
    _("Filter navigation items"),
    _("Model name"),
    _("Models in the %(name)s application"),
    _("No, take me back"),
    _("Run the selected action"),
    _("Select all objects on this page for an action"),
    _("Select this object for an action - {}"),
    _("Sidebar"),
    _("Start typing to filter…"),
    _("Successfully deleted %(count)d %(items)s."),
    _("Thanks for spending some quality time with the web site today."),
    _("The %(name)s “%(obj)s” was deleted successfully."),
    _("The {name} “{obj}” was added successfully."),
    _("The {name} “{obj}” was added successfully. You may add another {name} below."),
    _("The {name} “{obj}” was changed successfully."),
    _("The {name} “{obj}” was changed successfully. You may add another {name} below."),
    _("The {name} “{obj}” was changed successfully. You may edit it again below."),
    _("Toggle navigation"),
    _("View %s"),
    _("View selected %(model)s"),
    _("Yes, I’m sure"),
    _("You may edit it again below."),
    ngettext_lazy("%(total_count)s selected", "All %(total_count)s selected", "total_count"),
    ngettext_lazy(
        "This password is too short. It must contain at least %d character.",
        "This password is too short. It must contain at least %d characters.",
        "n",
    ),
]
