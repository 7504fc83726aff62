"""The coordinators' tool for the survey: what is asked, and who has answered."""

from surveys.admin import questions, reference, responses, rounds

__all__ = ["questions", "reference", "responses", "rounds"]
