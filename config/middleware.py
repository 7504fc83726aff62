"""The two stock middlewares that would make public pages vary by reader, without that."""

from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.middleware.locale import LocaleMiddleware
from django.utils import translation


class AddressLocaleMiddleware(LocaleMiddleware):
    """Takes the language from the address alone, so that a page needs no `Vary: Accept-Language`."""

    def process_request(self, request):
        language = translation.get_language_from_path(request.path_info) or "fi"
        translation.activate(language)
        request.LANGUAGE_CODE = language

    def process_response(self, request, response):
        response.headers.setdefault("Content-Language", translation.get_language())
        return response


class ClosedByDefaultMiddleware(LoginRequiredMiddleware):
    """Asks for sign-in everywhere but on views marked public, and there does not look at the session at all."""

    def process_view(self, request, view_func, view_args, view_kwargs):
        if not getattr(view_func, "login_required", True):
            return None
        return super().process_view(request, view_func, view_args, view_kwargs)
