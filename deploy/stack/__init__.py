"""The local stack: PostgreSQL, Apache Kafka and the services as child processes of one supervisor."""
