"""What a source runs itself: look at a file, deliver it, correct it; and what certifies a connector."""
