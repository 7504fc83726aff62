"""The associations' side in a round's file: what its editions show, and nothing that they do not (docs/adr/0026)."""

import uuid

from django.utils.translation import gettext as _

from surveys.association_answers import allowed_keys, association_questions
from surveys.models import AssociationEdition, EditionCount
from surveys.plain_data import written
from surveys.suppression import may_be_shown

_EDITION = ("number", "made_at")


def editions_as_data(survey_round):
    """Return a round's editions of the associations' answers, in order, as plain data under stable keys."""
    rows = {}
    counts = EditionCount.objects.of_round(survey_round).select_related("question__indicator", "municipality")
    for row in sorted(counts, key=_place):
        rows.setdefault(row.edition_id, []).append(
            {
                "question": row.question.key,
                **({"municipality": row.municipality.code} if row.municipality else {}),
                **({"papers": str(row.batch_key)} if row.batch_key else {}),
                "counts": {key: row.counts[key] for key in sorted(row.counts)},
            }
        )
    editions = survey_round.association_editions.order_by("number")
    return [{**written(each, _EDITION), "counts": rows.get(each.pk, [])} for each in editions]


def _place(row):
    return row.question.key, row.municipality.code if row.municipality else "", str(row.batch_key or "")


def import_editions(whole, survey_round, places):
    """Make a file's editions of the associations' answers in the round that was made from it.

    `places` are the municipalities by code. Refuses with the place in the file what no edition could show.
    """
    questions = {question.key: question for question in association_questions(survey_round)}
    for number, part in enumerate(whole.parts("association_editions"), start=1):
        edition = AssociationEdition(round=survey_round)
        part.fill(edition, _EDITION)
        if edition.number != number:
            part.refuse(_("“%(key)s” is missing or of a wrong kind."), "shape", key="number")
        part.save(edition, unchecked=["made_by"])
        rows = [_count(each, edition, questions, places) for each in part.parts("counts")]
        EditionCount.objects.bulk_create(rows)


def _count(part, edition, questions, places):
    question, batch = part.known("question", questions), part.get("papers", str, "")
    if question is None:
        part.refuse(_("“%(key)s” is missing or of a wrong kind."), "shape", key="question")
    counts = part.get("counts", dict)
    is_whole = counts.keys() <= set(allowed_keys(question)) and all(type(n) is int and n > 0 for n in counts.values())
    if not is_whole or not counts or not may_be_shown(counts):
        part.refuse(_("This is not an answer to the question."), "value")
    return EditionCount(
        edition=edition, question=question, municipality=part.known("municipality", places), counts=counts,
        batch_key=_key(part, batch) if batch else None,
    )  # fmt: skip


def _key(part, text):
    try:
        return uuid.UUID(text)
    except ValueError:
        return part.refuse(_("“%(key)s” is not known."), "unknown", key=text)
