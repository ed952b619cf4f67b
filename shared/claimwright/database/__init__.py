"""PostgreSQL: connections that know whose rows they may see, and migrations."""
