"""BSN ↔ random pseudonym, team tokens, reveal: a process, a database and a trust zone of its own."""
