"""What people do with the sandbox's page. Each story starts where the one before ended, in one sandbox.

    stories.py BELLHOP SHOTS [STORY...]
"""

import json
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

from webdriver import Driver, Failure

SLACK = '.slack .composer textarea[aria-label="Message in Slack"]'
ZULIP = '.zulip .composer textarea[aria-label="Message in Zulip"]'
SLACK_MESSAGE = ".slack .main > .messages .message"
ZULIP_MESSAGE = ".zulip .message"
ISSUE = ".systems tbody tr"


class Sandbox:
    """`bellhop sandbox`, on a free port."""

    def __init__(self, binary, log, *options):
        command = [binary, "sandbox", "--listen", "127.0.0.1:0", *options]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True)
        first = self.process.stdout.readline()
        if "http://" not in first:
            raise Failure(f"the sandbox printed no address: {first!r}")
        self.url = "http://" + first.split("http://")[1].strip()

    def settings(self, *systems):
        """What the terminal says that the simulated systems are connected with, by system and name."""
        found = {}
        while any(it not in found for it in systems) or "token" not in found.get("GitHub", {}):
            line = self.process.stdout.readline()
            if not line:
                raise Failure(f"the sandbox does not say how {systems} are connected: {found}")
            parts = line.strip().split(": ", 2)
            if len(parts) == 3:
                found.setdefault(parts[0], {})[parts[1]] = parts[2]
        return found

    def ask(self, path):
        with urllib.request.urlopen(self.url + path, timeout=10) as answer:
            return json.load(answer)

    def stop(self):
        self.process.terminate()
        try:
            self.process.wait(15)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise Failure("the sandbox did not stop when it was asked to") from None


def expect(truth, otherwise):
    if not truth:
        raise Failure(otherwise)


def say(page, composer, text):
    box = page.find(composer)
    page.press(box, text)
    page.press(box, "Enter")


def picture(page, name):
    """For people: how it looked, in shots/."""
    page.screenshot(Path(sys.argv[2]) / f"{name}.png")


def pick(page, picker, typed, option):
    """Opens a menu, types, and takes an option that came."""
    page.click(picker)
    page.press(page.find(".popover .search"), typed)
    page.click(".popover .option", option)
    page.gone(".popover")


def message_tool(page, message, tool):
    page.hover(message)
    page.click(".tools button", tool, inside=message)


def command_creates_an_issue(page, _):
    page.click(".slack .place", "dev")
    say(page, SLACK, "/redmine create Printer on fire project=demo")
    card = page.find(SLACK_MESSAGE, "#5 Printer on fire")
    expect("Only visible to you" not in page.text(card), "the card is for Ana alone")
    page.find(ISSUE, "Printer on fire")


def hint_fills_the_composer(page, _):
    page.click(".slack .hints button", "/redmine create Printer on fire")
    box = page.find(SLACK)
    expect(page.js("return arguments[0].value", box) == "/redmine create Printer on fire project=demo", "the hint is not in the composer")
    page.js("arguments[0].select()", box)
    page.press(box, "\ue003")


def completion_as_one_types(page, _):
    box = page.find(SLACK)
    page.press(box, "/redmine issue cr")
    page.find(".slack .completion .option", "issue create")
    page.press(box, "Tab")
    page.until(lambda: page.js("return arguments[0].value", box) == "/redmine issue create ", "Tab did not complete the command")
    # Values come from the system itself.
    page.press(box, "Lift stuck project=apo")
    page.find(".slack .completion .option", "apollo")
    page.press(box, "Escape")
    page.gone(".slack .completion")
    page.js("arguments[0].select()", box)
    page.press(box, "\ue003")


