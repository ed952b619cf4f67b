"""`claimwright-sandbox`: serve, migrate, check-settings."""

from claimwright.service import commands
from claimwright_sandbox.settings import Settings

main = commands("sandbox", Settings, "claimwright_sandbox.app:build", migrations="claimwright_sandbox.migrations")

if __name__ == "__main__":
    main()
