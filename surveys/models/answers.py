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

import uuid

from django.apps import apps
from django.conf import settings
from django.core.validators import FileExtensionValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from surveys.columns import stored_under
from surveys.history import AnswerHistory
from surveys.models.of_round import OfRoundQuerySet
from surveys.models.questions import FILE_TYPES


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

    response = models.ForeignKey("surveys.Response", models.CASCADE, related_name="answers", verbose_name=_("response"))
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
