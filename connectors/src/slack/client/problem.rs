//! Slack's refusals by class. <https://docs.slack.dev/apis/web-api/#error-responses>
//!
//! A refusal is a 200 with `{"ok": false, "error": "not_in_channel"}`; the code becomes
//! [`Error::code`], and people read a sentence.

use commands::{Error, ErrorKind};
use reqwest::StatusCode;
use serde_json::{Map, Value};

use crate::http::{Repeatable, VendorError};

/// Of answers with another status than 200, which have the same body.
pub(super) fn read(_: StatusCode, body: &[u8]) -> Option<VendorError> {
    code(body).map(|it| VendorError { messages: vec![it] })
}

pub(super) fn code(body: &[u8]) -> Option<String> {
    let answer: Map<String, Value> = serde_json::from_slice(body).ok()?;
    answer.get("error").and_then(word)
}

/// A code or a scope, and nothing else that might stand there.
fn word(value: &Value) -> Option<String> {
    let plain = |it: char| it.is_ascii_alphanumeric() || matches!(it, '_' | '-' | '.' | ':' | ',');
    value.as_str().filter(|it| (1..=100).contains(&it.len()) && it.chars().all(plain)).map(str::to_owned)
}

/// Refusals that come with a status of their own are told as those that do not.
pub(super) fn explain(error: Error) -> Error {
    match error.code.as_deref() {
        Some(code) if !error.is_temporary() => {
            let (kind, message) = sentence(code, None);
            Error { kind, message, ..error }
        }
        _ => error,
    }
}

/// The failure that an answer with `ok: false` tells of.
pub(super) fn refusal(answer: &Map<String, Value>, repeatable: Repeatable) -> Error {
    let code = answer.get("error").and_then(word).unwrap_or_else(|| "no reason given".to_owned());
    let needed = answer.get("needed").and_then(word);
    let (kind, message) = sentence(&code, needed.as_deref());
    // Slack warns that part of it may have been done.
    let unsure = kind == ErrorKind::Server && repeatable == Repeatable::No;
    let error = Error::new(kind, message).with_code(Some(code));
    if unsure { error.maybe_done() } else { error }
}

