"""What a mail provider tells by its webhook, through django-anymail; off unless MAIL_PROVIDER is set."""

from anymail import urls
from anymail.signals import tracking
from django.conf import settings

from mailing.bounces import record_bounce
from mailing.models import Bounce, Letter

_HARD_REASONS = {"invalid", "bounced"}


def webhook_view():
    """Return the library's view for the provider of the settings, which asks for the secret; None without one."""
    name = f"{settings.MAIL_PROVIDER}_tracking_webhook"
    return next((pattern.callback for pattern in urls.urlpatterns if pattern.name == name), None)


def note_event(sender, event, esp_name, **kwargs):
    """Write down that a letter came back or was complained about; everything else is left aside."""
    if event.event_type not in {"bounced", "rejected", "complained"} or not event.recipient:
        return
    kind = Bounce.Kind.COMPLAINT if event.event_type == "complained" else _kind_of(event)
    number = (event.metadata or {}).get("letter")
    letter = Letter.objects.filter(message_id=number).first() if number else None
    event_id = f"{esp_name}:{event.event_id or f'{event.message_id}:{event.event_type}'}"[:200]
    record_bounce(
        event.recipient, kind, Bounce.Source.PROVIDER, event_id=event_id, letter=letter,
        code=(event.reject_reason or "")[:20], at=event.timestamp,
    )  # fmt: skip


def _kind_of(event):
    return Bounce.Kind.HARD if event.reject_reason in _HARD_REASONS else Bounce.Kind.SOFT


def connect():
    """Hang the receiver on the library's signal."""
    tracking.connect(note_event, dispatch_uid="mailing provider")
