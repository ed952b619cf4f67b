"""`python -m deploy.kubernetes`: write deploy/kubernetes/base and the example anew from the code."""

from deploy.kubernetes.files import written
from deploy.stack.places import ROOT


def main() -> None:
    """Write every file that is not as the code says, and name it."""
    for path, text in written().items():
        if not path.exists() or path.read_text() != text:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
            print(path.relative_to(ROOT))


if __name__ == "__main__":
    main()
