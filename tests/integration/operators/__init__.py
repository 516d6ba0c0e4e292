"""Commands of operators and auditors, on real servers."""
