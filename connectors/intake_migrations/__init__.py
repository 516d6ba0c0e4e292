"""The shapes that the database of intake has had."""
