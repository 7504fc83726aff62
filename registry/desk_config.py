from django.contrib.admin.apps import AdminConfig


class DeskConfig(AdminConfig):
    """Django's administration with the board as its first page."""

    default_site = "registry.desk.Desk"
