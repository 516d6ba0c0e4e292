"""Commands of operators and auditors, without servers."""
