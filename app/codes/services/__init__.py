"""What the code reference can do for views, commands and other features."""

from app.codes.services.editions import current_release, edition_on
from app.codes.services.lookup import (
    CodeRange,
    find_code,
    find_codes,
    key_of,
    nearest_codes,
    resolve_range,
)
from app.codes.services.search import Found, search_codes

__all__ = [
    "CodeRange",
    "Found",
    "current_release",
    "edition_on",
    "find_code",
    "find_codes",
    "key_of",
    "nearest_codes",
    "resolve_range",
    "search_codes",
]
