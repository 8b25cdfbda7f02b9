//! What stays in sight in a channel: pinned messages and bookmarks.

use serde_json::{Value, json};

use super::{Answer, ApiError, Args, conversations::member};
use crate::slack::standin::state::State;

const MOST: usize = 100;

/// The pinned message that the arguments name.
fn target(state: &State, args: &Args) -> Result<(String, String), ApiError> {
    let id = member(state, args)?;
    let ts = args.text("timestamp").filter(|it| !it.is_empty()).ok_or(ApiError::new("no_item_specified"))?;
    state.message(&id, &ts).filter(|it| it.only_for.is_none()).ok_or(ApiError::new("message_not_found"))?;
    Ok((id, ts))
}

/// <https://docs.slack.dev/reference/methods/pins.add>
pub(super) fn pin(state: &mut State, args: &Args) -> Answer {
    let item = target(state, args)?;
    if state.pins.contains(&item) {
        return Err(ApiError::new("already_pinned"));
    }
    if state.pins.iter().filter(|it| it.0 == item.0).count() >= MOST {
        return Err(ApiError::new("too_many_pins"));
    }
    state.pins.push(item);
    Ok(json!({}))
}

pub(super) fn unpin(state: &mut State, args: &Args) -> Answer {
    let item = target(state, args)?;
    let before = state.pins.len();
    state.pins.retain(|it| *it != item);
    if state.pins.len() == before { Err(ApiError::new("no_pin")) } else { Ok(json!({})) }
}

pub(super) fn pins(state: &mut State, args: &Args) -> Answer {
    let id = member(state, args)?;
    let own = state.pins.iter().filter(|it| it.0 == id);
    let items = own.filter_map(|(channel, ts)| {
        let message = state.message(channel, ts)?;
        Some(json!({"type": "message", "channel": channel, "created": state.seconds(), "created_by": state.app.bot_user,
            "message": state.message_json(message)}))
    });
    Ok(json!({"items": items.collect::<Vec<Value>>()}))
}

/// The channel is called `channel_id` here.
fn channel(state: &State, args: &Args) -> Result<String, ApiError> {
    let given = args.required("channel_id")?;
    member(state, &Args(serde_json::Map::from_iter([("channel".to_owned(), json!(given))])))
}

/// <https://docs.slack.dev/reference/methods/bookmarks.add>
pub(super) fn bookmark(state: &mut State, args: &Args) -> Answer {
    let id = channel(state, args)?;
    let title = args.required("title")?;
    if args.required("type")? != "link" {
        return Err(ApiError::new("invalid_bookmark_type"));
    }
    let link = args.text("link").filter(|it| url::Url::parse(it).is_ok_and(|it| it.has_host()));
    let link = link.ok_or(ApiError::new("invalid_link"))?;
    if state.bookmarks.iter().filter(|it| it["channel_id"] == id.as_str()).count() >= MOST {
        return Err(ApiError::new("too_many_bookmarks"));
    }
    let bookmark = json!({"id": state.ids.slack("Bk"), "channel_id": id, "title": title, "link": link, "emoji": args.text("emoji"),
        "icon_url": null, "type": "link", "entity_id": null, "date_created": state.seconds(), "date_updated": 0, "rank": "i",
        "last_updated_by_user_id": state.app.bot_user, "last_updated_by_team_id": state.team, "shortcut_id": null, "app_id": null});
    state.bookmarks.push(bookmark.clone());
    Ok(json!({"bookmark": bookmark}))
}

pub(super) fn bookmarks(state: &mut State, args: &Args) -> Answer {
    let id = channel(state, args)?;
    let own: Vec<&Value> = state.bookmarks.iter().filter(|it| it["channel_id"] == id.as_str()).collect();
    Ok(json!({"bookmarks": own}))
}
