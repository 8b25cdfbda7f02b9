//! Who somebody is in the connected systems.

use commands::{
    Action, Actor, Block, Button, Call, Ctx, Effect, Error, Message, Reply, Result, Text, Tone,
    param::{Person, Secret},
};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use super::{tell, unreadable, whom};
use crate::{
    app::{App, OWN},
    connections::{
        Live,
        grants::{Grant, Owner, begin::Errand},
    },
    people::{
        PersonId,
        links::{Linked, Proof, Standing},
    },
};

/// Say who you are in a connected system, or let the bot act as you there; without any, see who you are in each.
#[derive(Deserialize, JsonSchema)]
pub struct Link {
    /// The connection, such as `redmine`.
    #[schemars(extend("x-positional" = true, "x-lookup" = "connection"))]
    connection: Option<String>,
    /// The login that you sign in there with.
    #[schemars(extend("x-positional" = true))]
    account: Option<String>,
}

impl Action for Link {
    type On = App;
    const NAME: &str = "link";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["link", "link redmine ana.k"];

    async fn run(self, app: &App, ctx: &Ctx) -> Result<Reply> {
        let (connection, account) = match (self.connection, self.account) {
            (Some(connection), Some(account)) => (connection, account),
            (Some(connection), None) => {
                let live = app.connections.get(&connection)?;
                let standing = app.standing(&ctx.actor, &live.name).await;
                let (text, buttons) = told(ctx, &connection, &standing);
                let message = Message::text(text);
                if !live.acts_as_people() {
                    return Ok(Reply::to_asker(with_buttons(message, buttons)));
                }
                let message = consent(app, ctx, &live, message).await?;
                return Ok(Reply::new(message, commands::Audience::Private));
            }
            (None, _) => return Ok(Reply::to_asker(accounts(app, ctx).await)),
        };
        match app.claim_account(&ctx.actor, &connection, account.trim()).await? {
            Proof::Proved(linked) => Ok(Reply::to_asker(linked_message(&connection, &linked))),
            Proof::Unproved => {
                let asked = ask_administrators(app, ctx, &connection, account.trim()).await?;
                let title = app.connections.get(&connection)?.kind.title;
                let text = Text::new()
                    .plain(format!("{title} has an account "))
                    .code(account.trim())
                    .plain(", but its email address is not the one you have here, so it may be somebody else's. Until it is certain, nothing is done under it.");
                let who = match asked {
                    0 => Text::new().plain("An administrator can say that it is yours: ").code("bellhop link set"),
                    1 => Text::new().plain("An administrator was asked whether it is yours."),
                    count => Text::new().plain(format!("{count} administrators were asked whether it is yours.")),
                };
                let message = Message::text(text).paragraph(who).tone(Tone::Warning).buttons(vec![prove(ctx, &connection)]);
                Ok(Reply::to_asker(message))
            }
        }
    }
}

/// How the person lets the bot act as them, below who they are there.
async fn consent(app: &App, ctx: &Ctx, live: &Live, message: Message) -> Result<Message> {
    let owner = Owner::Person(PersonId::from(&ctx.actor));
    let title = live.kind.title;
    let address = app.begin_consent(ctx, Errand::Link(live)).await?;
    let (before, label) = match app.grants.find(live, &owner).await? {
        Some(Grant { refused: None, account, at, .. }) => {
            let text = Text::new().plain("What you ask for is done there by your own account ").code(account).plain(", since ");
            let unlink = Button::run("Take it back", Call::new(OWN, "unlink", json!({ "connection": live.name })));
            return Ok(message
                .paragraph(text.time(at).plain("."))
                .context(Text::new().plain("To agree anew, or as another account: ").link(address, format!("open {title}")))
                .buttons(vec![unlink]));
        }
        Some(Grant { refused: Some(why), .. }) => {
            (format!("What I might do as you has ended: {why}. "), format!("Let Bellhop act as you in {title} again"))
        }
        None => (
            format!("So far it is my own account that acts in {title}, and says that you asked. "),
            format!("Let Bellhop act as you in {title}"),
        ),
    };
    let text = Text::new()
        .plain(before)
        .link(address, label)
        .plain(": a page where you agree. It is for you alone, good for ten minutes.");
    Ok(message.paragraph(text))
}

