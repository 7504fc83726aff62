"""Conventions that a linter cannot see. Each test names every place that breaks the rule."""

import ast
import io
import re
import shutil
import subprocess
from functools import cache
from pathlib import Path

import pytest
from django.core.management import call_command
from importlinter.cli import lint_imports

from scripts import messages

ROOT = Path(__file__).resolve().parent.parent
APPS = (
    "config", "public", "portal", "cooperation", "surveys", "meetings", "registry", "accounts", "mailing", "jobs",
    "common",
)  # fmt: skip
VIEWS = ("public/views", "portal/views")


def python_files(*folders):
    """Return the Python files under these folders of the project."""
    return sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py"))


def app_files():
    """Return the code of our applications without migrations."""
    return [path for path in python_files(*APPS) if "migrations" not in path.parts]


@cache
def _nodes(path):
    """Return the nodes of the syntax tree of a file; read once for all these tests."""
    return [node for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if hasattr(node, "lineno")]


def nodes(paths):
    """Yield (place, node) for every node of the syntax trees of these files."""
    for path in paths:
        for node in _nodes(path):
            yield f"{path.relative_to(ROOT)}:{node.lineno}", node


def calls(paths):
    """Yield (place, name, node) for every call `x.name(…)` or `name(…)` in these files."""
    for place, node in nodes(paths):
        if isinstance(node, ast.Call):
            function = node.func
            name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
            yield place, name, node


def project_texts():
    """Yield (name, text) for every text file of the project that git knows or would take."""
    git = shutil.which("git")
    if git and (ROOT / ".git").exists():
        command = [git, "ls-files", "-co", "--exclude-standard", "-z"]
        listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=True)
        names = listed.stdout.decode().split("\0")
    else:
        parts = {".venv", "var", ".git", "__pycache__"}
        names = [str(path.relative_to(ROOT)) for path in ROOT.rglob("*") if not parts & set(path.parts)]
    for name in filter(None, names):
        path = ROOT / name
        if path.is_file():
            try:
                yield name, path.read_text(encoding="utf-8")
            except UnicodeDecodeError:
                continue


# --- The floors ------------------------------------------------------------------------------------------------------


def test_imports_point_down(monkeypatch, capsys):
    monkeypatch.chdir(ROOT)

    result = lint_imports(config_filename=str(ROOT / "pyproject.toml"), no_cache=True, no_logo=True)

    assert result == 0, capsys.readouterr().out


def test_every_floor_is_in_the_import_contract():
    contract = (ROOT / "pyproject.toml").read_text(encoding="utf-8").partition("layers = [")[2].partition("]")[0]

    assert sorted(re.findall(r"\w+", contract)) == sorted(APPS)


def test_no_drawers_for_anything():
    drawers = {"utils", "util", "helpers", "misc", "services", "selectors"}
    paths = [path for app in APPS for path in (ROOT / app).rglob("*") if path.stem in drawers and path.suffix != ".pyc"]
    found = [str(path.relative_to(ROOT)) for path in paths]

    assert not found, "\n".join(found)


# The receivers: one makes the cached public pages anew (docs/adr/0004-one-cache-receiver.md), the other writes down
# what a library tells by its signal (docs/adr/0014-outbox.md).
THE_RECEIVERS = {ROOT / "registry" / "publicity.py", ROOT / "mailing" / "provider.py"}


def test_no_signals_but_the_page_caches():
    """What must happen is said by the function that makes it happen."""
    paths = [path for path in app_files() if path not in THE_RECEIVERS]
    found = [
        place
        for place, name, node in calls(paths)
        if name == "receiver"
        or (name == "connect" and ast.unparse(node.func) not in {"publicity.connect", "provider.connect"})
    ]
    found += [
        place
        for place, node in nodes(paths)
        if isinstance(node, ast.ImportFrom) and re.match(r"django\.dispatch|.*\.signals$", node.module or "")
    ]

    assert not found, "\n".join(found)


# --- Reads have names ------------------------------------------------------------------------------------------------

BUILDS_A_QUERY = {
    "aggregate", "alias", "annotate", "bulk_create", "bulk_update", "complex_filter", "dates", "datetimes", "defer",
    "distinct", "exclude", "extra", "filter", "get_or_create", "in_bulk", "only", "order_by", "prefetch_related",
    "raw", "select_for_update", "select_related", "update_or_create", "values_list",
}  # fmt: skip
# These words belong to other things too, so they count only straight after a manager.
BUILDS_A_QUERY_FROM_MANAGER = {"create", "get", "update", "delete", "values", "union", "earliest", "latest"}
MANAGERS = {"objects", "_base_manager", "_default_manager", "history"}


