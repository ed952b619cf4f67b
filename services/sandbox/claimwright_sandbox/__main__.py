"""`claimwright-sandbox`: serve, migrate, check-settings."""

from claimwright.service import commands
from claimwright_sandbox.app import build
from claimwright_sandbox.settings import Settings

main = commands("sandbox", Settings, build, migrations="claimwright_sandbox.migrations")

if __name__ == "__main__":
    main()
