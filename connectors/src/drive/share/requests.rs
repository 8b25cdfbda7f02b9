//! `access list`, `access accept`, `access deny`: who asks to be let in.
//! <https://developers.google.com/workspace/drive/api/guides/pending-access>

use commands::{Action, Button, Ctx, Effect, Error, ErrorKind, Message, Reply, Result, Text};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{
    drive::{
        Drive,
        api::Acting,
        card,
        param::{self, FileRef, RequestRef, Role},
        problem,
        wire::File,
    },
    http::pages::{Page, first, pages},
};

/// As many as anybody has looked at.
const MOST: usize = 100;
const FIELDS: &str = "proposalId,requesterEmailAddress,recipientEmailAddress,requestMessage,createTime,rolesAndViews(role,view)";

/// What somebody asks for.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::drive) struct Proposal {
    pub proposal_id: String,
    #[serde(default)]
    requester_email_address: String,
    #[serde(default)]
    recipient_email_address: String,
    request_message: Option<String>,
    create_time: Option<Timestamp>,
    #[serde(default)]
    roles_and_views: Vec<RoleAndView>,
}

#[derive(Clone, Debug, Deserialize)]
struct RoleAndView {
    role: String,
    /// `published`, of what is shown to readers only; else none.
    view: Option<String>,
}

impl Proposal {
    /// Who would be let in.
    pub(in crate::drive) fn who(&self) -> &str {
        if self.recipient_email_address.is_empty() { &self.requester_email_address } else { &self.recipient_email_address }
    }

    /// The role that is asked for.
    pub(in crate::drive) fn role(&self) -> &str {
        self.roles_and_views.first().map_or("reader", |it| &it.role)
    }
}

impl Acting<'_> {
    /// Who asks for access to a file; nobody where this account is not the one who decides.
    pub(in crate::drive) async fn proposals(&self, file: &str) -> Result<Vec<Proposal>> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Listed {
            #[serde(default)]
            access_proposals: Vec<Proposal>,
            next_page_token: Option<String>,
        }
        let fields = format!("nextPageToken,accessProposals({FIELDS})");
        let path = format!("/files/{file}/accessproposals");
        let fetch = async |token: Option<String>| {
            let mut query = vec![("pageSize", "100"), ("fields", fields.as_str())];
            query.extend(token.as_deref().map(|it| ("pageToken", it)));
            let listed: Listed = self.send(self.get(&path, &query)).await?;
            Ok(Page { items: listed.access_proposals, next: listed.next_page_token })
        };
        Ok(first(MOST, pages(fetch)).await?.items)
    }

    /// The request of that id, or of that person.
    async fn proposal(&self, file: &File, request: &RequestRef) -> Result<Proposal> {
        let typed = request.0.trim().trim_start_matches('@');
        let all = self.proposals(&file.id).await?;
        let found = all.iter().find(|it| it.proposal_id == typed || it.who().eq_ignore_ascii_case(typed));
        found.cloned().ok_or_else(|| {
            let asking: Vec<&str> = all.iter().map(Proposal::who).collect();
            let there = match asking.as_slice() {
                [] => "Nobody asks for access to it, or it is not for this account to decide.".to_owned(),
                asking => format!("It is asked for by {}.", asking.join(", ")),
            };
            problem::at("request", format!("`{typed}` does not ask for access to “{}”. {there}", file.name))
        })
    }

    async fn resolve(&self, file: &File, proposal: &Proposal, body: &Value) -> Result<()> {
        let path = format!("/files/{}/accessproposals/{}:resolve", file.id, proposal.proposal_id);
        let sent = self.post(&path, &[], body).send_empty().await;
        sent.map_err(|error: Error| match error.kind {
            ErrorKind::NotFound => {
                let message = format!("Somebody has decided about {} already.", proposal.who());
                Error { kind: ErrorKind::Conflict, message, ..error }
            }
            _ => problem::sharing(self.explain(error), "role"),
        })
    }
}

/// Lists who asks for access to a file or folder.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Requests {
    /// The file or folder.
    file: FileRef,
}

impl Action for Requests {
    type On = Drive;
    const NAME: &str = "access list";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["access list Brief"];

