"""Run the real servers (Kafka, PostgreSQL) on anyone's machine, from Python packages alone."""
