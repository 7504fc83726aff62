"""What is published of a round as five tables, each with one list of columns, their keys and meanings.

Only what surveys/results.py reads is here: rows of one published edition, and the
comments that stand beside them.
"""

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from common.tables import Column
from registry.models.site import demo_label
from surveys.models import Answer, MunicipalityResult, QuestionResult, ReplyComment, ResultAnswer
from surveys.models.questions import MATRICES, NUMBERS
from surveys.result_page import AnswerFigure
from surveys.results import TOTAL, mean_of

ANSWERS = "tulokset"


@dataclass(frozen=True)
class OpenColumn(Column):
    """A column of open data with its meaning, for the dictionary."""

    meaning: str = ""


@dataclass(frozen=True)
class OpenTable:
    """A table of open data: the word of its address, its key in JSON, its name, its columns and rows."""

    word: str
    key: str
    name: str
    columns: list
    rows: list


@dataclass(frozen=True)
class _Shown:
    """An EditionResults with the row of each of its municipalities by id, and what is said of demo data."""

    results: object
    rows: dict
    notice: str

    @property
    def standings(self):
        return self.results.standings


def open_tables(results, words=None):
    """Return the OpenTables of an EditionResults, or those with these words of `TABLES`; six queries at most."""
    rows = {each.pk: each for each in MunicipalityResult.objects.of_edition(results.edition)}
    shown = _Shown(results, rows, demo_label())
    return [make(shown) for word, make in TABLES.items() if words is None or word in words]


# --- Columns ---------------------------------------------------------------------------------------------------------


def _column(key, label, meaning, value):
    return OpenColumn(key, label, value, meaning=meaning)


def _place_columns(shown, place):
    """Return the columns that name a municipality; `place(row)` is its Standing."""
    return [
        _column("code", _("Code"), _("The official three-digit code of the municipality, a text."),
                lambda row: shown.rows[place(row).pk].municipality.code),
        _column("municipality", _("Municipality"), _("Its name in the language of the file."),
                lambda row: place(row).name),
    ]  # fmt: skip


def _of_edition(shown):
    """Return the columns that say of which edition a row is, and whether it is invented."""
    edition = shown.results.edition
    return [
        _column("year", _("Year"), _("The year of the survey round."), lambda row: edition.round.year),
        _column("edition", _("Edition"), _("The number of the edition; a later one is a correction."),
                lambda row: edition.number),
        _column("notice", _("Note"), _("Says so when the data is a demonstration."), lambda row: shown.notice),
    ]  # fmt: skip


def _question_columns(question):
    """Return the columns that name a question; `question(row)` is it."""
    return [
        _column("theme", _("Theme"), _("The stable key of the theme."),
                lambda row: question(row).round_theme.theme.key),
        _column("question", _("Question's key"), _("The stable key of the question, the same over the years."),
                lambda row: question(row).key),
        _column("wording", _("Question"), _("How it was asked."), lambda row: question(row).wording),
    ]  # fmt: skip


# --- Municipalities and scores ---------------------------------------------------------------------------------------


def _municipalities(shown):
    standings = {each.pk: each for each in shown.standings}
    columns = [
        *_place_columns(shown, lambda row: standings[row.pk]),
        _column("state", _("State"), _("answered, declined or missing (did not answer)."), lambda row: row.state),
        _column("state_words", _("State in words"), _("The same in words."), lambda row: row.get_state_display()),
        _column("size_class", _("Size class"), _("By residents on the round's first day."),
                lambda row: standings[row.pk].size_name),
        _column("population", _("Residents"), _("On the round's first day."), lambda row: row.population),
        _column("respondent_post", _("Respondent's post"), _("In which post the answers were sent in."),
                lambda row: row.respondent_post),
        _column("submitted_on", _("Sent in on"), _("The day on which the answers were sent in."),
                lambda row: row.submitted_on),
        _column("n_asked", _("Questions asked"), _("How many questions it was asked."), lambda row: row.n_asked),
        _column("n_answered", _("Questions answered"), _("How many of them it answered."), lambda row: row.n_answered),
        _column("n_unchanged", _("Unchanged"), _("How many answers were said to be as the year before."),
                lambda row: row.n_unchanged),
        _column("n_unconfirmed", _("Not confirmed"), _("How many answers were said aloud and not confirmed."),
                lambda row: row.n_unconfirmed),
        *_of_edition(shown),
    ]  # fmt: skip
    return OpenTable("kunnat", "municipalities", _("Municipalities"), columns, [shown.rows[pk] for pk in standings])


def _subjects(results):
    """Return {(kind, key): name} of what has a score."""
    names = {("theme", each.theme.key): str(each) for each in results.themes}
    names |= {("criterion", each.key): str(each) for each in results.criteria}
    return names | ({TOTAL: _("All themes")} if results.has_total else {})


