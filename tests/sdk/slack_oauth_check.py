"""Slack's own Python SDK installs an app in the simulated workspace, and renews its token."""

import json
import os
import urllib.error
import urllib.parse
import urllib.request

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.oauth import AuthorizeUrlGenerator
from slack_sdk.oauth.installation_store import Installation
from slack_sdk.oauth.token_rotation import TokenRotator

api, client_id, client_secret = (os.environ[name] for name in ("SLACK_API_URL", "SLACK_CLIENT_ID", "SLACK_CLIENT_SECRET"))
base = api.removesuffix("/api/")
back = "https://bot.example.org/slack/oauth"
client = WebClient(base_url=api)
credentials = {"client_id": client_id, "client_secret": client_secret}


def same(got, wanted, what):
    if got != wanted:
        raise SystemExit(f"{what}: got {got!r}, wanted {wanted!r}")


def refused(error, call, **arguments):
    try:
        call(**arguments)
    except SlackApiError as refusal:
        same(refusal.response["error"], error, call.__name__)
        return
    raise SystemExit(f"{call.__name__} was not refused with {error}")


class Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


def decide(url, decision):
    """What the page's form sends, and the query that Slack sends the browser back with."""
    page, query = url.split("?", 1)
    form = dict(urllib.parse.parse_qsl(query), decision=decision)
    try:
        urllib.request.build_opener(Stay).open(page, urllib.parse.urlencode(form).encode())
    except urllib.error.HTTPError as answer:
        same(answer.code, 302, "the page's answer")
        location = answer.headers["Location"]
        same(location.startswith(back), True, "where Slack sends the browser")
        return dict(urllib.parse.parse_qsl(location.split("?", 1)[1]))
    raise SystemExit("Slack does not send the browser back")


def control(**what):
    request = urllib.request.Request(f"{base}/client/control", json.dumps(what).encode(), {"content-type": "application/json"})
    urllib.request.urlopen(request).read()


control(rotation=43200)
generator = AuthorizeUrlGenerator(
    client_id=client_id, scopes=["chat:write", "commands"], redirect_uri=back, authorization_url=f"{base}/oauth/v2/authorize"
)
url = generator.generate("s1")
same(decide(url, "deny"), {"error": "access_denied", "state": "s1"}, "cancelled")
allowed = decide(url, "allow")
same(allowed["state"], "s1", "state")

refused("invalid_client_id", client.oauth_v2_access, client_id="1.2", client_secret=client_secret, code=allowed["code"])
refused("bad_client_secret", client.oauth_v2_access, client_id=client_id, client_secret="no", code=allowed["code"])
refused("invalid_code", client.oauth_v2_access, **credentials, code="1.2.3", redirect_uri=back)
refused("bad_redirect_uri", client.oauth_v2_access, **credentials, code=allowed["code"], redirect_uri=back + "/other")
granted = client.oauth_v2_access(**credentials, code=allowed["code"], redirect_uri=back)
refused("code_already_used", client.oauth_v2_access, **credentials, code=allowed["code"], redirect_uri=back)
same((granted["token_type"], granted["scope"], granted["expires_in"]), ("bot", "chat:write,commands", 43200), "granted")
me = WebClient(token=granted["access_token"], base_url=api).auth_test()
same((me["team_id"], me["user_id"]), (granted["team"]["id"], granted["bot_user_id"]), "auth.test")
same(me.headers["x-oauth-scopes"], granted["scope"], "x-oauth-scopes")

installation = Installation(
    app_id=granted["app_id"],
    team_id=granted["team"]["id"],
    user_id=granted["authed_user"]["id"],
    bot_token=granted["access_token"],
    bot_id=me["bot_id"],
    bot_user_id=granted["bot_user_id"],
    bot_refresh_token=granted["refresh_token"],
    bot_token_expires_in=granted["expires_in"],
)
rotator = TokenRotator(**credentials, client=client)
same(rotator.perform_token_rotation(installation=installation), None, "too early to renew it")
renewed = rotator.perform_token_rotation(installation=installation, minutes_before_expiration=24 * 60)
same(renewed.bot_token != installation.bot_token, True, "a new token")
same(WebClient(token=renewed.bot_token, base_url=api).auth_test()["team_id"], me["team_id"], "the new token")
spent = installation.bot_refresh_token
refused("invalid_refresh_token", client.oauth_v2_access, **credentials, grant_type="refresh_token", refresh_token=spent)

newest = WebClient(token=renewed.bot_token, base_url=api)
same(newest.auth_revoke()["revoked"], True, "auth.revoke")
refused("token_revoked", newest.auth_test)
print("slack_sdk OAuth: ok")
