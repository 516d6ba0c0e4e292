"""The vault on its own PostgreSQL, behind its socket."""
