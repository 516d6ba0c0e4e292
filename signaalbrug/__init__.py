"""The front door: command line, local servers, demo municipality, wiring."""
