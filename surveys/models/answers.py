"""What a municipality answers. Answering itself is surveys/answering.py.

The state of an answer is separate from its value (rule 1 of docs/rules.md): a value is there
exactly when the state is "answered". Values are JSON with stable keys, never labels;
exact numbers are text; what people wrote in their own words stands under a key `text`
and nowhere else, so that history, retention and publishing know it:

| Kind | Value |
|---|---|
| short and long text | `{"text": "…"}` |
| every choice; a ranking in its order | `{"chosen": ["key", …], "text": {"key": "what?"}}` |
| matrix | `{"rows": {"row": ["option", …], …}}` |
| whole number, decimal, euro, per cent, year | `{"number": "12.50"}` |
| date | `{"date": "2026-09-01"}` |
| link | `{"url": "https://…"}` |
| contact | `{"text": {"name": "…", "post": "…", "address": "…", "email": "…", "phone": "…"}}` |
| table | `{"rows": [{"row": "key" or null, "has_state": true, "cells": {"column": "12.50"}, "text": {…}}]}` |
| file | `{"files": ["key of the file", …]}` |
"""

import datetime as dt
import uuid

from django.apps import apps
from django.conf import settings
from django.core.validators import FileExtensionValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from registry.history import PersonalHistory
from registry.models.scope import ScopedQuerySet
from surveys.columns import stored_under
from surveys.history import AnswerHistory
from surveys.models.questions import FILE_TYPES


class OfRoundQuerySet(ScopedQuerySet):
    """Rows that belong to the region that asked, also when the municipality has moved since."""

    round_path = "response__round"

    def in_regions(self, region_ids):
        """Return the rows of these regions' rounds."""
        return self.filter(**{f"{self.round_path}__region__in": region_ids})


class AnswerQuerySet(OfRoundQuerySet):
    """Reads of answers."""

    def unconfirmed(self):
        """Return what was said by phone or in a meeting and nobody has confirmed."""
        said = self.exclude(state=Answer.State.UNANSWERED)
        return said.filter(source__in=Answer.SPOKEN, confirmed_at__isnull=True)

    def with_answerer(self):
        """Add the name of the account's person (`answerer_name`)."""
        person = "answered_by__person__"
        return self.annotate(answerer_given=F(f"{person}given_name"), answerer_family=F(f"{person}family_name"))

    def of_earlier_round(self, survey_round, municipality, verdicts):
        """Return the municipality's sent-in answers to the questions that this round's compare with by `verdicts`."""
        compared = apps.get_model("surveys", "Comparability").objects.filter(round=survey_round, verdict__in=verdicts)
        sent_in = self.filter(response__municipality=municipality, response__submitted_at__isnull=False)
        questions = compared.filter(from_question__isnull=False).order_by().values("from_question")
        return sent_in.filter(question__in=questions).exclude(state=Answer.State.UNANSWERED)

    def for_file(self, survey_round):
        """Return a round's answers in the order of its questions, with what a file tells of them."""
        rows = self.filter(response__round=survey_round).select_related(
            "question__indicator", "carried_from__question__indicator", "carried_from__response__round"
        )
        place = ("question__round_theme__position", "question__round_theme", "question__position", "question")
        return rows.prefetch_related("files").order_by("response__municipality__code", *place)

    def sources_in(self, survey_round):
        """Return (municipality's id, source) of what was answered in a round, each pair once."""
        said = self.filter(response__round=survey_round).exclude(state=Answer.State.UNANSWERED)
        return said.order_by().values_list("response__municipality", "source").distinct()

    def for_lines(self, survey_round):
        """Return plain rows of a round's answers: what tells how far each response is and when it was touched."""
        names = ("response_id", "question_id", "state", "value", "source", "confirmed_at", "answered_at")
        return self.filter(response__round=survey_round).order_by().values_list(*names, named=True)

    def of_earlier_rounds(self, survey_round):
        """Return the answers of the region's earlier rounds with their questions and responses."""
        earlier = self.filter(
            response__round__region=survey_round.region_id, response__round__year__lt=survey_round.year
        )
        return earlier.select_related("question__indicator", "response__round")


STATE_COLUMNS = (
    "id", "round_id", "municipality_id", "started_at", "submitted_at", "reopened_at", "declined_at", "decline_reason",
)  # fmt: skip


