"""The scores of a round counted again from its file, as one would in a spreadsheet: plain data, no code of the project.

The file does not tell where a municipality lies and what the registry knows of it:
`places` gives that by the municipality's code, as {"areas": […], "size_class": …,
"is_bilingual": …, "registry": {question: option}}.
"""

import json
from fractions import Fraction

ELSEWHERE = {"areas": [], "size_class": None, "is_bilingual": False, "registry": {}}
OUT, UNKNOWN = "out", "unknown"


def figures_by_hand(text, places=None):
    """Return {municipality's code: {"themes": …, "criteria": …, "total": …}} of every response in the file.

    Each figure is (score as text or None, known, applying).
    """
    sheet = json.loads(text)
    themes = [theme for theme in sheet["themes"] if theme.get("in_round", {}).get("is_scored", True)]
    found = {}
    for response in sheet["responses"]:
        place = ELSEWHERE | (places or {}).get(response["municipality"], {})
        given = {answer["question"]: answer for answer in response["answers"]}
        asked = asked_of(sheet, given, place)
        cells = []  # (theme, criterion, weight, most, points or OUT or UNKNOWN)
        for theme in themes:
            for question in theme["questions"]:
                key, weight = question["indicator"]["key"], Fraction(question.get("weight", "1"))
                most = most_of(question)
                if question.get("audience", "municipality") == "municipality" and most and most > 0:
                    points = cell(question, given.get(key), place["registry"].get(key)) if key in asked else OUT
                    cells.append(
                        (theme["key"], question.get("criterion"), weight, most, OUT if weight == 0 else points)
                    )
        found[response["municipality"]] = {
            "themes": {key: figure([row for row in cells if row[0] == key]) for key in {row[0] for row in cells}},
            "criteria": {key: figure([r for r in cells if r[1] == key]) for key in {r[1] for r in cells if r[1]}},
            "total": total(sheet, themes, cells) if sheet.get("shows_total") else None,
        }
    return found


def sums(cells):
    known = [(weight, most, points) for _t, _c, weight, most, points in cells if points not in (OUT, UNKNOWN)]
    applying = [points for *_rest, points in cells if points != OUT]
    got = sum(weight * points for weight, _most, points in known)
    could = sum(weight * most for weight, most, _points in known)
    return (100 * got / could if could else None), len(known), len(applying)


def figure(cells):
    score, known, applying = sums(cells)
    return one_decimal(score), known, applying


def total(sheet, themes, cells):
    weighed, weights, known, applying = Fraction(0), Fraction(0), 0, 0
    for theme in themes:
        weight = Fraction(theme.get("in_round", {}).get("weight", "1"))
        score, n, m = sums([row for row in cells if row[0] == theme["key"]])
        if weight:
            known, applying = known + n, applying + m
            if score is not None:
                weighed, weights = weighed + weight * score, weights + weight
    return one_decimal(weighed / weights if weights else None), known, applying


def one_decimal(score):
    """Return 66.66… as "66.7", and 0.05 as "0.1"."""
    if score is None:
        return None
    tenths = (score * 20 + 1) // 2  # ten times the score and a half, cut
    return f"{tenths // 10}.{tenths % 10}"


def most_of(question):
    """Return the best answer's points, or None where nothing gives points."""
    if question["kind"] in ("integer", "decimal", "euro", "percent"):
        return max((Fraction(each["points"]) for each in question.get("thresholds", [])), default=None)
    if question["kind"] == "ranking":
        return None
    pointed = [option for option in question.get("options", []) if "points" in option]
    if not pointed:
        return None
    if question["kind"] not in ("multiple", "matrix_multiple"):
        return max(Fraction(option["points"]) for option in pointed)
    alone = [Fraction(option["points"]) for option in pointed if option.get("is_exclusive")]
    together = [Fraction(option["points"]) for option in pointed if not option.get("is_exclusive")]
    together = sorted((points for points in together if points > 0), reverse=True)
    best = max([sum(together[: question.get("max_choices") or len(together)], Fraction(0)), *alone])
    return min(best, Fraction(question["max_points"])) if "max_points" in question else best


def cell(question, answer, registry):
    """Return the question's points in one municipality's row, or OUT or UNKNOWN."""
    keys = [option["key"] for option in question.get("options", [])]
    if question.get("counts") == "registry" and registry in keys:
        return of_options(question, [registry])
    state = answer["state"] if answer and "state" in answer else "unanswered"
    if state == "not_applicable":
        return OUT
    if state != "answered":
        return UNKNOWN
    value = answer["value"]
    if "number" in value:
        reached = [each for each in question["thresholds"] if Fraction(value["number"]) >= Fraction(each["at_least"])]
        best = max(reached, key=lambda each: Fraction(each["at_least"]), default={"points": "0"})
        return between(question, Fraction(best["points"]))
    if "rows" in value:
        rows = [
            of_options(question, value["rows"][row["key"]]) for row in question["rows"] if row["key"] in value["rows"]
        ]
        numbers = [row for row in rows if row not in (OUT, UNKNOWN)]
        return sum(numbers) / len(numbers) if numbers else (OUT if OUT in rows else UNKNOWN)
    return of_options(question, value["chosen"])


def of_options(question, chosen):
    options = [option for option in question["options"] if option["key"] in chosen]
    if not options:
        return UNKNOWN
    if any(option.get("is_not_applicable") for option in options):
        return OUT
    return between(question, sum((Fraction(option.get("points", "0")) for option in options), Fraction(0)))


def between(question, points):
    return min(max(points, Fraction(0)), most_of(question))


def asked_of(sheet, given, place):
    """Return the keys of the questions that this municipality was asked, from the first one on."""
    asked = set()
    for theme in sheet["themes"]:
        for question in theme["questions"]:
            if question.get("audience", "municipality") != "municipality" or not concerns(question, place):
                continue
            groups = question.get("condition", [])
            if not groups or any(all(holds(term, asked, given) for term in group) for group in groups):
                asked.add(question["indicator"]["key"])
    return asked


def concerns(question, place):
    return {
        "all": True,
        "area": question.get("area") in place["areas"],
        "size_class": question.get("size_class") == place["size_class"],
        "bilingual": place["is_bilingual"],
    }[question.get("concerns", "all")]


def holds(term, asked, given):
    key = term["indicator"]
    operator = term.get("operator", "has")
    if key not in asked or given.get(key, {}).get("state") != "answered":
        return False
    value = given[key]["value"]
    if operator == "answered":
        return True
    if operator in ("has", "has_not"):
        return (term["option"] in value.get("chosen", [])) == (operator == "has")
    if "number" not in value:
        return False
    difference = Fraction(value["number"]) - Fraction(term["number"])
    return {
        "at_least": difference >= 0, "at_most": difference <= 0,
        "more_than": difference > 0, "less_than": difference < 0,
    }[operator]  # fmt: skip
