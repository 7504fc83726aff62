"""History of answers: what people wrote in their own words reads "changed" (rule 8 of docs/rules.md)."""

from registry.history import PersonalHistory
from surveys.columns import WORDS, FingerprintedWordsField


def without_words(value):
    """Return an answer's value with everything under a key `text` taken out: keys, numbers and dates stay."""
    if isinstance(value, dict):
        return {key: without_words(each) for key, each in value.items() if key != WORDS}
    return [without_words(each) for each in value] if isinstance(value, list) else value


class AnswerHistory(PersonalHistory):
    """History for answers: `value` keeps keys, numbers and dates, and of people's words only that they changed."""

    def copy_fields(self, model):
        fields = super().copy_fields(model)
        original = model._meta.get_field("value")
        replacement = FingerprintedWordsField(original.verbose_name, null=True, blank=True)
        replacement.name = "value"
        fields["value"] = replacement
        return fields
