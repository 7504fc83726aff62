"""The coordinator's page before publication: what to check, what municipalities said, what has been published."""

from collections import Counter
from dataclasses import dataclass
from functools import cached_property

from django.utils import timezone
from django.utils.translation import gettext as _

from surveys.jumps import jumps_from
from surveys.letters.results import RESULTS_PUBLISHED, RESULTS_READY
from surveys.models import ReplyComment, ResultEdition
from surveys.publishing import Readiness, problems_when
from surveys.questionnaire import kept_questions
from surveys.responses import DECLINED, REOPENED, STATES, SUBMITTED, places_of, state_of
from surveys.scores import read_round


@dataclass(frozen=True)
class PlaceRow:
    """A municipality before publication: how it stands, and how many things of it are to be looked at."""

    place: object
    response: object
    n_unconfirmed: int
    n_jumps: int
    n_waiting: int

    @property
    def state(self):
        """How its response stands, as a key of surveys/responses.py's STATES."""
        return state_of(self.response)

    @property
    def state_words(self):
        """How its response stands, in words."""
        return STATES[self.state]

    @property
    def is_sent_in(self):
        """Whether there is something to publish."""
        return self.state == SUBMITTED

    @property
    def has_agreed(self):
        """Whether it has agreed with its results."""
        return self.is_sent_in and self.response.has_agreed


class PublicationPage:
    """A round before and after publication; one municipality and 308 are read in as many queries."""

    def __init__(self, survey_round):
        self.round = survey_round

    @cached_property
    def _places(self):
        return {place.pk: place for place in places_of(self.round)}

    @cached_property
    def _responses(self):
        return {each.municipality_id: each for each in self.round.responses.with_reply()}

    @cached_property
    def comments(self):
        """The comments that go on, those that wait first."""
        return sorted(ReplyComment.objects.of_round(self.round), key=lambda each: not each.waits)

    @cached_property
    def _editions(self):
        return list(ResultEdition.objects.until(self.round))

    @property
    def editions(self):
        """What has been published of the round, the latest first."""
        return [each for each in self._editions if each.round_id == self.round.pk]

    @property
    def edition_before(self):
        """The latest edition of the nearest earlier published round, or None."""
        return next((each for each in self._editions if each.round_id != self.round.pk), None)

    @cached_property
    def _read(self):
        """The ReadRound of what has been sent in, and the questions of the year before."""
        rounds = [self.round, *([self.edition_before.round] if self.edition_before else [])]
        questions = kept_questions(rounds)
        sent_in = [each for each in self._responses.values() if each.is_submitted]
        read = read_round(self.round, sent_in, questions=questions[self.round.pk], places=self._places)
        return read, questions[rounds[-1].pk]

    @cached_property
    def jumps(self):
        """The Jumps from the year before, by municipality."""
        read, questions_before = self._read
        if self.edition_before is None:
            return []
        sent_in = [self._responses[pk] for pk in self._places if pk in self._responses]
        return jumps_from(
            self.edition_before, read, [each for each in sent_in if each.is_submitted], questions_before
        )  # fmt: skip

    @cached_property
    def rows(self):
        """The PlaceRow of each municipality that was asked, by name."""
        read, _questions_before = self._read
        jumps = Counter(jump.place.pk for jump in self.jumps)
        waiting = Counter(each.response.municipality_id for each in self.comments if each.waits)
        rows = []
        for pk, place in self._places.items():
            response = self._responses.get(pk)
            answers = read.answers[response.pk].values() if response and response.is_submitted else ()
            rows.append(
                PlaceRow(
                    place,
                    response,
                    n_unconfirmed=sum(answer.needs_confirming for answer in answers),
                    n_jumps=jumps[pk],
                    n_waiting=waiting[pk],
                )
            )
        return rows

    @cached_property
    def checks(self):
        """What to check before publishing: [(heading, [(municipality, words), …]), …], each also where it is empty."""
        rows = self.rows
        missing = [row for row in rows if row.state not in {SUBMITTED, DECLINED, REOPENED}]
        return [
            (_("Have not sent in their answers"), [(row.place, row.state_words) for row in missing]),
            (
                _("Were opened again and not sent in since"),
                [(row.place, row.response.reopen_reason) for row in rows if row.state == REOPENED],
            ),
            (
                _("Have said that they do not answer"),
                [(row.place, row.response.decline_reason) for row in rows if row.state == DECLINED],
            ),
            (
                _("Have answers that were said aloud and not confirmed"),
                [(row.place, str(row.n_unconfirmed)) for row in rows if row.n_unconfirmed],
            ),
            (
                _("Changed oddly from the year before"),
                [
                    (each.place, f"{each.what} {each.before} → {each.now}")
                    for each in self.jumps
                ],
            ),
            (
                _("Have not agreed with their results"),
                [(row.place, "") for row in rows if row.is_sent_in and not row.has_agreed],
            ),
        ]  # fmt: skip

    @property
    def n_sent_in(self):
        """How many municipalities have sent in their answers."""
        return sum(row.is_sent_in for row in self.rows)

    @property
    def n_agreed(self):
        """How many have agreed with their results."""
        return sum(row.has_agreed for row in self.rows)

    @property
    def letter(self):
        """The RoundLetter whose time it is, or None."""
        if self.editions:
            return RESULTS_PUBLISHED if self.round.is_closed else None
        is_looked_at = self.round.is_closed and timezone.localdate() <= self.round.comments_until
        return RESULTS_READY if is_looked_at and self.n_sent_in else None

    @cached_property
    def problems(self):
        """What holds the publication back now, in sentences."""
        readiness = Readiness(
            n_sent_in=self.n_sent_in,
            n_not_agreed=self.n_sent_in - self.n_agreed,
            n_waiting=sum(each.waits for each in self.comments),
            is_first=not self.editions,
        )
        return [sentence for _code, sentence in problems_when(self.round, readiness)]
