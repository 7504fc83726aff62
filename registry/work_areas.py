"""The area in which somebody works is remembered until another is chosen."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from registry.models import Area, WorkArea


@transaction.atomic
def choose_work_area(user, area):
    """Remember that `user` works in `area`, or with None in the whole region; return the area.

    `Area.objects.of_work(user)` reads it. Raises ValidationError (code "other_region")
    for an area that is not the user's to edit; nothing is remembered then.
    """
    if area is None:
        WorkArea.objects.filter(user=user).delete()
        return None
    if not Area.objects.editable_by(user).filter(pk=area.pk).exists():
        raise ValidationError(_("The area belongs to another region."), code="other_region")
    WorkArea.objects.update_or_create(user=user, defaults={"area": area})
    return area
