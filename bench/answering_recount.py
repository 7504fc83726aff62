"""Acknowledged answers looked up in the database; prints how many are not there as they were acknowledged."""

import datetime as dt
import json
from pathlib import Path

from surveys.models import Answer


def main(arguments):
    """Compare with the file that `arguments` names: {municipality's address: {question's key: what was typed}}."""
    acknowledged = json.loads(Path(arguments[0]).read_text())
    latest = Answer.objects.filter(answered_by__isnull=False)
    rows = latest.values_list("response__municipality__slug", "question__indicator__key", "value")
    saved = {(slug, key): value for slug, key, value in rows}
    print(
        sum(
            saved.get((slug, key)) not in _values(typed)
            for slug, said in acknowledged.items()
            for key, typed in said.items()
        )
    )


def _values(typed):
    """Return the values that this may be saved as, whatever the question's kind."""
    values = [{"chosen": [typed]}, {"number": typed}, {"text": typed}]
    if typed.count(".") == 2:
        values.append({"date": dt.datetime.strptime(typed, "%d.%m.%Y").date().isoformat()})
    return values
