from django.http import Http404, HttpResponse

from public.decorators import public_page
from surveys.published import published_edition
from surveys.result_files import open_file


@public_page
def results_file(request, region_slug, year, name, extension):
    """What is published of a round as a file; `?painos=` is an edition, the latest without one."""
    results = published_edition(region_slug, year, asked_edition(request))
    file = results and open_file(results, f"{name}.{extension}")
    if not file:
        raise Http404
    headers = {"Content-Disposition": f'attachment; filename="{file.name}"'}
    return HttpResponse(file.content, content_type=file.content_type, headers=headers)


def asked_edition(request):
    """Return the number of the edition that the address asks for, or None; 404 for what is no number."""
    number = request.GET.get("painos", "")
    if number and not (number.isascii() and number.isdecimal() and len(number) < 5):
        raise Http404
    return int(number) if number else None
