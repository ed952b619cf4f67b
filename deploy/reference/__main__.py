"""`python -m deploy.reference`: write the generated pages anew."""

from deploy.reference.pages import ROOT, pages

for path, text in pages().items():
    (ROOT / path).parent.mkdir(parents=True, exist_ok=True)
    (ROOT / path).write_text(text)
    print(path)
