// An app made with Slack's own framework, used by the people of the simulated workspace.
//
// SLACK_API_URL, SLACK_BOT_TOKEN, SLACK_SIGNING_SECRET, SLACK_APP_TOKEN, SLACK_CLIENT_URL come from `bellhop simulate slack`,
// which wants --socket where SLACK_SOCKET_MODE is set.
import assert from "node:assert/strict";
import bolt from "@slack/bolt";

const { SLACK_API_URL, SLACK_BOT_TOKEN, SLACK_SIGNING_SECRET, SLACK_APP_TOKEN, SLACK_CLIENT_URL } = process.env;
const socketMode = Boolean(process.env.SLACK_SOCKET_MODE);

async function client(path, body) {
  const init = body && { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
  const response = await fetch(`${SLACK_CLIENT_URL}/${path}`, init);
  const answer = await response.json();
  assert.ok(response.ok, `${path}: ${JSON.stringify(answer)}`);
  return answer;
}
const ana = (act) => client("act", { as: "ana", ...act });

/** Waits until the workspace looks as `wanted` says; events reach the app in their own time. */
async function eventually(what, wanted) {
  for (let tries = 0; tries < 400; tries += 1) {
    const found = await wanted();
    if (found) return found;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  assert.fail(`did not happen: ${what}`);
}
const shown = (text) =>
  eventually(`a message "${text}"`, async () => (await client("state")).messages.find((it) => it.text === text));

const modal = {
  type: "modal",
  callback_id: "ticket",
  private_metadata: "kept",
  notify_on_close: true,
  title: { type: "plain_text", text: "New ticket" },
  submit: { type: "plain_text", text: "Create" },
  blocks: [
    { type: "input", block_id: "subject", label: { type: "plain_text", text: "Subject" }, element: { type: "plain_text_input", action_id: "it" } },
    {
      type: "input", block_id: "project", optional: true, label: { type: "plain_text", text: "Project" },
      element: { type: "external_select", action_id: "projects", min_query_length: 1, placeholder: { type: "plain_text", text: "Find" } },
    },
  ],
};
const buttons = {
  text: "Deploy?",
  blocks: [
    { type: "section", text: { type: "mrkdwn", text: "*Deploy?*" } },
    { type: "actions", block_id: "deploy", elements: [
      { type: "button", action_id: "yes", value: "42", style: "primary", text: { type: "plain_text", text: "Yes" } },
      { type: "static_select", action_id: "where", options: ["test", "live"].map((it) => ({ text: { type: "plain_text", text: it }, value: it })) },
    ] },
  ],
};

const seen = {};
const app = new bolt.App({
  token: SLACK_BOT_TOKEN,
  ...(socketMode ? { socketMode, appToken: SLACK_APP_TOKEN } : { signingSecret: SLACK_SIGNING_SECRET }),
  clientOptions: { slackApiUrl: SLACK_API_URL, retryConfig: { retries: 0 } },
  logLevel: bolt.LogLevel.ERROR,
});
app.error(async (error) => {
  seen.error ??= error;
});
app.command("/redmine", async ({ command, ack, respond, client: api }) => {
  seen.command = command;
  if (command.text === "modal") {
    await ack();
    const opened = await api.views.open({ trigger_id: command.trigger_id, view: modal });
    seen.opened = opened.view;
    return;
  }
  await ack("working on it");
  await respond({ response_type: "in_channel", ...buttons, metadata: { event_type: "job", event_payload: { key: "k1" } } });
});
app.action("yes", async ({ action, body, ack, respond }) => {
  await ack();
  seen.press = { action, body };
  await respond({ replace_original: true, text: `Deployed ${action.value}` });
});
app.action("where", async ({ action, ack, say }) => {
  await ack();
  await say(`chose ${action.selected_option.value}`);
});
app.options("projects", async ({ options, ack }) => {
  seen.typed = options.value;
  await ack({ options: [{ text: { type: "plain_text", text: "Apollo" }, value: "apollo" }] });
});
app.view("ticket", async ({ view, ack, client: api, body }) => {
  seen.view = view;
  if (view.state.values.subject.it.value === "bad") {
    await ack({ response_action: "errors", errors: { subject: "Say more." } });
    return;
  }
  await ack();
  await api.chat.postMessage({ channel: body.user.id, text: `created ${view.state.values.subject.it.value}` });
});
app.view({ callback_id: "ticket", type: "view_closed" }, async ({ ack }) => {
  await ack();
  seen.closed = true;
});
app.shortcut("create_from_message", async ({ shortcut, ack, client: api }) => {
  await ack();
  await api.chat.postMessage({ channel: shortcut.channel.id, thread_ts: shortcut.message.ts, text: `about: ${shortcut.message.text}` });
});
app.shortcut("create_anywhere", async ({ shortcut, ack, client: api }) => {
  await ack();
  await api.views.open({ trigger_id: shortcut.trigger_id, view: modal });
});
app.event("app_mention", async ({ event, say }) => say({ text: `heard <@${event.user}>`, thread_ts: event.ts }));
app.event("reaction_added", async ({ event }) => {
  seen.reaction = event;
});
app.message("ping", async ({ say }) => say("pong"));

const server = await app.start(0);
const base = socketMode ? "" : `http://127.0.0.1:${server.address().port}/slack/events`;
const urls = { commands_url: base, interactions_url: base, events_url: base };
const control = await client("control", { app: { ...urls, socket_mode: socketMode, slash_commands: [{ command: "/redmine" }] } });
assert.equal(control.sockets, socketMode ? 1 : 0);

// A slash command, its answer in the response and by response_url.
const unknown = await ana({ do: "say", channel: "dev", text: "/nothing" });
assert.match(unknown.failed, /not a valid command/);
const ran = await ana({ do: "say", channel: "dev", text: "/redmine issue create Printer on fire" });
assert.equal(ran.answered, true);
assert.equal(seen.command.text, "issue create Printer on fire");
assert.equal(seen.command.channel_name, "dev");
assert.ok((await shown("working on it")).only_for, "an answer in the response is ephemeral");
let message = await shown("Deploy?");
const history = await app.client.conversations.history({ token: SLACK_BOT_TOKEN, channel: message.channel, include_all_metadata: true, limit: 5 });
assert.equal(history.messages.find((it) => it.ts === message.ts).metadata.event_payload.key, "k1", "metadata of a response_url");

// A menu, a button, and the message replaced.
await ana({ do: "use", channel: message.channel, ts: message.ts, block_id: "deploy", action_id: "where", value: "live" });
await shown("chose live");
await ana({ do: "use", channel: message.channel, ts: message.ts, block_id: "deploy", action_id: "yes" });
message = await shown("Deployed 42");
assert.equal(seen.press.action.type, "button");
assert.equal(seen.press.body.message.text, "Deploy?");
assert.equal(seen.press.body.state.values.deploy.where.selected_option.value, "live");

// A modal: opened, refused by the client and by the app, submitted.
await ana({ do: "say", channel: "dev", text: "/redmine modal" });
const view = await eventually("the modal", () => seen.opened?.id);
let submitted = await ana({ do: "submit", view });
assert.equal(submitted.by, "client");
submitted = await ana({ do: "submit", view, values: { subject: { it: "bad" } } });
assert.deepEqual(submitted.errors, { subject: "Say more." });
const options = await ana({ do: "options", view, block_id: "project", action_id: "projects", typed: "apo" });
assert.equal(options.options[0].value, "apollo");
assert.equal(seen.typed, "apo");
submitted = await ana({ do: "submit", view, values: { subject: { it: "Printer" }, project: { projects: "apollo" } } });
assert.equal(submitted.closed, true, JSON.stringify(submitted));
assert.equal(seen.view.private_metadata, "kept");
assert.equal(seen.view.state.values.project.projects.selected_option.value, "apollo");
await shown("created Printer");

// Shortcuts.
await ana({ do: "message_shortcut", channel: message.channel, ts: message.ts, callback_id: "create_from_message" });
assert.equal((await shown("about: Deployed 42")).thread_ts, message.ts);
await ana({ do: "global_shortcut", callback_id: "create_anywhere" });
const [opened] = await eventually("a modal by shortcut", async () => Object.values((await client("state")).views).find((it) => it.length));
await ana({ do: "close", view: opened.id });
await eventually("view_closed", () => seen.closed);

// Events.
const said = await ana({ do: "say", channel: "dev", text: "@bellhop hello" });
const heard = await eventually("an answer to a mention", async () =>
  (await client("state")).messages.find((it) => it.text === `heard <@${said.message.user}>`));
assert.equal(heard.thread_ts, said.message.ts);
await ana({ do: "react", channel: "dev", ts: said.message.ts, name: "eyes" });
await eventually("reaction_added", () => seen.reaction?.reaction === "eyes");
await ana({ do: "say", channel: "ops", text: "ping" });
await shown("pong");

if (socketMode) {
  // Slack closes its connections in the end: the next one takes over.
  for (const disturbance of ["refresh", "cut"]) {
    const before = (await client("requests")).filter((it) => it.url.includes("apps.connections.open")).length;
    await client("control", { sockets: { do: disturbance, which: "all" } });
    await eventually("another connection", async () => {
      const opened = (await client("requests")).filter((it) => it.url.includes("apps.connections.open")).length;
      return opened > before && (await client("control", {})).sockets === 1;
    });
    const again = await ana({ do: "say", channel: "dev", text: `@bellhop after ${disturbance}` });
    await eventually("an answer by the next connection", async () =>
      (await client("state")).messages.find((it) => it.thread_ts === again.message.ts));
  }
} else {
  // A wrong signature must be the app's to refuse: show that Bolt checks ours.
  const forged = await fetch(base, { method: "POST", headers: { "x-slack-signature": "v0=0", "x-slack-request-timestamp": "1" }, body: "a=b" });
  assert.equal(forged.status, 401);
}
assert.equal(seen.error, undefined);
const traffic = JSON.stringify(await client("requests"));
assert.ok(!traffic.includes(SLACK_BOT_TOKEN) && !traffic.includes(SLACK_SIGNING_SECRET) && !traffic.includes(SLACK_APP_TOKEN), "the traffic panel shows a secret");
await app.stop();
console.log(socketMode ? "bolt in Socket Mode: ok" : "bolt: ok");
