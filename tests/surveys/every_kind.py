"""A questionnaire with a question of each kind, conditions three deep, and an answer to each."""

from surveys.models.questions import CHOICES, MATRICES, Kind
from surveys.reading import Reading

WORDS = {"fi": "Kysymys?", "sv": "Fråga?", "en": "Question?"}


def labels(*keys):
    return [{"key": key, "label": dict.fromkeys(WORDS, key)} for key in keys]


def _question(key, kind, **more):
    indicator = {"key": key, "name": {"fi": key}, "theme": "kaikki"}
    options = {"options": labels("a", "b", "c")} if kind in CHOICES | MATRICES else {}
    return {"indicator": indicator, "kind": str(kind), "wording": WORDS, **options, **more}


def _after(earlier, operator="has", **what):
    return {"condition": [[{"indicator": earlier, "operator": operator, **what}]]}


def questionnaire(year, opens_on, closes_on):
    """Return the file of a draft that asks every kind of question in three languages."""
    column = dict.fromkeys(WORDS, "sarake")
    table = [
        {"key": "who", "label": column},
        {"key": "euros", "label": column, "kind": "euro", "has_sum": True},
        {"key": "since", "label": column, "kind": "date"},
    ]
    own = {
        Kind.LONG_TEXT: {"asks_note": True, "asks_evidence": True, "asks_quote_permission": True},
        Kind.SINGLE: {"options": [*labels("a", "b"), {**labels("c")[0], "asks_what": True}]},
        Kind.MATRIX_SINGLE: {"rows": labels("r1", "r2")},
        Kind.MATRIX_MULTIPLE: {"rows": labels("r1", "r2")},
        Kind.TABLE: {"columns": table, "max_rows": 5},
        Kind.FILE: {"file_types": "pdf", "max_megabytes": 5},
        Kind.YES_NO: {"is_required": True},
        Kind.INTEGER: {"offers_not_obtained": True},
    }
    questions = [_question(f"k_{kind}", kind, **own.get(kind, {})) for kind in Kind]
    questions += [
        _question("deep_1", Kind.SINGLE, **_after("k_yes_no", option="a")),
        _question("deep_2", Kind.DECIMAL, **_after("deep_1", option="b")),
        _question("deep_3", Kind.SHORT_TEXT, **_after("deep_2", "more_than", number="2.5")),
        _question("fixed", Kind.TABLE, rows=labels("r1", "r2"), columns=table[:2]),
        _question("state", Kind.EURO, offers_not_applicable=True),
    ]
    theme = {"key": "kaikki", "name": {"fi": "Kaikki", "sv": "Allt", "en": "All"}, "is_scored": False}
    return {
        "format": "rinnalla-questionnaire-1",
        "year": year,
        "title": {"fi": "Kartoitus", "sv": "Kartläggning", "en": "Survey"},
        "opens_on": opens_on.isoformat(),
        "closes_on": closes_on.isoformat(),
        "languages": ["fi", "sv", "en"],
        "themes": [{**theme, "in_round": {"is_scored": False}, "questions": questions}],
    }


def answers():
    """Return a Reading for each question but the file and the explanation, by indicator."""
    values = {
        "k_short_text": {"text": "Hyvin, kiitos äö"},
        "k_yes_no": {"chosen": ["a"]},
        "k_single": {"chosen": ["c"], "text": {"c": "jotain muuta"}},
        "k_multiple": {"chosen": ["a", "c"]},
        "k_scale": {"chosen": ["b"]},
        "k_change": {"chosen": ["b"]},
        "k_ranking": {"chosen": ["c", "a"]},
        "k_matrix_single": {"rows": {"r2": ["a"], "r1": ["c"]}},
        "k_matrix_multiple": {"rows": {"r1": ["a", "b"]}},
        "k_decimal": {"number": "2.75"},
        "k_euro": {"number": "1250.50"},
        "k_percent": {"number": "12.5"},
        "k_date": {"date": "2026-09-01"},
        "k_year": {"number": "2024"},
        "k_link": {"url": "https://example.org/ohje"},
        "k_contact": {"text": {"name": "Toimisto", "email": "toimisto@example.org"}},
        "k_table": {
            "rows": [
                {"row": None, "cells": {"euros": "12.50", "since": "2026-01-31"}, "text": {"who": "Ompeluseura"}},
                {"row": None, "cells": {"euros": "3"}, "text": {"who": "Ääniä ry"}},
            ]
        },
        "deep_1": {"chosen": ["b"]},
        "deep_2": {"number": "3"},
        "deep_3": {"text": "Kolmas"},
        "fixed": {"rows": [{"row": "r2", "cells": {"euros": "7"}}]},
    }
    readings = {key: Reading(state="answered", value=value) for key, value in values.items()}
    readings["k_long_text"] = Reading(
        state="answered", value={"text": "Rivi\n\nToinen 🙂"}, evidence_url="https://example.org/",
        note="Soitathan.", may_be_quoted=False,
    )  # fmt: skip
    readings["k_integer"] = Reading(state="not_obtained")
    readings["state"] = Reading(state="not_applicable")
    return readings