fn sentence(code: &str, needed: Option<&str>) -> (ErrorKind, String) {
    let own = |kind: ErrorKind, message: &str| (kind, message.to_owned());
    match code {
        "invalid_auth"
        | "not_authed"
        | "account_inactive"
        | "token_revoked"
        | "token_expired"
        | "not_allowed_token_type"
        | "org_login_required" => (
            ErrorKind::Auth,
            format!("Slack does not accept the bot's token ({code}). An administrator can give the connection a new one."),
        ),
        "missing_scope" => {
            let needed = needed.map(|it| format!(" `{it}`")).unwrap_or_default();
            let message = format!(
                "The bot's Slack app lacks the permission{needed}. Update its manifest (`bellhop manifest slack`) and install it again."
            );
            (ErrorKind::Permission, message)
        }
        "channel_not_found" => own(
            ErrorKind::NotFound,
            "Slack knows no such channel, or the bot does not see it. To a private one, somebody in it has to invite the bot.",
        ),
        "user_not_found" | "users_not_found" | "user_not_visible" | "user_disabled" => {
            own(ErrorKind::NotFound, "Slack knows no such person in this workspace, or they are deactivated.")
        }
        "message_not_found" | "thread_not_found" | "bad_timestamp" => {
            own(ErrorKind::NotFound, "Slack has no such message, or the bot may not see it.")
        }
        "no_such_subteam" | "subteam_not_found" => own(ErrorKind::NotFound, "Slack has no such user group."),
        "file_not_found" | "file_deleted" => own(ErrorKind::NotFound, "That file is no longer in Slack."),
        "invalid_scheduled_message_id" => own(
            ErrorKind::NotFound,
            "Slack has no such message for later any more; one that is due within a minute cannot be stopped.",
        ),
        "not_in_channel" => own(
            ErrorKind::Closed,
            "The bot is not in that channel. Type `/invite @Bellhop` there; into a public one, `channel join` brings it as well.",
        ),
        "is_archived" | "channel_is_archived" => {
            own(ErrorKind::Closed, "That Slack channel is archived. Choose another, or unarchive it.")
        }
        "already_in_channel" => own(ErrorKind::Conflict, "They are in that channel already."),
        "name_taken" => {
            own(ErrorKind::Conflict, "There is a channel of that name already, perhaps an archived or a private one.")
        }
        "already_archived" => own(ErrorKind::Conflict, "That channel is archived already."),
        "not_archived" => own(ErrorKind::Conflict, "That channel is not archived."),
        "already_reacted" | "no_reaction" | "already_pinned" | "no_pin" => {
            (ErrorKind::Conflict, format!("Slack has it like that already ({code})."))
        }
        "cant_archive_general" | "cant_leave_general" | "cant_kick_from_general" => {
            (ErrorKind::Permission, format!("Slack does not allow that for the channel that everybody is in ({code})."))
        }
        "cant_archive_required" => {
            own(ErrorKind::Permission, "That channel is required in this workspace and cannot be archived.")
        }
        "cant_kick_self" => own(ErrorKind::Validation, "The bot cannot remove itself: use `channel leave`."),
        "cant_invite_self" => own(ErrorKind::Validation, "The bot cannot invite itself: use `channel join`."),
        "cant_invite" | "ura_max_channels" => {
            (ErrorKind::Permission, format!("Slack does not let that person into the channel ({code})."))
        }
        "cant_update_message" | "cant_delete_message" => {
            own(ErrorKind::Permission, "That message is somebody else's, and the bot changes only its own.")
        }
        "not_authorized" => own(ErrorKind::Permission, "Slack lets only who created the channel, or an admin, do that."),
        "edit_window_closed" => own(ErrorKind::Permission, "This workspace no longer lets that message be edited."),
        "invalid_users" | "no_users_provided" => {
            (ErrorKind::Validation, format!("Slack takes only people of this workspace who are active there ({code})."))
        }
        "invalid_name" => own(ErrorKind::Validation, "Slack has no emoji of that name. Type : in Slack to see their names."),
        "invalid_name_specials" | "invalid_name_punctuation" | "invalid_name_required" | "invalid_name_maxlength" => (
            ErrorKind::Validation,
            format!("Slack takes no such channel name ({code}): lower-case letters, digits, - and _, at most 80 of them."),
        ),
        "time_in_past" => own(ErrorKind::Validation, "That time is over already: name a time to come."),
        "time_too_far" => own(ErrorKind::Validation, "Slack keeps messages for at most 120 days: name an earlier time."),
        "too_many_members" | "too_many_reactions" | "too_many_emoji" | "too_many_pins" | "too_many_bookmarks"
        | "msg_too_long" | "too_long" => (ErrorKind::Validation, format!("That is more than Slack takes ({code}).")),
        "method_not_supported_for_channel_type" | "channel_type_not_supported" => {
            own(ErrorKind::Validation, "Slack does not do that in this kind of conversation.")
        }
        "ratelimited" | "rate_limited" | "message_limit_exceeded" => {
            own(ErrorKind::RateLimited, "Slack asks the bot to slow down. Try again in a minute.")
        }
        "internal_error" | "fatal_error" | "service_unavailable" | "request_timeout" | "team_added_to_org" => {
            (ErrorKind::Server, format!("Slack failed ({code}). Try again in a minute."))
        }
        code if code.starts_with("restricted_action") || code.starts_with("cant_") || code.starts_with("not_allowed") => {
            (ErrorKind::Permission, format!("Slack does not let the bot do that ({code}). A workspace admin can."))
        }
        "no_permission"
        | "permission_denied"
        | "access_denied"
        | "ekm_access_denied"
        | "team_access_not_granted"
        | "user_is_restricted"
        | "user_is_ultra_restricted"
        | "cannot_dm_bot"
        | "paid_teams_only"
        | "plan_upgrade_required" => {
            (ErrorKind::Permission, format!("Slack does not let the bot do that ({code}). A workspace admin can."))
        }
        code => (ErrorKind::Validation, format!("Slack refused that ({code}).")),
    }
}
