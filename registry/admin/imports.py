"""Importing a file in the administration: choose what, read the file, map its columns, look, save, undo."""

from operator import itemgetter

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from common.tables import Column, write_finnish_csv
from registry.imports.checking import check_import
from registry.imports.meanings import choose_values
from registry.imports.preview import preview_page
from registry.imports.saving import save_import, undo_import
from registry.imports.staging import (
    choose_columns,
    discard_import,
    remembered_columns,
    samples_of,
    saved_mapping,
    start_import,
)
from registry.imports.targets import families_for, find_target, find_targets, regions_for, targets_for
from registry.models import ImportMapping, ImportRun, Region

ROWS_ON_PAGE = 100
RUNS_ON_PAGE = 25


class UploadForm(forms.Form):
    """Which file, where it comes from and, when there is a choice, into which region."""

    region = forms.ModelChoiceField(
        label=gettext_lazy("Region"), queryset=Region.objects.none(), empty_label=gettext_lazy("the whole registry"),
        help_text=gettext_lazy("Only rows of this region’s municipalities are taken in."),
    )  # fmt: skip
    source = forms.CharField(
        label=gettext_lazy("Where the file comes from"), max_length=120,
        help_text=gettext_lazy(
            "For example: the municipalities’ answers by e-mail. The next file from the same source needs no mapping."
        ),
        widget=forms.TextInput(attrs={"list": "sources", "autocomplete": "off"}),
    )  # fmt: skip
    file = forms.FileField(
        label=gettext_lazy("File"),
        help_text=gettext_lazy("CSV or XLSX. The first row has the headings. The file itself is not kept."),
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,.tsv,.xlsx"}),
    )

    def __init__(self, *args, user, target, **kwargs):
        super().__init__(*args, **kwargs)
        self.only_region = target.region
        if target.region is not None:
            self.fields.pop("region")
            return
        own = regions_for(user, Region.objects.by_name())
        self.fields["region"].queryset = own
        self.fields["region"].required = not user.is_superuser
        if not user.is_superuser:
            regions = list(own[:2])
            self.fields["region"].empty_label = None
            if len(regions) == 1:
                self.only_region = regions[0]
                self.fields.pop("region")

    @property
    def region_chosen(self):
        """The region into which the file goes, or None for the whole registry."""
        return self.only_region or self.cleaned_data.get("region")


class MappingForm(forms.Form):
    """Under which heading of the file each field is."""

    targets = ()

    def __init__(self, *args, run, target, **kwargs):
        super().__init__(*args, initial=run.columns, **kwargs)
        samples = samples_of(run)
        choices = [("", _("– not in the file –")), *((heading, heading) for heading in run.headings)]
        for column in target.columns:
            field = forms.ChoiceField(
                label=capfirst(column.label), choices=choices, required=column.is_required, help_text=column.help,
                error_messages={"required": _("Choose a column for this.")},
            )  # fmt: skip
            field.samples = samples.get(run.columns.get(column.key), [])
            self.fields[column.key] = field
        self.samples = [(heading, samples[heading]) for heading in run.headings]

    @property
    def columns(self):
        """The chosen headings by field."""
        return {key: heading for key, heading in self.cleaned_data.items() if heading}


class WideMappingForm(forms.Form):
    """What each column of the file is: a field by its number or a part of its name; empty is not taken in."""

    def __init__(self, *args, run, target, **kwargs):
        super().__init__(*args, **kwargs)
        self.target, self.samples = target, ()
        self.targets = [str(column.label) for column in target.columns]
        samples, fields = samples_of(run), {heading: key for key, heading in run.columns.items()}
        labels = {column.key: str(column.label) for column in target.columns}
        for number, heading in enumerate(run.headings):
            field = forms.CharField(
                label=heading, required=False, initial=labels.get(fields.get(heading)), max_length=600,
                widget=forms.TextInput(attrs={"list": "targets", "autocomplete": "off"}),
            )  # fmt: skip
            field.samples, field.heading = samples[heading], heading
            self.fields[f"column-{number}"] = field
        self.n_chosen = len(fields)

    def clean(self):
        """Find the field of each column; one that is not clear, or chosen twice, is an error of that column."""
        self.columns, cleaned = {}, super().clean()
        for name, field in self.fields.items():
            if not cleaned.get(name):
                continue
            column = self.target.column_named(cleaned[name])
            if column is None:
                self.add_error(name, _("Choose one of the list, by its number or its name."))
            elif column.key in self.columns:
                self.add_error(name, _("This is chosen for another column already."))
            else:
                self.columns[column.key] = field.heading
        return cleaned