    async fn run(self, on: &Drive, ctx: &Ctx) -> Result<Reply> {
        let acting = on.acting(ctx).await?;
        let file = acting.find("file", &self.file).await?;
        let all = acting.proposals(&file.id).await?;
        if all.is_empty() {
            let text = Text::new().plain("Nobody asks for access to ").link(card::link(&file), &file.name);
            let why = if file.capabilities.can_share { "." } else { ", or it is not for this account to decide." };
            return Ok(Reply::to_channel(text.plain(why)));
        }
        let count = if all.len() == 1 { "1 person asks".to_owned() } else { format!("{} people ask", all.len()) };
        let head = Text::new().plain(format!("{count} for access to ")).link(card::link(&file), &file.name);
        let mut message = Message::text(head);
        for it in &all {
            let mut text = Text::new().bold(it.who()).plain(format!(" wants to be {}", param::role(it.role())));
            if it.requester_email_address != it.recipient_email_address && !it.recipient_email_address.is_empty() {
                text = text.plain(format!(", asks {}", it.requester_email_address));
            }
            if let Some(at) = it.create_time {
                text = text.plain(" · ").time(at);
            }
            message = message.paragraph(text);
            if let Some(said) = it.request_message.as_deref().map(str::trim).filter(|it| !it.is_empty()) {
                message = message.block(commands::Block::Quote(card::shorten(said, 300).into()));
            }
            let params = json!({ "file": file.id, "request": it.proposal_id });
            message = message.buttons(vec![
                Button::run(format!("Let in as {}", param::role(it.role())), ctx.call(Accept::NAME, params.clone())).primary(),
                Button::form("Let in, choosing as what", ctx.call(Accept::NAME, params.clone())),
                Button::run("Deny", ctx.call(Deny::NAME, params)),
            ]);
        }
        Ok(Reply::to_channel(match acting.note() {
            Some(note) => message.context(note),
            None => message,
        }))
    }
}

/// Lets somebody in who asked for access to a file or folder.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Accept {
    /// The file or folder.
    file: FileRef,
    /// Who asks: their email address, or the request's id.
    request: RequestRef,
    /// What they may do; what they asked for where you do not say.
    role: Option<Role>,
}

impl Action for Accept {
    type On = Drive;
    const NAME: &str = "access accept";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["access accept Brief chloe@example.org", "access accept Brief chloe@example.org role=commenter"];

    async fn run(self, on: &Drive, ctx: &Ctx) -> Result<Reply> {
        let acting = on.acting(ctx).await?;
        let file = acting.find("file", &self.file).await?;
        let proposal = acting.proposal(&file, &self.request).await?;
        let role = self.role.map_or_else(|| proposal.role(), |it| it.written());
        let mut body = json!({ "action": "ACCEPT", "role": [role], "sendNotification": true });
        if let Some(view) = proposal.roles_and_views.first().and_then(|it| it.view.as_ref()) {
            body["view"] = json!(view);
        }
        acting.resolve(&file, &proposal, &body).await?;
        let said = format!("{} is {} of “{}” now; Google tells them.", proposal.who(), param::role(role), file.name);
        let after = acting.file(&file.id).await.unwrap_or(file);
        Ok(card::done(&acting, &after, ctx, said).await)
    }
}

/// Denies somebody access to a file or folder who asked for it.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Deny {
    /// The file or folder.
    file: FileRef,
    /// Who asks: their email address, or the request's id.
    request: RequestRef,
}

impl Action for Deny {
    type On = Drive;
    const NAME: &str = "access deny";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["access deny Brief chloe@example.org"];

    async fn run(self, on: &Drive, ctx: &Ctx) -> Result<Reply> {
        let acting = on.acting(ctx).await?;
        let file = acting.find("file", &self.file).await?;
        let proposal = acting.proposal(&file, &self.request).await?;
        acting.resolve(&file, &proposal, &json!({ "action": "DENY", "sendNotification": true })).await?;
        let text = Text::new().plain(format!("{} is not let into ", proposal.who())).link(card::link(&file), &file.name);
        Ok(Reply::to_channel(text.plain("; Google tells them.")))
    }
}
