"""The interpreters of the steps: the only place where the log, the clock and the disk are touched."""
