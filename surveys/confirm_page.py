"""The page of a letter's link: everything that was answered, to be confirmed with one button."""

from functools import cached_property

from surveys.confirming import CONFIRMED, confirmation_state, digest_of, unconfirmed_in
from surveys.sheet import Sheet
from surveys.theme_page import Answerer, ThemePage


class ConfirmPage:
    """All answers of a response as its respondent reads them: who said what by post, nobody's name."""

    def __init__(self, response):
        self.response, self.round, self.municipality = response, response.round, response.municipality
        self.sheet = Sheet(response.round, response.municipality, response)

    @property
    def is_confirmed(self):
        """Whether everything that was said aloud has been confirmed."""
        return confirmation_state(self.response) == CONFIRMED

    @cached_property
    def n_waiting(self):
        """How many answers wait to be confirmed."""
        return len(unconfirmed_in(self.sheet))

    @property
    def digest(self):
        """What goes along with the button, so that nothing is confirmed that was not shown."""
        return digest_of(self.sheet)

    def themes(self):
        """Return the ThemePage of each theme."""
        return [
            ThemePage(self.sheet, theme, Answerer(), may_write=False, names=False, private=True)
            for theme in self.sheet.themes
        ]
