"""The trail: what was kept, how it hangs together, and whether it can prove it."""