class ResponseQuerySet(OfRoundQuerySet):
    """Reads of responses."""

    round_path = "round"

    def with_unconfirmed(self):
        """Add `has_unconfirmed`: whether something said by phone or in a meeting has not been confirmed."""
        waiting = Answer.objects.unconfirmed().filter(response=models.OuterRef("pk"))
        return self.annotate(has_unconfirmed=models.Exists(waiting))

    def waiting_for_confirmation(self):
        """Return the responses that have been sent in with something said aloud that nobody has confirmed."""
        return self.submitted().with_unconfirmed().filter(has_unconfirmed=True, confirmed_at__isnull=True)

    def submitted(self):
        """Return the responses that have been sent in and not reopened."""
        return self.filter(submitted_at__isnull=False)

    def for_quality(self, region_ids, sent_in_by):
        """Return the responses of these regions' rounds that were sent in by a day, the oldest first."""
        rows = self.filter(round__region__in=region_ids, submitted_at__date__lte=sent_in_by)
        return rows.select_related("round", "municipality").order_by("submitted_at", "pk")

    def states_over_time(self, rounds):
        """Return what these rounds' responses were and are, as they came, the present last; one query.

        As plain rows with the columns of STATE_COLUMNS: from the history, then the rows themselves.
        """

        def states(rows, *order):
            return rows.filter(round__in=rounds).order_by().values_list(*STATE_COLUMNS, *order, named=True)

        past = states(Response.history, "history_date", "history_id")
        forever = models.Value(dt.datetime.max.replace(tzinfo=dt.UTC), models.DateTimeField())
        present = states(self, forever, models.Value(0, models.BigIntegerField()))
        return sorted(past.union(present, all=True), key=lambda row: row[-2:])

    def of_year(self, municipality, year):
        """Return a municipality's response to the round of a year, with the round, or None."""
        rows = self.filter(municipality=municipality, round__year=year)
        # A municipality that moved in the middle of a year may have been asked by two regions: the later one.
        return rows.select_related("round__region", "municipality").order_by("-round__opens_on", "-pk").first()

    def of_place(self, survey_round, municipality):
        """Return a municipality's response to a round, or None."""
        return self.filter(round=survey_round, municipality=municipality).first()

    def in_state(self, state):
        """Return the responses that stand so (a key of surveys/responses.py's STATES)."""
        open_ones = self.filter(submitted_at__isnull=True)
        return {
            "submitted": self.submitted(),
            "declined": open_ones.filter(declined_at__isnull=False),
            "reopened": open_ones.filter(declined_at__isnull=True, reopened_at__isnull=False),
            "begun": open_ones.filter(declined_at__isnull=True, reopened_at__isnull=True),
        }.get(state, self.none())

    def with_answer_count(self):
        """Add `n_answers`: how many questions have an answer or a reason for having none."""
        answered = Q(answers__isnull=False) & ~Q(answers__state=Answer.State.UNANSWERED)
        return self.annotate(n_answers=models.Count("answers", filter=answered))

    def with_round(self):
        """Fetch the round, the municipality and the number of the round's last correction along."""
        corrections = apps.get_model("surveys", "WordingCorrection").objects.last_numbers_of(models.OuterRef("round"))
        rows = self.select_related("round__region", "municipality")
        return rows.annotate(last_correction=models.Subquery(corrections[:1]))

    def for_answering(self, municipality, year, account):
        """Return the municipality's responses to rounds of a year with what answering needs, the latest round first.

        Each says whether an unsaved form of `account` waits in it (`has_waiting`).
        """
        waiting = PendingSave.objects.filter(response=models.OuterRef("pk"), account=account, settled_at__isnull=True)
        rows = self.filter(municipality=municipality, round__year=year).with_round()
        rows = rows.annotate(has_waiting=models.Exists(waiting))
        return rows.select_related("submitted_by__person").order_by("-round__opens_on", "-pk")


