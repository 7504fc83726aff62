"""A municipality's sign-in for tests: a real OpenID Connect server, in a process of its own.

`python -P tests/identity_server.py FOLDER [SITE …]` listens on a free port of this machine,
tells it in the first line of its output, and leads back to these sites of ours. Whoever
comes is signed in at once as the person of FOLDER/claims.json, which a test writes; the
rest is the library's own server.
"""

import json
import subprocess
import sys
from pathlib import Path

CLIENT = {"client_id": "rinnalla", "client_secret": "salaisuus"}


class IdentityServer:
    """The server's process, and who sits at the keyboard."""

    def __init__(self, folder, *sites):
        self.folder = folder
        self.is_somebody()
        command = [sys.executable, "-P", __file__, str(folder), *sites]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        self.address = f"http://127.0.0.1:{int(self.process.stdout.readline())}"

    def is_somebody(self, **claims):
        """Let whoever comes next be the person of these claims."""
        unfinished = self.folder / "claims.part"
        unfinished.write_text(json.dumps(claims), encoding="utf-8")
        unfinished.rename(self.folder / "claims.json")

    def provider(self, **changes):
        """Return the sign-in as it stands in OIDC_PROVIDERS."""
        about = {"id": "oulu", "name": "Oulun kaupunki", "server": self.address, "domains": ["example.org"]}
        return about | CLIENT | changes

    def stop(self):
        """End the process."""
        self.process.terminate()
        self.process.wait(timeout=10)
        self.process.stdout.close()


def _configure(folder, key):
    import django
    from django.conf import settings

    settings.configure(
        SECRET_KEY="only-for-the-tests-of-signing-in-elsewhere",
        ALLOWED_HOSTS=["127.0.0.1"],
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": str(folder / "server.sqlite3")}},
        INSTALLED_APPS=[
            "django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions",
            "allauth", "allauth.account", "allauth.idp.oidc",
        ],
        MIDDLEWARE=[
            "django.contrib.sessions.middleware.SessionMiddleware",
            f"{__name__}.somebody_is_here",
            "allauth.account.middleware.AccountMiddleware",
        ],
        TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}],
        ROOT_URLCONF=__name__,
        IDP_OIDC_ADAPTER=f"{__name__}.Adapter",
        IDP_OIDC_PRIVATE_KEY=key,
        FOLDER=folder,
        # The secret of our site is compared at each sign-in: a second of work otherwise.
        PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
        USE_TZ=True,
    )  # fmt: skip
    django.setup()


def somebody_is_here(get_response):
    """Sign whoever comes in as the one account of the server; of a `nameless` one the number is left out."""
    from django.conf import settings
    from django.contrib.auth.models import User

    def middleware(request):
        request.user = User.objects.get()
        response = get_response(request)
        if "userinfo" in request.path and "nameless" in json.loads((settings.FOLDER / "claims.json").read_text()):
            response.content = json.dumps(
                {key: value for key, value in json.loads(response.content).items() if key != "sub"}
            )
        return response

    return middleware


def _adapter():
    from allauth.idp.oidc.adapter import DefaultOIDCAdapter
    from django.conf import settings

    class Adapter(DefaultOIDCAdapter):
        """Tells of the person of claims.json."""

        def get_claims(self, purpose, user, client, scopes, email=None, **more):
            claims = json.loads((settings.FOLDER / "claims.json").read_text(encoding="utf-8"))
            return claims | claims.pop(purpose, {})

    return Adapter


def __getattr__(name):
    # Django names them, and they can be made only after it is set up.
    if name == "Adapter":
        return _adapter()
    if name == "urlpatterns":
        from django.urls import include, path

        return [path("", include("allauth.idp.urls"))]
    raise AttributeError(name)


def _make_key():
    from cryptography.hazmat.primitives.asymmetric import rsa
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def _serve(folder):
    _configure(folder, _make_key())
    from allauth.idp.oidc.models import Client
    from django.contrib.auth.hashers import make_password
    from django.contrib.auth.models import User
    from django.core.handlers.wsgi import WSGIHandler
    from django.core.management import call_command
    from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler

    call_command("migrate", verbosity=0)
    User.objects.create(username="somebody")
    paths = [f"{prefix}/kirjaudu/kunta/oulu/paluu/" for prefix in ("", "/sv", "/en")]
    hosts = ["http://testserver", *sys.argv[2:]]
    Client.objects.create(
        id=CLIENT["client_id"],
        secret=make_password(CLIENT["client_secret"]),
        name="Rinnalla",
        scopes="openid\nemail",
        redirect_uris="\n".join(host + path for host in hosts for path in paths),
        skip_consent=True,
    )
    server = ThreadedWSGIServer(("127.0.0.1", 0), WSGIRequestHandler)
    server.set_app(WSGIHandler())
    sys.stdout.write(f"{server.server_port}\n")
    sys.stdout.flush()
    server.serve_forever()


if __name__ == "__main__":
    _serve(Path(sys.argv[1]))
