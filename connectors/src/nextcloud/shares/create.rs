//! `share create`, `share link`.

use commands::{
    Action, Button, Ctx, Effect, Error, Message, Reply, Result, Text, Tone,
    param::{Date, Email, Markdown, Person, Secret},
};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use super::{GROUP, LINK, MAIL, Permissions, Share, USER, Wanted, day, is_refusal};
use crate::nextcloud::{Nextcloud, asked_by, param, problem::at};

/// Shares a file or folder with people, groups or mail addresses.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Create {
    /// The file or folder: its path, its number, or a link to it.
    file: param::FileRef,
    /// Who: @ana, a user name, an email address, or me.
    #[serde(default)]
    with: Vec<Person>,
    /// A group of people in Nextcloud.
    #[serde(default)]
    group: Vec<param::Group>,
    /// A mail address of somebody without an account; they get a link by mail.
    #[serde(default)]
    email: Vec<Email>,
    /// What they may do; view where you do not say.
    permissions: Option<Permissions>,
    /// The last day.
    expires: Option<Date>,
    /// What they are told.
    note: Option<Markdown>,
}

impl Action for Create {
    type On = Nextcloud;
    const NAME: &str = "share create";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &[
        "share create /Reports with=@ana permissions=edit",
        "share create /Reports/2026.pdf group=design email=chloe@example.org",
    ];

    async fn run(self, on: &Nextcloud, ctx: &Ctx) -> Result<Reply> {
        if self.with.is_empty() && self.group.is_empty() && self.email.is_empty() {
            return Err(at(
                "with",
                "With whom? Write with=@ana, group=design or email=ana@example.org; a link for everybody is share link.",
            ));
        }
        let expires = day(self.expires, ctx)?;
        let entry = on.resolve("file", &self.file).await?;
        // Everybody is found before the first share is made.
        let mut wanted = Vec::new();
        for person in &self.with {
            let account = on.person("with", &person.0, ctx).await?;
            wanted.push((USER, account.id));
        }
        for group in &self.group {
            wanted.push((GROUP, on.group("group", &group.0).await?.id));
        }
        wanted.extend(self.email.iter().map(|it| (MAIL, it.0.trim().to_owned())));
        let note = on.signed(self.note.as_ref().map_or("", |it| it.0.as_str()), ctx);
        let known = on.shares_of(&entry.path).await?;
        let (mut made, mut there): (Vec<Share>, Vec<String>) = (Vec::new(), Vec::new());
        let (mut refused, is_only): (Vec<(String, Error)>, bool) = (Vec::new(), wanted.len() == 1);
        for (kind, with) in wanted {
            if let Some(share) = known.iter().find(|it| it.share_type == kind && it.share_with.as_deref() == Some(with.as_str()))
            {
                there.push(format!("{} (#{})", share.whom(), share.id));
                continue;
            }
            let whom = if kind == GROUP { format!("group {with}") } else { with.clone() };
            let wanted = Wanted {
                kind,
                with: Some(with),
                permissions: Some(self.permissions.unwrap_or(Permissions::View)),
                expires,
                note: Some(note.clone()),
                ..Wanted::default()
            };
            match on.share(&entry, &wanted).await {
                Ok(share) => made.push(share),
                // Where it is the only one, the form shows at which field.
                Err(error) if is_refusal(&error) && !is_only => refused.push((whom, error)),
                Err(error) => return Err(stopped(error, &made)),
            }
        }
        let not = |(whom, error): &(String, Error)| format!("Not with {whom}: {}", error.message);
        let not: Vec<String> = refused.iter().map(not).collect();
        if let (true, true, Some((_, error))) = (made.is_empty(), there.is_empty(), refused.into_iter().next()) {
            return Err(Error { message: not.join(" "), fields: Vec::new(), ..error });
        }
        let mut said = match made.as_slice() {
            [] => Message::text(format!("Nothing new to share: `{}` is shared with {} already.", entry.path, there.join(", "))),
            made => {
                let whom: Vec<String> = made.iter().map(Share::whom).collect();
                let may = made.first().map_or("view", Share::may);
                Message::text(format!("Shared `{}` with {} ({may}).", entry.path, whom.join(", ")))
            }
        };
        if !made.is_empty() && !there.is_empty() {
            said = said.context(format!("Shared before with {}; share update changes that.", there.join(", ")));
        }
        if !not.is_empty() {
            said = said.paragraph(not.join(" ")).tone(Tone::Warning);
        }
        let now = on.entry(&entry.path).await.unwrap_or(entry);
        Ok(on.reply(&now, ctx, said))
    }
}

/// A failure after some shares are made says so.
fn stopped(error: Error, made: &[Share]) -> Error {
    if made.is_empty() {
        return error;
    }
    let whom: Vec<String> = made.iter().map(Share::whom).collect();
    let message = format!("{} Already shared with {}.", error.message, whom.join(", "));
    Error { message, ..error }
}

/// Makes a public link: whoever has it can open the file without an account.
#[derive(Deserialize, JsonSchema)]
pub struct PublicLink {
    /// The file or folder: its path, its number, or a link to it.
    file: param::FileRef,
    /// What they may do; view where you do not say.
    permissions: Option<Permissions>,
    /// The last day.
    expires: Option<Date>,
    /// A password that opens it.
    password: Option<Secret>,
    /// What the link is for; only you and others who may share it see this.
    label: Option<String>,
    /// What everybody who opens it reads.
    note: Option<Markdown>,
}

impl Action for PublicLink {
    type On = Nextcloud;
    const NAME: &str = "share link";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["share link /Reports/2026.pdf", "share link /Inbox permissions=upload expires=2027-01-31"];

    async fn run(self, on: &Nextcloud, ctx: &Ctx) -> Result<Reply> {
        let expires = day(self.expires, ctx)?;
        let entry = on.resolve("file", &self.file).await?;
        let wanted = Wanted {
            kind: LINK,
            with: None,
            permissions: Some(self.permissions.unwrap_or(Permissions::View)),
            expires,
            password: self.password.filter(|it| !it.expose().is_empty()),
            label: Some(self.label.map_or_else(|| asked_by(ctx).trim_end_matches('.').to_owned(), |it| it.trim().to_owned())),
            note: self.note.map(|it| it.0.trim().to_owned()).filter(|it| !it.is_empty()),
        };
        let share = on.share(&entry, &wanted).await?;
        let address = on.shared_page(&share);
        let mut line = Text::new()
            .bold(super::title(&entry.path))
            .plain(": ")
            .link(&address, address.clone())
            .plain(format!(" · {}", share.may()));
        if share.has_password() {
            line = line.plain(" · asks for the password");
        }
        line = match share.until() {
            Some(until) => line.plain(format!(" · until {until}")),
            None => line.plain(" · has no end"),
        };
        let id = json!({ "share": share.id });
        let buttons = vec![
            Button::form("Change", ctx.call("share update", id.clone())),
            Button::run("End the link", ctx.call("share revoke", id)),
        ];
        Ok(Reply::to_channel(Message::text(line).buttons(buttons)))
    }
}
