"""The area in which somebody works, remembered for each account: lists and the board open with it."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from registry.models import Area, WorkArea


def work_area_of(user):
    """Return the Area that `user` has chosen and may still see, with its grouping, or None.

    Asked from the database once for each user object, which lives for one request.
    """
    if not hasattr(user, "_work_area"):
        user._work_area = Area.objects.of_work(user)
    return user._work_area


@transaction.atomic
def choose_work_area(user, area):
    """Remember that `user` works in `area` until another is chosen; None forgets the choice. Return the area.

    Harmless when repeated. Raises ValidationError (code "other_region") for an
    area outside the user's regions, and leaves the earlier choice as it was.
    """
    if area is None:
        WorkArea.objects.filter(user=user).delete()
    elif not Area.objects.editable_by(user).filter(pk=area.pk).exists():
        raise ValidationError(_("The area belongs to another region."), code="other_region")
    else:
        WorkArea.objects.update_or_create(user=user, defaults={"area": area})
    user._work_area = area
    return area
