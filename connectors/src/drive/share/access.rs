//! `share list`, `share change`, `share revoke`.

use commands::{
    Action, Block, Button, Ctx, Effect, Error, Message, Reply, Result, Text,
    param::{Date, Person},
};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use super::give::until;
use crate::drive::{
    Drive,
    api::{ALL_DRIVES, Acting},
    card,
    param::{self, FileRef, Grantee, Holder, Role},
    problem,
    wire::{self, Permission},
};

/// Lists who has access to a file or folder.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct List {
    /// The file or folder.
    file: FileRef,
}

impl Action for List {
    type On = Drive;
    const NAME: &str = "share list";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["share list Brief"];

    async fn run(self, on: &Drive, ctx: &Ctx) -> Result<Reply> {
        let acting = on.acting(ctx).await?;
        let file = acting.find("file", &self.file).await?;
        let all = acting.permissions(&file.id).await?;
        let head = Text::new().plain("Who has access to ").link(card::link(&file), &file.name);
        let mut message = Message::text(head).list(all.iter().map(line).collect());
        let params = |it: &Permission| json!({ "file": file.id, "who": holder(it) });
        let own = |it: &&Permission| it.role != "owner" && !is_inherited(it);
        if file.capabilities.can_share {
            let whole = json!({ "file": file.id });
            message = message.buttons(vec![
                Button::form("Share", ctx.call("file share", whole.clone())),
                Button::run("Who asks for access", ctx.call("access list", whole)),
            ]);
            let options: Vec<Button> = all
                .iter()
                .filter(own)
                .map(|it| Button::run(format!("Remove {}", name(it)), ctx.call("share revoke", params(it))))
                .collect();
            if !options.is_empty() {
                message = message.block(Block::Menu { label: "Take access away".into(), options });
            }
        }
        Ok(Reply::to_channel(match acting.note() {
            Some(note) => message.context(note),
            None => message,
        }))
    }
}

/// Changes what somebody may do with a file, or until when.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Change {
    /// The file or folder.
    file: FileRef,
    /// Whose access: @ben, an email address, a domain, or anyone.
    who: Holder,
    /// What they may do.
    role: Option<Role>,
    /// The last day on which they may.
    expires: Option<Date>,
    /// Their access does not end any more.
    #[serde(default)]
    forever: bool,
}

impl Action for Change {
    type On = Drive;
    const NAME: &str = "share change";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["share change Brief ben@example.org role=viewer", "share change Brief @ben expires=2026-12-31"];

    async fn run(self, on: &Drive, ctx: &Ctx) -> Result<Reply> {
        let acting = on.acting(ctx).await?;
        if self.role.is_none() && self.expires.is_none() && !self.forever {
            return Err(Error::bad_input("What shall change? Write role=editor, expires=2026-12-31 or --forever."));
        }
        if self.expires.is_some() && self.forever {
            return Err(problem::at("expires", "It either ends or does not: keep `expires` or `forever`."));
        }
        let until = self.expires.map(|it| until(it.0, ctx)).transpose()?;
        let file = acting.find("file", &self.file).await?;
        let permission = find(&acting, ctx, &file, &self.who).await?;
        // Drive wants the role in every change.
        let mut body = json!({ "role": self.role.map_or(permission.role.as_str(), |it| it.written()) });
        if let Some(until) = until {
            body["expirationTime"] = json!(until.to_string());
        }
        let mut query = vec![ALL_DRIVES, ("fields", wire::PERMISSION)];
        if self.forever {
            query.push(("removeExpiration", "true"));
        }
        let path = format!("/files/{}/permissions/{}", file.id, permission.id);
        let sent = acting.send::<Permission>(acting.patch(&path, &query, &body)).await;
        let after = sent.map_err(|it| problem::sharing(it, "role"))?;
        let end = ending(&after);
        let said = format!("{} is {} of “{}” now{end}.", name(&permission), param::role(&after.role), file.name);
        Ok(card::done(&acting, &file, ctx, said).await)
    }
}

/// Takes somebody's access to a file or folder away.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Revoke {
    /// The file or folder.
    file: FileRef,
    /// Whose access: @ben, an email address, a domain, or anyone.
    who: Holder,
}

impl Action for Revoke {
    type On = Drive;
    const NAME: &str = "share revoke";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["share revoke Brief ben@example.org", "share revoke Brief anyone"];

