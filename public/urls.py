"""The pages anyone can open. Path words are Finnish; the catch-all region address stands last."""

from django.urls import path

from public.views import (
    annual_clock,
    event_registration,
    events,
    feedback,
    home,
    municipality,
    pages,
    pictures,
    region,
    result_files,
    results,
    stories,
    surveys,
)

urlpatterns = [
    path("", home.home, name="home"),
    path("saavutettavuus/", pages.accessibility, name="accessibility"),
    path("tietosuoja/", pages.privacy, name="privacy"),
    path("tietoa/", pages.about, name="about"),
    path("palaute/", feedback.feedback, name="feedback"),
    path("palaute/kiitos/", feedback.feedback_thanks, name="feedback_thanks"),
    path("<slug:region_slug>/kuva.png", pictures.region_picture, name="region_picture"),
    path(
        "<slug:region_slug>/<slug:municipality_slug>/kuva.png",
        pictures.municipality_picture,
        name="municipality_picture",
    ),
    path("<slug:region_slug>/kysely/<int:year>/menetelma/", surveys.survey_method, name="survey_method"),
    path("<slug:region_slug>/vertaa/", results.compare_municipalities, name="compare_municipalities"),
    path("<slug:region_slug>/kysely/", results.result_rounds, name="result_rounds"),
    path("<slug:region_slug>/kysely/havainnot/", stories.result_stories, name="result_stories"),
    path("<slug:region_slug>/kysely/avustukset/", stories.result_grants, name="result_grants"),
    path(
        "<slug:region_slug>/kysely/avustukset/<slug:municipality_slug>/",
        stories.municipality_grants,
        name="municipality_grants",
    ),
    path("<slug:region_slug>/kysely/<int:year>/", results.round_results, name="round_results"),
    path("<slug:region_slug>/kysely/<int:year>/kysymys/<slug:key>/", results.question_results, name="question_results"),
    path(
        "<slug:region_slug>/kysely/<int:year>/<slug:municipality_slug>/",
        results.municipality_results,
        name="municipality_results",
    ),
    path(
        "<slug:region_slug>/kysely/<int:year>/<slug:municipality_slug>/ilta/",
        results.evening_sheet,
        name="evening_sheet",
    ),
    path(
        "<slug:region_slug>/kysely/<int:year>/<slug:name>.<slug:extension>",
        result_files.results_file,
        name="results_file",
    ),
    path(
        "<slug:region_slug>/kysely/<int:year>/<slug:municipality_slug>/lausunto.pdf",
        result_files.results_statement,
        name="results_statement",
    ),
    path(
        "<slug:region_slug>/kysely/<int:year>/<slug:municipality_slug>/tiedote.docx",
        result_files.results_release,
        name="results_release",
    ),
    path(
        "<slug:region_slug>/kysely/<int:year>/<slug:municipality_slug>/hyvinvointikertomus/",
        stories.wellbeing_text,
        name="wellbeing_text",
    ),
    path(
        "<slug:region_slug>/kysely/<int:year>/<slug:municipality_slug>/hyvinvointikertomus.txt",
        stories.wellbeing_file,
        name="wellbeing_file",
    ),
    path("<slug:region_slug>/tapahtumat/", events.region_events, name="region_events"),
    path("<slug:region_slug>/tapahtumat.ics", events.region_calendar, name="region_calendar"),
    path("<slug:region_slug>/tapahtumat.atom", events.region_feed, name="region_feed"),
    path("<slug:region_slug>/tapahtumat/<slug:slug>.ics", events.event_calendar, name="event_calendar"),
    path("<slug:region_slug>/tapahtumat/<slug:slug>/", events.event_detail, name="event_detail"),
    path(
        "<slug:region_slug>/tapahtumat/<slug:slug>/ilmoittaudu/",
        event_registration.event_register,
        name="event_register",
    ),
    path(
        "<slug:region_slug>/tapahtumat/<slug:slug>/ilmoittaudu/kiitos/",
        event_registration.event_registered,
        name="event_registered",
    ),
    path("<slug:region_slug>/<slug:municipality_slug>/vuosikello/", annual_clock.annual_clock, name="annual_clock"),
    path(
        "<slug:region_slug>/<slug:municipality_slug>/vuosikello.ics",
        annual_clock.annual_clock_calendar,
        name="annual_clock_calendar",
    ),
    path("<slug:region_slug>/", region.region_detail, name="region_detail"),
    path("<slug:region_slug>/<slug:municipality_slug>/", municipality.municipality_detail, name="municipality_detail"),
]
