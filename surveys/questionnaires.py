"""A questionnaire as a file: the same round gives the same bytes, and comes back as it was.

The file has what a round asks, in order, under stable keys: themes, criteria, indicators,
questions with everything that belongs to them, and the verdicts on how they compare with
earlier years' questions. What has its usual value is left out. It has no answers and
nobody's names.
"""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from registry.models import Area, SizeClass
from surveys.conditions import check_term
from surveys.models import (
    Comparability,
    ConditionTerm,
    Criterion,
    Indicator,
    Option,
    OptionMatch,
    Question,
    QuestionRow,
    Round,
    RoundTheme,
    TableColumn,
    Theme,
    Threshold,
)
from surveys.models.rounds import LANGUAGES
from surveys.plain_data import Reader, as_text, plain, read_file, save_together, written

FORMAT = "rinnalla-questionnaire-1"
LARGEST_FILE = 2_000_000
_ROUND = ("year", "title", "introduction", "opens_on", "closes_on", "reply_days", "shows_total")
_THEME = ("key", "name", "description", "is_scored")
_ROUND_THEME = ("is_scored", "weight", "introduction")
_QUESTION = (
    "audience", "kind", "wording", "spoken", "help", "unit", "period", "row_state", "is_required",
    "offers_do_not_know", "offers_not_obtained", "offers_not_applicable", "asks_evidence", "asks_note",
    "asks_quote_permission", "publicity", "weight", "max_points", "registry_fact", "counts", "concerns", "max_length",
    "min_value", "max_value", "decimals", "max_choices", "max_rows", "file_types", "max_megabytes",
)  # fmt: skip
_PARTS = {
    "options": (Option, ("key", "label", "points", "asks_what", "is_exclusive", "is_not_applicable")),
    "rows": (QuestionRow, ("key", "label", "offers_state")),
    "columns": (TableColumn, ("key", "label", "kind", "is_required", "has_sum")),
    "thresholds": (Threshold, ("at_least", "points")),
}


# --- Out -------------------------------------------------------------------------------------------------------------


def export_questionnaire(survey_round):
    """Return what a round asks as the text of a JSON file, always the same bytes for the same questions."""
    return as_text({"format": FORMAT, **round_as_data(survey_round)})


def round_as_data(survey_round):
    """Return what a round asks and how it compares with earlier ones, as plain data."""
    questions = list(survey_round.questions.in_order().with_structure().select_related("criterion", "area__group"))
    by_theme = {}
    for question in questions:
        by_theme.setdefault(question.round_theme_id, []).append(question)
    criteria = {question.criterion for question in questions} | {question.indicator.criterion for question in questions}
    before = {"made_from": survey_round.copied_from.year} if survey_round.copied_from else {}
    verdicts = verdicts_as_data(survey_round)
    return {
        **written(survey_round, _ROUND),
        "languages": survey_round.languages,
        **before,
        "criteria": [
            written(each, ("key", "name")) for each in sorted(filter(None, criteria), key=lambda c: (c.position, c.key))
        ],
        "themes": [
            {
                **written(each.theme, _THEME),
                "in_round": written(each, _ROUND_THEME),
                "questions": [question_as_data(question) for question in by_theme.get(each.pk, ())],
            }
            for each in survey_round.themes.select_related("theme").order_by("position", "pk")
        ],
        **({"verdicts": verdicts} if verdicts else {}),
    }


def question_as_data(question):
    """Return one question with everything that belongs to it as plain data under stable keys."""
    indicator = question.indicator
    data = {
        "indicator": {
            **written(indicator, ("key", "name")),
            "theme": indicator.theme.key,
            **({"criterion": indicator.criterion.key} if indicator.criterion else {}),
            **({"is_regional": True} if indicator.region_id else {}),
        },
        **({"criterion": question.criterion.key} if question.criterion else {}),
        **written(question, _QUESTION),
    }
    if question.area_id:
        data["area"] = question.area.address_key
    if question.size_class_id:
        data["size_class"] = question.size_class.key
    for name, (_model, fields) in _PARTS.items():
        if rows := list(getattr(question, name).all()):
            data[name] = [written(row, fields) for row in rows]
    if terms := list(question.conditions.all()):
        data["condition"] = _groups(terms)
    return data


def _groups(terms):
    groups = {}
    for term in sorted(terms, key=lambda term: (term.group, term.pk)):
        known = {
            "indicator": term.earlier.indicator.key,
            "operator": term.operator,
            "option": term.option.key if term.option_id else None,
            "number": plain(term.number),
        }
        groups.setdefault(term.group, []).append({name: value for name, value in known.items() if value is not None})
    return list(groups.values())


# What a verdict names beside the questions; the digest says about which difference it was.
_VERDICT = ("verdict", "reason", "decided_at", "decided_about")


