"""What a file's values mean: codes and words that a kind of import does not know until somebody says what they are."""

from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from registry.imports.staging import lock_open
from registry.imports.targets import find_target
from registry.models import ImportMapping, ImportRun


@dataclass(frozen=True)
class Asked:
    """Values that stand in one or several columns with the same choices: what does each of them mean?

    `keys` are the fields, `headings` the file's; `choices` are (meaning, words).
    """

    keys: tuple
    headings: tuple
    values: tuple
    choices: tuple


def choose_values(run, answers):
    """Set what values of the file mean, {field's key: {value: meaning}}; remember it for the source; return the run.

    Raises ValidationError (code "unknown") for a field or a meaning that is not among those asked,
    or (code "saved") when the import has been saved or discarded already.
    """
    asked = {key: each for each in find_target(run.target).unknown_values(run) for key in each.keys}
    for key, meanings in answers.items():
        known = {meaning for meaning, _words in asked[key].choices} if key in asked else set()
        if not set(meanings.values()) <= known:
            raise ValidationError(_("Choose one of the given."), code="unknown")
    with transaction.atomic():
        run = lock_open(run)
        run.values = _with(run.values, answers)
        run.state = ImportRun.State.READ
        run.save()
        mapping = ImportMapping.objects.select_for_update().filter(
            target=find_target(run.target).mapping_key, region=run.region, source=run.source
        )
        for row in mapping:
            row.values, row.saved_at = _with(row.values, answers), timezone.now()
            row.save()
    return run


def _with(known, answers):
    return known | {key: known.get(key, {}) | meanings for key, meanings in answers.items()}
