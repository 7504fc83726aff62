"""The choices of a region's events; all of them stand in the address."""

from django import forms
from django.utils.translation import gettext_lazy as _

from public.forms import ChoiceList, mark_wrong_choices


class EventChoicesForm(forms.Form):
    """Which events are shown: of which year that has passed, of which municipality and kind."""

    vuosi = forms.TypedChoiceField(label=_("When"), coerce=int, required=False, empty_value=None, widget=ChoiceList)
    kunta = forms.ChoiceField(label=_("Municipality"), required=False, widget=ChoiceList)
    laji = forms.ChoiceField(label=_("Kind of event"), required=False, widget=ChoiceList)

    def __init__(self, data, *, years, municipalities, kinds):
        super().__init__(data)
        everything = ("", _("all"))
        self.fields["vuosi"].choices = [("", _("coming")), *((str(year), str(year)) for year in years)]
        self.fields["kunta"].choices = [everything, *((each.slug, each.name) for each in municipalities)]
        self.fields["laji"].choices = [everything, *((each.key, each.name) for each in kinds)]
        self._places = {each.slug: each for each in municipalities}
        self._kinds = {each.key: each for each in kinds}
        mark_wrong_choices(self)

    @property
    def municipality(self):
        """The municipality that is chosen, or None."""
        return self._places.get(self.cleaned_data.get("kunta"))

    @property
    def kind(self):
        """The kind that is chosen, or None."""
        return self._kinds.get(self.cleaned_data.get("laji"))

    @property
    def chosen(self):
        """What is chosen of municipality and kind, by name; the same in pages, calendars and feeds."""
        names = (("kunta", self.municipality), ("laji", self.kind))
        return {name: self.cleaned_data[name] for name, row in names if row}

    def in_words(self):
        """Return what is chosen as (field's name, choice) pairs in words."""
        pairs = (("kunta", self.municipality), ("laji", self.kind))
        return [(self.fields[name].label, row.name) for name, row in pairs if row]
