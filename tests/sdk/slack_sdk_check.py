"""Slack's own Python SDK against the simulated workspace."""

import os
import time
import urllib.request

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

client = WebClient(token=os.environ["SLACK_BOT_TOKEN"], base_url=os.environ["SLACK_API_URL"])


def same(got, wanted, what):
    if got != wanted:
        raise SystemExit(f"{what}: got {got!r}, wanted {wanted!r}")


def refused(error, call, **arguments):
    try:
        call(**arguments)
    except SlackApiError as refusal:
        same(refusal.response["error"], error, f"{call.__name__}{arguments}")
        return refusal.response
    raise SystemExit(f"{call.__name__}{arguments} was not refused with {error}")


def block(text):
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}


same(client.api_test(foo="bar")["args"]["foo"], "bar", "api.test")
me = client.auth_test()
same(me["user"], "bellhop", "auth.test")
same("chat:write" in me.headers["x-oauth-scopes"], True, "x-oauth-scopes")
refused("invalid_auth", WebClient(token="xoxb-wrong", base_url=client.base_url).auth_test)
refused("not_authed", WebClient(base_url=client.base_url).auth_test)
same(client.team_info()["team"]["id"], me["team_id"], "team.info")
same(client.bots_info(bot=me["bot_id"])["bot"]["user_id"], me["user_id"], "bots.info")

people = {person["name"]: person for page in client.users_list(limit=2) for person in page["members"]}
same(sorted(people), ["ana", "bellhop", "ben", "chloe"], "users.list over pages")
ana = people["ana"]["id"]
same(client.users_info(user=ana)["user"]["profile"]["email"], "ana@example.org", "users.info")
same(client.users_lookupByEmail(email="ben@example.org")["user"]["id"], people["ben"]["id"], "users.lookupByEmail")
refused("users_not_found", client.users_lookupByEmail, email="nobody@example.org")
same(client.users_getPresence(user=ana)["presence"], "active", "users.getPresence")
same(len(client.usergroups_list(include_users=True)["usergroups"][0]["users"]), 2, "usergroups.list")

channels = {channel["name"]: channel["id"] for channel in client.conversations_list()["channels"]}
same(list(channels), ["general", "dev", "ops"], "conversations.list")
dev = channels["dev"]
same(client.conversations_info(channel=dev)["channel"]["is_member"], True, "conversations.info")
same(ana in client.conversations_members(channel=dev)["members"], True, "conversations.members")
refused("channel_not_found", client.conversations_info, channel="C000")
direct = client.conversations_open(users=[ana])["channel"]["id"]
same(direct[0], "D", "conversations.open")

