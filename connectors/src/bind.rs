//! A place of a system that is a channel's own: commands there mean it when they name none, and the channel is told what happens
//! in it. What a channel has, the bot keeps and not a connector, so both are commands of the bot, run as whoever asked.

use commands::{Call, Ctx, Error, Message, Reply, Result, Text};
use serde_json::{Value, json};

/// The bot's own commands, in the group that is its own.
fn own(action: &str, params: Value) -> Call {
    Call::new("bellhop", action, params)
}

/// Binds `place`, which was seen to be there at `url`: `fields` of commands have these values from now on.
///
/// # Errors
/// [`commands::ErrorKind::BadInput`] outside of a channel.
pub(crate) fn link(ctx: &Ctx, place: &str, url: &str, fields: &[(&str, &str)]) -> Result<Reply> {
    let said = Text::new().plain("Linking ").link(url, place).plain(" to this channel:");
    let set = |(field, value): &(&str, &str)| own("default set", json!({ "field": of(ctx, field), "value": value }));
    let told = own("subscribe", json!({ "from": ctx.group, "filter": filter(place), "keep": true }));
    here(ctx, said, fields.iter().map(set).chain([told]))
}

/// Takes that back; what is another's by now stays.
///
/// # Errors
/// As for [`link`].
pub(crate) fn unlink(ctx: &Ctx, place: &str, fields: &[(&str, &str)]) -> Result<Reply> {
    let said = Text::new().plain(format!("Taking {place} away from this channel:"));
    let remove = |(field, value): &(&str, &str)| own("default remove", json!({ "field": of(ctx, field), "value": value }));
    let told = own("unsubscribe", json!({ "from": ctx.group, "filter": filter(place) }));
    here(ctx, said, fields.iter().map(remove).chain([told]))
}

fn here(ctx: &Ctx, said: Text, all: impl Iterator<Item = Call>) -> Result<Reply> {
    if ctx.channel.is_none() {
        return Err(Error::bad_input("This belongs to a channel: give the command in the channel it is for."));
    }
    Ok(all.fold(Reply::to_channel(Message::text(said)), Reply::and_then))
}

/// The field of this connection's commands only: `bitbucket.repo`.
fn of(ctx: &Ctx, field: &str) -> String {
    format!("{}.{field}", ctx.group)
}

fn filter(place: &str) -> String {
    let quoted = place.contains(char::is_whitespace);
    if quoted { format!("repo:\"{place}\"") } else { format!("repo:{place}") }
}
