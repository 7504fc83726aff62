"""A municipality's own sign-in by OpenID Connect: it says who somebody is and makes no account (docs/adr/0013)."""

from allauth.account.utils import get_next_redirect_url
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter, get_adapter
from allauth.socialaccount.models import SocialAccount, SocialApp
from allauth.socialaccount.providers.base.constants import AuthProcess
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe
from requests import RequestException

from accounts.models import User

ERROR_PAGE = "socialaccount/authentication_error.html"


class MunicipalSignInAdapter(DefaultSocialAccountAdapter):
    """Lets in whom the registry knows already: by the sign-in's lasting number, and the first time by the address."""

    def list_apps(self, request, provider=None, client_id=None):
        """Return the sign-ins of the settings; the library's table of them is not used."""
        rows = settings.SOCIALACCOUNT_PROVIDERS["openid_connect"]["APPS"]
        apps = [SocialApp(provider="openid_connect", **row) for row in rows]
        return [app for app in apps if provider in {None, app.provider, app.provider_id}]

    def new_user(self, request, sociallogin):
        """Take the claims aside before the library would store them with the account: only the number is kept."""
        sociallogin.claims, sociallogin.account.extra_data = sociallogin.account.extra_data, {}
        return super().new_user(request, sociallogin)

    def authenticate_by_email(self, sociallogin):
        """Find nobody: the library would take the person's password away. `pre_social_login` looks instead."""

    def pre_social_login(self, request, sociallogin):
        """Let the account of the sign-in through, or answer with the one page that everybody else gets."""
        is_known = sociallogin.is_existing
        account = sociallogin.user if is_known else _account_of(sociallogin)
        is_sign_in = sociallogin.state.get("process") == AuthProcess.LOGIN and _is_of_one_person(sociallogin.claims)
        if account is None or not account.is_active or not is_sign_in:
            raise ImmediateHttpResponse(render(request, ERROR_PAGE, status=401))
        if not is_known:
            sociallogin.user = sociallogin.account.user = account
            sociallogin.account.save()


def _is_of_one_person(claims):
    """Whether what the server told of the person is about the one whom its signed token names."""
    token, told = claims.get("id_token"), claims.get("userinfo")
    return bool(token) and (not told or told.get("sub") == token.get("sub"))


def _account_of(sociallogin):
    """Return the account of an address that the sign-in has verified, in a domain of its own, or None.

    An account that this sign-in has let in before under another number belongs to
    somebody else: addresses change hands at the municipality.
    """
    claims = sociallogin.claims.get("userinfo") or sociallogin.claims.get("id_token") or {}
    address = claims.get("email")
    if claims.get("email_verified") is not True or not isinstance(address, str):
        return None
    if address.rpartition("@")[2].lower() not in sociallogin.provider.app.settings["domains"]:
        return None
    account = User.objects.filter(email__iexact=address).first()
    if account is None or SocialAccount.objects.filter(user=account, provider=sociallogin.account.provider).exists():
        return None
    return account


class MunicipalCallback(OpenIDConnectOAuth2Adapter):
    """Takes what the server answers; one that does not say who signed in is told apart from a refusal."""

    def complete_login(self, request, app, token, **kwargs):
        """Return the library's login. Without a lasting number of the person answers with a page that says so."""
        try:
            login = super().complete_login(request, app, token, **kwargs)
        except (KeyError, TypeError, ValueError):  # the library takes the number for granted
            login = None
        if login is None or not _has_number(login):
            raise ImmediateHttpResponse(render(request, ERROR_PAGE, {"is_nameless": True}, status=502))
        return login


def _has_number(login):
    """Whether the server has named a number: two people without one would be the same."""
    told = login.claims.get("userinfo") or login.claims.get("id_token") or {}
    number = told.get(login.provider.app.settings.get("uid_field", "sub"))
    return number is not None and bool(str(number).strip())


@login_not_required
@never_cache
def municipal_sign_in_return(request, provider_id):
    """Take somebody who comes back from a municipality's own sign-in; the library does the rest."""
    try:
        return OAuth2CallbackView.adapter_view(MunicipalCallback(request, provider_id))(request)
    except SocialApp.DoesNotExist:
        raise Http404 from None


@login_not_required
@never_cache
@require_POST
def municipal_sign_in(request, provider_id):
    """Lead to a municipality's own sign-in.

    By a page that leads on at once and not by a redirect: the policy of forms
    (form-action 'self') also holds for where the answer to a form redirects.
    """
    try:
        provider = get_adapter().get_provider(request, provider_id)
    except SocialApp.DoesNotExist:
        raise Http404 from None
    try:
        leads_on = provider.redirect(request, AuthProcess.LOGIN, next_url=get_next_redirect_url(request))
    except RequestException:
        return render(request, ERROR_PAGE, {"is_away": True}, status=502)
    return render(request, "socialaccount/login_redirect.html", {"provider": provider, "address": leads_on.url})


@login_not_required
@never_cache
@require_safe
def municipal_sign_in_cancelled(request):
    """Say that nothing happened."""
    return render(request, "socialaccount/login_cancelled.html")
