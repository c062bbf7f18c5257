"""Firefox as it is installed, by the protocol that it speaks itself (WebDriver BiDi): no driver is needed."""

import json
import re
import shutil
import subprocess
import time
from pathlib import Path

PREFERENCES = {
    # Pages that are left are not kept whole: Back loads them anew and restores their controls.
    "browser.sessionhistory.max_total_viewers": 0,
    "ui.prefersReducedMotion": 1,
    "browser.shell.checkDefaultBrowser": False,
    "browser.startup.homepage_override.mstone": "ignore",
    "datareporting.policy.dataSubmissionEnabled": False,
    "toolkit.telemetry.reportingpolicy.firstRun": False,
}
KEYS = {"ArrowLeft": "\ue012", "ArrowUp": "\ue013", "ArrowRight": "\ue014", "ArrowDown": "\ue015"}


def firefox() -> str | None:
    """Where Firefox is installed, if it is."""
    return next(filter(None, map(shutil.which, ("firefox-esr", "firefox"))), None)


class Firefox:
    """One headless window. `problems` are the errors that its console has shown since `goto`."""

    def __init__(self, path: str, profile: Path):
        import websocket

        lines = [f"user_pref({json.dumps(k)}, {json.dumps(v)});" for k, v in PREFERENCES.items()]
        (profile / "user.js").write_text("\n".join(lines), encoding="utf-8")
        log = profile / "firefox.log"
        command = [path, "--headless", "--no-remote", "--remote-debugging-port", "0"]
        with log.open("w") as out:
            self.process = subprocess.Popen(
                [*command, "--profile", str(profile)], stdout=out, stderr=subprocess.STDOUT
            )
        self.socket = websocket.create_connection(
            f"{_address(log)}/session", timeout=60, suppress_origin=True
        )
        self.number, self.problems = 0, []
        self.send("session.new", capabilities={})
        self.window = self.send("browsingContext.getTree")["contexts"][0]["context"]
        self.send("session.subscribe", events=["log.entryAdded"])

    def close(self) -> None:
        self.socket.close()
        self.process.terminate()
        self.process.wait(timeout=30)

    def send(self, method: str, **parameters) -> dict:
        """One command and its answer; what Firefox tells in between is noted."""
        self.number += 1
        self.socket.send(json.dumps({"id": self.number, "method": method, "params": parameters}))
        while True:
            answer = json.loads(self.socket.recv())
            if answer.get("method") == "log.entryAdded":
                if answer["params"]["level"] == "error":
                    self.problems.append(answer["params"]["text"])
            elif answer.get("id") == self.number:
                assert answer["type"] == "success", f"{method}: {answer.get('message')}"
                return answer["result"]

    def goto(self, url: str) -> None:
        self.problems = []
        self._move("browsingContext.navigate", url=url)

    def reload(self) -> None:
        self._move("browsingContext.reload")

    def follow(self, link: str) -> None:
        """Leave the page as a link does."""
        self._leave(lambda: self.evaluate(f"(location.href = {json.dumps(link)}, 0)"))

    def back(self) -> None:
        self._leave(
            lambda: self.send("browsingContext.traverseHistory", context=self.window, delta=-1)
        )

    def _move(self, method: str, **parameters) -> None:
        self._leave(lambda: self.send(method, context=self.window, wait="complete", **parameters))

    def _leave(self, act, seconds: int = 60) -> None:
        """Act, and wait until another document is there, whole and shown; Firefox says so too early."""
        self.evaluate("(window.left = true, 0)")
        act()
        deadline = time.monotonic() + seconds
        while not self._is_whole():
            assert time.monotonic() < deadline, "Firefox did not load the page"
            time.sleep(0.02)
        self.evaluate("new Promise((done) => requestAnimationFrame(() => setTimeout(done)))")

    def _is_whole(self) -> bool:
        try:
            return self.evaluate("!window.left && document.readyState === 'complete'")
        except AssertionError:  # the document went while it was asked
            return False

    def resize(self, width: int, height: int = 900) -> None:
        viewport = {"width": width, "height": height}
        self.send("browsingContext.setViewport", context=self.window, viewport=viewport)

    def press(self, key: str) -> None:
        value = KEYS.get(key, key)
        actions = [{"type": kind, "value": value} for kind in ("keyDown", "keyUp")]
        keyboard = {"type": "key", "id": "keyboard", "actions": actions}
        self.send("input.performActions", context=self.window, actions=[keyboard])

    def evaluate(self, expression: str):
        """The value of a JavaScript expression, awaited, as JSON carries it."""
        answer = self.send(
            "script.evaluate",
            expression=f"(async () => JSON.stringify((await ({expression})) ?? null))()",
            target={"context": self.window},
            awaitPromise=True,
        )
        assert answer["type"] == "success", answer["exceptionDetails"]["text"]
        return json.loads(answer["result"]["value"])


def _address(log: Path, seconds: int = 90) -> str:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        found = re.search(
            r"WebDriver BiDi listening on (ws://\S+)", log.read_text(errors="replace")
        )
        if found:
            return found[1]
        time.sleep(0.1)
    raise AssertionError(f"Firefox did not start: {log.read_text(errors='replace')[-2000:]}")
