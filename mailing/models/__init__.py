"""The tables of letters: what is to be sent, in which words, to whom not, and what came back."""

from mailing.models.bounces import Bounce
from mailing.models.letters import Letter
from mailing.models.stops import QuietPeriod, Unsubscription
from mailing.models.texts import LetterText

__all__ = ["Bounce", "Letter", "LetterText", "QuietPeriod", "Unsubscription"]