    async fn run(self, on: &Drive, ctx: &Ctx) -> Result<Reply> {
        let acting = on.acting(ctx).await?;
        let file = acting.find("file", &self.file).await?;
        let permission = find(&acting, ctx, &file, &self.who).await?;
        acting.done(acting.delete(&format!("/files/{}/permissions/{}", file.id, permission.id), &[ALL_DRIVES])).await?;
        let after = acting.file(&file.id).await.unwrap_or(file);
        let said = format!("{} has no access to “{}” any more.", name(&permission), after.name);
        Ok(card::done(&acting, &after, ctx, said).await)
    }
}

/// The permission that somebody has on this file itself.
async fn find(acting: &Acting<'_>, ctx: &Ctx, file: &wire::File, who: &Holder) -> Result<Permission> {
    let grantee = person_of(acting, ctx, "who", who)?;
    let all = acting.permissions(&file.id).await?;
    let found = of_holder(&all, &grantee).cloned().ok_or_else(|| {
        let name = grantee.name();
        problem::at("who", format!("{name} has no access to “{}” of their own. `share list` shows who has.", file.name))
    })?;
    if found.role == "owner" {
        let message = format!("{} owns “{}”. `file transfer` hands it over to somebody else first.", name(&found), file.name);
        return Err(problem::at("who", message));
    }
    if is_inherited(&found) {
        let message =
            format!("{} has access to “{}” by the folder or shared drive it is in: change it there.", name(&found), file.name);
        return Err(problem::at("who", message));
    }
    Ok(found)
}

/// Whom a field names.
pub(in crate::drive) fn person_of(acting: &Acting<'_>, ctx: &Ctx, field: &str, who: &Holder) -> Result<Grantee> {
    let me = acting.account.as_deref().or(ctx.actor.email.as_deref());
    Grantee::read(field, &Person(who.0.clone()), me, acting.drive.settings.domain.as_deref())
}

pub(in crate::drive) fn of_holder<'a>(all: &'a [Permission], who: &Grantee) -> Option<&'a Permission> {
    let same = |it: &Option<String>, other: &str| it.as_deref().is_some_and(|it| it.eq_ignore_ascii_case(other));
    all.iter().find(|it| match who {
        // Whether an address is a person's or a group's is Google's to know.
        Grantee::User(address) | Grantee::Group(address) => same(&it.email_address, address),
        Grantee::Domain(domain) => it.kind == "domain" && same(&it.domain, domain),
        Grantee::Anyone => it.kind == "anyone",
    })
}

/// What names a permission in a command.
pub(in crate::drive) fn holder(it: &Permission) -> String {
    match it.kind.as_str() {
        "anyone" => "anyone".into(),
        "domain" => format!("domain:{}", it.domain.as_deref().unwrap_or_default()),
        _ => it.email_address.clone().unwrap_or_default(),
    }
}

fn name(it: &Permission) -> String {
    match it.kind.as_str() {
        "anyone" => "Anyone with the link".into(),
        "domain" => format!("Everybody at {}", it.domain.as_deref().unwrap_or_default()),
        _ => it.display_name.clone().or_else(|| it.email_address.clone()).unwrap_or_else(|| "Somebody".into()),
    }
}

fn is_inherited(it: &Permission) -> bool {
    !it.permission_details.is_empty() && it.permission_details.iter().all(|it| it.inherited)
}

fn ending(it: &Permission) -> String {
    it.expiration_time.map(|at| format!(" until {}", at.strftime("%Y-%m-%d %H:%M UTC"))).unwrap_or_default()
}

/// `Ben Example (ben@example.org) · editor until 2026-12-31 · by the folder`.
pub(in crate::drive) fn line(it: &Permission) -> Text {
    let mut text = Text::new().bold(name(it));
    if let (Some(_), Some(address)) = (&it.display_name, it.email_address.as_deref().filter(|_| it.kind != "anyone")) {
        text = text.plain(format!(" ({address})"));
    }
    let kind = if it.kind == "group" { "group, " } else { "" };
    let pending = if it.pending_owner { ", asked to become the owner" } else { "" };
    let inherited = if is_inherited(it) { " · by the folder or shared drive it is in" } else { "" };
    text.plain(format!(" · {kind}{}{}{pending}{inherited}", param::role(&it.role), ending(it)))
}
