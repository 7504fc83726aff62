"""The addresses of signing in, with Finnish paths; what stands behind them is the library's."""

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as recovery
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as webauthn
from allauth.usersessions import views as sessions
from django.urls import path

from accounts import municipal, views
from accounts.confirming import confirm_first

urlpatterns = [
    path("", views.request_login_code, name="account_login"),
    path("koodi/", views.request_login_code, name="account_request_login_code"),
    path("koodi/vahvista/", views.confirm_login_code, name="account_confirm_login_code"),
    path("salasana/", account.login, name="account_login_password"),
    path("ulos/", account.logout, name="account_logout"),
    path("ulkona/", views.account_signed_out, name="account_signed_out"),
    path("loki/", views.account_log, name="account_log"),
    path("suljettu/", account.account_inactive, name="account_inactive"),
    path("ei-itse/", account.signup, name="account_signup"),
    path("varmistus/", account.reauthenticate, name="account_reauthenticate"),
    path("varmistus/koodi/", views.reauthenticate_code, name="account_reauthenticate_code"),
    path("salasana/vaihda/", account.password_change, name="account_change_password"),
    path("salasana/aseta/", confirm_first(account.password_set), name="account_set_password"),
    path("tunnistautuminen/", mfa.index, name="mfa_index"),
    path("tunnistautuminen/vahvista/", mfa.authenticate, name="mfa_authenticate"),
    path("tunnistautuminen/varmistus/", mfa.reauthenticate, name="mfa_reauthenticate"),
    path("tunnistautuminen/sovellus/", confirm_first(totp.activate_totp), name="mfa_activate_totp"),
    path("tunnistautuminen/sovellus/poista/", totp.deactivate_totp, name="mfa_deactivate_totp"),
    path("tunnistautuminen/varakoodit/", recovery.view_recovery_codes, name="mfa_view_recovery_codes"),
    path(
        "tunnistautuminen/varakoodit/uudet/",
        recovery.generate_recovery_codes,
        name="mfa_generate_recovery_codes",
    ),
    path("tunnistautuminen/varakoodit/lataa/", recovery.download_recovery_codes, name="mfa_download_recovery_codes"),
    path("tunnistautuminen/avaimet/", webauthn.list_webauthn, name="mfa_list_webauthn"),
    path("tunnistautuminen/avaimet/uusi/", confirm_first(webauthn.add_webauthn), name="mfa_add_webauthn"),
    path("tunnistautuminen/avaimet/varmistus/", webauthn.reauthenticate_webauthn, name="mfa_reauthenticate_webauthn"),
    path("tunnistautuminen/avaimet/<int:pk>/poista/", webauthn.remove_webauthn, name="mfa_remove_webauthn"),
    path("tunnistautuminen/avaimet/<int:pk>/nimi/", webauthn.edit_webauthn, name="mfa_edit_webauthn"),
    path("avain/", webauthn.login_webauthn, name="mfa_login_webauthn"),
    path("kunta/peruttu/", municipal.municipal_sign_in_cancelled, name="socialaccount_login_cancelled"),
    path("kunta/<slug:provider_id>/", municipal.municipal_sign_in, name="openid_connect_login"),
    path("kunta/<slug:provider_id>/paluu/", municipal.municipal_sign_in_return, name="openid_connect_callback"),
    path("istunnot/", sessions.list_usersessions, name="usersessions_list"),
]