def _comes_from_manager(node):
    """Whether the call `node` hangs on a chain of calls that begins at a model's manager."""
    while True:
        if isinstance(node, ast.Call):
            node = node.func
        elif isinstance(node, ast.Attribute):
            if node.attr in MANAGERS:
                return True
            node = node.value
        else:
            return False


def test_a_form_in_an_include_that_stands_alone_gets_its_csrf_token():
    """`only` leaves out what context processors give: the button would be refused in a browser, never in a test."""
    folder = ROOT / "templates"
    texts = {str(path.relative_to(folder)): path.read_text() for path in folder.rglob("*.html")}
    with_form = {name for name, text in texts.items() if "{% csrf_token %}" in text}
    found = [
        f"{name}: {included}"
        for name, text in texts.items()
        for included, rest in re.findall(r'{% include "([^"]+)"(.*?)%}', text)
        if included in with_form and rest.split()[-1:] == ["only"] and "csrf_token=csrf_token" not in rest
    ]
    assert "surveys/choices.html" in with_form
    assert not found


def test_views_build_no_queries():
    """A view names the read (`Region.objects.for_region_page(…)`); how it is read stands with the model."""
    found = [
        f"{place}: .{name}("
        for place, name, node in calls(python_files(*VIEWS))
        if isinstance(node.func, ast.Attribute)
        and (name in BUILDS_A_QUERY or (name in BUILDS_A_QUERY_FROM_MANAGER and _comes_from_manager(node)))
    ]
    found += [
        f"{place}: from {node.module} import …"
        for place, node in nodes(python_files(*VIEWS))
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("django.db.models")
    ]

    assert not found, "\n".join(found)


RAW_NAME = re.compile(r"^-?(\w+__)?(name|given_name|family_name|title)(_fi|_sv|_en)?$")


def test_names_are_never_ordered_raw():
    """Åbo sorts after Oulu on every database only by its stored key (common/names.py)."""
    ordered = [(place, node.args) for place, name, node in calls(app_files()) if name == "order_by"]
    for place, node in nodes(app_files()):
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "ordering":
            ordered.append((place, getattr(node.value, "elts", [])))
    found = [
        f"{place}: {word.value}"
        for place, words in ordered
        for word in words
        if isinstance(word, ast.Constant) and RAW_NAME.match(str(word.value))
    ]

    assert not found, "\n".join(found)


# --- Migrations ------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_no_migration_is_pending():
    told = io.StringIO()
    try:
        call_command("makemigrations", "--check", "--dry-run", stdout=told)
    except SystemExit:
        pytest.fail(told.getvalue())


def test_migrations_import_no_application_code():
    """A migration must run in ten years; only the classes of our columns may be named, and those stay."""
    columns = {
        "common.exact_json", "common.names", "common.partial_dates", "registry.addresses", "registry.history",
        "surveys.columns",
    }  # fmt: skip
    found = []
    for place, node in nodes(path for path in python_files(*APPS) if "migrations" in path.parts):
        if isinstance(node, ast.Import):
            modules = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            modules = [node.module or ""]
        else:
            continue
        found += [f"{place}: {name}" for name in modules if name.split(".")[0] in APPS and name not in columns]

    assert not found, "\n".join(found)


# --- Templates -------------------------------------------------------------------------------------------------------

NOT_IN_TEMPLATES = {
    "inline style": re.compile(r"\sstyle\s*=|<style\b", re.IGNORECASE),
    # A block of data is not code: no browser runs it.
    "inline script": re.compile(r"<script\b(?![^>]*\b(?:src=|type=\"application/json\"))", re.IGNORECASE),
    "inline event": re.compile(r"<[^>]*\son[a-z]+\s*=", re.IGNORECASE),
    "javascript address": re.compile(r"""=\s*["']?\s*javascript:""", re.IGNORECASE),
    "unescaped value": re.compile(r"\|\s*(safe|safeseq)\b|\{%\s*autoescape\s+off"),
}


def test_templates_have_no_inline_code_and_escape_everything():
    found = []
    for path in sorted((ROOT / "templates").rglob("*.*")):
        text = path.read_text(encoding="utf-8")
        for what, pattern in NOT_IN_TEMPLATES.items():
            # A letter in plain text is not HTML: escaping would spoil it.
            # Mail programs know no style sheet of the site.
            is_letter = (path.suffix == ".txt" and what == "unescaped value") or (
                path.parent.name == "letters" and what == "inline style"
            )
            found += [
                f"{path.relative_to(ROOT)}:{text.count(chr(10), 0, match.start()) + 1}: {what}"
                for match in pattern.finditer(text)
                if not is_letter
            ]

    assert not found, "\n".join(found)


