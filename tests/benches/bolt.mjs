// A webhook in, a message out, by an app made with Slack's own framework: what the bot is compared with.
//
// node bolt.mjs PORT SLACK_API_URL HOOK_SECRET
import { createHmac, timingSafeEqual } from "node:crypto";
import bolt from "@slack/bolt";

const [port, slackApiUrl, secret] = process.argv.slice(2);

async function bytes(request) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks);
}

async function hook(request, response) {
  const body = await bytes(request);
  const wanted = Buffer.from(`sha256=${createHmac("sha256", secret).update(body).digest("hex")}`);
  const given = Buffer.from(request.headers["x-redmine-signature-256"] ?? "");
  if (given.length !== wanted.length || !timingSafeEqual(given, wanted)) {
    response.statusCode = 401;
    response.end();
    return;
  }
  const { issue } = JSON.parse(body).data;
  response.end();
  const text = `${issue.author.name} created #${issue.id} ${issue.subject}`;
  await app.client.chat.postMessage({
    channel: "C0BENCH000",
    text,
    blocks: [{ type: "section", text: { type: "mrkdwn", text } }],
    metadata: { event_type: "bench", event_payload: { key: `bench:issue-${issue.id}:slack:C0BENCH000` } },
  });
}

const app = new bolt.App({
  token: "xoxb-bench",
  signingSecret: secret,
  tokenVerificationEnabled: false,
  clientOptions: { slackApiUrl, retryConfig: { retries: 0 } },
  customRoutes: [{ path: "/hooks/:name", method: "POST", handler: (request, response) => void hook(request, response).catch(console.error) }],
  logLevel: bolt.LogLevel.ERROR,
});
await app.start({ port: Number(port), host: "127.0.0.1" });