def form_with_errors_look_up_and_steps(page, _):
    say(page, SLACK, "/redmine create")
    page.find("dialog.modal h2", "Create issue")
    page.click("dialog.modal button[type=submit]")
    wrong = page.find("dialog.modal .field.wrong", "Subject")
    expect("required" in page.text(wrong), f"no error at the field: {page.text(wrong)}")
    page.press(page.find("dialog.modal [data-block^=field-subject] .box"), "Lift stuck on 3")
    page.gone("dialog.modal .field.wrong", "Subject")
    pick(page, "dialog.modal [data-block^=field-project] .picker", "dem", "Demo")
    pick(page, "dialog.modal [data-block^=field-tracker] .picker", "sup", "Support")
    page.click("dialog.modal button[type=submit]")
    page.find("dialog.modal .body", "Step 2 of 2")
    pick(page, "dialog.modal [data-block^=field-priority] .picker", "hi", "High")
    pick(page, "dialog.modal [data-block^=field-assignee] .picker", "be", "Ben")
    page.click("dialog.modal button[type=submit]")
    page.gone("dialog.modal")
    card = page.find(SLACK_MESSAGE, "Lift stuck on 3")
    shown = page.text(card)
    for wanted in ("Support", "High", "Ben"):
        expect(wanted in shown, f"{wanted} is not on the card: {shown}")
    page.find(ISSUE, "Lift stuck on 3")


def every_kind_of_input(page, _):
    field = "dialog.modal [data-block^=field-{}] ".format
    # What was typed is in the form, also where it is an external menu's value.
    say(page, SLACK, "/redmine create project=demo")
    page.press(page.find(field("subject") + ".box"), "Everything at once")
    expect("demo" in page.text(page.find(field("project") + ".picker")), "the project that was typed is not in the form")
    page.click("dialog.modal button[type=submit]")
    page.find("dialog.modal .body", "Step 2 of 2")
    page.press(page.find(field("estimate") + ".box"), "soon")
    page.js("arguments[0].value = '2026-12-24'; arguments[0].dispatchEvent(new Event('input'))", page.find(field("due_date") + "input[type=date]"))
    page.click(field("private") + "input[type=checkbox]")
    pick(page, field("watcher") + ".picker", "be", "Ben")
    pick(page, field("watcher") + ".picker", "ch", "Chloe")
    page.press(page.find(field("field") + "textarea"), "Severity=high")
    with tempfile.NamedTemporaryFile("w", prefix="plan-", suffix=".txt") as file:
        file.write("all of it")
        file.flush()
        page.press(page.find(field("file") + "input[type=file]"), file.name)
        name = Path(file.name).name
        page.find(field("file") + ".picked li", name)
    page.click("dialog.modal button[type=submit]")
    wrong = page.find("dialog.modal .field.wrong", "Estimate")
    # Slack itself looks at numbers.
    expect("number" in page.text(wrong), f"the error does not say what is wanted: {page.text(wrong)}")
    box = page.find(field("estimate") + ".box")
    page.js("arguments[0].select()", box)
    page.press(box, "3.5")
    page.click("dialog.modal button[type=submit]")
    page.gone("dialog.modal")
    # A private issue is shown to its asker alone.
    card = page.text(page.find(f"{SLACK_MESSAGE}.ephemeral", "Everything at once"))
    for wanted in ("private", "2026-12-24", "3.5 h", name):
        expect(wanted in card, f"{wanted} is not on the card: {card}")
    page.click("button", "Dismiss", inside=page.find(f"{SLACK_MESSAGE}.ephemeral"))
    page.gone(f"{SLACK_MESSAGE}.ephemeral")


def escape_closes_a_form(page, _):
    say(page, SLACK, "/redmine create")
    page.press(page.find("dialog.modal [data-block^=field-subject] .box"), "Never mind")
    page.press(page.find("dialog.modal [data-block^=field-subject] .box"), "Escape")
    page.gone("dialog.modal")
    page.gone(ISSUE, "Never mind")


def menu_and_button_change_the_issue(page, _):
    card = page.find(SLACK_MESSAGE, "#6 Lift stuck on 3")
    page.click(".pick .picker", inside=card)
    page.click(".popover .option", "In Progress")
    page.find(ISSUE, "In Progress")
    page.until(lambda: any("Lift stuck" in page.text(it) for it in page.all(ISSUE, "In Progress")), "the issue is not in progress")
    page.click(".button", "Close", inside=page.find(SLACK_MESSAGE, "#6 Lift stuck on 3"))
    # Closing asks first, where the bot says so.
    page.until(lambda: page.all("dialog.small") or any("Lift stuck" in page.text(it) for it in page.all(ISSUE, "Closed")), "nothing happened")
    if page.all("dialog.small"):
        page.click("dialog.small .button", "Close")
    page.until(lambda: any("Lift stuck" in page.text(it) for it in page.all(ISSUE, "Closed")), "the issue is not closed")


