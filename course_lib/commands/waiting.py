"""What a person sees while something long goes on: one line that says what, and for how long."""

import re
import shutil
import sys
import threading
import time


class Progress:
    """One line that says what is going on and for how long; a new line now and then where there is no terminal."""

    def __init__(self, title: str) -> None:
        self.title, self.note, self.start = title, "", time.monotonic()
        self.live = sys.stdout.isatty()
        self.ended = threading.Event()
        self.ticker = threading.Thread(target=self._tick, daemon=True)

    def __enter__(self) -> "Progress":
        print(self.title, flush=True)
        self.ticker.start()
        return self

    def __exit__(self, *error: object) -> None:
        self.ended.set()
        self.ticker.join()
        clear = "\r\x1b[2K" if self.live else ""
        print(clear + ("" if error[0] else f"  done in {self.elapsed()}"), flush=True)

    def elapsed(self) -> str:
        """Minutes and seconds since the start."""
        minutes, seconds = divmod(int(time.monotonic() - self.start), 60)
        return f"{minutes}:{seconds:02}"

    def _tick(self) -> None:
        while not self.ended.wait(0.25 if self.live else 20):
            text = f"  {self.elapsed()}  {self.note}"
            if self.live:
                text = "\r\x1b[2K" + text[: shutil.get_terminal_size().columns - 1]
            print(text, end="" if self.live else "\n", flush=True)


def in_words(line: str) -> str | None:
    """What a line of pip's output means to a reader; None if it means nothing new."""
    words = line.split()
    if line.startswith("Collecting") and len(words) > 1:
        return "looking up " + re.split(r"[<>=!~\[;]", words[1])[0]
    found = re.match(r"\s*(?:Downloading|Using cached|Processing) \S*?([\w.]+?)-\d[^\s/]*(?: \((\d[^)]*B)\))?", line)
    if found:
        return f"fetching {found[1]}" + (f" ({found[2]})" if found[2] else "")
    if line.startswith("Installing collected packages"):
        return f"unpacking {line.count(',') + 1} packages (the longest step)"
    return None
