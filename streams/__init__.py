"""What follows from the signals: pure core, policy, runtime and trail."""
