"""The contractors that write coverage documents, and the states each of them serves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from app.codes.intake.mcd_tables import Columns, Tables, day
from app.codes.intake.mcd_text import line_of

KEY = ("contractor_id", "contractor_type_id", "contractor_version")
COLUMNS: Columns = {
    "contractor": (*KEY, "contractor_bus_name", "contractor_number"),
    "contractor_jurisdiction": (*KEY, "state_id", "term_date"),
    "contractor_type_lookup": ("contractor_type_id", "description"),
    "state_lookup": ("state_id", "state_abbrev", "description"),
}
Key = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Contractor:
    number: str  # "05302"
    name: str
    type: str
    states: tuple[str, ...]

    @property
    def fields(self) -> dict[str, Any]:
        return {"name": self.name, "type": self.type, "states": list(self.states)}


class Contractors:
    """Contractors by their key, with the states that are theirs on a day."""

    def __init__(self, tables: Tables, on: date) -> None:
        self.state_names: dict[str, str] = {}
        self._states: dict[str, str] = {}
        for place, (number, abbreviation, name) in tables.rows("state_lookup"):
            if not (number.strip() and abbreviation.strip()):
                tables.refuse(place, "It names no state.", (number, abbreviation, name))
                continue
            self._states[number.strip()] = abbreviation.strip()
            self.state_names.setdefault(abbreviation.strip(), line_of(name))
        served = self._served(tables, on)
        types = {
            key.strip(): line_of(name) for _, (key, name) in tables.rows("contractor_type_lookup")
        }
        self._contractors: dict[Key, Contractor] = {}
        for place, (*written, name, number) in tables.rows("contractor"):
            key = _key(written)
            if number.strip():
                states = tuple(sorted(served.get(key, ())))
                kind = types.get(key[1], "")
                self._contractors[key] = Contractor(number.strip(), line_of(name), kind, states)
            else:
                tables.refuse(place, "The contractor has no number.", (*written, name))

    def _served(self, tables: Tables, on: date) -> dict[Key, set[str]]:
        served: dict[Key, set[str]] = {}
        for place, (*written, state, until) in tables.rows("contractor_jurisdiction"):
            try:
                ended = day(until)
            except ValueError as error:
                tables.refuse(place, f"“{error}” is no day.", (*written, state))
                continue
            if not (abbreviation := self.state(state)):
                tables.refuse(place, "state_lookup.csv does not hold its state.", (state,))
            elif ended is None or ended >= on.isoformat():
                served.setdefault(_key(written), set()).add(abbreviation)
        return served

    def get(self, written: Key) -> Contractor | None:
        return self._contractors.get(_key(written))

    def state(self, number: str) -> str | None:
        return self._states.get(number.strip())


def _key(written: list[str] | Key) -> Key:
    return tuple(cell.strip() for cell in written)
