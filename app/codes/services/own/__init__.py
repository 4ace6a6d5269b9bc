"""What an account keeps of the reference for itself: favorites in folders, notes, what it read."""

from app.codes.services.own.closing import forget_own
from app.codes.services.own.export import Kept, export_own
from app.codes.services.own.favorites import (
    add_favorite,
    create_folder,
    delete_folder,
    find_favorite,
    find_folder,
    folder_for,
    folders_of,
    move_favorite,
    remove_favorite,
    remove_favorite_of,
    rename_folder,
)
from app.codes.services.own.listing import Listed, favorites_page, history_page, notes_page
from app.codes.services.own.notes import LONGEST_NOTE, find_note, write_note
from app.codes.services.own.state import OwnState, clear_history, note_opening, own_state

__all__ = [
    "LONGEST_NOTE",
    "Kept",
    "Listed",
    "OwnState",
    "add_favorite",
    "clear_history",
    "create_folder",
    "delete_folder",
    "export_own",
    "favorites_page",
    "find_favorite",
    "find_folder",
    "find_note",
    "folder_for",
    "folders_of",
    "forget_own",
    "history_page",
    "move_favorite",
    "note_opening",
    "notes_page",
    "own_state",
    "remove_favorite",
    "remove_favorite_of",
    "rename_folder",
    "write_note",
]
