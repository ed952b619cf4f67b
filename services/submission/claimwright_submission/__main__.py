"""The command `claimwright-submission`."""

from claimwright.service import commands
from claimwright_submission.app import build
from claimwright_submission.settings import Settings

main = commands("submission", Settings, build, migrations="claimwright_submission.migrations")

if __name__ == "__main__":
    main()
