"""What an opened round asks stays as it is (rule 4 of docs/rules.md, docs/adr/0017).

Every table of a round's structure is a `Structure` with a `StructureQuerySet`: saving,
deleting and bulk changes ask here first, whoever calls them. A round's method is a public
page, and bulk changes send no signal: they say themselves that public pages are made anew.
"""

from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from registry.models.scope import ScopedQuerySet
from registry.publicity import touch

FROZEN = _(
    "The survey of %(year)s has been opened, so its questions stay as they are. Correct a misspelling with "
    "“Correct the wording”; anything else belongs to the next round."
)


def refuse_if_opened(condition):
    """Raise ValidationError with code "frozen" when a round that fits `condition` has been opened.

    The rounds are locked until the transaction ends, so that none is opened between
    this look and the change.
    """
    rounds = apps.get_model("surveys", "Round")._base_manager.filter(condition)
    for year, opened_at in rounds.select_for_update(no_key=True).values_list("year", "opened_at"):
        if opened_at is not None:
            raise ValidationError(FROZEN, code="frozen", params={"year": year})


class StructureQuerySet(ScopedQuerySet):
    """Rows of a round's structure, which change only until the round is opened."""

    def in_regions(self, region_ids):
        """Return the rows of these regions' rounds."""
        return self.filter(**{f"{self.model.ROUND_PATH}__region__in": region_ids})

    def in_round(self, survey_round):
        """Return the rows of one round."""
        return self.filter(**{self.model.ROUND_PATH: survey_round})

    def refuse_if_opened(self):
        """Raise ValidationError with code "frozen" when one of the rows belongs to an opened round."""
        refuse_if_opened(Q(pk__in=self.order_by().values(self.model.ROUND_PATH)))

    def update(self, **values):
        """Update rows of drafts; refuse when a row is in an opened round, before the change or after it."""
        moves = any(self.model._meta.get_field(name.removesuffix("_id")).is_relation for name in _columns(self, values))
        with transaction.atomic():
            moved = list(self.values_list("pk", flat=True)) if moves else []
            self.refuse_if_opened()
            n_rows = super().update(**values)
            self.model._base_manager.filter(pk__in=moved).refuse_if_opened()
            touch()
        return n_rows

    update.alters_data = True

    def delete(self):
        """Delete rows of drafts; refuse when a row is in an opened round."""
        with transaction.atomic():
            self.refuse_if_opened()
            return super().delete()

    delete.alters_data = True
    delete.queryset_only = True

    def bulk_create(self, objs, *args, **kwargs):
        """Create rows in drafts; refuse when one of them belongs to an opened round."""
        if kwargs.get("update_conflicts"):
            raise ValueError("Rows of a survey's structure are not overwritten in bulk.")
        objs = list(objs)
        with transaction.atomic():
            refuse_if_opened(Q(pk__in={row.owning_round_id for row in objs}))
            touch()
            return super().bulk_create(objs, *args, **kwargs)

    def bulk_update(self, objs, *args, **kwargs):
        """Update rows of drafts; refuse when one of them belongs to an opened round."""
        objs = tuple(objs)
        with transaction.atomic():
            stored = self.model._base_manager.filter(pk__in=[row.pk for row in objs])
            refuse_if_opened(
                Q(pk__in={row.owning_round_id for row in objs})
                | Q(pk__in=stored.order_by().values(self.model.ROUND_PATH))
            )
            touch()
            return super().bulk_update(objs, *args, **kwargs)

    bulk_update.alters_data = True

    def correct(self, **wordings):
        """Write corrected words past the freeze; for surveys/authoring.py alone, which logs them."""
        if unknown := set(wordings) - self.model.wording_columns():
            raise ValueError(f"Not words: {unknown}")
        touch()
        return super().update(**wordings)

    correct.alters_data = True


def _columns(rows, values):
    """Return those of `values` that are columns of the table itself."""
    names = {field.name for field in rows.model._meta.concrete_fields}
    names |= {field.attname for field in rows.model._meta.concrete_fields}
    return [name for name in values if name in names]


class Structure(models.Model):
    """A row that says what a round asks. Abstract.

    `ROUND_PATH` is the way to its round, `WORDING` its translated columns, which may be
    corrected after opening.
    """

    ROUND_PATH = "round"
    WORDING = ()

    objects = StructureQuerySet.as_manager()

    class Meta:
        abstract = True

    @classmethod
    def wording_columns(cls):
        """Return the names of the columns that hold words, for each language."""
        return {f"{name}_{language}" for name in cls.WORDING for language in ("fi", "sv", "en")}

    @property
    def owning_round_id(self):
        """The id of the round to which the row belongs."""
        *way, last = self.ROUND_PATH.split("__")
        owner = self
        for name in way:
            owner = getattr(owner, name)
        return getattr(owner, f"{last}_id")

    def save(self, *args, **kwargs):
        """Save; refuse when the row's round, the one it leaves or the one it comes to, has been opened."""
        with transaction.atomic():
            stored = type(self)._base_manager.filter(pk=self.pk).order_by().values(self.ROUND_PATH)
            refuse_if_opened(Q(pk=self.owning_round_id) | Q(pk__in=stored))
            super().save(*args, **kwargs)

    def delete(self, *args, **kwargs):
        """Delete; refuse when the row's round has been opened."""
        with transaction.atomic():
            type(self)._base_manager.filter(pk=self.pk).refuse_if_opened()
            return super().delete(*args, **kwargs)