/// Say that it was you who agreed on a system's page, with the word that it showed you.
#[derive(Deserialize, JsonSchema)]
pub struct Confirm {
    /// The word: two groups of five letters and digits.
    word: String,
}

impl Action for Confirm {
    type On = App;
    const NAME: &str = "link confirm";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["link confirm K7QMX-2PDRA"];

    async fn run(self, app: &App, ctx: &Ctx) -> Result<Reply> {
        Ok(Reply::to_asker(app.confirm_consent(&PersonId::from(&ctx.actor), &self.word).await?))
    }
}

/// Prove that an account is yours with its own API key, which is used for this alone and kept nowhere.
#[derive(Deserialize, JsonSchema)]
pub struct Prove {
    /// The connection, such as `redmine`.
    connection: String,
    /// Your own API key there; in Redmine: My account, API access key.
    api_key: Secret,
}

impl Action for Prove {
    type On = App;
    const NAME: &str = "link prove";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["link prove redmine"];

    async fn run(self, app: &App, ctx: &Ctx) -> Result<Reply> {
        let linked = app.prove_account(&ctx.actor, &self.connection, &self.api_key).await?;
        Ok(Reply::to_asker(linked_message(&self.connection, &linked)))
    }
}

/// Say who somebody is in a connected system.
#[derive(Deserialize, JsonSchema)]
pub struct Set {
    /// Whose account it is: mention them.
    person: Person,
    /// The connection, such as `redmine`.
    #[schemars(extend("x-lookup" = "connection"))]
    connection: String,
    /// Their login there.
    account: String,
}

impl Action for Set {
    type On = App;
    const NAME: &str = "link set";
    const EFFECT: Effect = Effect::Admin;
    const EXAMPLES: &[&str] = &["link set @ana redmine ana.k"];

    async fn run(self, app: &App, ctx: &Ctx) -> Result<Reply> {
        let person = whom(app, ctx, "person", &self.person.0).await?;
        let who = PersonId::from(&ctx.actor);
        let linked = app.assign_account(&(&person).into(), &self.connection, self.account.trim(), &who).await?;
        let said = Text::new().bold(&ctx.actor.name).plain(" says that you are ").code(&linked.account).plain(" in ");
        let said = said.code(&self.connection).plain(". What you ask for is done under that account from now on.");
        let wrong = Button::run("That is not me", Call::new(OWN, "unlink", json!({ "connection": self.connection })));
        if person.id != ctx.actor.id {
            tell(app, ctx, &person, Message::text(said).buttons(vec![wrong])).await?;
        }
        let text = Text::new().bold(&person.name).plain(" is ").code(linked.account).plain(" in ").code(self.connection);
        Ok(Reply::to_asker(Message::text(text.plain(" from now on.")).tone(Tone::Good)))
    }
}

/// Forget which account of a connected system you linked, and that the bot may act as you there; your email address decides again.
#[derive(Deserialize, JsonSchema)]
pub struct Unlink {
    /// The connection, such as `redmine`.
    #[schemars(extend("x-lookup" = "connection"))]
    connection: String,
}

impl Action for Unlink {
    type On = App;
    const NAME: &str = "unlink";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["unlink redmine"];

    async fn run(self, app: &App, ctx: &Ctx) -> Result<Reply> {
        remove(app, &ctx.actor, &self.connection).await?;
        let standing = app.standing(&ctx.actor, &self.connection).await;
        let (text, buttons) = told(ctx, &self.connection, &standing);
        Ok(Reply::to_asker(with_buttons(Message::text("The link is forgotten.").paragraph(text), buttons)))
    }
}

/// Forget which account of a connected system somebody is linked to.
#[derive(Deserialize, JsonSchema)]
pub struct Remove {
    /// Whose link it is: mention them.
    person: Person,
    /// The connection, such as `redmine`.
    #[schemars(extend("x-lookup" = "connection"))]
    connection: String,
}

