"""The pictures of docs/, taken from the sandbox's page while somebody walks through it as docs/setup.md says.

    pictures.py BELLHOP DOCS
"""

import sys
import tempfile
from pathlib import Path

from stories import SLACK, SLACK_MESSAGE, ZULIP, ZULIP_MESSAGE, Sandbox, expect, fill, pick, say
from webdriver import Driver

# Half of a page: readable where a document shows it.
WIDTH, HEIGHT = 1440, 860
# What is pasted in the walk: nothing in it is secret.
PASTED = '[[grant]]\nname = "release-freeze"\neffect = "deny"\nactions = ["* delete"]\nto = ["everybody"]\n'


def slack(page, path):
    # The newest message as it stands.
    page.js("const it = document.querySelector('.slack .main > .messages'); it.scrollTop = it.scrollHeight")
    page.picture(path, page.find(".slack"))


def window(page, path):
    page.until(lambda: page.js("return document.getAnimations().length === 0"), "the window does not stand still")
    page.picture(path, page.find("dialog.modal"))


def set_up(page, sandbox, folder):
    """docs/setup.md, step by step."""
    settings = sandbox.settings("Redmine", "GitHub")
    # The chats alone, larger.
    page.click("button.toggle")
    page.click(".slack .place", "general")
    say(page, SLACK, "/bellhop setup")
    status = page.find(SLACK_MESSAGE, "Nothing is connected yet", within=60)
    slack(page, folder / "setup-1-nothing-connected.png")
    page.click(".button", "Connect systems", inside=status)
    page.find("dialog.modal h2", "Connect setup")
    pick(page, "dialog.modal [data-block^=field-kinds] .picker", "redm", "redmine")
    pick(page, "dialog.modal [data-block^=field-kinds] .picker", "gith", "github")
    window(page, folder / "setup-2-choose.png")
    page.click("dialog.modal button[type=submit]")
    page.gone("dialog.modal", within=60)
    page.click(".button", "Connect Redmine", inside=page.find(SLACK_MESSAGE, "Your setup", within=60))
    page.find("dialog.modal h2", "Connect Redmine")
    fill(page, "url", settings["Redmine"]["url"])
    fill(page, "api_key", "a-key-that-ended")
    page.click("dialog.modal button[type=submit]")
    page.find("dialog.modal .field.wrong", "Nothing was saved", within=60)
    window(page, folder / "setup-3-refused.png")
    fill(page, "api_key", settings["Redmine"]["api_key"])
    page.click("dialog.modal button[type=submit]")
    page.find("dialog.modal h2", "Connect GitHub", within=60)
    page.press(page.find("dialog.modal [data-block^=field-url] .box"), "Escape")
    page.gone("dialog.modal")
    say(page, SLACK, "/bellhop setup")
    page.until(lambda: "connected as" in page.text(page.find(SLACK_MESSAGE, "It goes on where it stopped", within=60)), "Redmine is not connected", 60)
    status = page.find(SLACK_MESSAGE, "It goes on where it stopped")
    slack(page, folder / "setup-4-half-way.png")
    page.click(".button", "Connect GitHub", inside=status)
    page.find("dialog.modal h2", "Connect GitHub")
    fill(page, "url", settings["GitHub"]["url"])
    fill(page, "token", settings["GitHub"]["token"])
    page.click("dialog.modal button[type=submit]")
    page.gone("dialog.modal", within=60)
    page.find(SLACK_MESSAGE, "Your setup is complete", within=60)
    slack(page, folder / "setup-5-complete.png")
    say(page, SLACK, "/redmine create Printer on fire project=demo")
    page.find(SLACK_MESSAGE, "Printer on fire", within=60)
    say(page, ZULIP, "@Bellhop github issue create Order paper repo=example/demo")
    page.find(f"{ZULIP_MESSAGE} .number", "Comment", within=60)
    page.screenshot(folder / "setup-6-used.png")


def apply(page, folder):
    """docs/configuration.md: a file from chat."""
    say(page, SLACK, "/bellhop apply")
    page.find("dialog.modal h2", "Apply", within=60)
    box = page.find("dialog.modal [data-block^=field-text] textarea")
    page.js("arguments[0].value = arguments[1]; arguments[0].dispatchEvent(new Event('input', {bubbles: true}))", box, PASTED)
    window(page, folder / "apply-1-pasted.png")
    page.click("dialog.modal button[type=submit]")
    page.gone("dialog.modal", within=60)
    plan = page.find(SLACK_MESSAGE, "would change", within=60)
    expect("release-freeze" in page.text(plan), "the plan does not name the grant")
    slack(page, folder / "apply-2-plan.png")
    page.click(".button", "Apply", inside=plan)
    page.click("dialog.small .button", "Apply")
    page.find(SLACK_MESSAGE, "Carried out", within=60)


def sandbox_page(page, docs):
    """README.md: the page as it is after a few commands."""
    page.click(".slack .place", "dev")
    say(page, SLACK, "/redmine create Printer on fire project=demo assignee=@ben")
    page.find(SLACK_MESSAGE, "Printer on fire", within=60)
    say(page, ZULIP, "@Bellhop redmine create Lift stuck on the third floor project=demo")
    page.find(ZULIP_MESSAGE, "Lift stuck", within=60)
    card = page.find(SLACK_MESSAGE, "Printer on fire", within=60)
    page.click(".button", "Assign to me", inside=card)
    page.find(SLACK_MESSAGE, "(edited)", within=60)
    page.screenshot(docs / "sandbox.png")


def dashboard(page, docs):
    """docs/dashboard.md: something fires, and somebody is on call."""
    page.click(".slack .place", "ops")
    say(page, SLACK, "/bellhop oncall create primary people=@ana,@ben")
    page.find(SLACK_MESSAGE, "The schedule is there", within=60)
    say(page, SLACK, "/bellhop escalation create platform schedule:primary wait=30m | @ben")
    page.find(SLACK_MESSAGE, "Who would be paged?", within=60)
    say(page, SLACK, "/bellhop page platform Checkout is down")
    page.find(SLACK_MESSAGE, "people are being paged", within=60)
    say(page, SLACK, "/bellhop dashboard")
    told = page.find(SLACK_MESSAGE, "Open the dashboard", within=60)
    page.open(page.js("return [...arguments[0].querySelectorAll('a')].find((it) => it.href.includes('/dashboard/open/')).href", told))
    page.click("button", "Open the dashboard")
    page.find("#live.ok", "Live", within=60)
    page.find("#alerts li.alert", "Checkout is down", within=60)
    page.screenshot(docs / "dashboard.png")


def main(binary, docs):
    docs = Path(docs)
    folder = docs / "pictures"
    folder.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as profile, open(Path(profile) / "sandbox.log", "w") as log:
        driver = Driver(profile)
        try:
            for name, options in [("empty", ["--empty"]), ("usual", [])]:
                sandbox = Sandbox(binary, log, *options)
                page = driver.browser(name, WIDTH, HEIGHT)
                try:
                    page.open(f"{sandbox.url}/#ana")
                    if name == "empty":
                        set_up(page, sandbox, folder)
                        apply(page, folder)
                    else:
                        sandbox_page(page, docs)
                        dashboard(page, docs)
                except Exception:
                    page.screenshot(docs / "failed.png")
                    raise
                finally:
                    sandbox.stop()
        finally:
            driver.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2]))
