"""History of changes in which personal details read "changed" (rule 8 of docs/rules.md)."""

import hashlib
import hmac
import re

from django.conf import settings
from django.db import models
from simple_history.models import HistoricalRecords

_MARK = "~"
_FINGERPRINT = re.compile(r"~[0-9a-f]{16}")


class FingerprintField(models.CharField):
    """Stores a keyed fingerprint of a personal detail in place of its value.

    Two history rows differ when the detail changed, and neither can be read back.
    An empty detail stays empty.
    """

    def __init__(self, *args, **kwargs):
        kwargs |= {"max_length": 17, "blank": True, "default": ""}
        super().__init__(*args, **kwargs)

    def pre_save(self, model_instance, add):
        value = str(getattr(model_instance, self.attname) or "")
        if value and not _FINGERPRINT.fullmatch(value):
            digest = hmac.new(settings.SECRET_KEY.encode(), value.encode(), hashlib.sha256).hexdigest()
            value = _MARK + digest[:16]
        setattr(model_instance, self.attname, value)
        return value


class PersonalHistory(HistoricalRecords):
    """History for a model with people's data.

    `personal` names the fields kept as fingerprints only, `derived` the columns
    left out because they repeat them.
    """

    def __init__(self, *, personal=(), derived=(), **kwargs):
        self.personal = frozenset(personal)
        super().__init__(excluded_fields=list(derived), **kwargs)

    def copy_fields(self, model):
        fields = super().copy_fields(model)
        for name in self.personal:
            original = model._meta.get_field(name)
            replacement = FingerprintField(original.verbose_name)
            replacement.name = name
            fields[name] = replacement
        return fields
