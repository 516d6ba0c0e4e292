"""Against real servers: Kafka and PostgreSQL from Python packages."""
