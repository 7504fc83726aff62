"""The tables of the survey, by subject."""

from surveys.models.answers import Answer, AnswerFile, Delegation, PendingSave, Response
from surveys.models.interviews import Interview, InterviewNote
from surveys.models.questions import ConditionTerm, Kind, Option, Question, QuestionRow, TableColumn, Threshold
from surveys.models.reference import Criterion, Indicator, Theme
from surveys.models.rounds import Round, RoundTheme
from surveys.models.versions import Comparability, OptionMatch, WordingCorrection

__all__ = [
    "Answer",
    "AnswerFile",
    "Comparability",
    "ConditionTerm",
    "Criterion",
    "Delegation",
    "Indicator",
    "Interview",
    "InterviewNote",
    "Kind",
    "Option",
    "OptionMatch",
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
