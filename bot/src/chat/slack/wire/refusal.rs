//! What Slack's refusals mean, by class, in words for people.

use std::{borrow::Cow, time::Duration};

use commands::{Error, ErrorKind};
use reqwest::{StatusCode, header::HeaderMap};
use serde_json::Value;

pub(super) fn not_slack() -> Error {
    let message = "Slack's address answered with something that is not Slack's API. Is a proxy or a login page in between, or is `slack.api_url` wrong?";
    Error::new(ErrorKind::Server, message)
}

pub(super) fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let seconds: f64 = headers.get("retry-after")?.to_str().ok()?.trim().parse().ok()?;
    Duration::try_from_secs_f64(seconds).ok()
}

pub(super) fn rate_limited(after: Option<Duration>) -> Error {
    Error::new(ErrorKind::RateLimited, "Slack takes no more requests for now; Bellhop goes on by itself.").with_retry_after(after)
}

pub(super) fn failed(status: StatusCode) -> Error {
    let kind = match status.as_u16() {
        401 => ErrorKind::Auth,
        403 => ErrorKind::Permission,
        404 => ErrorKind::NotFound,
        _ => ErrorKind::Server,
    };
    Error::new(kind, format!("Slack's address answered {status}. Slack says how it is at https://slack-status.com."))
}

/// Slack's error codes by class: <https://docs.slack.dev/reference/methods/chat.postMessage#errors>.
pub(super) fn refused(body: &Value, headers: &HeaderMap) -> Error {
    let code = word(&body["error"]).unwrap_or(Cow::Borrowed("an unknown error"));
    let (kind, message): (ErrorKind, String) = match code.as_ref() {
        "not_in_channel" => (ErrorKind::Closed, "Bellhop is not in that Slack channel. Type `/invite @Bellhop` there.".into()),
        "channel_not_found" => (
            ErrorKind::Closed,
            "Slack knows no such channel, or Bellhop does not see it. If it is private, type `/invite @Bellhop` there.".into(),
        ),
        "is_archived" => (ErrorKind::Closed, "That Slack channel is archived. Choose another, or unarchive it.".into()),
        "user_not_found" | "users_not_found" | "user_not_visible" => {
            (ErrorKind::NotFound, "Slack knows no such person in this workspace.".into())
        }
        "user_not_in_channel" => {
            (ErrorKind::Permission, "That person is not in the channel, so Slack shows them nothing there.".into())
        }
        "file_not_found" | "file_deleted" => (ErrorKind::NotFound, "That file is no longer in Slack. Attach it again.".into()),
        "message_not_found" | "thread_not_found" => (ErrorKind::NotFound, "That Slack message is gone.".into()),
        "invalid_auth"
        | "not_authed"
        | "token_revoked"
        | "token_expired"
        | "account_inactive"
        | "org_login_required"
        | "not_allowed_token_type" => (
            ErrorKind::Auth,
            format!(
                "Slack refuses Bellhop's token ({code}). Install the app again and put the new token into `slack.bot_token`."
            ),
        ),
        "missing_scope" => {
            let needed = word(&body["needed"]).map(|it| format!(" `{it}`")).unwrap_or_default();
            (
                ErrorKind::Permission,
                format!(
                    "Bellhop's Slack app lacks the permission{needed}. Update its manifest (`bellhop manifest slack`) and install it again."
                ),
            )
        }
        "restricted_action" | "restricted_action_read_only_channel" | "restricted_action_thread_only_channel" => {
            (ErrorKind::Closed, format!("Slack does not let Bellhop post in that channel ({code}). A workspace admin can."))
        }
        "no_permission" | "access_denied" | "ekm_access_denied" | "team_access_not_granted" | "cannot_dm_bot" => {
            (ErrorKind::Permission, format!("Slack does not allow Bellhop to do that there ({code}). A workspace admin can."))
        }
        "ratelimited" | "rate_limited" | "message_limit_exceeded" => return rate_limited(retry_after(headers)),
        "expired_trigger_id"
        | "invalid_trigger_id"
        | "invalid_trigger"
        | "trigger_expired"
        | "trigger_exchanged"
        | "exchanged_trigger_id" => {
            (ErrorKind::Timeout, "Slack gives three seconds to open a form, and they were over. Please try again.".into())
        }
        "msg_too_long" | "msg_blocks_too_long" | "too_many_attachments" => {
            (ErrorKind::Validation, "The message is longer than Slack takes. Narrow the request down.".into())
        }
        "invalid_blocks" | "invalid_blocks_format" | "invalid_attachments" | "invalid_arguments" | "view_too_large" => (
            ErrorKind::Internal,
            format!("Slack refused what Bellhop drew ({code}). This is a fault of Bellhop's; please report it."),
        ),
        "already_pinned" => (ErrorKind::Conflict, "The message is pinned already.".into()),
        "too_many_pins" => {
            (ErrorKind::Validation, "Slack pins a hundred messages in a channel at most: take one down first.".into())
        }
        "not_pinnable" | "permission_denied" => {
            (ErrorKind::Permission, format!("Slack does not let Bellhop pin that message ({code})."))
        }
        "hash_conflict" => (ErrorKind::Conflict, "Another page has been shown in Slack since.".into()),
        "not_enabled" => (
            ErrorKind::Closed,
            "The app's Home tab is off in Slack. Update its manifest (`bellhop manifest slack`), or switch it on at api.slack.com under App Home.".into(),
        ),
        "cannot_unfurl_url" | "cannot_unfurl_message" | "cannot_find_message" | "cannot_find_channel" | "cannot_parse_attachment" => {
            (ErrorKind::Closed, format!("Slack shows nothing below that link ({code})."))
        }
        // They chose not to be asked again.
        "cannot_prompt" | "cannot_auth_user" => (ErrorKind::Closed, format!("Slack does not ask that person ({code}).")),
        "internal_error" | "fatal_error" | "service_unavailable" | "request_timeout" | "team_added_to_org" => {
            (ErrorKind::Server, format!("Slack failed ({code}). Slack says how it is at https://slack-status.com."))
        }
        code => (ErrorKind::Server, format!("Slack refused the request ({code}).")),
    };
    Error::new(kind, message)
}

/// One of Slack's words; anything that does not look like one is not repeated.
fn word(value: &Value) -> Option<Cow<'_, str>> {
    let word = value.as_str()?;
    let plain = |it: u8| it.is_ascii_lowercase() || it.is_ascii_digit() || matches!(it, b'_' | b':' | b'.' | b',');
    (!word.is_empty() && word.len() <= 64 && word.bytes().all(plain)).then_some(Cow::Borrowed(word))
}
