//! Channels.

use commands::{Action, Button, Ctx, Effect, Message, Reply, Result, Text, Tone, param::Person};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{
    Zulip, card,
    client::{
        channels::{Channel, Privacy, Right, Update as Change},
        groups::Group,
        subscriptions::{Kind, Wanted},
    },
    link, param,
    resolve::{Among, at},
};

const LONGEST_NAME: usize = 60;

/// Lists channels.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct List {
    /// Part of their names or descriptions.
    text: Option<String>,
    /// Those in the archive, instead.
    #[serde(default)]
    archived: bool,
}

impl Action for List {
    type On = Zulip;
    const NAME: &str = "channel list";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["channel list", "channel list text=dev"];

    async fn run(self, on: &Zulip, ctx: &Ctx) -> Result<Reply> {
        let all = if self.archived { on.client.channels_ever().await? } else { on.client.channels().await? };
        let text = self.text.unwrap_or_default().trim().to_lowercase();
        let mut lines = Vec::new();
        for channel in all.iter().filter(|it| it.is_archived == self.archived) {
            let fits = [&channel.name, &channel.description].iter().any(|it| it.to_lowercase().contains(&text));
            if fits && on.may_see(ctx, channel).await.is_ok() {
                let private = if channel.invite_only { " · private" } else { "" };
                lines.push(name(on, channel).plain(format!("{private} · {}", channel.description)));
            }
        }
        Ok(Reply::to_asker(card::listed(lines, "channel")))
    }
}

fn name(on: &Zulip, channel: &Channel) -> Text {
    let url = link::address(on.client.site(), (channel.stream_id, &channel.name), None, None);
    Text::new().link(url, format!("#{}", channel.name))
}

/// Shows a channel: who sees it, who may do what in it.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Show {
    /// The channel.
    channel: param::Channel,
}

impl Action for Show {
    type On = Zulip;
    const NAME: &str = "channel show";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["channel show dev"];

    async fn run(self, on: &Zulip, ctx: &Ctx) -> Result<Reply> {
        let channel = on.channel("channel", &self.channel, Among::Archived).await?;
        on.may_see(ctx, &channel).await?;
        let (groups, members) = (on.client.groups().await?, on.client.members(channel.stream_id).await?);
        let mut facts: Vec<(String, Text)> = vec![
            ("Seen by".into(), seen_by(&channel).into()),
            ("Subscribers".into(), members.len().to_string().into()),
            ("Number".into(), channel.stream_id.to_string().into()),
        ];
        for (title, value) in [
            ("May post", &channel.can_send_message_group),
            ("May subscribe", &channel.can_subscribe_group),
            ("May add people", &channel.can_add_subscribers_group),
            ("May remove people", &channel.can_remove_subscribers_group),
            ("May administer", &channel.can_administer_channel_group),
        ] {
            if let Some(value) = value {
                facts.push((title.into(), granted(value, &groups).into()));
            }
        }
        if channel.is_archived {
            facts.push(("State".into(), "archived".into()));
        }
        if let Some(at) = channel.date_created {
            facts.push(("Made".into(), Text::new().time(card::moment(at))));
        }
        let mut message = Message::new().heading(format!("#{}", channel.name));
        if !channel.description.is_empty() {
            message = message.paragraph(channel.description.as_str());
        }
        let named = json!({ "channel": channel.name });
        let mut buttons = vec![
            Button::form("Post", ctx.call("message send", named.clone())),
            Button::run("Topics", ctx.call("topic list", named.clone())),
            Button::run("Subscribers", ctx.call("channel subscribers", named.clone())),
        ];
        if channel.is_archived {
            buttons = vec![Button::run("Unarchive", ctx.call("channel unarchive", named))];
        }
        Ok(Reply::to_asker(message.paragraph(name(on, &channel)).facts(facts).buttons(buttons)))
    }
}

fn seen_by(channel: &Channel) -> &'static str {
    match (channel.invite_only, channel.history_public_to_subscribers) {
        _ if channel.is_web_public => "everybody on the web",
        (false, _) => "everybody but guests",
        (true, true) => "its subscribers, from its beginning",
        (true, false) => "its subscribers, from when they came",
    }
}

/// Whom a setting names: a group by its id, or people and groups of its own.
fn granted(value: &Value, groups: &[Group]) -> String {
    let title = |id: u64| groups.iter().find(|it| it.id == id).map_or_else(|| format!("group {id}"), |it| it.title().to_owned());
    match value {
        Value::Number(id) => id.as_u64().map(title).unwrap_or_default(),
        other => {
            let people = other["direct_members"].as_array().map_or(0, Vec::len);
            let within = other["direct_subgroups"].as_array().into_iter().flatten().filter_map(Value::as_u64).map(title);
            let mut all: Vec<String> = within.collect();
            if people > 0 {
                all.push(format!("{people} by name"));
            }
            if all.is_empty() { "nobody".into() } else { all.join(", ") }
        }
    }
}

