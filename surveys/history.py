"""History of answers: what people wrote in their own words reads "changed" (rule 8 of docs/rules.md)."""

import hashlib
import hmac

from django.conf import settings
from django.db import models

from registry.history import PersonalHistory

WORDS = "text"


def without_words(value):
    """Return an answer's value with everything under a key `text` taken out: keys, numbers and dates stay."""
    if isinstance(value, dict):
        return {key: without_words(each) for key, each in value.items() if key != WORDS}
    return [without_words(each) for each in value] if isinstance(value, list) else value


class FingerprintedWordsField(models.JSONField):
    """Stores an answer's value with a keyed fingerprint in place of everything under a key `text`."""

    def pre_save(self, model_instance, add):
        value = _fingerprinted(getattr(model_instance, self.attname))
        setattr(model_instance, self.attname, value)
        return value


def _fingerprinted(value):
    if isinstance(value, list):
        return [_fingerprinted(each) for each in value]
    if not isinstance(value, dict):
        return value
    return {key: _mark(each) if key == WORDS else _fingerprinted(each) for key, each in value.items()}


def _mark(words):
    """Return the fingerprint of a text, or of each text of a dictionary; of a fingerprint itself."""
    if isinstance(words, dict):
        return {key: _mark(each) for key, each in words.items()}
    text = str(words or "")
    if not text or (len(text) == 17 and text.startswith("~")):
        return text
    return "~" + hmac.new(settings.SECRET_KEY.encode(), text.encode(), hashlib.sha256).hexdigest()[:16]


class AnswerHistory(PersonalHistory):
    """History for answers: `value` keeps keys, numbers and dates, and of people's words only that they changed."""

    def copy_fields(self, model):
        fields = super().copy_fields(model)
        original = model._meta.get_field("value")
        replacement = FingerprintedWordsField(original.verbose_name, null=True, blank=True)
        replacement.name = "value"
        fields["value"] = replacement
        return fields
