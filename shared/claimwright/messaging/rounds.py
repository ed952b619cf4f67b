"""Several things of the same keys, in their order, done together as far as they do not hang on each other."""

from collections.abc import Callable, Hashable, Iterable, Iterator
from typing import TypeVar

ThingT = TypeVar("ThingT")


def rounds(things: Iterable[ThingT], key: Callable[[ThingT], Hashable]) -> Iterator[list[ThingT]]:
    """Yield rounds in which no key comes twice; done one round after the other, each key's things are in their order.

    >>> list(rounds(["a1", "b1", "a2", "c1", "a3"], key=lambda thing: thing[0]))
    [['a1', 'b1', 'c1'], ['a2'], ['a3']]
    """
    left = list(things)
    while left:
        taken: dict[Hashable, ThingT] = {}
        rest = []
        for thing in left:
            if key(thing) in taken:
                rest.append(thing)
            else:
                taken[key(thing)] = thing
        yield list(taken.values())
        left = rest
