"""Early debt signals in the shape of DDAS vroegsignalering v1.2."""