def verdicts_as_data(survey_round):
    """Return the verdicts on how a round's questions compare with earlier ones, in their order."""
    rows = (
        survey_round.comparabilities.select_related(
            "from_question__indicator", "from_question__round", "from_question__round_theme",
            "to_question__indicator", "to_question__round_theme",
        )
        .prefetch_related("matches__from_option", "matches__to_option")
    )  # fmt: skip
    # Databases differ in where they put what has no later question: last.
    ordered = sorted(rows, key=lambda row: _place_of(row.to_question) + _place_of(row.from_question))
    return [
        {
            **({"earlier": _named(row.from_question, with_year=True)} if row.from_question else {}),
            **({"question": _named(row.to_question)} if row.to_question else {}),
            **written(row, _VERDICT),
            **({"matches": matches} if matches else {}),
        }
        for row in ordered
        for matches in [sorted([each.from_option.key, each.to_option.key] for each in row.matches.all())]
    ]


def _place_of(question):
    return (1,) if question is None else (0, *question.place)


def _named(question, with_year=False):
    year = {"year": question.round.year} if with_year else {}
    return {**year, "indicator": question.indicator.key, **written(question, ("audience",))}


# --- In --------------------------------------------------------------------------------------------------------------


@transaction.atomic
def import_questionnaire(text, region, *, by, year=None, opens_on=None, closes_on=None):
    """Make a draft round of `region` from the text of a file and return it.

    Themes, criteria and indicators that are not known yet are added; those that are
    stay as they are. Verdicts on earlier years come along when the round is of the same
    year and the region has the rounds that they name. `year`, `opens_on` and `closes_on` stand in for the file's.
    Raises ValidationError with a code and the place in the file; nothing is saved then.
    """
    whole = _read(text)
    survey_round = import_structure(whole, region, by=by, year=year, opens_on=opens_on, closes_on=closes_on)
    if survey_round.year == whole.get("year", int) and not missing_years(whole, region):
        import_verdicts(whole, survey_round, by=by)
    return survey_round


def import_structure(whole, region, *, by, year=None, opens_on=None, closes_on=None):
    """Make a draft round of `region` from the Reader of a file, without verdicts, and return it."""
    survey_round = Round(region=region)
    survey_round._history_user = by
    whole.fill(survey_round, _ROUND)
    survey_round.year = year or survey_round.year
    survey_round.opens_on = opens_on or survey_round.opens_on
    survey_round.closes_on = closes_on or survey_round.closes_on
    languages = whole.get("languages", list)
    survey_round.has_finnish, survey_round.has_swedish, survey_round.has_english = (
        language in languages for language in LANGUAGES
    )
    whole.save(survey_round)
    keys = _Known(region)
    for position, part in enumerate(_add_reference_data(whole, keys), start=1):
        _import_theme(part, survey_round, position, keys)
    return survey_round


def missing_years(whole, region):
    """Return the earlier years with which a file compares its questions and of which `region` has no round."""
    named = [part.part("earlier").get("year", int) for part in whole.parts("verdicts") if "earlier" in part.values]
    named += [whole.get("made_from", int)] if "made_from" in whole.values else []
    return sorted(set(named) - set(Round.objects.filter(region=region, year__in=named).values_list("year", flat=True)))


def import_verdicts(whole, survey_round, *, by):
    """Add a file's verdicts to the draft that was made from it; the earlier rounds are there."""
    if "made_from" in whole.values:
        survey_round.copied_from = Round.objects.get(region=survey_round.region_id, year=whole.get("made_from", int))
        survey_round._history_user = by
        survey_round.save()
    rows = Question.objects.filter(round__region=survey_round.region_id).select_related("round", "indicator")
    questions = {}
    for question in rows.prefetch_related("options"):
        questions.setdefault((question.round.year, question.audience), {})[question.indicator.key] = question
    for part in whole.parts("verdicts"):
        earlier, later = part.part("earlier"), part.part("question")
        row = Comparability(round=survey_round)
        if earlier.values:
            row.from_question = _question_of(earlier, questions, earlier.get("year", int))
        if later.values:
            row.to_question = _question_of(later, questions, survey_round.year)
        part.fill(row, _VERDICT)
        row._history_user = by
        part.save(row)
        for pair in part.get("matches", list, []):
            _import_match(part, row, pair)


def _question_of(part, questions, year):
    audience = part.get("audience", str, Question.Audience.MUNICIPALITY.value)
    found = part.known("indicator", questions.get((year, audience), {}))
    return found or part.refuse(_("“%(key)s” is not known."), "unknown", key="indicator")


