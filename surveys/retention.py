"""How long the survey keeps what it knows of people; registry/privacy.py enforces it.

What a municipality has answered is a public record and stays. What goes is what only
the coordinator was to read, and the details of people.
"""

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from registry.privacy import Retention, delete_rows, months_before
from registry.subjects import WORK, AtErasure, Declared, accounts_in, either, emails_in, persons_in
from surveys.history import without_words
from surveys.models import (
    Answer,
    AnswerFile,
    AssociationEdition,
    AssociationTally,
    Comparability,
    Delegation,
    Interview,
    InterviewNote,
    Kind,
    OpenLink,
    PaperBatch,
    PendingSave,
    Question,
    Reply,
    ReplyComment,
    Response,
    ResultEdition,
    Round,
    WordingCorrection,
)

_PRIVATE = ~Q(note="") | Q(question__kind=Kind.CONTACT) | Q(question__publicity=Question.Publicity.PRIVATE)


def _answers_with_private_words(day):
    """Return the answers of rounds closed before `day` that still hold a note, a contact or private words."""
    return Answer.objects.filter(
        _PRIVATE, words_erased_at__isnull=True, response__round__closes_on__lt=day
    ).select_related("question")


def _erase_private_words(answers):
    """Empty the notes, and of contacts and private answers the words; keys and numbers stay. Returns how many."""
    answers = list(answers)
    for answer in answers:
        value = answer.value
        if answer.question.kind == Kind.CONTACT or answer.question.publicity == Question.Publicity.PRIVATE:
            value = without_words(value)
        Answer.objects.filter(pk=answer.pk).update(note="", value=value, words_erased_at=timezone.now())
    Answer.history.filter(id__in=[answer.pk for answer in answers]).update(note="")
    return len(answers)


def _delete_files(files):
    """Delete the files themselves and their rows; return how many."""
    for each in list(files):
        each.file.delete(save=False)
    return delete_rows(files)


def _of_nobody(_subject):
    """Find nothing: no row tells of a person."""
    return Q(pk__in=[])


RETENTIONS = (
    Retention(
        Answer,
        _("Notes to the coordinator, and private words and contact details in a municipality's answers"),
        _("36 months after the round closed; what else was answered is a public record"),
        lambda today: _answers_with_private_words(months_before(today, 36)),
        _erase_private_words,
    ),
    Retention(
        AnswerFile,
        _("A file given as an answer"),
        _("36 months after the round closed"),
        lambda today: AnswerFile.objects.filter(answer__response__round__closes_on__lt=months_before(today, 36)),
        _delete_files,
    ),
    Retention(
        Delegation,
        _("The name and address of a colleague who was asked to answer a theme"),
        _("12 months after it was asked"),
        lambda today: Delegation.objects.filter(asked_at__date__lt=months_before(today, 12)),
        delete_rows,
    ),
    Retention(
        InterviewNote,
        _("The interviewer's own notes beside questions"),
        _("24 months after the round closed"),
        lambda today: InterviewNote.objects.filter(interview__round__closes_on__lt=months_before(today, 24)),
        delete_rows,
    ),
    Retention(
        Interview,
        _("When somebody is best called, and how the interview went"),
        _("24 months after the round closed"),
        lambda today: Interview.objects.filter(round__closes_on__lt=months_before(today, 24)),
        delete_rows,
    ),
    Retention(
        PendingSave,
        _("A form of the survey that was sent and not yet saved"),
        _("1 month after it was sent; emptied as soon as its person has chosen"),
        lambda today: PendingSave.objects.filter(received_at__date__lt=months_before(today, 1)),
        delete_rows,
    ),
    Retention(
        AssociationTally,
        _("The sums of what associations answered by the open link; no single answer is kept at all"),
        _("12 months after the round closed; the editions, which show no group under five, stay"),
        lambda today: AssociationTally.objects.filter(round__closes_on__lt=months_before(today, 12)),
        delete_rows,
    ),
    Retention(
        PaperBatch,
        _("The sums of associations' answers on paper, and who counted them"),
        _("12 months after the round closed; the editions, which show no group under five, stay"),
        lambda today: PaperBatch.objects.filter(round__closes_on__lt=months_before(today, 12)),
        delete_rows,
    ),
)

_ONLY_ACCOUNT = _("only the link to the account is personal; it goes with the account")
KEPT_OTHERWISE = {
    Round: _ONLY_ACCOUNT,
    Comparability: _ONLY_ACCOUNT,
    WordingCorrection: _ONLY_ACCOUNT,
    OpenLink: _ONLY_ACCOUNT,
    AssociationEdition: _ONLY_ACCOUNT,
    Response: _("only the link to the person is personal; it goes with the person"),
    Reply: _ONLY_ACCOUNT,
    ReplyComment: _ONLY_ACCOUNT,
    ResultEdition: _ONLY_ACCOUNT,
}

_STAYS = AtErasure.STAYS_WITHOUT_PERSON
_ANSWERED = _("What a municipality has answered is a public record. It stays without your name.")
OF_PERSON = {
    Response: Declared(either(persons_in("respondent"), accounts_in("submitted_by", "reopened_by")), _STAYS, _ANSWERED),
    Answer: Declared(accounts_in("answered_by", "confirmed_by"), _STAYS, _ANSWERED),
    AnswerFile: Declared(accounts_in("uploaded_by"), _STAYS, _ANSWERED),
    PendingSave: Declared(accounts_in("account")),
    Delegation: Declared(emails_in("email")),
    Interview: Declared(accounts_in("interviewer"), _STAYS, WORK),
    InterviewNote: Declared(accounts_in("written_by"), _STAYS, WORK),
    Round: Declared(accounts_in("opened_by", "closed_by", "reopened_by"), _STAYS, WORK),
    Comparability: Declared(accounts_in("decided_by"), _STAYS, WORK),
    WordingCorrection: Declared(accounts_in("corrected_by"), _STAYS, WORK),
    OpenLink: Declared(accounts_in("made_by"), _STAYS, WORK, of_others=frozenset({"seed"})),
    AssociationEdition: Declared(accounts_in("made_by"), _STAYS, WORK),
    Reply: Declared(accounts_in("agreed_by"), _STAYS, _ANSWERED),
    ReplyComment: Declared(accounts_in("commented_by", "decided_by"), _STAYS, _ANSWERED),
    ResultEdition: Declared(accounts_in("published_by"), _STAYS, WORK),
    AssociationTally: Declared(_of_nobody, _STAYS, _("Sums alone: nothing tells who answered.")),
    # A batch's sums are read by nobody, not by who typed them either (docs/adr/0026).
    PaperBatch: Declared(accounts_in("entered_by", "corrected_by"), _STAYS, WORK, of_others=frozenset({"counts"})),
}
