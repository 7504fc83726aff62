"""Questions with their options, rows, columns, thresholds and conditions."""

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import Max
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _
from modeltranslation.admin import TranslationAdmin, TranslationTabularInline

from registry.admin.base import ROWS_WITHIN, HistoryAdmin, Step
from registry.admin.filters import OwnRelatedFilter
from registry.forms import RegistryForm
from surveys.admin.frozen import FrozenAdmin, FrozenInline, is_frozen
from surveys.authoring import add_usual_parts
from surveys.conditions import check_term
from surveys.facts import FACTS
from surveys.models import ConditionTerm, Option, Question, QuestionRow, RoundTheme, TableColumn, Threshold
from surveys.models.freezing import FROZEN
from surveys.models.questions import CONDITIONAL_ON, NUMBERS, TEXTS, WITH_OPTIONS, WITH_ROWS, WITH_THRESHOLDS, Kind


class PartInline(FrozenInline, TranslationTabularInline):
    """Rows that belong to a question, with a label in each language."""

    template = ROWS_WITHIN

    def get_extra(self, request, obj=None, **kwargs):
        """Offer two more without a script."""
        return 2


class OptionInline(PartInline):
    """Options."""

    model = Option
    fields = ["position", "key", "label", "points", "asks_what", "is_exclusive", "is_not_applicable"]


class RowInline(PartInline):
    """Rows of a matrix or a table."""

    model = QuestionRow
    fields = ["position", "key", "label", "offers_state"]


class ColumnInline(PartInline):
    """Columns of a table."""

    model = TableColumn
    fields = ["position", "key", "label", "kind", "is_required", "has_sum"]


class ThresholdInline(FrozenInline, admin.TabularInline):
    """Points of a number."""

    model = Threshold
    template = ROWS_WITHIN
    fields = ["at_least", "points"]
    extra = 1


class ConditionForm(forms.ModelForm):
    """One term, which rests on an earlier question of the same round."""

    def clean(self):
        cleaned = super().clean()
        if self.instance.question_id and cleaned.get("earlier"):
            term = ConditionTerm(
                question=self.instance.question,
                **{name: cleaned.get(name) for name in ("earlier", "operator", "option", "number")},
            )
            check_term(term)
        return cleaned


class ConditionInline(FrozenInline, admin.TabularInline):
    """When the question is asked."""

    model = ConditionTerm
    form = ConditionForm
    template = ROWS_WITHIN
    fk_name = "question"
    fields = ["group", "earlier", "operator", "option", "number"]
    extra = 1
    verbose_name_plural = _("asked if")

    def get_formset(self, request, obj=None, **kwargs):
        """Offer the questions before this one and their options, read once for all terms."""
        self.question = obj
        return super().get_formset(request, obj, **kwargs)

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        """Offer what may be chosen as a list that is read once."""
        earlier = self._earlier()
        rows, label = {
            "earlier": (earlier, lambda row: f"{row.key}: {row.wording}"),
            "option": (Option.objects.filter(question__in=earlier), lambda row: f"{row.question.key}: {row}"),
        }[db_field.name]
        rows = rows.select_related("indicator" if db_field.name == "earlier" else "question__indicator")
        field = super().formfield_for_foreignkey(db_field, request, queryset=rows, **kwargs)
        chosen = [(row.pk, label(row)) for row in sorted(rows, key=_place_of)]
        field.choices = [("", "–"), *chosen]
        return field

    def _earlier(self):
        question = self.question
        if question is None:
            return Question.objects.none()
        before = Question.objects.filter(round=question.round_id, audience=question.audience, kind__in=CONDITIONAL_ON)
        pks = [row.pk for row in before.select_related("round_theme") if row.place < question.place]
        return Question.objects.filter(pk__in=pks).select_related("round_theme")


def _place_of(row):
    return (
        (row.position, row.pk) if isinstance(row, Question) else (row.question.position, row.question_id, row.position)
    )


