"""The tables of the survey, by subject."""

from surveys.models.answers import Answer, AnswerFile
from surveys.models.associations import (
    AssociationEdition,
    AssociationTally,
    EditionCount,
    OpenLink,
    PaperBatch,
)
from surveys.models.delegations import Delegation
from surveys.models.interviews import Interview, InterviewNote
from surveys.models.parts import ConditionTerm, Option, QuestionRow, TableColumn, Threshold
from surveys.models.pending import PendingSave
from surveys.models.questions import Kind, Question
from surveys.models.reference import Criterion, Indicator, Theme
from surveys.models.replies import Reply, ReplyComment
from surveys.models.responses import Response
from surveys.models.result_rows import QuestionResult, ResultAnswer, ResultScore
from surveys.models.results import MunicipalityResult, ResultEdition
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
    "MunicipalityResult",
    "OpenLink",
    "Option",
    "OptionMatch",
    "PaperBatch",
    "PendingSave",
    "Question",
    "QuestionResult",
    "QuestionRow",
    "Reply",
    "ReplyComment",
    "Response",
    "ResultAnswer",
    "ResultEdition",
    "ResultScore",
    "Round",
    "RoundTheme",
    "TableColumn",
    "Theme",
    "Threshold",
    "WordingCorrection",
]
