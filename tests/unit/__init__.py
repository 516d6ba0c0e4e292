"""One room at a time, without a broker or a database."""
