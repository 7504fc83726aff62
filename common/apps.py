from django.apps import AppConfig


class CommonConfig(AppConfig):
    """Helpers that know Django but none of our tables."""

    name = "common"
