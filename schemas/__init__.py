"""What may be said between the parts of Signaalbrug, and nothing about how anything is decided."""
