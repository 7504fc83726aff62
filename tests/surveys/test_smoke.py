import pytest, datetime as dt
from django.core.exceptions import ValidationError
from django.utils import timezone
from surveys.models import *
pytestmark = pytest.mark.django_db

def test_freezing(reference):
    t = Theme.objects.create(key="x", name_fi="X")
    i = Indicator.objects.create(key="i", name_fi="I", theme=t)
    r = Round.objects.create(region=reference.pohjois_pohjanmaa, year=2026, title_fi="T", opens_on=dt.date(2026,9,1), closes_on=dt.date(2026,10,1))
    rt = RoundTheme.objects.create(round=r, theme=t)
    q = Question.objects.create(round=r, round_theme=rt, indicator=i, kind="single", wording_fi="W")
    o = Option.objects.create(question=q, key="a", label_fi="A")
    r.opened_at = timezone.now(); r.save()
    q.refresh_from_db()
    for do in (lambda: o.save(), lambda: q.save(), lambda: o.delete(), lambda: q.delete(), lambda: r.delete(),
               lambda: Question.objects.update(wording="x"), lambda: q.options.all().delete(),
               lambda: q.options.update(label="x"),
               lambda: Option.objects.bulk_create([Option(question=q, key="b")]),
               lambda: Option.objects.bulk_update([o], ["label_fi"]),
               lambda: q.options.create(key="z"), lambda: Round.objects.filter(pk=r.pk).update(year=2027),
               lambda: Round.objects.filter(pk=r.pk).update(opened_at=None),
               lambda: Round.objects.filter(pk=r.pk).delete(),
               lambda: Option._base_manager.update(position=3),
               ):
        with pytest.raises(ValidationError) as e:
            do()
        assert e.value.code == "frozen"
    r.opened_at = None
    with pytest.raises(ValidationError):
        r.save()
    r.refresh_from_db(); r.closes_on = dt.date(2026,10,8); r.save()
    assert Option.objects.filter(pk=o.pk).correct(label_fi="B") == 1
    assert Round.objects.filter(pk=r.pk).update(closes_on=dt.date(2026,10,9)) == 1
