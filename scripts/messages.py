"""The translations: `messages.py make` gathers the texts, `compile` makes the .mo files, `check` says what is missing.

The texts in the code are English, so that English needs no file of its own; Finnish
and Swedish stand in locale/{fi,sv}/LC_MESSAGES/django.po. Compiling needs no system
package; gathering needs gettext's programs.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import polib

ROOT = Path(__file__).resolve().parent.parent
LANGUAGES = ("fi", "sv")
NOT_GATHERED = (".venv", "var", "tests", "bench", "scripts", "docs", "deploy", "static")
_PLACEHOLDER = re.compile(r"%\((\w+)\)[a-z]|\{(\w*)\}|%([sd])")


def po_path(language, root=ROOT):
    """Return where a language's texts stand."""
    return root / "locale" / language / "LC_MESSAGES" / "django.po"


def compile_messages():
    """Write each .mo file that is older than its .po file."""
    for source in sorted((ROOT / "locale").glob("*/LC_MESSAGES/*.po")):
        target = source.with_suffix(".mo")
        if not target.exists() or target.stat().st_mtime < source.stat().st_mtime:
            # Another process may be reading the old one: replaced in one step.
            fresh = target.with_suffix(f".{os.getpid()}.tmp")
            polib.pofile(str(source)).save_as_mofile(str(fresh))
            fresh.replace(target)


def can_gather():
    """Whether gettext's programs are on this machine."""
    return all(shutil.which(program) for program in ("xgettext", "msgmerge", "msgattrib", "msguniq"))


def gather(root):
    """Bring the .po files under `root` up to date with the texts in its code and templates."""
    for language in LANGUAGES:
        po_path(language, root).parent.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "django", "makemessages", "--no-location", "--no-obsolete"]
    command += [f"--locale={language}" for language in LANGUAGES]
    command += [f"--ignore={name}" for name in NOT_GATHERED]
    surroundings = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
    done = subprocess.run(command, cwd=root, env=surroundings, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(done.stdout + done.stderr)


def make_messages():
    """Gather the texts into locale/ and compile them; a new text waits there with an empty translation."""
    if not can_gather():
        raise SystemExit("Gathering texts needs gettext: install it (Debian: apt-get install gettext).")
    gather(ROOT)
    for language in LANGUAGES:
        texts = polib.pofile(str(po_path(language)))
        # A date that changes at each run would make every branch conflict with every other.
        texts.metadata.pop("POT-Creation-Date", None)
        texts.save()
        sys.stdout.write(f"{language}: {len(texts)} texts, {len(texts.untranslated_entries())} to translate, "
                         f"{len(texts.fuzzy_entries())} to check\n")  # fmt: skip
    compile_messages()


def _key(entry):
    return (entry.msgctxt, entry.msgid, entry.msgid_plural)


def _placeholders(text):
    return {"".join(groups) or "{}" for groups in _PLACEHOLDER.findall(text.replace("%%", ""))}


def _entry_problem(entry):
    """Return what is wrong with one translation, or None."""
    if entry.fuzzy:
        return "fuzzy"
    if not entry.translated():
        return "not translated"
    if not entry.msgid_plural:
        return None if _placeholders(entry.msgid) == _placeholders(entry.msgstr) else "other placeholders"
    asked = _placeholders(entry.msgid_plural)
    *fewer, many = (entry.msgstr_plural[number] for number in sorted(entry.msgstr_plural))
    # "one municipality" may leave its number out.
    is_same = _placeholders(many) == asked and all(_placeholders(form) <= asked for form in fewer)
    return None if is_same else "other placeholders"


def problems():
    """Return every problem with the translations as one line each; an empty list when all is well.

    Texts that stand in the code but not in the files, and the other way round, are
    looked for when gettext is installed; under CI it must be.
    """
    found = []
    files = {}
    for language in LANGUAGES:
        path = po_path(language)
        if not path.exists():
            found.append(f"{path.relative_to(ROOT)}: missing; make messages creates it")
            continue
        files[language] = texts = polib.pofile(str(path))
        found += [f"{language}: obsolete: {entry.msgid!r}" for entry in texts.obsolete_entries()]
        for entry in texts:
            if not entry.obsolete and (problem := _entry_problem(entry)):
                found.append(f"{language}: {problem}: {entry.msgid!r}")
    if can_gather():
        found += _differences_from_code(files)
    elif os.environ.get("CI") == "true":
        found.append("gettext is not installed, so texts missing from the files were not looked for")
    return found


def _differences_from_code(files):
    """Return the texts that only the code or only the files have, gathering into a copy."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "code"
        unwanted = shutil.ignore_patterns(*NOT_GATHERED, "locale", "node_modules", "__pycache__", ".*")
        shutil.copytree(ROOT, copy, ignore=unwanted)
        gather(copy)
        in_code = {_key(entry) for entry in polib.pofile(str(po_path(LANGUAGES[0], copy)))}
    found = []
    for language, texts in files.items():
        in_file = {_key(entry) for entry in texts if not entry.obsolete}
        found += [f"{language}: not in the file: {key[1]!r}" for key in sorted(in_code - in_file, key=str)]
        found += [f"{language}: no longer in the code: {key[1]!r}" for key in sorted(in_file - in_code, key=str)]
    return found


def check_messages():
    """Print the problems and stop with 1 when there are any."""
    found = problems()
    for line in found:
        sys.stdout.write(f"{line}\n")
    if found:
        raise SystemExit(f"{len(found)} problems with translations. Run make messages and edit locale/.")
    if not can_gather():
        sys.stdout.write("gettext is not installed: texts missing from the files were not looked for.\n")


if __name__ == "__main__":
    steps = {"make": make_messages, "compile": compile_messages, "check": check_messages}
    if len(sys.argv) != 2 or sys.argv[1] not in steps:
        raise SystemExit("usage: messages.py make|compile|check")
    steps[sys.argv[1]]()
