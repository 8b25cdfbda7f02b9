"""Zulip's own Python client against the simulated organization, and an outgoing webhook server."""

import http.server
import io
import json
import os
import threading
import time
import urllib.request

import zulip

SITE = os.environ["ZULIP_SITE"]
client = zulip.Client(email=os.environ["ZULIP_EMAIL"], api_key=os.environ["ZULIP_API_KEY"], site=SITE)


def same(got, wanted, what):
    if got != wanted:
        raise SystemExit(f"{what}: got {got!r}, wanted {wanted!r}")


def done(answer, what):
    same(answer.get("result"), "success", f"{what}: {answer}")
    return answer


def act(**body):
    request = urllib.request.Request(
        f"{os.environ['ZULIP_CLIENT_URL']}/{body.pop('path', 'act')}", json.dumps(body).encode(), {"Content-Type": "application/json"}
    )
    return json.load(urllib.request.urlopen(request))


same(done(client.get_server_settings(), "server_settings")["zulip_feature_level"], 372, "feature level")
me = done(client.get_profile(), "users/me")
same(me["full_name"], "Bellhop", "users/me")
same([it["full_name"] for it in done(client.get_members(), "users")["members"]], ["Ana", "Ben", "Chloe", "Bellhop"], "users")
same(done(client.call_endpoint("users/ana@example.org", method="GET"), "users/{email}")["user"]["user_id"], 8, "users/{email}")
same(done(client.get_stream_id("dev"), "get_stream_id")["stream_id"], 2, "get_stream_id")
same(client.get_stream_id("nowhere")["code"], "STREAM_DOES_NOT_EXIST", "an unknown channel")
same([it["name"] for it in done(client.get_streams(), "streams")["streams"]], ["general", "dev", "ops"], "streams")
done(client.add_subscriptions([{"name": "dev"}]), "subscribe")
same([it["name"] for it in done(client.get_subscriptions(), "subscriptions")["subscriptions"]], ["dev"], "subscriptions")
same(zulip.Client(email=client.email, api_key="wrong", site=SITE).get_profile()["code"], "INVALID_API_KEY", "a wrong key")

queue = done(client.register(event_types=["message", "reaction", "update_message"]), "register")
same(queue["last_event_id"], -1, "register")
sent = done(client.send_message({"type": "stream", "to": "dev", "topic": "build", "content": "**Broken** since @**Ana** <b>"}), "send")
content = done(client.get_messages({"anchor": "newest", "num_before": 1, "num_after": 0,
                                    "narrow": [{"operator": "channel", "operand": "dev"}, {"operator": "topic", "operand": "build"}]}), "get")
same(content["messages"][0]["content"],
     '<p><strong>Broken</strong> since <span class="user-mention" data-user-id="8">@Ana</span> &lt;b&gt;</p>', "rendered content")
# White space is taken off the end, what nobody sees is not; and what our own bot said is found by sender and channel.
unseen = "\u200c\u200b\u200d\u2060" * 6
marked = done(client.send_message({"type": "stream", "to": "dev", "topic": "build", "content": f"Marked{unseen} \n"}), "send")
mine = [{"operator": "stream", "operand": 2}, {"operator": "sender", "operand": me["user_id"]}]
page = done(client.get_messages({"anchor": "newest", "num_before": 1, "num_after": 0, "narrow": mine, "apply_markdown": False}), "mine")
same([(it["id"], it["content"]) for it in page["messages"]], [(marked["id"], f"Marked{unseen}")], "unseen characters")
page = done(client.get_messages({"anchor": marked["id"], "include_anchor": False, "num_before": 1, "num_after": 0, "narrow": mine,
                                 "apply_markdown": False}), "the page before")
same(([it["id"] for it in page["messages"]], page["found_oldest"]), ([sent["id"]], True), "the page before")
same(client.get_messages({"anchor": "newest", "num_before": 1, "num_after": 0, "narrow": [["nonsense", "x"]]})["code"], "BAD_NARROW", "a narrow")
done(client.add_reaction({"message_id": sent["id"], "emoji_name": "eyes"}), "react")
same(client.add_reaction({"message_id": sent["id"], "emoji_name": "eyes"})["code"], "REACTION_ALREADY_EXISTS", "react twice")
done(client.update_message({"message_id": sent["id"], "content": "Mended"}), "edit")
same(done(client.get_raw_message(sent["id"]), "get one")["raw_content"], "Mended", "edit")
events = done(client.get_events(queue_id=queue["queue_id"], last_event_id=-1), "events")["events"]
same([it["type"] for it in events], ["message", "message", "reaction", "update_message"], "events")
done(client.remove_reaction({"message_id": sent["id"], "emoji_name": "eyes"}), "unreact")
same(client.get_events(queue_id="none", last_event_id=-1)["code"], "BAD_EVENT_QUEUE_ID", "a queue that is gone")
done(client.send_message({"type": "private", "to": [8], "content": "to you"}), "direct message")
page = done(client.get_messages({"anchor": "newest", "num_before": 5, "num_after": 0, "narrow": [{"operator": "dm", "operand": [8]}],
                                 "apply_markdown": False}), "direct messages")