class Response(models.Model):
    """A municipality's response to a round, once: who answers, whether it has been sent in.

    Sent in, it is locked; a coordinator reopens it with a reason, which empties
    `submitted_at` and keeps the earlier one in history. The post and the reason stay for
    the record when the person is erased.
    """

    round = models.ForeignKey("surveys.Round", models.PROTECT, related_name="responses", verbose_name=_("survey round"))
    municipality = models.ForeignKey(
        "registry.Municipality", models.PROTECT, related_name="responses", verbose_name=_("municipality")
    )
    respondent = models.ForeignKey(
        "registry.Person",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="responses",
        verbose_name=_("respondent"),
    )
    respondent_post = models.CharField(
        _("respondent's post"), max_length=120, blank=True, help_text=_("A post or a role, never a name.")
    )
    fallback_reason = models.CharField(
        _("why not a liaison"), max_length=200, blank=True, help_text=_("When somebody else than a liaison answers.")
    )
    language = models.CharField(_("language"), max_length=2, choices=settings.LANGUAGES, default="fi")
    started_at = models.DateTimeField(_("started"), null=True, blank=True, editable=False)
    submitted_at = models.DateTimeField(_("sent in"), null=True, blank=True, editable=False)
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, editable=False, related_name="+",
        verbose_name=_("sent in by"),
    )  # fmt: skip
    submitted_post = models.CharField(_("sent in by, post"), max_length=120, blank=True, editable=False)
    reopened_at = models.DateTimeField(_("reopened"), null=True, blank=True, editable=False)
    reopened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, editable=False, related_name="+",
        verbose_name=_("reopened by"),
    )  # fmt: skip
    reopen_reason = models.CharField(_("why it was reopened"), max_length=300, blank=True, editable=False)
    confirmed_at = models.DateTimeField(
        _("everything said aloud confirmed"), null=True, blank=True, editable=False,
        help_text=_("Empties when something is said by phone or in a meeting after it."),
    )  # fmt: skip
    declined_at = models.DateTimeField(_("declined"), null=True, blank=True, editable=False)
    decline_reason = models.CharField(_("why it was declined"), max_length=300, blank=True, editable=False)

    history = PersonalHistory()
    objects = ResponseQuerySet.as_manager()

    class Meta:
        verbose_name = _("response")
        verbose_name_plural = _("responses")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["round", "municipality"], name="response_once"),
            models.CheckConstraint(
                name="response_submitted_after_start",
                condition=Q(submitted_at__isnull=True) | Q(started_at__isnull=False),
            ),
            models.CheckConstraint(
                name="response_reopened_with_reason", condition=Q(reopened_at__isnull=True) | ~Q(reopen_reason="")
            ),
        ]

    def __str__(self):
        return f"{self.municipality}, {self.round}"

    def with_its_correction(self):
        """Hand the number that `with_round` has read on to the round; return the response."""
        self.round.last_correction = self.last_correction
        return self

    @property
    def is_submitted(self):
        """Whether it has been sent in and is therefore locked."""
        return self.submitted_at is not None


