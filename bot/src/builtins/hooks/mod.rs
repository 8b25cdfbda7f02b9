//! Hooks, from chat: made, looked at, changed, and what came to them.

mod deliveries;
mod edit;
mod make;
mod show;
mod status;
pub(super) mod told;

use std::sync::Arc;

use commands::{Ctx, Error, ErrorKind, FieldProblem, Message, Result};
use uuid::Uuid;

pub use self::{
    deliveries::{Deliveries, Inspect, Replay, inspected, listed, replayed},
    edit::{Delete, Disable, Enable, Template},
    make::{Add, Rotate, Secret},
    show::{List, Show},
    status::{Status, status, statuses},
};
use super::unreadable;
use crate::{app::App, chat::Post, config::source::nearest, hooks::Hook, people::PersonId};

/// The action whose form takes a vendor's secret.
pub const HOOK_SECRET: &str = "hooks secret";

fn at(field: &str, message: impl Into<String>) -> Error {
    let message = message.into();
    let fields = vec![FieldProblem::new(field, message.clone())];
    Error { fields, ..Error::new(ErrorKind::Validation, message) }
}

fn find(app: &App, name: &str) -> Result<Arc<Hook>> {
    let name = name.trim().to_lowercase();
    app.hooks.find(&name).ok_or_else(|| {
        let all = app.hooks.all();
        let hint = nearest(&name, all.iter().map(|it| it.name.as_str()));
        let end = if hint.is_empty() { "." } else { "" };
        let message = format!("There is no hook `{name}`{hint}{end} `bellhop hooks` lists those there are.");
        Error { fields: vec![FieldProblem::new("name", message.clone())], ..Error::not_found(message) }
    })
}

/// A hook that can be changed here.
fn find_made(app: &App, name: &str) -> Result<Arc<Hook>> {
    let hook = find(app, name)?;
    match hook.made {
        Some(_) => Ok(hook),
        None => Err(at(
            "name",
            format!("`{}` stands in the configuration file: change it there, and start Bellhop again.", hook.name),
        )),
    }
}

/// The hook's address, as it is given to the vendor.
fn address(app: &App, name: &str) -> Result<String> {
    let base = app.public_url.as_ref().ok_or_else(|| {
        Error::new(
            ErrorKind::BadConfig,
            "Nobody outside could reach a hook: whoever runs Bellhop must set `public_url` in the [server] section.",
        )
    })?;
    Ok(format!("{base}/hooks/{name}"))
}

fn who(ctx: &Ctx) -> String {
    PersonId::from(&ctx.actor).to_string()
}

/// Shows a secret to the one who asked, in a direct message, at once: a job would write it down in the clear. What has to be said
/// in the reply instead, where there is no chat.
pub(super) async fn hand_over(app: &App, ctx: &Ctx, message: Message) -> Result<Option<Message>> {
    let Some(platform) = app.platforms.get(&ctx.actor.platform) else { return Ok(Some(message)) };
    let post = Post::new(PersonId::from(&ctx.actor).target(), message, format!("hook-{}", Uuid::now_v7().simple()));
    platform.post(&post).await.map(|_| None)
}
