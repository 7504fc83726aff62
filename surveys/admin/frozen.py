"""What the administration of a round's structure has in common: it stops when the round is opened, and says why."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.shortcuts import redirect
from django.urls import reverse

from surveys.models.freezing import FROZEN


def is_frozen(row):
    """Whether a Round, or the round of a question, has been opened."""
    owner = getattr(row, "round", row)
    return owner is not None and not owner.is_draft


class FrozenInline:
    """Rows of a round's structure below it: read only once it has been opened."""

    extra = 0

    def has_add_permission(self, request, obj=None):
        """Nothing is added to an opened round."""
        return super().has_add_permission(request, obj) and not is_frozen(obj)

    def has_change_permission(self, request, obj=None):
        """Nothing changes in an opened round."""
        return super().has_change_permission(request, obj) and not is_frozen(obj)

    def has_delete_permission(self, request, obj=None):
        """Nothing is taken out of an opened round."""
        return super().has_delete_permission(request, obj) and not is_frozen(obj)


class FrozenAdmin:
    """A page about a row of a round's structure."""

    def has_change_permission(self, request, obj=None):
        """Nothing changes in an opened round."""
        return super().has_change_permission(request, obj) and not is_frozen(obj)

    def has_delete_permission(self, request, obj=None):
        """Nothing is taken out of an opened round."""
        return super().has_delete_permission(request, obj) and not is_frozen(obj)

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        """Show or save the form; a round that has been opened, also meanwhile, is told as the reason."""
        row = self.get_object(request, object_id) if object_id else None
        if request.method == "POST" and row is not None and is_frozen(row):
            return self._say_frozen(request, row)
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except ValidationError as error:
            self.message_user(request, " ".join(error.messages), messages.ERROR)
            return redirect(request.get_full_path())

    def delete_view(self, request, object_id, extra_context=None):
        """Ask or delete; a round that has been opened is told as the reason."""
        row = self.get_object(request, object_id)
        if row is not None and is_frozen(row) and self.has_view_permission(request, row):
            return self._say_frozen(request, row)
        return super().delete_view(request, object_id, extra_context)

    def _say_frozen(self, request, row):
        year = getattr(row, "round", row).year
        self.message_user(request, FROZEN % {"year": year}, messages.ERROR)
        return redirect(reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", args=[row.pk]))