class QuestionForm(RegistryForm):
    """A question; its round is that of its theme."""

    registry_fact = forms.ChoiceField(
        label=_("Fact of the registry"), required=False, help_text=_("Stands beside the answer.")
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if "registry_fact" in self.fields:
            self.fields["registry_fact"].choices = [("", "–"), *FACTS.items()]

    def clean(self):
        cleaned = super().clean()
        round_theme = cleaned.get("round_theme")
        if round_theme is None:
            return cleaned
        if not round_theme.round.is_draft:
            self.add_error(
                "round_theme", ValidationError(FROZEN, code="frozen", params={"year": round_theme.round.year})
            )
        if self.instance.pk and self.instance.round_id != round_theme.round_id:
            self.add_error("round_theme", ValidationError(_("The theme belongs to another round."), code="elsewhere"))
        self.instance.round = round_theme.round
        return cleaned


# Columns that only some kinds have.
OF_KINDS = {
    "unit": NUMBERS,
    "period": {Kind.CHANGE},
    "row_state": {Kind.TABLE},
    "min_value": NUMBERS,
    "max_value": NUMBERS,
    "decimals": NUMBERS,
    "max_length": TEXTS,
    "max_choices": {Kind.MULTIPLE, Kind.RANKING},
    "max_rows": {Kind.TABLE},
    "file_types": {Kind.FILE},
    "max_megabytes": {Kind.FILE},
    "max_points": {Kind.MULTIPLE, Kind.MATRIX_MULTIPLE},
}


def _without(left_out, field):
    """Return a field, or a line of fields, without those left out; None when nothing stays."""
    if isinstance(field, str):
        return None if _plain_name(field) in left_out else field
    return tuple(name for name in field if _plain_name(name) not in left_out) or None


def _plain_name(name):
    """Return the name of a column without its language."""
    base, _underscore, language = name.rpartition("_")
    return base if language in {"fi", "sv", "en"} else name


@admin.register(Question)
class QuestionAdmin(FrozenAdmin, HistoryAdmin, TranslationAdmin):
    """Questions of the region's rounds."""

    form = QuestionForm
    list_display = ["wording", "round", "round_theme", "kind", "audience"]
    list_filter = [("round", OwnRelatedFilter), "kind", "audience"]
    list_select_related = ["round", "round_theme__theme", "indicator"]
    search_fields = ["wording_fi", "wording_sv", "wording_en", "indicator__key"]
    sortable_by = []
    ordering = ["-round__year", "round_theme__position", "position", "pk"]
    fieldsets = [
        (None, {"fields": ["round_theme", "indicator", "criterion", "audience", "kind"]}),
        (_("Words"), {"fields": ["wording", "spoken", "help", "unit", "period", "row_state"]}),
        (
            _("What is offered"),
            {
                "fields": [
                    ("is_required", "offers_do_not_know", "offers_not_obtained", "offers_not_applicable"),
                    ("asks_evidence", "asks_note", "asks_quote_permission"),
                    "publicity",
                ]
            },
        ),
        (_("Limits"), {"fields": [
            ("min_value", "max_value", "decimals"), ("max_length", "max_choices", "max_rows"),
            ("file_types", "max_megabytes"),
        ]}),
        (_("Points"), {"fields": [("weight", "max_points"), ("registry_fact", "counts")]}),
        (_("Whom it concerns"), {"fields": [("concerns", "area", "size_class")]}),
    ]  # fmt: skip

    class Media:
        css = {"all": ["css/authoring.css"]}

    def get_fieldsets(self, request, obj=None):
        """Leave out the words and limits that the question's kind does not have."""
        fieldsets = super().get_fieldsets(request, obj)
        if obj is None:
            return fieldsets
        left_out = {name for name, kinds in OF_KINDS.items() if obj.kind not in kinds}
        kept = [
            (title, {**options, "fields": [_without(left_out, each) for each in options["fields"]]})
            for title, options in fieldsets
        ]
        return [
            (title, {**options, "fields": [each for each in options["fields"] if each]})
            for title, options in kept
            if any(options["fields"])
        ]

    def get_inlines(self, request, obj):
        """Show what the kind has: a new question is saved first."""
        if obj is None:
            return []
        shown = {
            OptionInline: obj.kind in WITH_OPTIONS,
            RowInline: obj.kind in WITH_ROWS,
            ColumnInline: obj.kind == Kind.TABLE,
            ThresholdInline: obj.kind in WITH_THRESHOLDS,
            ConditionInline: True,
        }
        return [inline for inline, is_shown in shown.items() if is_shown]

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        """Offer the themes of drafts only."""
        field = super().formfield_for_foreignkey(db_field, request, **kwargs)
        if db_field.name == "round_theme":
            drafts = RoundTheme.objects.editable_by(request.user).filter(round__opened_at__isnull=True)
            field.queryset = drafts.select_related("round", "theme").order_by("-round__year", "position")
            field.label_from_instance = lambda row: f"{row.round}: {row.theme}"
        return field

    def save_model(self, request, obj, form, change):
        """Save; a new one stands last in its theme and gets what its kind always has."""
        if not change:
            last = Question.objects.filter(round_theme=obj.round_theme).aggregate(last=Max("position"))["last"]
            obj.position = (last or 0) + 1
        super().save_model(request, obj, form, change)
        add_usual_parts(obj)

    def response_add(self, request, obj, post_url_continue=None):
        """Go on to the options and conditions of the new question."""
        super().response_add(request, obj, post_url_continue)
        return redirect(self.step_url("change", obj))

    def get_steps(self, request, obj):
        """Lead to the round's questions, and in an opened round to correcting a misspelling."""
        round_admin = self.admin_site.get_model_admin(type(obj.round))
        steps = [Step(_("All questions of the round"), f"{round_admin.step_url('questions', obj.round)}#q{obj.pk}")]
        if is_frozen(obj):
            url = f"{round_admin.step_url('correct', obj.round)}?kysymys={obj.key}"
            steps.append(Step(_("Correct the wording"), url))
        return steps
