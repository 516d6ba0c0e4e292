"""The shapes that the vault's database has had."""