same([it["content"] for it in page["messages"]], ["to you"], "a direct conversation")
same(client.send_message({"type": "private", "to": ["ana@example.org"], "content": "x"})["code"], "BAD_REQUEST", "a real email")
same(client.send_message({"type": "stream", "to": "dev", "content": "x"})["var_name"], "topic", "a missing topic")
same(done(client.get_stream_topics(2), "topics")["topics"][0]["name"], "build", "topics")

file = io.BytesIO(b"one\ntwo\n")
file.name = "log.txt"
address = done(client.upload_file(file), "upload")["url"]
link = done(client.call_endpoint(address.lstrip("/"), method="GET"), "temporary link")["url"]
same(urllib.request.urlopen(SITE + link).read(), b"one\ntwo\n", "the file")
done(client.delete_message(sent["id"]), "delete")
same(client.get_raw_message(sent["id"])["result"], "error", "a deleted message")
# The rest of the REST API, as zulip's own client asks for it. The simulated bot is a member here.
same(done(client.get_user_presence("user8@chat.example.org"), "presence")["presence"]["aggregated"]["status"], "active", "presence")
same(client.create_user({"email": "new@example.org", "password": "long enough", "full_name": "New"})["code"], "UNAUTHORIZED_PRINCIPAL",
     "an account, made by a member")
same(client.update_user_by_id(9, role=300)["msg"], "Insufficient permission", "a role, given by a member")
same(client.deactivate_user_by_id(9)["msg"], "Insufficient permission", "an account, locked by a member")
answer = done(client.add_subscriptions([{"name": "release"}], principals=[8, me["user_id"]], invite_only=True), "a private channel")
same(sorted(answer["subscribed"]), ["26", "8"], "subscribers by their ids")
release = done(client.get_stream_id("release"), "its id")["stream_id"]
same(done(client.get_subscribers(stream="release"), "its subscribers")["subscribers"], [8, 26], "subscribers")
same(done(client.get_subscription_status(8, release), "subscription status")["is_subscribed"], True, "subscription status")
done(client.update_subscription_settings([{"stream_id": release, "property": "is_muted", "value": True}]), "subscription settings")
same(client.update_subscription_settings([{"stream_id": release, "property": "nonsense", "value": True}])["msg"],
     "Unknown subscription property: nonsense", "an unknown property")
same(client.update_stream({"stream_id": 2, "new_name": "development"})["code"], "CANNOT_ADMINISTER_CHANNEL", "a channel of somebody else's")
same(client.delete_stream(2)["result"], "error", "archiving a channel of somebody else's")
# The client has no methods of its own for these.
done(client.call_endpoint("user_topics", method="POST", request={"stream_id": 2, "topic": "build", "visibility_policy": 1}), "a muted topic")
done(client.call_endpoint("users/me/muted_users/9", method="POST"), "a muted person")
same(client.call_endpoint("users/me/muted_users/9", method="POST")["msg"], "User already muted", "twice")
done(client.call_endpoint("users/me/muted_users/9", method="DELETE"), "heard again")
group = done(client.create_user_group({"name": "on-call", "description": "", "members": [8]}), "a group")
group = [it for it in done(client.get_user_groups(), "groups")["user_groups"] if it["name"] == "on-call"][0]
done(client.update_user_group_members(group["id"], {"add": [9]}), "a member more")
same(client.update_user_group_members(group["id"], {"add": [9]})["msg"], "User 9 is already a member of this group", "twice")
done(client.update_user_group({"group_id": group["id"], "name": "rota", "description": "Who is called"}), "another name")
moving = done(client.send_message({"type": "stream", "to": "dev", "topic": "old", "content": "to be moved"}), "a message to move")["id"]
done(client.update_message({"message_id": moving, "topic": "new", "stream_id": 3, "propagate_mode": "change_all"}), "move")
same(done(client.get_raw_message(moving), "moved")["message"]["stream_id"], 3, "the channel it was moved to")
same(len(done(client.get_message_history(moving), "history")["message_history"]), 2, "what it was before")
done(client.update_message_flags({"messages": [moving], "op": "add", "flag": "starred"}), "a star")
later = {"type": "stream", "to": 2, "topic": "later", "content": "later", "scheduled_delivery_timestamp": int(time.time()) + 3600}
id_later = done(client.call_endpoint("scheduled_messages", method="POST", request=later), "a message for later")["scheduled_message_id"]
same([it["scheduled_message_id"] for it in done(client.call_endpoint("scheduled_messages", method="GET"), "those")["scheduled_messages"]], [id_later], "later")
done(client.call_endpoint(f"scheduled_messages/{id_later}", method="DELETE"), "not sent after all")