def help_is_seen_by_its_asker_alone(page, _):
    say(page, SLACK, "/redmine help")
    helped = page.find(SLACK_MESSAGE, "Only visible to you")
    expect("issue create" in page.text(helped), f"this is no help: {page.text(helped)}")
    page.click(".people label", "Ben")
    page.gone(SLACK_MESSAGE, "Only visible to you")
    page.find(SLACK_MESSAGE, "Printer on fire")
    page.click(".people label", "Ana")
    helped = page.find(SLACK_MESSAGE, "Only visible to you")
    page.click("button", "Dismiss", inside=helped)
    page.gone(SLACK_MESSAGE, "Only visible to you")


def shortcut_takes_a_message_over(page, _):
    say(page, SLACK, "The coffee machine leaks on the second floor")
    message_tool(page, page.find(SLACK_MESSAGE, "The coffee machine leaks"), "More actions")
    page.click(".popover .entry", "Create Redmine issue")
    page.find("dialog.modal h2", "Create issue")
    held = page.js("return [...document.querySelectorAll('dialog.modal .box')].map((it) => it.value).join('\\n')")
    expect("coffee machine leaks" in held, f"the form does not hold the message: {held}")
    page.press(page.find("dialog.modal .box"), "Escape")
    page.gone("dialog.modal")


def reactions_threads_and_files(page, _):
    message = page.find(SLACK_MESSAGE, "The coffee machine leaks")
    message_tool(page, message, "Add a reaction")
    page.click(".popover button[title=eyes]")
    page.find(f"{SLACK_MESSAGE} .reaction.mine", "1")
    page.click(".people label", "Ben")
    page.click(f"{SLACK_MESSAGE} .reaction", "1")
    page.find(f"{SLACK_MESSAGE} .reaction.mine", "2")
    message_tool(page, page.find(SLACK_MESSAGE, "The coffee machine leaks"), "Reply in a thread")
    say(page, ".slack .thread textarea", "I will have a look")
    page.find(".slack .thread .message", "I will have a look")
    page.click(".slack .thread button", "Close the thread")
    page.find(f"{SLACK_MESSAGE} .replies", "1 reply")
    with tempfile.NamedTemporaryFile("w", prefix="leak-", suffix=".txt") as file:
        file.write("drip drip")
        file.flush()
        page.press(page.js("return document.querySelector('.slack .main > .composer input[type=file]')"), file.name)
        name = Path(file.name).name
        page.find(f"{SLACK_MESSAGE} .file", name)
    held = page.js("return fetch(document.querySelector('.slack .main > .messages .file').href).then((it) => it.text())")
    expect(held == "drip drip", f"the file holds {held!r}")
    page.click(".people label", "Ana")


def zulip_command_in_a_topic(page, _):
    say(page, ZULIP, "@Bellhop redmine create Door squeaks project=demo")
    page.find(ZULIP_MESSAGE, "Created #", within=20)
    page.find(ISSUE, "Door squeaks")


def zulip_conversation_with_choices(page, _):
    page.click(".zulip .place", "Bellhop")
    say(page, ZULIP, "redmine create")
    # Each question is a message; its choices are buttons, and a number can be typed as well.
    question = page.find(ZULIP_MESSAGE, "roject", within=20)
    page.click(".number", "Demo", inside=question)
    page.find(ZULIP_MESSAGE, "ubject", within=20)
    say(page, ZULIP, "Window does not shut")
    # One review of all answers, to go on or to change one.
    page.click(f"{ZULIP_MESSAGE} .number", "OK: Create", within=20)
    page.find(ISSUE, "Window does not shut")


def zulip_reaction(page, _):
    message_tool(page, page.find(ZULIP_MESSAGE, "Window does not shut"), "Add a reaction")
    page.click(".popover button[title=tada]")
    page.find(f"{ZULIP_MESSAGE} .reaction.mine", "1")
    page.click(".zulip .place.topic")


