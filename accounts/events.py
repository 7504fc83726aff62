"""The log of an account's door: what happened, with which device in words, and never from which network address."""

from accounts.models import SignInEvent

# The first that fits wins: every browser also calls itself by the names of others.
BROWSERS = (
    ("Edg", "Edge"),
    ("OPR", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("Chrome", "Chrome"),
    ("CriOS", "Chrome"),
    ("Safari", "Safari"),
)
SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS", "Mac"),
    ("CrOS", "Chromebook"),
    ("Linux", "Linux"),
)


def device_words(user_agent):
    """Return the browser and the system that `user_agent` names, such as "Firefox, Windows"; empty when unknown."""
    named = [next((words for sign, words in signs if sign in user_agent), "") for signs in (BROWSERS, SYSTEMS)]
    return ", ".join(filter(None, named))


def record_event(account, kind, *, request=None, means="", by=None):
    """Write down that `kind` happened at the door of `account`; return the event.

    Without an account nothing is written, but the database is asked once: how long an
    answer takes and how many queries it makes must not tell whether an account exists.
    """
    if account is None:
        SignInEvent.objects.of_account_number(0).exists()
        return None
    device = device_words(request.META.get("HTTP_USER_AGENT", "")) if request else ""
    return SignInEvent.objects.create(account=account, kind=kind, means=means, device=device, by=by)
