"""The command `claimwright-coding`."""

from claimwright.service import commands
from claimwright_coding.app import build
from claimwright_coding.settings import Settings

main = commands("coding", Settings, build, migrations="claimwright_coding.migrations")

if __name__ == "__main__":
    main()