class ValuesForm(forms.Form):
    """What values of the file mean that are not known yet; those left open stay refused."""

    def __init__(self, *args, asked, **kwargs):
        super().__init__(*args, **kwargs)
        self.groups, self._places = [], {}
        for number, each in enumerate(asked):
            names = []
            for place, value in enumerate(each.values):
                name = f"value-{number}-{place}"
                choices = [("", _("– not known –")), *each.choices]
                self.fields[name] = forms.ChoiceField(label=value, choices=choices, required=False)
                self._places[name] = (each, value)
                names.append(name)
            self.groups.append((each.headings, [self[name] for name in names]))

    @property
    def answers(self):
        """The chosen meanings: {field's key: {value: meaning}}."""
        answers = {}
        for name, meaning in self.cleaned_data.items():
            each, value = self._places[name]
            for key in each.keys if meaning else ():
                answers.setdefault(key, {})[value] = meaning
        return answers


def _page(request, template, title, **context):
    context = {**admin.site.each_context(request), "title": title, **context}
    status = 422 if context.get("form") is not None and context["form"].errors else 200
    return TemplateResponse(request, f"admin/registry/{template}.html", context, status=status)


def _sent(request):
    """Return what a form is bound to: what was sent, also when that is nothing."""
    return (request.POST, request.FILES) if request.method == "POST" else ()


def _target_or_404(request, key):
    """Return the kind of import of an address; 404 for one that this user may not import."""
    target = find_target(key)
    if target is None or not target.is_open_to(request.user):
        raise Http404
    return target


def _run_or_404(request, pk):
    """Return the import of an address with its kind; 404 for one outside the user's regions."""
    run = get_object_or_404(ImportRun.objects.editable_by(request.user).for_page(), pk=pk)
    return run, _target_or_404(request, run.target)


@require_GET
def import_start(request):
    """What can be imported, and the imports so far."""
    targets = targets_for(request.user)
    if not targets:
        raise PermissionDenied
    runs = ImportRun.objects.editable_by(request.user).for_page()
    page = Paginator(runs, RUNS_ON_PAGE).get_page(request.GET.get("sivu"))
    kinds = find_targets({run.target for run in page})
    for run in page:
        run.kind = kinds.get(run.target)
    families = families_for(request.user)
    return _page(request, "import_start", _("Imports"), targets=targets, families=families, runs=page)


@require_http_methods(["GET", "HEAD", "POST"])
def import_upload(request, key):
    """Ask for the file, read it, and go on to the mapping, or past it when the source is known."""
    target = _target_or_404(request, key)
    form = UploadForm(*_sent(request), user=request.user, target=target, initial=request.GET.dict())
    if request.method == "POST" and form.is_valid():
        try:
            run, warnings = start_import(
                form.cleaned_data["file"], target=target, region=form.region_chosen,
                source=form.cleaned_data["source"], by=request.user,
            )  # fmt: skip
        except ValidationError as error:
            form.add_error("file", error)
        else:
            for warning in warnings:
                messages.warning(request, warning)
            return _check_if_known(request, run)
    sources = ImportMapping.objects.editable_by(request.user).sources_of(target.mapping_key)
    return _page(request, "import_upload", _title(target), form=form, target=target, sources=sources)


@require_http_methods(["GET", "HEAD", "POST"])
def import_columns(request, pk):
    """Ask under which heading each field is, then check every row."""
    run, target = _run_or_404(request, pk)
    if not run.is_open:
        return redirect("import_detail", run.pk)
    form = (WideMappingForm if target.is_wide else MappingForm)(*_sent(request), run=run, target=target)
    if request.method == "POST" and form.is_valid():
        try:
            return _check(request, run, form.columns)
        except ValidationError as error:
            form.add_error(None, error)
    title = _("Which column is what")
    return _page(request, "import_columns", title, form=form, run=run, target=target, is_known=saved_mapping(run))


def _check_if_known(request, run):
    """Go past the mapping when the last file from the same source was mapped alike."""
    if remembered_columns(run):
        try:
            return _check(request, run, run.columns)
        except ValidationError as error:
            messages.warning(request, error.messages[0])
    return redirect("import_columns", run.pk)


def _check(request, run, columns):
    check_import(choose_columns(run, columns))
    return redirect("import_detail", run.pk)


@require_http_methods(["GET", "HEAD", "POST"])
def import_values(request, pk):
    """Ask what values of the file mean that are not known, then check every row anew."""
    run, target = _run_or_404(request, pk)
    if not run.is_open:
        return redirect("import_detail", run.pk)
    form = ValuesForm(*_sent(request), asked=target.unknown_values(run))
    if request.method == "POST" and form.is_valid():
        check_import(choose_values(run, form.answers))
        return redirect("import_detail", run.pk)
    return _page(request, "import_values", _("What the values mean"), form=form, run=run, target=target)


