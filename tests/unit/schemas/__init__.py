"""Tests: unit/schemas."""
