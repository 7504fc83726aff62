"""How people are recognised in texts: by name, address or phone, however they are written.

Each way is written twice: as a regular expression for the database, which finds too much rather
than too little, also in JSON, and as one for Python, which tells where exactly somebody is named.
Letter case, accents and dots are passed over ("Hamalainen" is Hämäläinen), so are a space for a
hyphen, a second given name and the endings of Finnish and Swedish cases. Out of reach are stems
that change ("Virtasen", "Ahvon"), initials, nicknames and a given name alone (docs/privacy.md).
"""

import re

from common.names import fold

# PostgreSQL does not count a space that keeps words together among \s; JSON writes some of these as letters.
_BETWEEN_STORED = '(?:[\\s\u00a0\u202f",;]|\\\\u00a0|\\\\u202f|\\\\[nrt"]){1,8}'
_BETWEEN = '[\\s\u00a0\u202f",;]{1,8}'
_JOINT = r"\W{0,3}"  # within a name: Anna-Maria, D'Arc
_LATIN = [chr(code) for code in (*range(0x41, 0x5B), *range(0x61, 0x7B), *range(0xC0, 0x180))]
_CAPITALS = "".join(letter for letter in _LATIN if letter.isupper())
_MIDDLE = rf"(?:{_BETWEEN}[{_CAPITALS}][\w'’-]*\.?){{0,2}}"
_MIDDLE_STORED = rf"(?:{_BETWEEN_STORED}[\w\\.'’-]{{1,40}}){{0,2}}"
# Only an ending may follow, lest "Matti Aho" be found in "Matti Ahonen".
_INTO = "|".join(f"(?<={vowel}){vowel}n" for vowel in "aeiouyåäö")
_ENDING = rf"(?i:i?(?:n|in|ll[eaä]|lt[aä]|st[aä]|ss[aä]|ksi|t?[aä]|n[aä])|seen|{_INTO}|s|['’:]\w+)?(?!\w)"
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_PHONE = re.compile(
    r"(?<![\w~/.-])(?!\d{1,2}\.\d{1,2}\.)(?:\+\d{1,3}|0)[\s()./-]{0,2}\d(?:[\s().-]{0,2}\d){5,12}(?!\w)"
)


def _ways_of_letters():
    ways = {}
    for letter in _LATIN:
        ways.setdefault(fold(letter), []).append(letter)
    return ways


_WAYS = _ways_of_letters()


def _letter(letter, *, is_stored):
    folded = fold(letter)
    ways = _WAYS.get(folded) if len(folded) == 1 else None
    if not ways:
        return re.escape(letter)
    one = f"[{''.join(ways)}]"
    if not is_stored:
        return one + "[\u0300-\u036f]?"
    escaped = "|".join(f"{ord(way):04x}" for way in ways if not way.isascii())
    accent = r"(?:[\u0300-\u036f]|\\u03[0-6][0-9a-f])?"
    return f"(?:{one}|\\\\u(?:{escaped})){accent}" if escaped else one + accent


def _words(text, *, is_stored):
    """Return the pattern of a name of one word or several."""
    words = re.findall(r"\w+", text)
    return _JOINT.join("".join(_letter(letter, is_stored=is_stored) for letter in word) for word in words)


def name_pattern(given, family, *, is_stored=False, takes_middle=True):
    """Return the pattern of a name in either order; `is_stored` makes the database's, `takes_middle` lets other
    given names stand between."""
    between, middle = (_BETWEEN_STORED, _MIDDLE_STORED) if is_stored else (_BETWEEN, _MIDDLE)
    first, *more = (re.findall(r"\w+", given) or [given]) if takes_middle else [given]
    front, last = _words(first, is_stored=is_stored), _words(family, is_stored=is_stored)
    if more:
        rest = _words(" ".join(more), is_stored=is_stored)
        front = rf"{front}(?:[\s-]{{1,3}}{rest})?"
    ways = rf"{front}{middle if takes_middle else ''}{between}{last}|{last}{between}{front}"
    return f"(?:{ways})" if is_stored else rf"(?<!\w)(?:{ways})(?={_ENDING})"