def newcomer_in_slack(page, _):
    """Finds help, opens a form, mends a refused field, presses a button, and sees the card change."""
    page.click(".slack .place", "general")
    say(page, SLACK, "/bellhop help")
    helped = page.find(SLACK_MESSAGE, "Only visible to you", within=20)
    expect("redmine" in page.text(helped).lower(), f"this is no help: {page.text(helped)}")
    page.click("button", "Dismiss", inside=helped)
    say(page, SLACK, "/redmine create project=demo")
    page.find("dialog.modal h2", "Create issue")
    page.click("dialog.modal button[type=submit]")
    page.find("dialog.modal .field.wrong", "Subject")
    page.press(page.find("dialog.modal [data-block^=field-subject] .box"), "Kettle does not boil")
    page.click("dialog.modal button[type=submit]")
    page.find("dialog.modal .body", "Step 2 of 2")
    page.click("dialog.modal button[type=submit]")
    page.gone("dialog.modal")
    card = page.find(SLACK_MESSAGE, "Kettle does not boil", within=20)
    page.click(".button", "Assign to me", inside=card)
    # The same message, edited, and a line in its thread.
    page.find(SLACK_MESSAGE, "(edited)", within=20)
    cards = page.all(SLACK_MESSAGE, "Kettle does not boil")
    expect(len(cards) == 1, f"there are {len(cards)} cards of one issue")
    page.until(lambda: "Ana Example" in page.text(page.find(SLACK_MESSAGE, "Kettle does not boil")), "the card does not change")
    page.find(f"{SLACK_MESSAGE} .replies", "1 reply", within=20)
    page.click(".slack .place", "dev")


def newcomer_in_zulip(page, _):
    """The same in a conversation."""
    page.click(".zulip .place", "Bellhop")
    say(page, ZULIP, "help")
    page.find(ZULIP_MESSAGE, "redmine help", within=20)
    say(page, ZULIP, "redmine create")
    page.find(ZULIP_MESSAGE, "roject", within=20)
    say(page, ZULIP, "nowhere")
    say(page, ZULIP, "Toaster burns the bread")
    page.click(f"{ZULIP_MESSAGE} .number", "OK: Create", within=20)
    # What Redmine refuses is asked again, and nothing else.
    page.find(ZULIP_MESSAGE, "There is no project", within=20)
    say(page, ZULIP, "demo")
    page.click(f"{ZULIP_MESSAGE} .number", "OK: Create", within=20)
    page.find(ISSUE, "Toaster burns the bread")
    page.click(f"{ZULIP_MESSAGE} .number", "Assign to me", within=20)
    page.until(lambda: any("Toaster" in page.text(it) for it in page.all(ISSUE, "Ana")), "the issue is nobody's")
    page.click(".zulip .place.topic")


def fill(page, name, text):
    box = page.find(f"dialog.modal [data-block^=field-{name}] .box")
    page.js("arguments[0].select()", box)
    page.press(box, text)


def set_up_from_nothing(page, sandbox):
    """An administrator who has only what the screen says: the terminal's settings, and the messages."""
    settings = sandbox.settings("Redmine", "GitHub")
    page.click(".slack .place", "general")
    say(page, SLACK, "/bellhop setup")
    status = page.find(SLACK_MESSAGE, "Nothing is connected yet", within=20)
    page.click(".button", "Connect systems", inside=status)
    page.find("dialog.modal h2", "Connect setup")
    pick(page, "dialog.modal [data-block^=field-kinds] .picker", "redm", "redmine")
    pick(page, "dialog.modal [data-block^=field-kinds] .picker", "gith", "github")
    page.click("dialog.modal button[type=submit]")
    page.gone("dialog.modal")
    page.click(".button", "Connect Redmine", inside=page.find(SLACK_MESSAGE, "Your setup", within=20))
    page.find("dialog.modal h2", "Connect Redmine")
    fill(page, "url", settings["Redmine"]["url"])
    fill(page, "api_key", "this-is-no-key-of-anybody")
    page.click("dialog.modal button[type=submit]")
    page.find("dialog.modal .field.wrong", "Nothing was saved", within=20)
    fill(page, "api_key", settings["Redmine"]["api_key"])
    page.click("dialog.modal button[type=submit]")
    page.find("dialog.modal h2", "Connect GitHub", within=20)
    # A window that is closed loses nothing: the setup goes on where it stopped.
    page.press(page.find("dialog.modal [data-block^=field-url] .box"), "Escape")
    page.gone("dialog.modal")
    say(page, SLACK, "/bellhop setup")
    page.click(".button", "Connect GitHub", inside=page.find(SLACK_MESSAGE, "connected as", within=20))
    page.find("dialog.modal h2", "Connect GitHub")
    fill(page, "url", settings["GitHub"]["url"])
    fill(page, "token", settings["GitHub"]["token"])
    page.click("dialog.modal button[type=submit]")
    page.gone("dialog.modal", within=20)
    page.find(SLACK_MESSAGE, "Your setup is complete", within=20)
    say(page, SLACK, "/redmine create Made by hand project=demo")
    page.find(ISSUE, "Made by hand", within=20)
    say(page, ZULIP, "@Bellhop github issue create Made in Zulip repo=example/demo")
    page.find(ZULIP_MESSAGE, "Made in Zulip", within=20)


