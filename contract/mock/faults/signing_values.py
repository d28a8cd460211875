"""
Faults of the values that are signed: altered before they are checked, so that the right signature is refused or
another one accepted.

Source: the signature row of every endpoint page (values are signed as they are) and public clients
(https://github.com/almeidabbm/api_request_helpers).
"""

from __future__ import annotations

import json
import unicodedata
from urllib.parse import unquote, unquote_plus

from contract.mock.faults.kit.core import When
from contract.mock.faults.kit.policies import all_of, catalogue, on
from contract.mock.faults.kit.signatures import Rewrite, of_values, only_of_values

add = catalogue(__name__)

QUERY = "exams_index"
BODY = "documents_update"


def if_any(test: Rewrite) -> When:
    """One of the values that were sent is changed by *test*: the others are handled as ever."""
    return lambda call: any(isinstance(value, str) and test(value) != value for value in call.sent.values())


def refuses(fault_id: str, description: str, operation: str, rewrite: Rewrite, *breaks: str) -> None:
    """A fault by which the right signature of some values of one operation is refused."""
    when = all_of(on(operation), if_any(rewrite))
    add(fault_id, description, only_of_values(rewrite, when), *breaks, also=ALSO[operation], operation=operation)


def accepts(fault_id: str, description: str, rewrite: Rewrite, *breaks: str, operations: tuple[str, ...] = ()) -> None:
    """A fault by which a signature over altered values is accepted beside the right one."""
    when = on(*operations) if operations else lambda call: True
    operation = operations[0] if len(operations) == 1 else None
    add(fault_id, description, of_values(rewrite, when), *breaks, operation=operation)


# Kinds of values that other requirements of the same operations use too.
ALSO: dict[str, tuple[str, ...]] = {
    QUERY: ("SIGN-033", "SIGN-051", "FILTER-015", "FILTER-071", "FILTER-120", "FILTER-121", "FILTER-123", "FILTER-124"),
    BODY: ("SIGN-033", "SIGN-051"),
}


def _without_json_blanks(text: str) -> str:
    try:
        return json.dumps(json.loads(text), separators=(",", ":"), ensure_ascii=False)
    except (ValueError, RecursionError):
        return text


def _with_json_blanks(text: str) -> str:
    try:
        return json.dumps(json.loads(text), ensure_ascii=False)
    except (ValueError, RecursionError):
        return text


def _in_latin_1(text: str) -> str:
    return text.encode("latin-1", "replace").decode("latin-1")


def _ascii_only(text: str) -> str:
    return text.encode("ascii", "backslashreplace").decode()


def _as_number(text: str) -> str:
    return str(int(text)) if text.isascii() and text.isdigit() else text


def _composed(text: str) -> str:
    return unicodedata.normalize("NFC", text)


def _decomposed(text: str) -> str:
    return unicodedata.normalize("NFD", text)


def _first(count: int) -> Rewrite:
    return lambda text: text[:count]


# refused though it is right ------------------------------------------------------------------------------------------