def _subject_columns(names):
    """Return the columns that say of what a figure is; a row begins with the subject, (kind, key)."""
    return [
        _column("kind", _("Kind"), _("theme, criterion or total."), lambda row: row[0][0]),
        _column("key", _("Key"), _("The stable key of the theme or criterion."), lambda row: row[0][1]),
        _column("name", _("Theme or criterion"), _("Its name."), lambda row: names[row[0]]),
    ]


def _scores(shown):
    names = _subjects(shown.results)
    rows = [(subject, each, each.scores[subject]) for each in shown.standings for subject in names
            if subject in each.scores]  # fmt: skip
    columns = [
        *_place_columns(shown, lambda row: row[1]),
        *_subject_columns(names),
        _column("score", _("Score"), _("From 0 to 100 with one decimal; empty where nothing is known."),
                lambda row: row[2].value),
        _column("band", _("In words"), _("The score's word; empty where less than half is known."),
                lambda row: row[2].band_words),
        _column("n_known", _("Questions known"), _("Of how many scored questions that apply something is known."),
                lambda row: row[2].coverage.count),
        _column("n_applying", _("Questions that apply"), _("How many scored questions apply to the municipality."),
                lambda row: row[2].coverage.out_of),
        _column("points", _("Points"), _("Weighted points of what is known."), lambda row: _exact(row[2].points)),
        _column("maximum", _("Most points"), _("The most that what is known could give, weighted."),
                lambda row: _exact(row[2].maximum)),
        *_of_edition(shown),
    ]  # fmt: skip
    return OpenTable("pisteet", "scores", _("Scores"), columns, rows)


def _means(shown):
    names = _subjects(shown.results)
    groups = {("region", ""): (str(shown.results.edition.round.region.name), shown.standings)}
    for each in shown.standings:
        if each.size_key:
            groups.setdefault(("size_class", each.size_key), (each.size_name, []))[1].append(each)
    rows = [
        (subject, group, name, mean_of(some, subject)) for group, (name, some) in groups.items() for subject in names
    ]
    columns = [
        _column("group", _("Group"), _("region or size_class."), lambda row: row[1][0]),
        _column("group_key", _("Group's key"), _("The stable key of the size class."), lambda row: row[1][1]),
        _column("group_name", _("Group's name"), _("Of the region or the size class."), lambda row: row[2]),
        *_subject_columns(names),
        _column("mean", _("Mean"), _("Of the municipalities' scores as printed; empty for fewer than three."),
                lambda row: row[3].value),
        _column("n", "n", _("How many municipalities have a score."), lambda row: row[3].n),
        *_of_edition(shown),
    ]  # fmt: skip
    return OpenTable("keskiarvot", "means", _("Means"), columns, rows)


# --- Answers and counts ----------------------------------------------------------------------------------------------


def _answers(shown):
    questions = {each.pk: each for each in shown.results.questions}
    answers = defaultdict(list)
    for answer in ResultAnswer.objects.of_edition(shown.results.edition):
        answer.question = questions[answer.question_id]
        answers[answer.result_id].append(answer)
    beside = _beside(shown.results)
    rows = []
    for standing in shown.standings:
        for answer in sorted(answers[standing.pk], key=lambda each: each.question.place):
            said = beside.get((standing.municipality, answer.question_id), ([], False))
            rows.append((standing, AnswerFigure(answer.question, answer), *said))
    return OpenTable(ANSWERS, "answers", _("Answers"), _answer_columns(shown), rows)


def _beside(results):
    """Return {(municipality, question): (public comments, whether the figure is under review)}."""
    found = {}
    rows = ReplyComment.objects.shown_beside().filter(response__round=results.edition.round_id)
    for row in rows.select_related("response"):
        words, is_reviewed = found.get((row.response.municipality_id, row.question_id), ([], False))
        is_shown = row.is_public and row.withdrawn_at is None
        is_reviewed |= row.decision == ReplyComment.Decision.UNDER_REVIEW
        found[row.response.municipality_id, row.question_id] = (words + [row.text] * is_shown, is_reviewed)
    return found