def requests_show_their_signatures(page, _):
    page.click(".requests .tab", "Slack")
    row = page.all(".requests .exchange", "/slack/commands")[-1]
    page.hover(row)
    page.click("summary", inside=row)
    page.find(".detail .proof", "x-slack-signature", inside=row)
    detail = page.text(row)
    expect("v0=" in detail, f"no signature: {detail}")
    expect("x-slack-request-timestamp" in detail and "command = /redmine" in detail, f"no timestamp or body: {detail}")
    page.click("summary", inside=row)
    page.click(".requests .tab", "All")
    page.find(".requests .exchange", "Bellhop → Redmine")
    secrets = page.js("return document.querySelector('.requests').innerText.includes('xoxb-')")
    expect(not secrets, "a token is shown")


def another_tab_hears_without_reloading(page, sandbox):
    other = page.tab()
    other.open(f"{sandbox.url}/#ben")
    other.find(SLACK_MESSAGE, "Printer on fire")
    page.enter()
    say(page, SLACK, "Is anybody in the other tab?")
    other.enter()
    seen = other.find(SLACK_MESSAGE, "Is anybody in the other tab?")
    expect("Ana" in other.text(seen), "the message is not Ana's")
    expect(other.js("return document.querySelector('.people input:checked').value") == "ben", "the other tab is not Ben")
    other.ask("DELETE", "/window")
    page.enter()


def nothing_is_lost_while_a_system_is_down(page, _):
    set_fault = "const it = document.querySelector('select[data-system=redmine]'); it.value = arguments[0]; it.dispatchEvent(new Event('change'))"
    page.js(set_fault, "down")
    page.find(".system.faulty", "Redmine")
    say(page, SLACK, "/redmine create Kept while it was down project=demo")
    page.find(f"{SLACK_MESSAGE}.ephemeral", "Redmine", within=20)
    expect(not page.all(ISSUE, "Kept while it was down"), "the issue is there although Redmine is down")
    page.js(set_fault, "none")
    page.gone(".system.faulty")
    page.find(ISSUE, "Kept while it was down", within=90)
    page.find(SLACK_MESSAGE, "Kept while it was down", within=20)


def home_tab_shows_what_is_mine(page, _):
    page.click(".slack .place", "dev")
    say(page, SLACK, "/redmine create Mine alone project=demo assignee=me")
    page.find(SLACK_MESSAGE, "Mine alone")
    page.click(".slack .place", "Bellhop")
    page.click(".slack .tabs .tab", "Home")
    home = page.find(".slack .home", "Mine alone", within=20)
    shown = page.text(home)
    for wanted in ("What would you like to do?", "My open issues in Redmine", "#ops", "Updated"):
        expect(wanted in shown, f"{wanted} is not on the Home tab: {shown}")
    expect(not page.all(".slack .composer", "Message"), "the composer is there")
    page.click(".slack .home button", "Create issue")
    page.find("dialog.modal h2", "Create issue")
    page.js("document.querySelector('dialog.modal .close, dialog.modal [aria-label=Close]')?.click()")
    page.gone("dialog.modal h2", "Create issue")
    page.click(".slack .tabs .tab", "Messages")
    page.find(SLACK)


def link_shows_its_object(page, sandbox):
    page.click(".slack .place", "dev")
    requests = sandbox.ask("/sandbox/slack/state")["app"]["settings"]["unfurl_domains"]
    expect(requests, "no domain is registered")
    link = page.js("return [...document.querySelectorAll('.slack .messages a')].map((it) => it.href).find((it) => it.includes('/issues/'))")
    expect(link, "no card links to its issue")
    say(page, SLACK, f"Look at {link}")
    message = page.find(SLACK_MESSAGE, "Added by Bellhop", within=20)
    expect("Look at" in page.text(message), "the card is not below the link")


