"""What follows from what: pure, one thought a file, in the order of the flow."""
