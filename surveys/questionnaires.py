"""A questionnaire as a file: the same round gives the same bytes, and comes back as it was.

The file has what a round asks, in order, under stable keys: themes, criteria, indicators,
questions with everything that belongs to them. What has its usual value is left out. It
has no answers, nobody's names, and no verdicts on other years' questions.
"""

import datetime as dt
import json
from decimal import Decimal, InvalidOperation

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils.translation import gettext as _

from registry.models import Area, SizeClass
from surveys.conditions import check_term
from surveys.models import (
    ConditionTerm,
    Criterion,
    Indicator,
    Option,
    Question,
    QuestionRow,
    Round,
    RoundTheme,
    TableColumn,
    Theme,
    Threshold,
)
from surveys.models.rounds import LANGUAGES

FORMAT = "rinnalla-questionnaire-1"
LARGEST_FILE = 2_000_000
_ROUND = ("year", "title", "introduction", "opens_on", "closes_on", "reply_days")
_THEME = ("key", "name", "description", "is_scored")
_ROUND_THEME = ("is_scored", "weight", "introduction")
_QUESTION = (
    "audience", "kind", "wording", "help", "unit", "period", "row_state", "is_required", "offers_do_not_know",
    "offers_not_obtained", "offers_not_applicable", "asks_evidence", "asks_note", "asks_quote_permission", "publicity",
    "weight", "max_points", "registry_fact", "counts", "concerns", "max_length", "min_value", "max_value", "decimals",
    "max_choices", "max_rows", "file_types", "max_megabytes",
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
    questions = list(survey_round.questions.in_order().with_structure().select_related("criterion", "area__group"))
    by_theme = {}
    for question in questions:
        by_theme.setdefault(question.round_theme_id, []).append(question)
    criteria = {question.criterion for question in questions} | {question.indicator.criterion for question in questions}
    whole = {
        "format": FORMAT,
        **_written(survey_round, _ROUND),
        "languages": survey_round.languages,
        "criteria": [
            _written(each, ("key", "name"))
            for each in sorted(filter(None, criteria), key=lambda c: (c.position, c.key))
        ],
        "themes": [
            {
                **_written(each.theme, _THEME),
                "in_round": _written(each, _ROUND_THEME),
                "questions": [question_as_data(question) for question in by_theme.get(each.pk, ())],
            }
            for each in survey_round.themes.select_related("theme").order_by("position", "pk")
        ],
    }
    return json.dumps(whole, ensure_ascii=False, indent=1) + "\n"


def question_as_data(question):
    """Return one question with everything that belongs to it as plain data under stable keys."""
    indicator = question.indicator
    written = {
        "indicator": {
            **_written(indicator, ("key", "name")),
            "theme": indicator.theme.key,
            **({"criterion": indicator.criterion.key} if indicator.criterion else {}),
            **({"is_regional": True} if indicator.region_id else {}),
        },
        **({"criterion": question.criterion.key} if question.criterion else {}),
        **_written(question, _QUESTION),
    }
    if question.area_id:
        written["area"] = question.area.address_key
    if question.size_class_id:
        written["size_class"] = question.size_class.key
    for name, (_model, fields) in _PARTS.items():
        if rows := list(getattr(question, name).all()):
            written[name] = [_written(row, fields) for row in rows]
    if terms := list(question.conditions.all()):
        written["condition"] = _groups(terms)
    return written


def _groups(terms):
    groups = {}
    for term in sorted(terms, key=lambda term: (term.group, term.pk)):
        known = {
            "indicator": term.earlier.indicator.key,
            "operator": term.operator,
            "option": term.option.key if term.option_id else None,
            "number": _plain(term.number),
        }
        groups.setdefault(term.group, []).append({name: value for name, value in known.items() if value is not None})
    return list(groups.values())


def _written(row, names):
    """Return the named columns of a row as JSON takes them, without those that have their usual value."""
    written = {}
    translated = getattr(row, "WORDING", ("name", "description"))
    for name in names:
        if name in translated:
            words = {language: getattr(row, f"{name}_{language}") for language in LANGUAGES}
            value, usual = {language: text for language, text in words.items() if text}, {}
        else:
            field = row._meta.get_field(name)
            value = _plain(getattr(row, name))
            has_usual = field.has_default() or field.null or field.blank
            usual = _plain(field.to_python(field.get_default())) if has_usual else _NOTHING
        if value != usual:
            written[name] = value
    return written


_NOTHING = object()


def _plain(value):
    if isinstance(value, Decimal):
        return f"{value.normalize():f}" if value else "0"
    if isinstance(value, dt.date):
        return value.isoformat()
    return str(value) if isinstance(value, models.TextChoices) else value


# --- In --------------------------------------------------------------------------------------------------------------


@transaction.atomic
def import_questionnaire(text, region, *, by, year=None, opens_on=None, closes_on=None):
    """Make a draft round of `region` from the text of a file and return it.

    Themes, criteria and indicators that are not known yet are added; those that are
    stay as they are. `year`, `opens_on` and `closes_on` stand in for the file's.
    Raises ValidationError with a code and the place in the file; nothing is saved then.
    """
    whole = _Reader(_read(text), "")
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


@transaction.atomic
def add_reference_data(text):
    """Add the themes, criteria and indicators of a file that are not known yet, and no round."""
    _add_reference_data(_Reader(_read(text), ""), _Known(None))


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


def _read(text):
    if len(text) > LARGEST_FILE:
        raise ValidationError(_("The file is too large for a questionnaire."), code="too_large")
    try:
        whole = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ValidationError(_("The file is not JSON."), code="not_json") from error
    if not isinstance(whole, dict) or whole.get("format") != FORMAT:
        raise ValidationError(_("The file is not a questionnaire of this registry."), code="format")
    return whole


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
        for number, each in enumerate(part.parts(name), start=1):
            row = model(question=question, **({} if model is Threshold else {"position": number}))
            each.fill(row, fields)
            each.save(row)
    keys.questions[question.audience, question.indicator.key] = question
    for number, group in enumerate(part.get("condition", list, []), start=1):
        for place, values in enumerate(group if isinstance(group, list) else [None]):
            term = _Reader(values, f"{part.path}/condition/{number}/{place + 1}")
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


class _Reader:
    """A part of the file with its place, which every refusal names."""

    def __init__(self, values, path):
        self.values, self.path = values, path
        if not isinstance(values, dict):
            self.refuse(_("Something with named values is expected here."), "shape")

    def refuse(self, message, code, **params):
        """Raise ValidationError that begins with the place."""
        raise ValidationError(f"{self.path or '/'}: {message % params if params else message}", code=code)

    def get(self, name, kind, usual=_NOTHING):
        """Return a value of this type."""
        value = self.values.get(name, usual)
        if value is _NOTHING or not isinstance(value, kind):
            self.refuse(_("“%(key)s” is missing or of a wrong kind."), "shape", key=name)
        return value

    def part(self, name):
        """Return a named part."""
        return _Reader(self.values.get(name, {}), f"{self.path}/{name}")

    def parts(self, name):
        """Return a list of parts."""
        listed = self.get(name, list, [])
        return [_Reader(each, f"{self.path}/{name}/{number}") for number, each in enumerate(listed, start=1)]

    def known(self, name, known):
        """Return what a key refers to, or None where nothing is said."""
        key = self.values.get(name)
        if key is None:
            return None
        if not isinstance(key, str) or key not in known:
            self.refuse(_("“%(key)s” is not known."), "unknown", key=key)
        return known[key]

    def fill(self, row, names):
        """Give a row its columns; what the file leaves out keeps its usual value."""
        translated = getattr(row, "WORDING", ("name", "description"))
        for name in names:
            if name not in self.values:
                continue
            value = self.values[name]
            if name in translated:
                words = value if isinstance(value, dict) else {}
                if not words or set(words) - set(LANGUAGES) or not all(isinstance(t, str) for t in words.values()):
                    self.refuse(_("“%(key)s” is missing or of a wrong kind."), "shape", key=name)
                for language, text in words.items():
                    setattr(row, f"{name}_{language}", text)
            else:
                setattr(row, name, self._typed(row._meta.get_field(name), name, value))

    def _typed(self, field, name, value):
        """Return the value as its column takes it: numbers and yes or no as such, everything else as text."""
        if isinstance(field, models.BooleanField):
            is_right = isinstance(value, bool)
        elif isinstance(field, models.IntegerField):
            is_right = isinstance(value, int) and not isinstance(value, bool)
        else:
            is_right = isinstance(value, str)
        try:
            if is_right:
                return field.to_python(value)
        except (ValidationError, InvalidOperation):
            pass
        return self.refuse(_("“%(key)s” is missing or of a wrong kind."), "shape", key=name)

    def save(self, row):
        """Check a row as its form would, and save it."""
        try:
            row.full_clean(exclude=getattr(row, "WORDING", ("name", "description")))
        except ValidationError as error:
            self.refuse("; ".join(error.messages), "invalid")
        row.save()
