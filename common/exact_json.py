"""JSON that keeps moments to the microsecond."""

from django.core.serializers.json import DjangoJSONEncoder


class ExactEncoder(DjangoJSONEncoder):
    """Writes moments in full, where Django's encoder cuts them to milliseconds: a kept row must come back as it was."""

    def default(self, o):
        """Return days, times and moments as ISO 8601 writes them; the rest as Django's encoder does."""
        return o.isoformat() if hasattr(o, "isoformat") else super().default(o)
