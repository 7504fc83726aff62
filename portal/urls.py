"""The pages of signed-in liaisons and agents. Every address of a municipality carries it, and one gate decides."""

from django.urls import path

from portal.views import look, start

urlpatterns = [
    path("", start.portal_start, name="portal_start"),
    path("<slug:municipality_slug>/", start.portal_overview, name="portal_overview"),
    path("<slug:municipality_slug>/katso/", look.portal_look, name="portal_look"),
]