def email_pattern(email, *, is_stored=False):
    """Return the pattern of an address in any letter case; not as the end or beginning of a longer one."""
    letters = "".join(_case(letter, is_stored=is_stored) for letter in email)
    return letters if is_stored else rf"(?<![\w.+-]){letters}(?![\w-])"


def _case(letter, *, is_stored):
    both = sorted({letter.lower(), letter.upper()})
    ways = [re.escape(each) for each in both]
    if is_stored and not letter.isascii():
        ways += [rf"\\u{ord(each):04x}" for each in both if len(each) == 1]
    return ways[0] if len(ways) == 1 else f"(?:{'|'.join(ways)})"


def phone_pattern(text):
    """Return a pattern for a phone number with and without the country's code and spaces, or None for a short one."""
    digits = re.sub(r"\D", "", text)
    national = digits.removeprefix("00").removeprefix("358") if digits.startswith(("358", "00358")) else digits
    national = national.removeprefix("0")
    if len(national) < 6:
        return None
    between = r"[\s().-]{0,2}"
    return rf"(?<!\d)(?:\+?358|00358|0){between}{between.join(national)}(?!\d)"


def pattern_of(subject, *, is_stored=False):
    """Return the regular expression of everything by which the Subject is named, or None when nothing is known.

    A name that somebody else in the registry has as well does not tell of whom a text
    speaks, and is left out.
    """
    ways = [email_pattern(email, is_stored=is_stored) for email in sorted(subject.emails)]
    person = subject.person
    if person is not None:
        if not subject.has_namesake:
            names = (person.given_name, person.family_name)
            ways.append(name_pattern(*names, is_stored=is_stored, takes_middle=not subject.has_near_namesake))
        if person.phone and (phone := phone_pattern(person.phone)):
            ways.append(phone)
    return "|".join(ways) or None


def first_name(given):
    """Return the first of somebody's given names, as names are compared."""
    return fold(given).split(" ")[0]


class OtherPeople:
    """The names, addresses and phones of everybody but a Subject, to be masked in what is handed to the Subject.

    `names` are (given name, family name) of the others whom the registry knows, `shared` the
    addresses that belong to no single person.
    """

    def __init__(self, subject, names, *, shared=(), mask):
        person = subject.person
        self.own = set(subject.emails) | {email.lower() for email in shared}
        phone = phone_pattern(person.phone) if person else None
        self.own_phone = re.compile(phone) if phone else None
        self.own_name = (first_name(person.given_name), fold(person.family_name)) if person else None
        self.names, self.mask, self._pattern = names, mask, None

    def read(self, text):
        """Keep of the names those that may occur in `text`, all that is going to be masked: a few of thousands."""
        folded, ways = fold(text), []
        for given, family in self.names:
            short = (first_name(given), fold(family))
            if all(short) and short[0] in folded and short[1] in folded:
                # Of somebody of nearly the same name, only the whole one.
                ways.append(name_pattern(given, family, takes_middle=short != self.own_name))
        self._pattern = re.compile("|".join(ways)) if ways else None

    def masked(self, value):
        """Return `value`, texts within lists and mappings too, with the mask in place of others."""
        if isinstance(value, str):
            return self._masked_text(value)
        if isinstance(value, list | tuple):
            return [self.masked(each) for each in value]
        if isinstance(value, dict):
            return {key: self.masked(each) for key, each in value.items()}
        return value

    def _masked_text(self, text):
        text = _EMAIL.sub(lambda found: found[0] if found[0].lower() in self.own else self.mask, text)
        text = _PHONE.sub(lambda found: found[0] if self._is_own_phone(found[0]) else self.mask, text)
        return self._pattern.sub(self.mask, text) if self._pattern else text

    def _is_own_phone(self, number):
        return bool(self.own_phone and self.own_phone.search(number))
