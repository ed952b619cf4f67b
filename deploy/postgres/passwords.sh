# Sourced by the image of PostgreSQL on its first start, after roles.sql; holds no password itself.
psql --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" --quiet --file /secrets/passwords.sql
