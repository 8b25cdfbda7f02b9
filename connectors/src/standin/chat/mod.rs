//! What the simulated chats share: they speak Slack's and Zulip's own protocols, so that the bot, and any official
//! client, talks to them as it would to the real ones.
//!
//! # The client's API
//! What people do and see, for the page and for tests; the same for both simulators. It is mounted
//! by `client_routes()`, and below `/client` on a simulator's own port.
//!
//! | request | answer |
//! |---|---|
//! | `GET state` | everything: people, channels (Zulip: with topics), messages, open `views` by person, `homes`, `fault`, `rate`, `last_event_id` |
//! | `GET events` | SSE, from now or after `Last-Event-ID`. Slack: `message` (new or changed, by `ts`), `deleted`, `channel`, `views` (`{user, views}`: the whole stack), `home`, `previews`. Zulip: `message` (by `id`), `deleted`, `channels`, `typing`. Both: `reset` (read the state again) |
//! | `POST act` | `{"as": id or name, "do": …}`, below. `{"ok": true, …}`, or 422 `{"ok": false, "error": sentence}` |
//! | `GET requests`, `GET requests/events` | the raw traffic: `{id, direction: to_app or to_platform, at, method, url, headers, body, status, answer_headers, answer, elapsed_ms, error}`; SSE `exchange`. Tokens are masked |
//! | `GET files/{id}` (Zulip: the path after `/user_uploads/`) | a file's content |
//! | `POST control` | `{"fault": …, "rate": …}`; Slack: `app` or `manifest`, `sockets`: `{do: warn, refresh, cut or freeze, which: oldest or all}`; Zulip: `webhook_url`, `"queues": "lose"` |
//!
//! A Slack message has `only_for` when it is ephemeral, and `values` that were entered; a view has
//! `errors` by `block_id`. A Zulip message has `rendered_content`, and its widget in `submessages`.
//!
//! | Slack `do` | with | answer besides `ok` |
//! |---|---|---|
//! | `say` | `channel`, `text`, `thread?`; what starts with `/` is a command | `message`; for a command `answered` or `failed` |
//! | `use` | `channel`+`ts` or `view`, `block_id`, `action_id`, `value?` (an option's value, an id, a date, a list) | `answered`, `entered` or `failed` |
//! | `options` | as `use`, `typed` | `options`, `option_groups` or `failed` |
//! | `submit` | `view`, `values?`: `block_id` → `action_id` → value | `closed`, `errors`, `view` or `failed` |
//! | `close` | `view`, `all?` | `closed` |
//! | `message_shortcut`, `global_shortcut` | `channel`, `ts`, `callback_id`; `callback_id` | `answered` or `failed` |
//! | `react`, `unreact` | `channel`, `ts`, `name` | |
//! | `upload` | `channel`, `name`, `text` or `base64`, `comment?`, `thread?` | `message` |
//! | `edit`, `delete`, `dismiss` | `channel`, `ts`, (`text`) | |
//! | `open`, `join`, `leave`, `open_home` | `with`; `channel`; `channel`; – | `channel`; `view` |
//! | `compose` (write a line, not send it) | `text` | `unfurl_id` when there are links of the app's |
//! | `rename`, `archive`, `unarchive`, `delete_channel` | `channel`, (`name`) | |
//! | `invite`, `kick` | `channel`, `person` (`bellhop` is the app) | |
//!
//! | Zulip `do` | with | answer besides `ok` |
//! |---|---|---|
//! | `say` | `channel`, `topic`, or `to` (people); `text` | `message` |
//! | `choose` | `message`, `choice` (the button's place) | `message` |
//! | `edit`, `move`, `delete` | `message`, (`text`; `topic`, `how?`: `change_all`) | `message` |
//! | `react`, `unreact` | `message`, `name` | `message` |
//! | `upload` | as `say`, `name`, and the content as `text` or `base64` | `message` |

pub(crate) mod clock;
pub mod feed;
pub(crate) mod ids;
pub(crate) mod serve;
pub(crate) mod traffic;

#[cfg(test)]
pub(crate) mod testing;

pub use clock::{Clock, ManualClock};
pub use feed::Feed;
pub use serve::Served;
pub use traffic::{Direction, Exchange, Traffic};
