"""What is published of a round counted again from the round's file, as in a spreadsheet: no code of the project.

Scores are counted by scoring_by_hand.py. `places` tells of a municipality what the file does not: where it lies.
"""

import json
from collections import Counter
from fractions import Fraction

from tests.surveys.scoring_by_hand import ELSEWHERE, asked_of, figures_by_hand, one_decimal

NUMBERS = ("integer", "decimal", "euro", "percent", "year")
FEWEST_AS_COUNTS = FEWEST_COMPARED = 3


def results_by_hand(text, places=None):
    """Return {"municipalities": …, "scores": …, "means": …, "answers": …, "counts": …} of what the file holds."""
    sheet, places = json.loads(text), places or {}
    sent = {row["municipality"]: row for row in sheet["responses"] if row.get("submitted_at")}
    scores = {code: each for code, each in figures_by_hand(text, places).items() if code in sent}
    given = {code: {answer["question"]: answer for answer in row["answers"]} for code, row in sent.items()}
    asked = {code: asked_of(sheet, given[code], ELSEWHERE | places.get(code, {})) for code in sent}
    questions = [
        question
        for theme in sheet["themes"]
        for question in theme["questions"]
        if question.get("audience", "municipality") == "municipality" and question["kind"] != "explanation"
    ]
    return {
        "municipalities": {
            row["municipality"]: of_municipality(row, questions, given, asked) for row in sheet["responses"]
        },
        "scores": scores,
        "means": means(scores, places),
        "answers": {
            (code, question["indicator"]["key"]): answer_of(question, given[code], asked[code])
            for code in sent for question in questions if question.get("publicity", "public") == "public"
        },
        "counts": {
            question["indicator"]["key"]: counts_of(question, given, asked)
            for question in questions if question.get("publicity", "public") != "private"
        },
    }  # fmt: skip


def of_municipality(row, questions, given, asked):
    """Return (state, questions asked, answered, unchanged, said aloud and not confirmed)."""
    code = row["municipality"]
    if code not in given:
        return ("declined" if row.get("declined_at") else "missing"), 0, 0, 0, 0
    keys = [question["indicator"]["key"] for question in questions]
    here = [key for key in keys if key in asked[code]]
    said = [given[code][key] for key in here if given[code].get(key, {}).get("state", "unanswered") != "unanswered"]
    aloud = [each for each in said if each.get("source") in ("phone", "meeting")]
    return (
        "answered",
        len(here),
        sum(each["state"] == "answered" for each in said),
        sum(each.get("is_unchanged", False) for each in said),
        sum("confirmed_at" not in each for each in aloud),
    )


def answer_of(question, given, asked):
    """Return (state, value) of a public question; nothing where it was not asked, no contact details."""
    answer = given.get(question["indicator"]["key"])
    if answer is None or question["indicator"]["key"] not in asked:
        return "unanswered", None
    value = None if question["kind"] == "contact" else answer.get("value")
    return answer.get("state", "unanswered"), value


def means(scores, places):
    """Return {(group, kind, key): (mean of printed scores or None, n)}; groups are "" and size classes."""
    found = {}
    for code, figures in scores.items():
        subjects = {("theme", key): figure for key, figure in figures["themes"].items()}
        subjects |= {("criterion", key): figure for key, figure in figures["criteria"].items()}
        subjects |= {("total", ""): figures["total"]} if figures["total"] else {}
        groups = [""] + [places[code]["size_class"]] * bool(places.get(code, {}).get("size_class"))
        for subject, (score, _known, _applying) in subjects.items():
            for group in groups:
                found.setdefault((group, *subject), [])
                found[group, *subject] += [] if score is None else [Fraction(score)]
    return {
        each: (one_decimal(sum(some) / len(some)) if len(some) >= FEWEST_COMPARED else None, len(some))
        for each, some in found.items()
    }


def counts_of(question, given, asked):
    """Return (asked, answered, unchanged, {(what, row, key): figure as text})."""
    key = question["indicator"]["key"]
    here = [code for code in given if key in asked[code]]
    answers = [given[code].get(key, {}) for code in here]
    said = [answer for answer in answers if answer.get("state", "unanswered") == "answered"]
    if question.get("publicity", "public") == "counts" and len(said) < FEWEST_AS_COUNTS:
        return len(here), len(said), 0, {}
    n_unchanged = sum(answer.get("is_unchanged", False) for answer in said)
    figures = {}
    for answer in answers:
        state = answer.get("state", "unanswered")
        if state != "answered":
            figures["state", "", state] = figures.get(("state", "", state), 0) + 1
    options = [option["key"] for option in question.get("options", [])]
    values = [answer["value"] for answer in said]
    if question["kind"].startswith("matrix"):
        for row in question["rows"]:
            n = Counter(each for value in values for each in value["rows"].get(row["key"], []))
            figures |= {("row", row["key"], option): n[option] for option in options}
    elif question["kind"] in NUMBERS:
        figures |= numbers([Fraction(value["number"]) for value in values])
    elif options:
        n = Counter(each for value in values for each in value["chosen"])
        figures |= {("option", "", option): n[option] for option in options}
        if question["kind"] == "ranking":
            n = Counter(value["chosen"][0] for value in values if value["chosen"])
            figures |= {("first", "", option): n[option] for option in options}
    return len(here), len(said), n_unchanged, {each: str(figure) for each, figure in figures.items()}


def numbers(values):
    """Return the figures of a question that asks a number, as text with at most four decimals."""
    if not values:
        return {}
    row, n = sorted(values), len(values)
    middle = (row[(n - 1) // 2] + row[n // 2]) / 2
    figures = {"least": row[0], "median": middle, "mean": sum(row) / n, "most": row[-1], "total": sum(row)}
    return {("number", "", key): four_decimals(figure) for key, figure in figures.items()}


def four_decimals(number):
    """Return 2/3 as "0.6667", 12 as "12"."""
    ten_thousandths = (number * 20000 + 1) // 2
    sign, ten_thousandths = ("-", -ten_thousandths) if ten_thousandths < 0 else ("", ten_thousandths)
    whole, rest = divmod(ten_thousandths, 10000)
    return f"{sign}{whole}.{rest:04d}".rstrip("0").rstrip(".")