/// Makes a channel.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Create {
    /// What it is called.
    name: String,
    /// What it is for.
    description: Option<String>,
    /// Who sees it; everybody but guests when not said.
    privacy: Option<Privacy>,
    /// Who is subscribed; you, when nobody is named.
    #[serde(default)]
    people: Vec<Person>,
    /// The group that may post.
    post: Option<param::Group>,
    /// Tell everybody about it.
    #[serde(default)]
    announce: bool,
}

impl Action for Create {
    type On = Zulip;
    const NAME: &str = "channel create";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] =
        &["channel create release", "channel create release description=\"What ships when\" people=ana people=ben"];

    async fn run(self, on: &Zulip, ctx: &Ctx) -> Result<Reply> {
        let title = checked_name("name", &self.name)?;
        let all = on.client.channels_ever().await?;
        if let Some(there) = all.iter().find(|it| it.name.eq_ignore_ascii_case(&title)) {
            let state = if there.is_archived { " in the archive" } else { "" };
            return Err(at("name", format!("There is a channel #{}{state} already.", there.name)));
        }
        let mut people: Vec<u64> = on.people("people", &self.people, ctx).await?.iter().map(|it| it.user_id).collect();
        let asker = on.asker(ctx).await?.map(|it| it.user_id);
        match (people.is_empty(), asker) {
            (true, Some(asker)) => people.push(asker),
            (true, None) => {
                return Err(at("people", "I do not know you in Zulip: name who is subscribed to it, people=ana say."));
            }
            (false, _) => {}
        }
        // Whoever makes a private channel sees it: else nobody could undo a mistake here.
        if self.privacy.is_some_and(|it| it != Privacy::Public) {
            let me = on.client.me().await?.user_id;
            people.extend(asker.into_iter().chain([me]).filter(|it| !people.contains(it)).collect::<Vec<_>>());
        }
        let rights = match &self.post {
            Some(group) => vec![(Right::Post, on.group("post", group).await?.id)],
            None => Vec::new(),
        };
        let kind = Kind { privacy: self.privacy, announce: self.announce.then_some(true), rights };
        let wanted = Wanted { name: &title, description: self.description.as_deref() };
        on.client.subscribe(&wanted, &people, &kind).await?;
        let id = on.client.channel_id(&title).await?;
        let url = link::address(on.client.site(), (id, &title), None, None);
        let count = people.len();
        let text = Text::new()
            .plain("Made ")
            .link(url, format!("#{title}"))
            .plain(format!(" with {count} subscriber{}.", plural(count)));
        Ok(card::done(text))
    }
}

fn plural(count: usize) -> &'static str {
    if count == 1 { "" } else { "s" }
}

fn checked_name(field: &str, name: &str) -> Result<String> {
    let name = name.trim().trim_start_matches('#').trim();
    let length = name.chars().count();
    match length {
        0 => Err(at(field, "A channel needs a name.")),
        1..=LONGEST_NAME => Ok(name.to_owned()),
        _ => Err(at(field, format!("The name has {length} characters, and Zulip takes {LONGEST_NAME}: shorten it."))),
    }
}

/// Changes what a channel is for, and whether newcomers are subscribed.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Update {
    /// The channel.
    channel: param::Channel,
    /// What it is for.
    description: Option<String>,
    /// Whether newcomers are subscribed to it.
    default: Option<Newcomers>,
}

/// What becomes of people who are new.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Newcomers {
    /// They are subscribed.
    Subscribed,
    /// They are not.
    NotSubscribed,
}

impl Action for Update {
    type On = Zulip;
    const NAME: &str = "channel update";
    const EFFECT: Effect = Effect::Admin;
    const EXAMPLES: &[&str] = &["channel update dev description=\"What we build\"", "channel update dev default=subscribed"];

    async fn run(self, on: &Zulip, ctx: &Ctx) -> Result<Reply> {
        if self.description.is_none() && self.default.is_none() {
            return Err(at("description", "What is to change? Write description=… or default=…."));
        }
        let channel = on.channel("channel", &self.channel, Among::Active).await?;
        on.may_see(ctx, &channel).await?;
        let default = self.default.map(|it| it == Newcomers::Subscribed);
        let change = Change { description: self.description.as_deref(), default, ..Change::default() };
        on.client.update_channel(channel.stream_id, &change).await?;
        Ok(card::done(format!("Changed #{}.", channel.name)))
    }
}

/// Gives a channel another name.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Rename {
    /// The channel.
    channel: param::Channel,
    /// What it is called from now on.
    name: String,
}

