"""Every row of bad_inputs.md A, C, D1 and D2: where it is shown, and what no other folder shows."""
