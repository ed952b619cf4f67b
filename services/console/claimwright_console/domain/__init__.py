"""What the console decides with no database at hand: places in the pipeline, words for people, sessions, trace bars."""