def _answer_columns(shown):
    return [
        *_place_columns(shown, lambda row: row[0]),
        *_question_columns(lambda row: row[1].question),
        _column("state", _("State"), _("answered, do_not_know, not_obtained, not_applicable or unanswered."),
                lambda row: row[1].answer.state),
        _column("answer", _("Answer"), _("The answer in words; without one the reason."),
                lambda row: "; ".join(row[1].lines)),
        _column("options", _("Chosen options"), _("The stable keys of what was chosen."), lambda row: keys_of(row[1])),
        _column("number", _("Number"), _("The answer to a question that asks a number."),
                lambda row: number_of(row[1])),
        _column("evidence", _("Evidence"), _("The address that the municipality gives for its answer."),
                lambda row: row[1].answer.evidence_url),
        _column("source", _("Source"), _("form, phone, meeting and so on: how the answer came."),
                lambda row: row[1].answer.source),
        _column("post", _("Answerer's post"), _("In which post it was answered."),
                lambda row: row[1].answer.answerer_post),
        _column("answered_on", _("Answered on"), _("The day of the answer."), lambda row: row[1].answer.answered_on),
        _column("is_unchanged", _("Unchanged"), _("Whether it was said to be as the year before."),
                lambda row: row[1].answer.is_unchanged),
        _column("is_confirmed", _("Confirmed"), _("Of what was said aloud; empty for what was written."),
                lambda row: row[1].answer.is_confirmed),
        _column("outcome", _("How it counts"), _("What became of it in the score, such as counted or not_asked."),
                lambda row: row[1].answer.outcome),
        _column("points", _("Points"), _("Points before the weight; empty where it does not count."),
                lambda row: _exact(row[1].answer.points)),
        _column("by_registry", _("By the registry"), _("The option that the registry tells, where that counts."),
                lambda row: row[1].answer.by_registry),
        _column("comment", _("Municipality's comment"), _("What the municipality says in public beside it."),
                lambda row: "; ".join(row[2])),
        _column("is_under_review", _("Under review"), _("Whether the coordinator looks at it again."),
                lambda row: row[3]),
        *_of_edition(shown),
    ]  # fmt: skip


def keys_of(figure):
    """Return the keys of what was chosen, of a matrix by row, as one text."""
    value = figure.answer.value or {}
    if figure.question.kind in MATRICES:
        return "; ".join(f"{row}={','.join(keys)}" for row, keys in sorted(value.get("rows", {}).items()))
    return "; ".join(value.get("chosen", ()))


def number_of(figure):
    """Return the number that was answered, or None."""
    has_number = figure.question.kind in NUMBERS and figure.answer.value
    return Decimal(figure.answer.value["number"]) if has_number else None


def _counts(shown):
    questions = {each.pk: each for each in shown.results.questions}
    counted = QuestionResult.objects.filter(edition=shown.results.edition)
    counted = sorted(counted, key=lambda each: questions[each.question_id].place)
    rows = [(questions[each.question_id], each, *told) for each in counted for told in counts_told(questions, each)]
    columns = [
        *_question_columns(lambda row: row[0]),
        _column("what", _("What is counted"), _("option, first (of a ranking), row (of a matrix), state or number."),
                lambda row: row[2]),
        _column("row", _("Row"), _("The key of the matrix's row."), lambda row: row[3]),
        _column("key", _("Key"), _("The key of the option, the state or the figure."), lambda row: row[4]),
        _column("label", _("In words"), _("The option or state in words."), lambda row: row[5]),
        _column("value", _("Value"), _("How many municipalities; of a number the figure itself."), lambda row: row[6]),
        _column("n_answered", _("Answered, n"), _("How many municipalities answered the question."),
                lambda row: row[1].n_answered),
        _column("n_asked", _("Asked, n"), _("How many that sent in their answers were asked it."),
                lambda row: row[1].n_asked),
        _column("n_unchanged", _("Unchanged"), _("How many said that it is as the year before."),
                lambda row: row[1].n_unchanged),
        *_of_edition(shown),
    ]  # fmt: skip
    return OpenTable("jakaumat", "counts", _("Counts"), columns, rows)


def counts_told(questions, counted):
    """Yield (what, row, key, words, figure) of a QuestionResult; `questions` by id come with their structure.

    In the question's own order: databases keep the keys of JSON differently.
    """
    question, counts, number_words = questions[counted.question_id], counted.counts, _number_words()
    labels = {option.key: str(option) for option in question.options.all()}
    for what, name in (("option", "chosen"), ("first", "first")):
        for key in _in_order(labels, counts.get(name, {})):
            yield what, "", key, labels[key], counts[name][key]
    for row in question.rows.all():
        by_option = counts.get("rows", {}).get(row.key, {})
        for key in _in_order(labels, by_option):
            yield "row", row.key, key, f"{row.label}: {labels[key]}", by_option[key]
    for key in _in_order(number_words, counts.get("numbers", {})):
        yield "number", "", key, number_words[key], Decimal(counts["numbers"][key])
    for state in _in_order(Answer.State.values, counted.states):
        yield "state", "", state, str(Answer.State(state).label), counted.states[state]


def _in_order(keys, counts):
    return [key for key in keys if key in counts]


def _number_words():
    return {
        "least": _("least"), "median": _("median"), "mean": _("mean"), "most": _("most"), "total": _("total"),
    }  # fmt: skip


def _exact(number):
    """Return a Decimal without needless zeros."""
    return None if number is None else number.normalize()


TABLES = {
    "kunnat": _municipalities, "pisteet": _scores, "keskiarvot": _means, ANSWERS: _answers, "jakaumat": _counts,
}  # fmt: skip
