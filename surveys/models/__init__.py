"""The tables of the survey, by subject."""

from surveys.models.answers import Answer, AnswerFile, Delegation, PendingSave, Response
from surveys.models.associations import (
    AssociationEdition,
    AssociationTally,
    EditionCount,
    OpenLink,
    PaperBatch,
)
from surveys.models.interviews import Interview, InterviewNote
from surveys.models.questions import ConditionTerm, Kind, Option, Question, QuestionRow, TableColumn, Threshold
from surveys.models.reference import Criterion, Indicator, Theme
from surveys.models.rounds import Round, RoundTheme
from surveys.models.versions import Comparability, OptionMatch, WordingCorrection

__all__ = [
    "Answer",
    "AnswerFile",
    "AssociationEdition",
    "AssociationTally",
    "Comparability",
    "ConditionTerm",
    "Criterion",
    "Delegation",
    "EditionCount",
    "Indicator",
    "Interview",
    "InterviewNote",
    "Kind",
    "OpenLink",
    "Option",
    "OptionMatch",
    "PaperBatch",
    "PendingSave",
    "Question",
    "QuestionRow",
    "Response",
    "Round",
    "RoundTheme",
    "TableColumn",
    "Theme",
    "Threshold",
    "WordingCorrection",
]
