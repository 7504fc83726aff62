"""What coordinators may do with the survey's tables, in their own regions.

Unlike the registry's rows, questions of a draft are also deleted: nothing has been
asked with them yet. What has been opened is frozen for everybody (surveys/models/freezing.py).
"""

from registry.access import rights_of
from surveys import models

# Answers are the municipality's own: what a coordinator does with a response is to open it again.
REOPEN = "surveys.reopen_response"

COORDINATORS_RIGHTS = (
    rights_of("view", models.Theme, models.Criterion, models.Response)
    | {REOPEN}
    | rights_of(("view", "add", "change"), models.Indicator, models.Round)
    | rights_of(
        ("view", "add", "change", "delete"),
        models.Question,
        models.RoundTheme,
        models.Option,
        models.QuestionRow,
        models.TableColumn,
        models.Threshold,
        models.ConditionTerm,
    )
)