impl Action for Remove {
    type On = App;
    const NAME: &str = "link remove";
    const EFFECT: Effect = Effect::Admin;
    const EXAMPLES: &[&str] = &["link remove @ana redmine"];

    async fn run(self, app: &App, ctx: &Ctx) -> Result<Reply> {
        let person = whom(app, ctx, "person", &self.person.0).await?;
        remove(app, &person, &self.connection).await?;
        let text = Text::new().plain("The link of ").bold(person.name).plain(" in ").code(self.connection);
        Ok(Reply::to_asker(Message::text(text.plain(" is forgotten. Their email address decides again."))))
    }
}

/// List who is linked to which account, and who waits for a confirmation.
#[derive(Deserialize, JsonSchema)]
pub struct Links {
    /// Only of this connection.
    #[schemars(extend("x-positional" = true, "x-lookup" = "connection"))]
    connection: Option<String>,
}

impl Action for Links {
    type On = App;
    const NAME: &str = "links";
    const EFFECT: Effect = Effect::Admin;
    const EXAMPLES: &[&str] = &["links", "links redmine"];

    async fn run(self, app: &App, ctx: &Ctx) -> Result<Reply> {
        /// Each row's name may have to be asked for.
        const SHOWN: usize = 50;
        /// As many as one row of buttons holds.
        const CLAIMS: usize = 5;
        let all = app.people.links(self.connection.as_deref()).await.map_err(unreadable)?;
        if all.is_empty() {
            let text = Text::new().plain("Nobody is linked: accounts are found by email address. ");
            return Ok(Reply::to_asker(Message::text(text.code("bellhop link set @ana redmine ana.k").plain(" links one."))));
        }
        let (mut rows, mut buttons) = (Vec::new(), Vec::new());
        for link in all.iter().take(SHOWN) {
            let name = match app.platforms.get(&link.person.platform) {
                Some(platform) => platform.person(&link.person.workspace, &link.person.id).await.ok().map(|it| it.name),
                None => None,
            };
            let name = name.unwrap_or_else(|| link.person.id.clone());
            let (account, how) = match (&link.linked, &link.claim) {
                (Some(linked), None) => (linked.account.clone(), linked.found.words().replace("yourself", "the person")),
                (Some(linked), Some(claim)) => (linked.account.clone(), format!("says to be {claim}")),
                (None, claim) => (String::new(), format!("says to be {}", claim.as_deref().unwrap_or_default())),
            };
            if let Some(claim) = link.claim.as_ref().filter(|_| buttons.len() < CLAIMS) {
                buttons.push(confirm(&format!("{name} is {claim}"), &link.person, &link.connection, claim));
            }
            rows.push(vec![name.into(), Text::new().code(link.connection.clone()), Text::new().code(account), how.into()]);
        }
        let header = ["Who", "Where", "Account", "How"].map(str::to_owned).to_vec();
        let mut message = Message::new().heading("Linked accounts").block(Block::Table { header, rows });
        if all.len() > SHOWN {
            message = message.context(format!("{} more: name a connection to see fewer.", all.len() - SHOWN));
        }
        let _ = ctx;
        Ok(Reply { audience: commands::Audience::Private, ..Reply::to_asker(with_buttons(message, buttons)) })
    }
}

async fn remove(app: &App, person: &Actor, connection: &str) -> Result<()> {
    // A connection may be gone by now, and its links not.
    let live = app.connections.get(connection).ok();
    let was_let_in = app.grants.forget(live.as_deref(), connection, &Owner::Person(person.into())).await?;
    let removed = app.people.unlink(&person.into(), connection).await.map_err(unreadable)?;
    app.know_people().await.map_err(unreadable)?;
    if was_let_in {
        return Ok(());
    }
    removed.map(|_| ()).ok_or_else(|| {
        Error::not_found(format!(
            "There is no link in `{connection}` to forget: accounts that nobody linked are found by email address."
        ))
    })
}