class Answer(models.Model):
    """The answer to one question of a response: state, value, and who said so, how and when.

    `version` grows with each change; whoever saves names the version they saw, so that two
    people never overwrite each other unknowingly.
    """

    class State(models.TextChoices):
        ANSWERED = "answered", _("answered")
        DO_NOT_KNOW = "do_not_know", _("do not know")
        NOT_OBTAINED = "not_obtained", _("information not obtained")
        NOT_APPLICABLE = "not_applicable", _("does not concern the municipality")
        UNANSWERED = "unanswered", _("unanswered")

    class Source(models.TextChoices):
        FORM = "form", _("form")
        PHONE = "phone", _("phone call")
        MEETING = "meeting", _("meeting")
        DELEGATE = "delegate", _("a colleague by a link")
        IMPORT = "import", _("import")

    # Said aloud and written down by a coordinator: to be confirmed by who said it.
    SPOKEN = (Source.PHONE, Source.MEETING)
    # What may stand in place of an answer; the first two can always be said to an interviewer.
    INSTEAD = (State.DO_NOT_KNOW, State.NOT_OBTAINED, State.NOT_APPLICABLE)
    SAID_INSTEAD = (State.DO_NOT_KNOW, State.NOT_OBTAINED)

    class Means(models.TextChoices):
        """How an answer was confirmed; by a link there is no account."""

        PORTAL = "portal", _("in the portal")
        LINK = "link", _("by the letter's link")

    response = models.ForeignKey(Response, models.CASCADE, related_name="answers", verbose_name=_("response"))
    question = models.ForeignKey("surveys.Question", models.PROTECT, related_name="answers", verbose_name=_("question"))
    state = models.CharField(_("state"), max_length=14, choices=State, default=State.UNANSWERED)
    value = models.JSONField(_("value"), null=True, blank=True)
    is_unchanged = models.BooleanField(
        _("said to be unchanged"), default=False, help_text=_("The earlier answer was confirmed as it was.")
    )
    carried_from = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("earlier answer")
    )
    evidence_url = models.URLField(_("evidence"), max_length=500, blank=True)
    note = models.TextField(_("note to the coordinator"), max_length=2000, blank=True)
    may_be_quoted = models.BooleanField(
        _("may be quoted without a name"), null=True, blank=True, help_text=_("Empty: not asked or not answered.")
    )
    source = models.CharField(_("source"), max_length=8, choices=Source, default=Source.FORM)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("answered by")
    )
    answerer_post = models.CharField(_("answerer's post"), max_length=120, blank=True)
    answered_at = models.DateTimeField(_("answered at"), default=timezone.now)
    confirmed_at = models.DateTimeField(
        _("confirmed at"), null=True, blank=True, help_text=_("When the liaison confirmed what was said by phone.")
    )
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+",
        verbose_name=_("confirmed by"),
    )  # fmt: skip
    confirmed_how = models.CharField(_("how it was confirmed"), max_length=6, choices=Means, blank=True)
    confirmed_post = models.CharField(_("confirmed by, post"), max_length=120, blank=True)
    version = models.PositiveIntegerField(_("version"), default=1)
    words_erased_at = models.DateTimeField(
        _("words removed at"), null=True, blank=True, editable=False,
        help_text=_("When private words were no longer to be kept."),
    )  # fmt: skip

    history = AnswerHistory(personal=["note"])
    objects = AnswerQuerySet.as_manager()

    class Meta:
        verbose_name = _("answer")
        verbose_name_plural = _("answers")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["response", "question"], name="answer_once"),
            models.CheckConstraint(
                name="answer_value_exactly_when_answered",
                condition=Q(state="answered", value__isnull=False) | ~Q(state="answered") & Q(value__isnull=True),
            ),
            models.CheckConstraint(
                name="answer_carried_when_unchanged",
                condition=Q(carried_from__isnull=True) | Q(is_unchanged=True),
            ),
        ]

    def __str__(self):
        return f"{self.question}: {self.get_state_display()}"

    @property
    def answerer_name(self):
        """The name of the account's person, of a row from `with_answerer`; empty without a person."""
        return "" if self.answerer_given is None else f"{self.answerer_given} {self.answerer_family}"

    @property
    def needs_confirming(self):
        """Whether it was said by phone or in a meeting, and nobody has confirmed it yet."""
        is_said = self.state != self.State.UNANSWERED and self.source in self.SPOKEN
        return is_said and self.confirmed_at is None


class AnswerFileQuerySet(OfRoundQuerySet):
    """Reads of files."""

    round_path = "answer__response__round"

    def of_municipality(self, municipality, year):
        """Return the files of what a municipality answers to the round of a year."""
        return self.filter(answer__response__municipality=municipality, answer__response__round__year=year)


class AnswerFile(models.Model):
    """A file given as an answer, kept outside what the server serves and handed out after a check."""

    key = models.UUIDField(_("key"), default=uuid.uuid4, unique=True, editable=False)
    answer = models.ForeignKey(Answer, models.CASCADE, related_name="files", verbose_name=_("answer"))
    file = models.FileField(_("file"), upload_to=stored_under, validators=[FileExtensionValidator(FILE_TYPES)])
    name = models.CharField(_("name"), max_length=200)
    size = models.PositiveIntegerField(_("size in bytes"))
    content_type = models.CharField(_("type"), max_length=100)
    digest = models.CharField(_("digest"), max_length=64, help_text=_("SHA-256: the same file sent twice is one."))
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("sent by")
    )
    uploaded_at = models.DateTimeField(_("sent at"), default=timezone.now)

    objects = AnswerFileQuerySet.as_manager()

    class Meta:
        verbose_name = _("file of an answer")
        verbose_name_plural = _("files of answers")
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["answer", "digest"], name="answer_file_once")]

    def __str__(self):
        return self.name


class PendingSaveQuerySet(OfRoundQuerySet):
    """Reads of unsaved forms."""

    def waiting_for(self, response, *, account=None, delegation=None):
        """Return what waits for the choice of exactly this account, or of whoever has this link."""
        return self.filter(
            response=response, account=account, delegation=delegation, settled_at__isnull=True
        ).select_related("round_theme__theme")


