"""What keeps Signaalbrug true."""