widget = {"widget_type": "zform", "extra_data": {"type": "choices", "heading": "Deploy?", "choices": [
    {"type": "multiple_choice", "short_name": "A", "long_name": "Approve", "reply": "@**Bellhop** approve 42"}]}}


class Webhook(http.server.BaseHTTPRequestHandler):
    """Answers as zulip_botserver does: a JSON object, after the token was checked."""

    heard = []

    def do_POST(self):
        event = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.heard.append(event)
        if event["token"] != os.environ["ZULIP_WEBHOOK_TOKEN"]:
            return self.send_error(401)
        answers = {"buttons": {"content": "Deploy?", "widget_content": json.dumps(widget)}, "list": [], "quiet": {"response_not_required": True}}
        word = event["data"].split()[-1]
        body = json.dumps(answers.get(word, {"content": f"heard {word}"})).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Webhook)
threading.Thread(target=server.serve_forever, daemon=True).start()
act(path="control", webhook_url=f"http://127.0.0.1:{server.server_port}/")


def shown(text):
    for _ in range(100):
        found = client.get_messages({"anchor": "newest", "num_before": 50, "num_after": 0, "apply_markdown": False})["messages"]
        found = [it for it in found if it["content"] == text]
        if found:
            return found[-1]
        time.sleep(0.05)
    raise SystemExit(f"nothing was posted that says {text!r}")


act(**{"as": "ana", "do": "say", "channel": "dev", "topic": "deploy", "text": "@**Bellhop** hello"})
same(shown("heard hello")["subject"], "deploy", "an answer's topic")
first = Webhook.heard[0]
same((first["trigger"], first["bot_full_name"], first["message"]["sender_full_name"]), ("mention", "Bellhop", "Ana"), "the webhook")
same(sorted(first), ["bot_email", "bot_full_name", "data", "message", "token", "trigger"], "the webhook's keys")
act(**{"as": "ben", "do": "say", "to": ["Bellhop"], "text": "directly"})
same(shown("heard directly")["type"], "private", "a direct answer")
same(Webhook.heard[-1]["trigger"], "direct_message", "the direct trigger")
act(**{"as": "ana", "do": "say", "channel": "dev", "topic": "deploy", "text": "@**Bellhop** buttons"})
form = shown("Deploy?")
same(json.loads(form["submessages"][0]["content"])["widget_type"], "zform", "a zform")
act(**{"as": "ben", "do": "choose", "message": form["id"], "choice": 0})
shown("heard 42")
act(**{"as": "ana", "do": "say", "channel": "dev", "topic": "deploy", "text": "@**Bellhop** list"})
shown("Failure! Invalid response format")
calls = len(Webhook.heard)
act(**{"as": "ana", "do": "say", "channel": "dev", "topic": "deploy", "text": "`@**Bellhop** code` @_**Bellhop** silent"})
act(**{"as": "ana", "do": "say", "channel": "dev", "topic": "deploy", "text": "@**Bellhop** last"})
shown("heard last")
same(len(Webhook.heard), calls + 1, "mentions in code, and silent ones, call nobody")

# The client's own loop: what is said is heard, also after the server has given all queues up.
heard = []


def listen():
    reader = zulip.Client(email=os.environ["ZULIP_EMAIL"], api_key=os.environ["ZULIP_API_KEY"], site=SITE)
    reader.call_on_each_message(lambda message: heard.append(message["content"]))


threading.Thread(target=listen, daemon=True).start()


def heard_at_last(text):
    # Until the client has registered its queue, nothing that is said reaches it.
    for _ in range(100):
        act(**{"as": "ana", "do": "say", "to": ["Bellhop"], "text": text})
        time.sleep(0.1)
        if any(text in it for it in heard):
            return
    raise SystemExit(f"call_on_each_message never heard {text!r}: {heard}")


act(path="control", webhook_url="")
heard_at_last("listening")
act(path="control", queues="lose")
heard_at_last("listening again")

# Who moves a topic moves its messages; a number's emoji is one like any other.
queue = done(client.register(event_types=["update_message", "reaction"]), "register")
moved = done(client.send_message({"type": "stream", "to": "dev", "topic": "old", "content": "@**Bellhop** moves"}), "send")
act(**{"as": "ana", "do": "move", "message": moved["id"], "topic": "\u2714 old", "how": "change_all"})
event = done(client.get_events(queue_id=queue["queue_id"], last_event_id=-1), "a move")["events"][0]
same((event["orig_subject"], event["subject"], event["message_ids"]), ("old", "\u2714 old", [moved["id"]]), "a move")
act(**{"as": "ben", "do": "react", "message": moved["id"], "name": "two"})
event = done(client.get_events(queue_id=queue["queue_id"], last_event_id=event["id"]), "a reaction")["events"][0]
same((event["op"], event["emoji_code"], event["user_id"]), ("add", "0032-20e3", 9), "a reaction")
print("zulip: ok")
