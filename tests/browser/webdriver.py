"""A browser over the WebDriver protocol (https://www.w3.org/TR/webdriver2/), with nothing but the standard library."""

import base64
import json
import subprocess
import time
import urllib.error
import urllib.request

ELEMENT = "element-6066-11e4-a52e-4f735466cecf"
KEYS = {"Enter": "\ue007", "Tab": "\ue004", "Escape": "\ue00c", "Down": "\ue015", "Up": "\ue013"}
FLAGS = [
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage", "--hide-scrollbars", "--lang=en-GB",
]


class Failure(Exception):
    """What was expected and did not happen."""


class Driver:
    """A running chromedriver."""

    def __init__(self, folder):
        self.folder = folder
        self.log = open(f"{folder}/chromedriver.log", "wb")
        self.process = subprocess.Popen(["chromedriver", "--port=0"], stdout=subprocess.PIPE, stderr=self.log, text=True)
        self.sessions = []
        for line in self.process.stdout:
            if "started successfully on port" in line:
                self.url = "http://127.0.0.1:" + line.rsplit("port", 1)[1].strip(" .\n")
                return
        raise Failure("chromedriver did not start; see chromedriver.log")

    def ask(self, method, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data, {"content-type": "application/json"}, method=method)
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return json.load(answer)["value"]
        except urllib.error.HTTPError as error:
            value = json.load(error)["value"]
            raise Failure(f"{value['error']}: {value['message'].splitlines()[0]}") from None

    def browser(self, name, width=1440, height=900):
        options = {"args": FLAGS + [f"--user-data-dir={self.folder}/{name}", f"--window-size={width},{height}"]}
        wanted = {"capabilities": {"alwaysMatch": {"browserName": "chrome", "goog:chromeOptions": options,
                                                   "goog:loggingPrefs": {"browser": "ALL"}}}}
        session = self.ask("POST", "/session", wanted)["sessionId"]
        self.sessions.append(session)
        page = Page(self, session)
        # The window has a frame; what is drawn shall be exactly this large.
        page.cdp("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)
        return page

    def stop(self):
        for session in self.sessions:
            try:
                self.ask("DELETE", f"/session/{session}")
            except (Failure, OSError):
                pass
        self.process.terminate()
        self.process.wait(10)
        self.process.stdout.close()
        self.log.close()


class Page:
    """A tab."""

    def __init__(self, driver, session):
        self.driver, self.session = driver, session
        self.window = self.ask("GET", "/window")

    def ask(self, method, path, body=None):
        return self.driver.ask(method, f"/session/{self.session}{path}", body)

    def post(self, path, **body):
        return self.ask("POST", path, body)

    def cdp(self, command, **params):
        return self.post("/goog/cdp/execute", cmd=command, params=params)

    def tab(self):
        """Another tab of the same browser. Calls go to the one that was entered last."""
        other = Page.__new__(Page)
        other.driver, other.session = self.driver, self.session
        other.window = self.post("/window/new", type="tab")["handle"]
        other.enter()
        return other

    def enter(self):
        self.post("/window", handle=self.window)
        return self

    def open(self, url):
        self.post("/url", url=url)

    def js(self, script, *args):
        return self.post("/execute/sync", script=script, args=list(args))

    def all(self, css, text=None, inside=None):
        """What is drawn, matches, and contains the text."""
        return self.js(
            """const [css, text, inside] = arguments;
            return [...(inside || document).querySelectorAll(css)].filter((it) => it.getClientRects().length
              && (text === null || it.innerText.includes(text) || (it.getAttribute("aria-label") || "").includes(text)));""",
            css, text, inside)

    def find(self, css, text=None, inside=None, within=10):
        """The last of `all`, as soon as there is one: the newest message, the menu on top."""
        what = f"`{css}`" + (f" with “{text}”" if text else "")
        return self.until(lambda: self.all(css, text, inside), f"there is no {what}", within)[-1]

    def gone(self, css, text=None, inside=None, within=10):
        what = f"`{css}`" + (f" with “{text}”" if text else "")
        self.until(lambda: not self.all(css, text, inside), f"{what} is still there", within)

    def until(self, check, otherwise, within=10):
        """Asks until the answer is truthy."""
        end = time.monotonic() + within
        while True:
            try:
                found = check()
            except Failure as error:
                # What was found may be drawn anew before it is used.
                if "stale element" not in str(error):
                    raise
                found = None
            if found:
                return found
            if time.monotonic() > end:
                raise Failure(f"after {within} s {otherwise}")
            time.sleep(0.05)

    def click(self, css, text=None, inside=None, within=10):
        def try_it():
            element = self.find(css, text, inside, within)
            self.post(f"/element/{element[ELEMENT]}/click")
            return element
        return self.until(try_it, f"`{css}` could not be clicked", within)

    def press(self, element, text):
        """Types into an element; `Enter`, `Tab` … are keys."""
        self.post(f"/element/{element[ELEMENT]}/value", text=KEYS.get(text, text))

    def hover(self, element):
        self.js("arguments[0].scrollIntoView({block: 'nearest'})", element)
        move = {"type": "pointerMove", "duration": 0, "origin": {ELEMENT: element[ELEMENT]}, "x": 0, "y": 0}
        self.post("/actions", actions=[{"type": "pointer", "id": "mouse", "parameters": {"pointerType": "mouse"}, "actions": [move]}])

    def text(self, element):
        return self.ask("GET", f"/element/{element[ELEMENT]}/text")

    def screenshot(self, path):
        with open(path, "wb") as file:
            file.write(base64.b64decode(self.ask("GET", "/screenshot")))

    def picture(self, path, element):
        """What is drawn of one element."""
        with open(path, "wb") as file:
            file.write(base64.b64decode(self.ask("GET", f"/element/{element[ELEMENT]}/screenshot")))

    def complaints(self):
        """What the browser's console said: errors of scripts, things that the policy refused, missing files."""
        entries = self.post("/se/log", type="browser")
        return [it["message"] for it in entries if it["level"] in ("SEVERE", "WARNING")]
