"""The invariants of promises.md 6.1, each a pure check over everything the trail holds."""