refuses(
    "question-marks-in-values-escaped",
    "question marks inside the values of a document are escaped before its signature is checked",
    BODY,
    lambda text: text.replace("?", "%3F"),
    "SIGN-060",
)
refuses(
    "ampersands-in-values-end-them",
    "a value of a query ends at its first ampersand where the signature is checked, escaped or not",
    QUERY,
    lambda text: text.partition("&")[0],
    "SIGN-060",
)
refuses(
    "equals-signs-in-values-end-them",
    "a value in a body ends at its second equals sign where the signature is checked",
    BODY,
    lambda text: "=".join(text.split("=")[:2]),
    "SIGN-060",
)
refuses(
    "values-decoded-twice",
    "the values of a query are decoded twice where the signature is checked",
    QUERY,
    unquote_plus,
    "SIGN-061",
)
refuses(
    "values-of-body-decoded",
    "percent sequences and plus signs in a JSON body are decoded where the signature is checked",
    BODY,
    unquote_plus,
    "SIGN-061",
)
refuses(
    "values-trimmed",
    "white space around the values of a body is stripped where the signature is checked",
    BODY,
    str.strip,
    "SIGN-062",
)
refuses(
    "blanks-in-values-squeezed",
    "two blanks within a value of a body count as one where the signature is checked",
    BODY,
    lambda text: " ".join(text.split(" ")) if "  " not in text else " ".join(text.split()),
    "SIGN-062",
)
refuses(
    "quotes-escaped",
    "quotes and backslashes in a body are escaped where the signature is checked",
    BODY,
    lambda text: text.replace("\\", "\\\\").replace('"', '\\"'),
    "SIGN-063",
)
refuses(
    "backslashes-dropped",
    "backslashes in a query are dropped where the signature is checked",
    QUERY,
    lambda text: text.replace("\\", ""),
    "SIGN-063",
)
refuses(
    "line-breaks-become-two",
    "line feeds in a body become carriage return and line feed where the signature is checked",
    BODY,
    lambda text: text.replace("\r\n", "\n").replace("\n", "\r\n"),
    "SIGN-064",
)
refuses(
    "tabs-become-blanks",
    "tabs in a body become blanks where the signature is checked",
    BODY,
    lambda text: text.replace("\t", " "),
    "SIGN-064",
)
refuses(
    "text-signed-in-latin-1",
    "letters beyond Latin-1 in a body become question marks where the signature is checked",
    BODY,
    _in_latin_1,
    "SIGN-065",
)
refuses(
    "text-beyond-basic-plane-lost",
    "characters beyond the basic plane are dropped from a body where the signature is checked",
    BODY,
    lambda text: "".join(character for character in text if ord(character) <= 0xFFFF),
    "SIGN-065",
)
refuses(
    "text-of-query-signed-in-ascii",
    "letters beyond ASCII in a query are written as escapes where the signature is checked",
    QUERY,
    _ascii_only,
    "SIGN-065",
)
refuses(
    "text-composed",
    "decomposed letters in a body are composed where the signature is checked",
    BODY,
    _composed,
    "SIGN-066",
)
refuses(
    "text-decomposed",
    "composed letters in a body are decomposed where the signature is checked",
    BODY,
    _decomposed,
    "SIGN-065",
)
refuses(
    "long-values-cut",
    "of a value in a body only the first 32 767 characters are signed",
    BODY,
    _first(32_767),
    "SIGN-067",
)
refuses(
    "long-values-of-query-cut",
    "of a value in a query only the first 1 024 characters are signed",
    QUERY,
    _first(1024),
    "SIGN-067",
)
refuses(
    "digits-signed-as-numbers",
    "a text of digits in a body is signed as a number, without its leading zeros",
    BODY,
    _as_number,
    "SIGN-068",
)
refuses(
    "json-written-anew",
    "JSON inside a value of a body is written anew, without blanks, where the signature is checked",
    BODY,
    _without_json_blanks,
    "SIGN-069",
)
refuses(
    "filter-written-anew",
    "the filter is written anew, with blanks, where the signature is checked",
    QUERY,
    _with_json_blanks,
    "SIGN-070",
)

# accepted though it is wrong -----------------------------------------------------------------------------------------

accepts(
    "filter-signed-with-other-blanks-serves",
    "a filter may be signed with other white space than it is sent with",
    _without_json_blanks,
    "SIGN-070",
)
accepts(
    "plus-signed-as-blank-serves",
    "a plus sign may be signed as a blank",
    lambda text: text.replace("+", " "),
    "SIGN-071",
)
accepts(
    "plus-signed-as-blank-serves-in-bodies",
    "a plus sign in a body may be signed as a blank",
    lambda text: text.replace("+", " "),
    "SIGN-071",
    operations=(BODY,),
)
accepts(
    "composed-letters-serve",
    "decomposed letters may be signed as composed ones",
    _composed,
    "SIGN-072",
)
accepts(
    "composed-letters-serve-in-queries",
    "decomposed letters of a query may be signed as composed ones",
    _composed,
    "SIGN-072",
    operations=(QUERY,),
)
accepts(
    "trimmed-values-serve",
    "values may be signed without the white space around them",
    str.strip,
    "SIGN-073",
)
accepts(
    "decoded-values-serve",
    "percent sequences inside a value may be signed decoded",
    unquote,
    "SIGN-074",
)