@require_GET
def import_detail(request, pk):
    """The preview, and after saving what was saved."""
    run, target = _run_or_404(request, pk)
    if run.state == ImportRun.State.READ:
        return redirect("import_columns", run.pk)
    return _detail(request, run, target)


def _detail(request, run, target, errors=()):
    page = Paginator(run.rows.for_preview(), ROWS_ON_PAGE).get_page(request.GET.get("sivu"))
    context = {"run": run, "target": target, "page": page, "groups": preview_page(page, target), "errors": errors}
    context["has_unknown_values"] = run.is_open and bool(target.unknown_values(run))
    response = _page(request, "import_detail", _title(target), **context)
    response.status_code = 422 if errors else 200
    return response


@require_POST
def import_save(request, pk):
    """Save all rows but the refused, when that has been chosen."""
    run, target = _run_or_404(request, pk)
    if run.counts.get("refused") and run.is_open and "leave_out" not in request.POST:
        errors = [_("Some rows were refused. Choose whether they are left out, or mend the file first.")]
        return _detail(request, run, target, errors)
    try:
        save_import(run, by=request.user)
    except ValidationError as error:
        for message in error.messages:
            messages.error(request, message)
    else:
        messages.success(request, _("Saved. You can undo it as one step."))
    return redirect("import_detail", run.pk)


@require_POST
def import_discard(request, pk):
    """Forget a file that is not to be saved."""
    run, _target = _run_or_404(request, pk)
    try:
        discard_import(run)
    except ValidationError as error:
        messages.error(request, error.messages[0])
    else:
        messages.success(request, _("The file was discarded. Nothing was saved."))
    return redirect("import_start")


@require_http_methods(["GET", "HEAD", "POST"])
def import_undo(request, pk):
    """Ask, and put everything back as it was before the import."""
    run, target = _run_or_404(request, pk)
    if request.method == "POST":
        try:
            undo_import(run, by=request.user)
        except ValidationError as error:
            for message in error.messages:
                messages.error(request, message)
        else:
            messages.success(request, _("The import was undone: everything is as it was before."))
        return redirect("import_detail", run.pk)
    if not run.can_be_undone:
        return redirect("import_detail", run.pk)
    return _page(request, "import_undo", _("Undo the import"), run=run, target=target)


@require_GET
def import_example(request, key):
    """An example file: the headings and one invented row, as a Finnish Excel opens it."""
    target = _target_or_404(request, key)
    columns = [Column(column.key, str(capfirst(column.label)), itemgetter(column.key)) for column in target.columns]
    example = {column.key: "" for column in target.columns} | target.example
    return _csv_file(write_finnish_csv(columns, [example]), target.key)


@require_GET
def import_refused(request, pk):
    """The refused rows as a file, each with its reasons, to be mended and read again."""
    run, target = _run_or_404(request, pk)
    columns = [
        Column(heading, heading, lambda row, position=position: row.cells[position])
        for position, heading in enumerate(run.headings)
    ]
    columns += [
        Column("row", _("Row in the file"), lambda row: row.number),
        Column("reason", _("Why the row was refused"), lambda row: " ".join(row.messages)),
    ]
    return _csv_file(write_finnish_csv(columns, run.rows.refused()), f"{target.key}-{run.pk}")


def _csv_file(pieces, name):
    response = HttpResponse(b"".join(pieces), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


def _title(target):
    return _("Import: %(what)s") % {"what": target.label}


def _address(route, view):
    return path(route, admin.site.admin_view(view), name=view.__name__)


urlpatterns = [
    _address("", import_start),
    _address("uusi/<slug:key>/", import_upload),
    _address("malli/<slug:key>.csv", import_example),
    _address("<int:pk>/", import_detail),
    _address("<int:pk>/sarakkeet/", import_columns),
    _address("<int:pk>/arvot/", import_values),
    _address("<int:pk>/tallenna/", import_save),
    _address("<int:pk>/hylkaa/", import_discard),
    _address("<int:pk>/kumoa/", import_undo),
    _address("<int:pk>/hylatyt.csv", import_refused),
]


def import_url(model, user):
    """Return the address at which rows of `model` are imported, or "" when this user imports none."""
    target = next((each for each in targets_for(user) if each.writes[-1] is model or each.writes[0] is model), None)
    return reverse("import_upload", args=[target.key]) if target else ""