posted = client.chat_postMessage(
    channel=dev, text="fallback", blocks=[block("*Hello* &amp; welcome")], metadata={"event_type": "job", "event_payload": {"key": "k1"}}
)
same(posted["message"]["bot_id"], me["bot_id"], "chat.postMessage")
reply = client.chat_postMessage(channel=dev, text="in the thread", thread_ts=posted["ts"])
history = client.conversations_history(channel=dev, include_all_metadata=True, limit=1)["messages"]
same(history[0]["metadata"]["event_payload"]["key"], "k1", "metadata in conversations.history")
same(history[0]["reply_count"], 1, "reply_count")
same([it["ts"] for it in client.conversations_replies(channel=dev, ts=posted["ts"])["messages"]], [posted["ts"], reply["ts"]], "replies")
keyed = client.chat_postMessage(
    channel=dev, text="keyed reply", thread_ts=posted["ts"], metadata={"event_type": "job", "event_payload": {"key": "k2"}}
)
replies = client.conversations_replies(channel=dev, ts=posted["ts"], oldest=reply["ts"], include_all_metadata=True)["messages"]
same([it.get("metadata", {}).get("event_payload", {}).get("key") for it in replies if it["ts"] == keyed["ts"]], ["k2"], "metadata in replies")
same("metadata" in client.conversations_history(channel=dev, limit=1)["messages"][0], False, "metadata unless asked for")
client.chat_postMessage(channel=dev, text="later")
pages = client.conversations_history(channel=dev, oldest=posted["ts"], inclusive=True, include_all_metadata=True, limit=1)
same([it["ts"] for page in pages for it in page["messages"]][-1], posted["ts"], "history over pages, the newest first")
client.chat_update(channel=dev, ts=posted["ts"], text="changed")
changed = client.conversations_history(channel=dev, latest=posted["ts"], inclusive=True, limit=1)["messages"][0]
same((changed["text"], "edited" in changed), ("changed", True), "chat.update")
client.chat_postEphemeral(channel=dev, user=ana, text="only you")
same("only you" in str(client.conversations_history(channel=dev).data), False, "ephemeral in history")
same(posted["ts"].replace(".", "") in client.chat_getPermalink(channel=dev, message_ts=posted["ts"])["permalink"], True, "permalink")
refused("no_text", client.chat_postMessage, channel=dev)
refused("msg_too_long", client.chat_postMessage, channel=dev, text="x" * 40001)
refused("invalid_blocks", client.chat_postMessage, channel=dev, text="x", blocks=[block("x" * 3001)])
refused("invalid_blocks", client.chat_postMessage, channel=dev, text="x", blocks=[{"type": "divider"}] * 51)
refused("message_not_found", client.chat_update, channel=dev, ts="1.000000", text="x")
refused("thread_not_found", client.chat_postMessage, channel=dev, text="x", thread_ts="1.000000")
later = client.chat_scheduleMessage(channel=dev, text="later", post_at=int(time.time()) + 600)
same(client.chat_scheduledMessages_list()["scheduled_messages"][0]["id"], later["scheduled_message_id"], "scheduled")
client.chat_deleteScheduledMessage(channel=dev, scheduled_message_id=later["scheduled_message_id"])
refused("time_in_past", client.chat_scheduleMessage, channel=dev, text="late", post_at=1)

client.reactions_add(channel=dev, timestamp=posted["ts"], name="eyes")
refused("already_reacted", client.reactions_add, channel=dev, timestamp=posted["ts"], name="eyes")
same(client.reactions_get(channel=dev, timestamp=posted["ts"])["message"]["reactions"][0]["count"], 1, "reactions.get")
client.reactions_remove(channel=dev, timestamp=posted["ts"], name="eyes")
refused("no_reaction", client.reactions_remove, channel=dev, timestamp=posted["ts"], name="eyes")

shared = client.files_upload_v2(channel=dev, filename="log.txt", title="A log", content="one\ntwo\n", initial_comment="see")
file = client.files_info(file=shared["file"]["id"])["file"]
same((file["title"], file["size"]), ("A log", 8), "files.upload v2")
request = urllib.request.Request(file["url_private"], headers={"Authorization": f"Bearer {client.token}"})
same(urllib.request.urlopen(request).read(), b"one\ntwo\n", "url_private")
same(b"Sign in" in urllib.request.urlopen(file["url_private"]).read(), True, "url_private without a token")

view = {"type": "home", "blocks": [block("Welcome")]}
home = client.views_publish(user_id=ana, view=view)["view"]
refused("hash_conflict", client.views_publish, user_id=ana, view=view, hash="1.old")
client.views_publish(user_id=ana, view=view, hash=home["hash"])
modal = {"type": "modal", "title": {"type": "plain_text", "text": "x" * 25}, "blocks": []}
problems = refused("invalid_arguments", client.views_open, trigger_id="1.2.x", view=modal)["response_metadata"]["messages"]
same("/view/title/text" in problems[0], True, "a view's problem has a pointer")
modal["title"]["text"] = "Short"
refused("invalid_trigger_id", client.views_open, trigger_id="1.2.x", view=modal)

created = client.conversations_create(name="incident-1")["channel"]["id"]
client.conversations_invite(channel=created, users=[ana])
client.conversations_setTopic(channel=created, topic="Printer on fire")
client.conversations_archive(channel=created)
refused("is_archived", client.chat_postMessage, channel=created, text="x")
client.conversations_leave(channel=channels["ops"])
refused("not_in_channel", client.chat_postMessage, channel=channels["ops"], text="x")
client.conversations_join(channel=channels["ops"])
client.chat_delete(channel=dev, ts=reply["ts"])
refused("message_not_found", client.chat_delete, channel=dev, ts=reply["ts"])
refused("unknown_method", client.api_call, api_method="no.such")
print("slack_sdk: ok")