/// Who the asker is in each connection, and the way out where they are nobody.
pub(super) async fn accounts(app: &App, ctx: &Ctx) -> Message {
    let mut lines = Vec::new();
    let mut buttons = Vec::new();
    for live in app.connections.all() {
        let standing = app.standing(&ctx.actor, &live.name).await;
        let (text, more) = told(ctx, &live.name, &standing);
        lines.push(text);
        buttons.extend(more);
    }
    if lines.is_empty() {
        return Message::text("Nothing is connected yet, so there is nobody to be.");
    }
    // One row of buttons: the commands stand in the text.
    buttons.truncate(5);
    with_buttons(Message::new().heading("Who you are elsewhere").list(lines), buttons)
}

/// What a standing means, in a line, and what can be done about it.
pub(super) fn told(ctx: &Ctx, connection: &str, standing: &Standing) -> (Text, Vec<Button>) {
    let text = Text::new().code(connection).plain(": ");
    let say = || Button::form(format!("Link {connection}…"), ctx_call(connection));
    match standing {
        Standing::Known(linked) => (text.bold(&linked.account).plain(format!(", {}", linked.found.words())), Vec::new()),
        Standing::Claimed(claim) => (
            text.plain("you said you are ")
                .code(claim)
                .plain(", which an administrator has to confirm, or you prove it with your API key"),
            vec![prove(ctx, connection)],
        ),
        Standing::Nobody => {
            let why = match &ctx.actor.email {
                Some(email) => format!("nobody with your email address {email}; "),
                None => "not known, since the chat does not tell your email address; ".to_owned(),
            };
            (text.plain(why).code(format!("bellhop link {connection} LOGIN")).plain(" says who you are"), vec![say()])
        }
        Standing::NoAccounts => (text.plain("everything there is done under the bot's own account"), Vec::new()),
        Standing::Unknown(err) => (text.plain(err.message.clone()), Vec::new()),
    }
}

fn ctx_call(connection: &str) -> Call {
    Call::new(OWN, "link", json!({ "connection": connection }))
}

fn prove(_: &Ctx, connection: &str) -> Button {
    Button::form("Prove it with your API key…", Call::new(OWN, "link prove", json!({ "connection": connection })))
}

fn confirm(label: &str, person: &PersonId, connection: &str, account: &str) -> Button {
    let call = Call::new(OWN, "link set", json!({ "person": person.to_string(), "connection": connection, "account": account }));
    Button::run(label, call)
}

fn linked_message(connection: &str, linked: &Linked) -> Message {
    let text = Text::new().plain("You are ").code(&linked.account).plain(" in ").code(connection);
    Message::text(text.plain(" from now on, and what you ask for is done under that account.")).tone(Tone::Good)
}

fn with_buttons(message: Message, buttons: Vec<Button>) -> Message {
    if buttons.is_empty() { message } else { message.buttons(buttons) }
}

/// Asks those who can confirm a claim; how many were asked.
async fn ask_administrators(app: &App, ctx: &Ctx, connection: &str, account: &str) -> Result<usize> {
    let Some(platform) = app.platforms.get(&ctx.actor.platform) else { return Ok(0) };
    let administrators = platform.administrators().await.unwrap_or_else(|err| {
        tracing::warn!("No administrator can be found to confirm an account: {err}");
        Vec::new()
    });
    let email = ctx.actor.email.clone().unwrap_or_else(|| "no address".into());
    let text = Text::new().bold(&ctx.actor.name).plain(format!(" ({email}) says to be ")).code(account).plain(" in ");
    let text = text.code(connection).plain(". Confirmed, what they ask for is done under that account.");
    let message = Message::text(text).tone(Tone::Warning).buttons(vec![
        confirm("Confirm", &PersonId::from(&ctx.actor), connection, account).primary(),
        Button::run("All links", Call::new(OWN, "links", json!({ "connection": connection }))),
    ]);
    let mut asked = 0;
    for target in administrators {
        let crate::chat::Target::Person { id, .. } = target else { continue };
        if id != ctx.actor.id {
            let administrator = platform.person(&ctx.actor.workspace, &id).await?;
            tell(app, ctx, &administrator, message.clone()).await?;
            asked += 1;
        }
    }
    Ok(asked)
}
