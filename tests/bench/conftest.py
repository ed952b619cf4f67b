"""The files of the X12 benchmarks, made once a run."""

import os

# Before polars is there: one thread.
os.environ["POLARS_MAX_THREADS"] = "1"

import pytest

from tests.support.benches_x12 import BenchFiles, made


@pytest.fixture(scope="session")
def files(tmp_path_factory: pytest.TempPathFactory) -> BenchFiles:
    return made(tmp_path_factory.mktemp("bench"))