def engineer_is_paged_and_swaps_a_shift(page, sandbox):
    page.click(".slack .place", "ops")
    say(page, SLACK, "/bellhop oncall create primary people=@ana,@ben")
    page.find(SLACK_MESSAGE, "The schedule is there")
    say(page, SLACK, "/bellhop escalation create platform schedule:primary wait=30m | @ben")
    policy = page.text(page.find(SLACK_MESSAGE, "Who would be paged?"))
    expect("ben" in policy and ":U0" not in policy, f"people are called by their ids: {policy}")
    say(page, SLACK, "/bellhop page platform The shop is down")
    page.find(SLACK_MESSAGE, "people are being paged")

    # She is paged where she is, and what stands there says what becomes of it.
    page.click(".slack .place", "Bellhop")
    page.find(SLACK_MESSAGE, "You are paged, on call by primary", within=20)
    paged = page.find(SLACK_MESSAGE, "The shop is down")
    picture(page, "paged")
    page.click(".button", "Acknowledge", inside=paged)
    page.until(lambda: "Acknowledged by ana" in page.text(page.find(SLACK_MESSAGE, "You are paged")), "the page does not say who has it", within=20)
    buttons = page.text(page.find(SLACK_MESSAGE, "You are paged"))
    expect("Resolve" in buttons and "Escalate" not in buttons, f"these are not the buttons of who has it: {buttons}")
    picture(page, "acknowledged")

    # In the channel: nobody is to be told of it for an hour, and then it is over.
    page.click(".slack .place", "ops")
    page.find(SLACK_MESSAGE, "is seen to", within=20)
    say(page, SLACK, "/bellhop alert show 1")
    card = page.find(SLACK_MESSAGE, "Alert 1 · from bellhop")
    page.click(".pick .picker", inside=card)
    page.click(".popover .option", "1 hour")
    page.find(SLACK_MESSAGE, "Nobody is paged for alert 1", within=20)
    picture(page, "silenced")
    page.click(".button", "Resolve", inside=page.find(SLACK_MESSAGE, "Alert 1 · from bellhop"))
    page.find(SLACK_MESSAGE, "is resolved", within=20)
    page.click(".slack .place", "Bellhop")
    page.until(lambda: "Resolved by ana" in page.text(page.find(SLACK_MESSAGE, "You are paged")), "the page does not say that it is over", within=20)
    over = page.text(page.find(SLACK_MESSAGE, "You are paged"))
    expect("Resolve\n" not in over and "Unacknowledge" not in over, f"there is something left to do: {over}")
    picture(page, "resolved")

    # Ben takes her shift, and both hear of it.
    page.click(".slack .place", "ops")
    say(page, SLACK, "/bellhop oncall swap @ben")
    page.find(SLACK_MESSAGE, "was asked to take your shift")
    other = page.tab()
    other.open(f"{sandbox.url}/#ben")
    other.click(".slack .place", "Bellhop")
    asked = other.find(SLACK_MESSAGE, "Accept", within=20)
    picture(other, "asked")
    other.click(".button", "Accept", inside=asked)
    other.find(SLACK_MESSAGE, "You are on call for", within=20)
    other.ask("DELETE", "/window")
    page.enter()
    say(page, SLACK, "/bellhop oncall now primary")
    stands_in = page.text(page.find(SLACK_MESSAGE, "Somebody stands in"))
    expect("ben until" in stands_in, f"Ben is not on call: {stands_in}")
    picture(page, "swapped")