def test_nothing_locks_the_orientation_of_a_screen_or_plays_sound():
    """So that the browser tests need not fetch style sheets and sounds once more for each page."""
    faults = {"static": r"\(\s*orientation\b", "templates": r"<(audio|video|embed|object)\b"}
    found = [
        path
        for folder, pattern in faults.items()
        for path in (ROOT / folder).rglob("*.*")
        if path.suffix in {".css", ".html"} and re.search(pattern, path.read_text(encoding="utf-8"))
    ]

    assert found == []


def test_html_is_declared_safe_in_one_place():
    found = {
        place.rpartition(":")[0]
        for place, node in nodes(app_files())
        if getattr(node, "id", getattr(node, "attr", getattr(node, "name", ""))) == "mark_safe"
    }

    assert found <= {"common/markup.py"}


# --- Said in the documents -------------------------------------------------------------------------------------------


def settings_variables():
    """Return the names of the environment variables that config/settings.py reads."""
    names = set()
    for _place, name, node in calls([ROOT / "config" / "settings.py"]):
        reads = name in {"_boolean", "_by_language", "_from_json", "_number"} or (
            isinstance(node.func, ast.Attribute) and getattr(node.func.value, "id", "") == "env"
        )
        if reads and node.args and isinstance(node.args[0], ast.Constant):
            names.add(node.args[0].value)
    return names


def test_every_setting_is_in_the_example():
    example = (ROOT / ".env.example").read_text(encoding="utf-8")

    assert set(re.findall(r"^#? ?([A-Z][A-Z_]+)=", example, re.MULTILINE)) == settings_variables()


def test_every_setting_is_in_the_operations_manual():
    manual = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")

    assert {name for name in settings_variables() if f"`{name}`" not in manual} == set()


def test_every_command_is_in_the_operations_manual():
    manual = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    commands = {
        path.stem for app in APPS for path in (ROOT / app).glob("management/commands/*.py") if path.stem[0] != "_"
    }

    assert {command for command in commands if f"`manage.py {command}" not in manual} == set()


def test_every_make_target_is_in_the_readme():
    targets = re.findall(r"^([a-z-]+):.*##", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    readme = (ROOT / "README.md").read_text(encoding="utf-8")

    assert {target for target in targets if f"make {target}" not in readme} == {"help"}


def test_readme_begins_with_the_two_commands():
    first_block = (ROOT / "README.md").read_text(encoding="utf-8").split("```")[1]

    assert re.findall(r"^make \w+", first_block, re.MULTILINE) == ["make run", "make test"]


def test_every_direct_dependency_has_its_reason():
    reasons = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8")
    wanted = [
        re.split(r"[\[<>=~! ;]", line, maxsplit=1)[0]
        for path in sorted(ROOT.glob("requirements*.in"))
        for line in path.read_text(encoding="utf-8").splitlines()
        if line.strip() and not line.startswith(("#", "-"))
    ]

    assert set(re.findall(r"^\| `([^`]+)`", reasons, re.MULTILINE)) == set(wanted)


# --- Texts -----------------------------------------------------------------------------------------------------------


def test_translations_are_complete():
    found = messages.problems()

    assert len(found) == 0, "\n".join(["scripts/messages.py check says all of it:", *found[:10]])


# --- The checkout ----------------------------------------------------------------------------------------------------


def test_no_package_index_is_named():
    """Whoever installs decides where packages come from."""
    hosts = re.compile(
        r"p[y]pi\.(org|python)|python[h]osted|registry\.npm[j]s|deb\.[d]ebian\.org|--(extra-)?index[-]url"
    )
    found = [name for name, text in project_texts() if hosts.search(text)]

    assert not found, "\n".join(found)


def test_skipped_tests_say_why():
    found = []
    for place, name, node in calls(python_files("tests")):
        words = {keyword.arg for keyword in node.keywords}
        is_mark = isinstance(node.func, ast.Attribute) and getattr(node.func.value, "attr", "") == "mark"
        if is_mark and name in {"skip", "skipif", "xfail"} and "reason" not in words:
            found.append(place)
        if not is_mark and name in {"skip", "xfail"} and not (node.args or "reason" in words):
            found.append(place)
    for place, node in nodes(python_files("tests")):
        marks = [mark for mark in getattr(node, "decorator_list", []) if isinstance(mark, ast.Attribute)]
        found += [place for mark in marks if mark.attr in {"skip", "xfail"}]

    assert not found, "\n".join(found)
