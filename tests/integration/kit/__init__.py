"""Tests: the kit against what runs at a municipality."""
