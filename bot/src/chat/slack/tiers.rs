//! How often Slack lets each method be called, by one app in one workspace.
//!
//! The tiers are at <https://docs.slack.dev/apis/web-api/rate-limits>, each method's tier on its own page
//! below <https://docs.slack.dev/reference/methods>. A tier is "at least so many a minute, and short
//! bursts"; we stay within it in every minute. Posts have budgets of their own, in the queue.
//!
//! `conversations.history` and `conversations.replies` are down to one a minute (of 15 messages) for apps
//! that are sold outside Slack's Marketplace; an app that a workspace makes from our manifest is a
//! customer-built one and stays in tier 3:
//! <https://docs.slack.dev/changelog/2025/05/29/rate-limit-changes-for-non-marketplace-apps>.

use connectors::http::Allowance;

const TIER_2: u32 = 20;
const TIER_3: u32 = 50;
const TIER_4: u32 = 100;

/// What we allow ourselves of a method; none where something else sees to it.
pub fn allowance(method: &str) -> Option<Allowance> {
    let a_minute = match method {
        // A special tier: one a second in a channel, several hundred a minute in all. The queue's budgets.
        "chat.postMessage" => return None,
        "conversations.list" | "users.list" => TIER_2,
        "apps.connections.open"
        | "chat.delete"
        | "chat.unfurl"
        | "conversations.info"
        | "users.conversations"
        | "chat.update"
        | "conversations.history"
        | "conversations.open"
        | "conversations.replies" => TIER_3,
        "chat.postEphemeral"
        | "files.completeUploadExternal"
        | "files.getUploadURLExternal"
        | "files.info"
        | "users.info"
        | "views.open"
        | "views.publish"
        | "views.update" => TIER_4,
        // Special tiers too: "hundreds of requests per minute".
        "auth.test" | "chat.getPermalink" => TIER_4,
        // Most methods allow as many.
        _ => TIER_2,
    };
    Some(Allowance { a_minute, burst: a_minute / 2 })
}
