"""Classes of the survey's columns, which migrations name: they stay."""

import hashlib
import hmac

from django.conf import settings
from django.db import models

WORDS = "text"  # where an answer's value keeps what somebody wrote in their own words


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


def stored_under(answer_file, _name):
    """Return where an answer's file lies: under a random name, so that nothing of it can be guessed or run."""
    return f"surveys/{answer_file.answer.response_id}/{answer_file.key}"