impl Action for Rename {
    type On = Zulip;
    const NAME: &str = "channel rename";
    const EFFECT: Effect = Effect::Admin;
    const EXAMPLES: &[&str] = &["channel rename dev development"];

    async fn run(self, on: &Zulip, ctx: &Ctx) -> Result<Reply> {
        let title = checked_name("name", &self.name)?;
        let channel = on.channel("channel", &self.channel, Among::Active).await?;
        on.may_see(ctx, &channel).await?;
        let renamed = on.client.update_channel(channel.stream_id, &Change { name: Some(&title), ..Change::default() }).await;
        renamed.map_err(|error| match error.message.to_lowercase() {
            it if it.contains("already") => at("name", format!("There is a channel #{title} already.")),
            _ => error,
        })?;
        Ok(card::done(format!("#{} is #{title} now.", channel.name)))
    }
}

/// Changes who sees a channel and who may do what in it.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Permissions {
    /// The channel.
    channel: param::Channel,
    /// Who sees it.
    privacy: Option<Privacy>,
    /// The group that may post.
    post: Option<param::Group>,
    /// The group that may subscribe by themselves, also where it is private.
    subscribe: Option<param::Group>,
    /// The group that may add people.
    add: Option<param::Group>,
    /// The group that may remove people.
    remove: Option<param::Group>,
    /// The group that may administer it.
    administer: Option<param::Group>,
}

impl Action for Permissions {
    type On = Zulip;
    const NAME: &str = "channel permissions";
    const EFFECT: Effect = Effect::Admin;
    const EXAMPLES: &[&str] = &["channel permissions dev post=moderators", "channel permissions dev privacy=private_shared"];

    async fn run(self, on: &Zulip, ctx: &Ctx) -> Result<Reply> {
        let channel = on.channel("channel", &self.channel, Among::Active).await?;
        on.may_see(ctx, &channel).await?;
        let mut rights = Vec::new();
        for (field, right, group) in [
            ("post", Right::Post, &self.post),
            ("subscribe", Right::Subscribe, &self.subscribe),
            ("add", Right::AddSubscribers, &self.add),
            ("remove", Right::RemoveSubscribers, &self.remove),
            ("administer", Right::Administer, &self.administer),
        ] {
            if let Some(group) = group {
                rights.push((right, on.group(field, group).await?.id));
            }
        }
        if rights.is_empty() && self.privacy.is_none() {
            return Err(at("privacy", "What is to change? Write privacy=…, or post=… and the name of a group."));
        }
        on.client.update_channel(channel.stream_id, &Change { privacy: self.privacy, rights, ..Change::default() }).await?;
        Ok(card::done(format!("Changed who sees #{} and what they may do there.", channel.name)))
    }
}

/// Archives a channel: nobody can post in it any more, and it is out of sight.
#[derive(Debug, Deserialize, Serialize, JsonSchema)]
pub struct Archive {
    /// The channel.
    channel: param::Channel,
    /// Do it without asking.
    #[serde(default)]
    #[schemars(extend("x-hidden" = true))]
    sure: bool,
}

impl Action for Archive {
    type On = Zulip;
    const NAME: &str = "channel archive";
    const EFFECT: Effect = Effect::Admin;
    const EXAMPLES: &[&str] = &["channel archive dev"];

    async fn run(self, on: &Zulip, ctx: &Ctx) -> Result<Reply> {
        let channel = on.channel("channel", &self.channel, Among::Active).await?;
        on.may_see(ctx, &channel).await?;
        if !self.sure {
            let question = format!(
                "Nobody can post in #{} then, and Zulip before version 11 cannot bring it back without its server's administrator. \
                 Archive it?",
                channel.name
            );
            return Ok(card::ask_first(ctx, &question, "Archive", Self::NAME, &self));
        }
        on.client.archive(channel.stream_id).await?;
        Ok(Reply::to_channel(Message::text(format!("#{} is archived.", channel.name)).tone(Tone::Warning)))
    }
}

/// Takes a channel out of the archive; Zulip 11 and newer.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Unarchive {
    /// The channel.
    channel: param::Channel,
}

impl Action for Unarchive {
    type On = Zulip;
    const NAME: &str = "channel unarchive";
    const EFFECT: Effect = Effect::Admin;
    const EXAMPLES: &[&str] = &["channel unarchive dev"];

    async fn run(self, on: &Zulip, ctx: &Ctx) -> Result<Reply> {
        let channel = on.channel("channel", &self.channel, Among::Archived).await?;
        on.may_see(ctx, &channel).await?;
        if !channel.is_archived {
            return Ok(Reply::to_asker(format!("#{} is not archived.", channel.name)));
        }
        on.client.unarchive(channel.stream_id).await?;
        Ok(card::done(format!("#{} is back.", channel.name)))
    }
}