class PendingSave(models.Model):
    """The body of a theme's form that could not be saved at once, until its person chooses (rule 12 of docs/rules.md).

    It came after the session had expired (with a signed token that says whose it was) or
    beside somebody else's newer answers. `versions` are those of the answers that the
    person saw.
    """

    class Cause(models.TextChoices):
        EXPIRED = "expired", _("the session had expired")
        CONFLICT = "conflict", _("somebody else had saved meanwhile")

    response = models.ForeignKey(Response, models.CASCADE, related_name="pending_saves", verbose_name=_("response"))
    round_theme = models.ForeignKey("surveys.RoundTheme", models.CASCADE, related_name="+", verbose_name=_("theme"))
    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("account")
    )
    delegation = models.ForeignKey(
        "surveys.Delegation", models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("by a link")
    )
    cause = models.CharField(_("cause"), max_length=8, choices=Cause)
    body = models.JSONField(_("what was sent"))
    versions = models.JSONField(_("versions seen"), default=dict)
    received_at = models.DateTimeField(_("received at"), default=timezone.now)
    settled_at = models.DateTimeField(_("settled at"), null=True, blank=True)

    objects = PendingSaveQuerySet.as_manager()

    class Meta:
        verbose_name = _("unsaved form")
        verbose_name_plural = _("unsaved forms")
        ordering = ["received_at", "pk"]
        constraints = [
            models.CheckConstraint(
                name="pending_save_of_somebody",
                condition=Q(account__isnull=False, delegation__isnull=True)
                | Q(account__isnull=True, delegation__isnull=False),
            )
        ]

    def __str__(self):
        return f"{self.get_cause_display()}, {timezone.localtime(self.received_at):%d.%m.%Y %H.%M}"


class DelegationQuerySet(OfRoundQuerySet):
    """Reads of what colleagues were asked."""

    def of_response(self, response):
        """Return what was asked of one response, with the themes."""
        return self.filter(response=response).select_related("round_theme__theme")

    def for_theme(self, response, round_theme):
        """Return what was asked of a theme, the newest first, with the links."""
        return self.filter(response=response, round_theme=round_theme).select_related("link", "asked_by__person")

    def going_on(self, response):
        """Return what colleagues still answer, with the links."""
        return self.filter(response=response, finished_at__isnull=True).select_related("link", "round_theme")

    def asked_since(self, response, moment):
        """Return what was asked of a response after a moment, withdrawn or not."""
        return self.filter(response=response, asked_at__gte=moment)

    def of_link(self, link):
        """Return what `link` opens, with everything that answering needs, or None."""
        rows = self.filter(link=link).select_related(
            "link", "response__round", "response__municipality", "round_theme__theme", "asked_by__person"
        )
        return rows.first()


class Delegation(models.Model):
    """That a colleague without an account was asked to answer one theme through a link."""

    response = models.ForeignKey(Response, models.CASCADE, related_name="delegations", verbose_name=_("response"))
    round_theme = models.ForeignKey(
        "surveys.RoundTheme", models.CASCADE, related_name="delegations", verbose_name=_("theme")
    )
    link = models.OneToOneField(
        "accounts.SecretLink", models.SET_NULL, null=True, related_name="delegation", verbose_name=_("link")
    )
    name = models.CharField(_("colleague"), max_length=120, blank=True)
    post = models.CharField(
        _("colleague's post"), max_length=120, help_text=_("Stands beside the answers: a post, never a name.")
    )
    email = models.EmailField(_("colleague's address"), blank=True)
    message = models.TextField(_("message"), max_length=1000, blank=True)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("asked by")
    )
    asked_at = models.DateTimeField(_("asked at"), default=timezone.now)
    finished_at = models.DateTimeField(_("finished at"), null=True, blank=True)

    history = PersonalHistory(personal=["name", "email", "message"])
    objects = DelegationQuerySet.as_manager()

    class Meta:
        verbose_name = _("theme asked of a colleague")
        verbose_name_plural = _("themes asked of colleagues")
        ordering = ["-asked_at", "-pk"]

    def __str__(self):
        return f"{self.round_theme}: {self.post}"

    @property
    def is_going_on(self):
        """Whether an answer may still come: the letter waits, or its link opens the theme."""
        return self.finished_at is None and (self.link is None or self.link.is_usable)

    @property
    def is_usable(self):
        """Whether the link still opens the theme."""
        return self.finished_at is None and self.link is not None and self.link.is_usable
