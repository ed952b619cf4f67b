"""What can go wrong while the stack is brought up, as sentences for the person at the terminal."""


class StackProblem(Exception):
    """The stack can't start or can't go on; the message says what a person can do about it."""


class PartEnded(StackProblem):
    """A part that should have stayed up has ended by itself."""