def dashboard_is_live(page, sandbox):
    page.click(".slack .place", "ops")
    say(page, SLACK, "/bellhop dashboard")
    told = page.find(SLACK_MESSAGE, "Open the dashboard", within=20)
    link = page.js("return [...arguments[0].querySelectorAll('a')].find((it) => it.href.includes('/dashboard/open/')).href", told)
    board = page.tab()
    # Nobody gets in without the link, and looking at it uses nothing up.
    board.open(f"{sandbox.url}/dashboard")
    board.find("h1", "The dashboard is closed")
    for _ in range(2):
        board.open(link)
        board.find("h1", "Bellhop's dashboard")
    board.click("button", "Open the dashboard")
    board.find("#live.ok", "Live")
    for id, title in [("alerts", "Alerts"), ("oncall", "On call"), ("health", "Health"), ("work", "Work"), ("audit", "Who did what")]:
        board.find(f"#{id} h2", title)
    board.find("#oncall", "primary")

    # What happens is seen without reloading, and what is pressed happens.
    page.enter()
    say(page, SLACK, "/bellhop page platform The till is down")
    board.enter()
    board.find("#alerts li.alert:not(.seen)", "The till is down", within=20)
    expect(board.js("return document.title") == "(1) Bellhop", "the tab does not tell of the alert")
    picture(board, "dashboard")
    board.click("#alerts button", "Acknowledge")
    board.find(".taken", "Taken", within=20)
    board.find("#alerts li.alert.seen", "acknowledged by ana", within=20)
    board.click("#alerts li.alert a", "The till is down")
    board.find(".said", "Acknowledged by ana")
    picture(board, "dashboard_alert")
    board.click("a", "Back to the dashboard")
    board.click("#alerts button", "Resolve")
    board.find("#alerts .good", "nothing fires", within=20)

    # A narrow screen shows it all.
    board.cdp("Emulation.setDeviceMetricsOverride", width=420, height=900, deviceScaleFactor=1, mobile=True)
    wide = board.js("return document.documentElement.scrollWidth")
    expect(wide <= 420, f"a telephone has to scroll sideways: {wide}")
    picture(board, "dashboard_narrow")
    board.cdp("Emulation.clearDeviceMetricsOverride")

    # The link is used up; who leaves is out.
    board.open(link)
    board.find("h1", "does not work any more")
    board.open(f"{sandbox.url}/dashboard")
    board.click("button", "Leave")
    board.find("h1", "The dashboard is closed")
    board.open(f"{sandbox.url}/dashboard")
    board.find("h1", "The dashboard is closed")
    # Only of the two pages that refused.
    said = [it for it in board.complaints() if "401 (Unauthorized)" not in it and "410 (Gone)" not in it]
    expect(not said, f"the browser's console says: {said}")
    board.ask("DELETE", "/window")
    page.enter()


def nothing_complained(page, _):
    said = page.complaints()
    expect(not said, f"the browser's console says: {said}")


# Those that begin with nothing connected.
EMPTY = [set_up_from_nothing]

STORIES = [
    command_creates_an_issue, hint_fills_the_composer, completion_as_one_types, form_with_errors_look_up_and_steps, every_kind_of_input,
    escape_closes_a_form,
    menu_and_button_change_the_issue, help_is_seen_by_its_asker_alone, shortcut_takes_a_message_over, reactions_threads_and_files,
    zulip_command_in_a_topic, zulip_conversation_with_choices, zulip_reaction, newcomer_in_slack, newcomer_in_zulip, requests_show_their_signatures,
    another_tab_hears_without_reloading, nothing_is_lost_while_a_system_is_down,
    home_tab_shows_what_is_mine, link_shows_its_object, engineer_is_paged_and_swaps_a_shift, dashboard_is_live,
    nothing_complained,
]


def tell(sandbox, driver, stories, shots, wanted):
    """Runs the stories one after the other; the names of those that failed."""
    failed = []
    # A profile of its own: two windows cannot share one.
    page = driver.browser(f"ana-{len(driver.sessions)}")
    page.open(f"{sandbox.url}/#ana")
    for story in stories:
        if wanted and story.__name__ not in wanted:
            continue
        name, started = story.__name__, time.monotonic()
        try:
            story(page, sandbox)
        except Failure as failure:
            shot = Path(shots) / f"{name}.png"
            page.screenshot(shot)
            print(f"FAILED {name}: {failure}\n       see {shot}", flush=True)
            failed.append(name)
            # The next story begins with nothing in its way.
            page.enter()
            page.open("about:blank")
            page.open(f"{sandbox.url}/#ana")
            continue
        print(f"ok     {name} ({time.monotonic() - started:.1f} s)", flush=True)
    return failed


def main(binary, shots, wanted):
    failed = []
    with tempfile.TemporaryDirectory() as folder, open(Path(shots) / "sandbox.log", "w") as log:
        driver = Driver(folder)
        try:
            for stories, options in [(EMPTY, ["--empty"]), (STORIES, [])]:
                if wanted and not any(story.__name__ in wanted for story in stories):
                    continue
                sandbox = Sandbox(binary, log, *options)
                try:
                    failed += tell(sandbox, driver, stories, shots, wanted)
                finally:
                    sandbox.stop()
        finally:
            driver.stop()
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2], sys.argv[3:]))
