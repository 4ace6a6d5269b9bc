"""What accounts can do: sessions here, sign-up and the rest beside."""

from app.accounts.services.sessions import account_of_session, open_session

__all__ = ["account_of_session", "open_session"]
