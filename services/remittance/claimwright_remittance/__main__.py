"""The command `claimwright-remittance`."""

from claimwright.service import commands
from claimwright_remittance.app import build
from claimwright_remittance.settings import Settings

main = commands("remittance", Settings, build, migrations="claimwright_remittance.migrations")

if __name__ == "__main__":
    main()