def _import_match(part, row, pair):
    if not isinstance(pair, list) or len(pair) != 2 or not (row.from_question and row.to_question):
        part.refuse(_("“%(key)s” is missing or of a wrong kind."), "shape", key="matches")
    ends = Reader(dict(zip(("from", "to"), pair, strict=True)), f"{part.path}/matches")
    options = [{each.key: each for each in question.options.all()} for question in (row.from_question, row.to_question)]
    from_option, to_option = ends.known("from", options[0]), ends.known("to", options[1])
    if from_option is None or to_option is None:
        part.refuse(_("“%(key)s” is missing or of a wrong kind."), "shape", key="matches")
    ends.save(OptionMatch(comparability=row, from_option=from_option, to_option=to_option))


@transaction.atomic
def add_reference_data(text):
    """Add the themes, criteria and indicators of a file that are not known yet, and no round."""
    _add_reference_data(_read(text), _Known(None))


def _read(text):
    otherwise = _("The file is not a questionnaire of this registry.")
    return read_file(text, FORMAT, largest=LARGEST_FILE, otherwise=otherwise)


def _add_reference_data(whole, keys):
    """Add what is not known yet; return the parts of the themes."""
    for position, part in enumerate(whole.parts("criteria"), start=1):
        keys.criterion(part, position)
    themes = whole.parts("themes")
    for position, part in enumerate(themes, start=1):
        keys.theme(part, position)
    for part in themes:
        for question in part.parts("questions"):
            keys.indicator(question.part("indicator"))
    return themes


def _import_theme(part, survey_round, position, keys):
    round_theme = RoundTheme(round=survey_round, theme=keys.themes[part.get("key", str)], position=position)
    in_round = part.part("in_round")
    in_round.fill(round_theme, _ROUND_THEME)
    in_round.save(round_theme)
    for number, question_part in enumerate(part.parts("questions"), start=1):
        _import_question(question_part, round_theme, number, keys)


def _import_question(part, round_theme, position, keys):
    question = Question(
        round=round_theme.round,
        round_theme=round_theme,
        indicator=keys.indicator(part.part("indicator")),
        criterion=part.known("criterion", keys.criteria),
        area=part.known("area", keys.areas),
        size_class=part.known("size_class", keys.size_classes),
        position=position,
    )
    part.fill(question, _QUESTION)
    part.save(question)
    for name, (model, fields) in _PARTS.items():
        rows = []
        for number, each in enumerate(part.parts(name), start=1):
            row = model(question=question, **({} if model is Threshold else {"position": number}))
            each.fill(row, fields)
            rows.append((each, row))
        if rows:
            save_together(rows)
    keys.questions[question.audience, question.indicator.key] = question
    for number, group in enumerate(part.get("condition", list, []), start=1):
        for place, values in enumerate(group if isinstance(group, list) else [None]):
            term = Reader(values, f"{part.path}/condition/{number}/{place + 1}")
            _import_term(term, question, number, keys)


def _import_term(part, question, group, keys):
    of_audience = {key: each for (audience, key), each in keys.questions.items() if audience == question.audience}
    earlier = part.known("indicator", of_audience)
    if earlier is None:
        part.refuse(_("“%(key)s” is not known."), "unknown", key="indicator")
    options = {option.key: option for option in earlier.options.all()}
    term = ConditionTerm(question=question, group=group, earlier=earlier, option=part.known("option", options))
    part.fill(term, ("operator", "number"))
    try:
        check_term(term)
    except ValidationError as error:
        part.refuse(error.messages[0], error.code)
    part.save(term)


class _Known:
    """What is known by key: reference data, and what the file has told so far."""

    def __init__(self, region):
        self.region = region
        self.themes = {theme.key: theme for theme in Theme.objects.all()}
        self.criteria = {criterion.key: criterion for criterion in Criterion.objects.all()}
        self.indicators = {indicator.key: indicator for indicator in Indicator.objects.all()}
        self.size_classes = {size_class.key: size_class for size_class in SizeClass.objects.all()}
        areas = Area.objects.filter(group__region=region).select_related("group")
        self.areas = {area.address_key: area for area in areas}
        self.questions = {}

    def theme(self, part, position):
        """Find or add the theme that a part of the file describes."""
        return self._find(self.themes, part, Theme(position=position), _THEME)

    def criterion(self, part, position):
        """Find or add a criterion."""
        return self._find(self.criteria, part, Criterion(position=position), ("key", "name"))

    def indicator(self, part):
        """Find or add an indicator; a region's own belongs to the region that imports."""
        new = Indicator(region=self.region if part.values.get("is_regional") else None)
        new.theme = part.known("theme", self.themes)
        new.criterion = part.known("criterion", self.criteria)
        found = self._find(self.indicators, part, new, ("key", "name"))
        if found.region_id is not None and found.region != self.region:
            part.refuse(_("The indicator “%(key)s” is another region's own."), "elsewhere", key=found.key)
        return found

    def _find(self, known, part, new, names):
        key = part.get("key", str)
        if key not in known:
            part.fill(new, names)
            part.save(new)
            known[key] = new
        return known[key]
