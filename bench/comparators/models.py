from django.conf import settings
from django.db import models


class Place(models.Model):
    """One row of the list."""

    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=120)
    code = models.CharField(max_length=10)
    region = models.CharField(max_length=60)
    state = models.CharField(max_length=20)
    residents = models.IntegerField()
    has_agreement = models.BooleanField()
    contact = models.CharField(max_length=120)
    points = models.IntegerField()
    about = models.TextField()
    updated_at = models.DateTimeField(auto_now=True)

    def __str__(self):
        return self.name


class Answer(models.Model):
    """One answer on a place's page."""

    place = models.ForeignKey(Place, models.CASCADE)
    year = models.SmallIntegerField()
    question = models.SmallIntegerField()
    value = models.TextField()
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["place", "year", "question"], name="answer_once")]

    def __str__(self):
        return self.value


class Draft(models.Model):
    """What somebody has saved of a survey, as one JSON."""

    place = models.ForeignKey(Place, models.CASCADE)
    year = models.SmallIntegerField()
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE)
    answers = models.JSONField(default=dict)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["place", "year"], name="draft_once")]

    def __str__(self):
        return f"{self.place} {self.year}"
