"""Slack's own Python Socket Mode client against the simulated workspace."""

import json
import os
import queue
import urllib.request

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.socket_mode import SocketModeClient
from slack_sdk.socket_mode.response import SocketModeResponse

PATIENCE = 20
api_url, app_token = os.environ["SLACK_API_URL"], os.environ["SLACK_APP_TOKEN"]
web = WebClient(token=os.environ["SLACK_BOT_TOKEN"], base_url=api_url)


def same(got, wanted, what):
    if got != wanted:
        raise SystemExit(f"{what}: got {got!r}, wanted {wanted!r}")


def refused(error, call, **arguments):
    try:
        call(**arguments)
    except SlackApiError as refusal:
        same(refusal.response["error"], error, "the refusal")
        return
    raise SystemExit(f"it was not refused with {error}")


def person(path, body):
    request = urllib.request.Request(
        f"{os.environ['SLACK_CLIENT_URL']}/{path}", json.dumps(body).encode(), {"content-type": "application/json"}
    )
    return json.load(urllib.request.urlopen(request))


def ana(**act):
    return person("act", {"as": "ana", **act})


# Which token opens a connection, and what for.
refused("not_allowed_token_type", web.apps_connections_open, app_token=web.token)
refused("invalid_auth", web.apps_connections_open, app_token="xapp-1-A0-1-wrong")
refused("not_allowed_token_type", WebClient(token=app_token, base_url=api_url).auth_test)

requests, frames = queue.Queue(), queue.Queue()
client = SocketModeClient(app_token=app_token, web_client=web)


def take(_, request):
    text = request.payload.get("text", "")
    if text == "silence" or (request.type == "events_api" and not request.retry_attempt):
        requests.put(request)
        return
    answer = None
    if request.type == "slash_commands":
        answer = {"text": f"heard {text}", "response_type": "ephemeral"}
    client.send_socket_mode_response(SocketModeResponse(envelope_id=request.envelope_id, payload=answer))
    requests.put(request)


client.socket_mode_request_listeners.append(take)
client.on_message_listeners.append(lambda text: frames.put(json.loads(text)))
client.connect()
hello = frames.get(timeout=PATIENCE)
same((hello["type"], hello["num_connections"]), ("hello", 1), "the first frame")
same(hello["debug_info"]["approximate_connection_time"] > 0, True, "approximate_connection_time")

# A command, answered in its acknowledgement; and one that nobody acknowledges.
same(ana(do="say", channel="dev", text="/redmine hello").get("answered"), True, "an acknowledged command")
command = requests.get(timeout=PATIENCE)
same((command.type, command.accepts_response_payload, command.payload["command"]), ("slash_commands", True, "/redmine"), "the envelope")
unanswered = ana(do="say", channel="dev", text="/redmine silence")
same(unanswered["failed"], '/redmine failed with the error "operation_timeout"', "a command without acknowledgement")
requests.get(timeout=PATIENCE)

# An event comes again until it is acknowledged.
ana(do="say", channel="dev", text="@bellhop hello")


def mention():
    """The next envelope with a mention; a message to the channel is an event of its own."""
    while True:
        request = requests.get(timeout=PATIENCE)
        if request.payload.get("event", {}).get("type") == "app_mention":
            return request


first, again = mention(), mention()
same((first.type, first.retry_attempt, again.retry_attempt), ("events_api", 0, 1), "an event that is sent again")
same(first.payload["event_id"], again.payload["event_id"], "its id")
same(bool(again.retry_reason), True, "retry_reason")

# Slack closes the connection: the client is told, and the next one works.
person("control", {"sockets": {"do": "refresh", "which": "all"}})
while True:
    frame = frames.get(timeout=PATIENCE)
    if frame["type"] == "disconnect":
        same(frame["reason"], "refresh_requested", "the reason")
        break
while frames.get(timeout=PATIENCE)["type"] != "hello":
    pass
same(ana(do="say", channel="dev", text="/redmine again").get("answered"), True, "a command by the next connection")
while requests.get(timeout=PATIENCE).payload.get("text") != "again":
    pass
client.close()
print("slack_sdk in Socket Mode: ok")
