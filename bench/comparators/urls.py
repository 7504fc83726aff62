from django.contrib import admin
from django.urls import path

from bench.comparators import views

urlpatterns = [
    path("hello/", views.hello),
    path("rows/", views.rows),
    path("place/<slug:slug>/", views.detail),
    path("place/<slug:slug>/survey/", views.survey),
    path("admin/", admin.site.urls),
]
