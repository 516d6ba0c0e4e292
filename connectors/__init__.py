"""Every edge with the outside world: sources in, wijkteam out, and the vault."""
