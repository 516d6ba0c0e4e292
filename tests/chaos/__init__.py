"""Chaos: the whole bridge under a seeded rain of kills, then everything that was promised is looked at."""
