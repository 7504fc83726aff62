from django.apps import AppConfig


class ComparatorsConfig(AppConfig):
    """Plain pages to compare with."""

    name = "bench.comparators"
    default_auto_field = "django.db.models.BigAutoField"
