"""The pages anyone can open. Path words are Finnish; the catch-all region address stands last."""

from django.urls import path

from public.views import feedback, home, municipality, pages, pictures, region, result_files, surveys

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
    path("<slug:region_slug>/", region.region_detail, name="region_detail"),
    path("<slug:region_slug>/<slug:municipality_slug>/", municipality.municipality_detail, name="municipality_detail"),
]
