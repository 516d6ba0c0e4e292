"""Which persons with a live signal form a household, and in which area, as the BRP says."""
