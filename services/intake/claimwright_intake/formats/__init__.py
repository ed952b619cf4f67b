"""Partners' formats turned into encounters as they would have been posted; pure."""
