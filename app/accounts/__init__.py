"""Who you are: sign-up, log-in, sessions, passwords, closing the account."""
