"""Reports of absence from school in the shape of DUO's verzuimregister."""
