"""The command `claimwright-intake`."""

from claimwright.service import commands
from claimwright_intake.app import build
from claimwright_intake.settings import Settings

main = commands("intake", Settings, build, migrations="claimwright_intake.migrations")

if __name__ == "__main__":
    main()
