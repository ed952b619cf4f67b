"""`python -m deploy.contracts`: keep today's events as released, once a release is made."""

from deploy.contracts.released import release
from deploy.stack.places import ROOT

for path in release(ROOT):
    print(path.relative_to(ROOT))
