//! Zulip as the rest of the bot knows it.

use std::sync::Arc;

use async_trait::async_trait;
use commands::{Actor, Audience, Download, Error, ErrorKind, Result};
use connectors::Check;
use jiff::Timestamp;

use super::{
    Mode, Zulip,
    client::{Recipient, ServerSettings, User},
    conversation::{self, Manner, State},
    ear::Ears,
    inbound,
    render::{self, Address},
};
use crate::chat::{Ear, FormView, Found, Limit, Opener, Place, Platform, Post, Posted, Profile, Target, UserGroup};

/// Zulip 5.0: the first with everything that is used here.
const FEATURE_LEVEL: u32 = 119;
/// Zulip 7.0 knows `type=direct`.
const FEATURE_LEVEL_FOR_DIRECT: u32 = 174;

#[async_trait]
impl Platform for Zulip {
    fn name(&self) -> &'static str {
        "zulip"
    }

    async fn post(&self, post: &Post) -> Result<Posted> {
        self.post_parts(post).await
    }

    async fn find(&self, post: &Post, since: Timestamp) -> Result<Found> {
        self.find_post(post, since).await
    }

    fn limits(&self, _: &Target) -> Vec<Limit> {
        match self.rate {
            0 => Vec::new(),
            rate => vec![Limit::in_any_minute(format!("zulip:{}", self.workspace()), rate)],
        }
    }

    async fn administrators(&self) -> Result<Vec<Target>> {
        self.find_administrators().await
    }

    async fn update(&self, post: &Post, id: &str) -> Result<()> {
        self.update_parts(post, id).await
    }

    async fn open_form(&self, opener: &Opener, form: &FormView) -> Result<()> {
        let stored = self.forms.load(&form.id).await.map_err(|_| Error::internal("What is stored cannot be read."))?;
        let Some(mut stored) = stored else { return Err(Error::not_found("That form is no longer there: start it again.")) };
        let to = place(&opener.to.place)?;
        let manner = Manner { address: self.address(&to).await?, page: self.page(&form.id, &opener.to.place) };
        let state = State::begin(form);
        // Stored first: a question that nobody would hear the answer to is worse than none.
        state.put(&mut stored, Timestamp::now());
        self.forms.save(&stored).await.map_err(|_| Error::internal("Nothing can be stored."))?;
        let question = conversation::prompt(form, &state, None, &manner);
        let opening = conversation::opening(form, &manner);
        if question.widget.is_some() {
            self.client.send(&to, &opening, None).await?;
            self.client.send(&to, &question.content, question.widget.as_ref()).await?;
        } else {
            self.client.send(&to, &render::cut(&format!("{opening}\n\n{}", question.content)), None).await?;
        }
        Ok(())
    }

    async fn person(&self, workspace: &str, id: &str) -> Result<Actor> {
        let unknown = || Error::not_found("Zulip does not know that person.");
        if workspace != self.workspace() {
            return Err(unknown());
        }
        let id: u64 = id.parse().map_err(|_| unknown())?;
        let actor = async {
            let user = self.client.user(id).await?;
            if !user.is_active {
                return Err(Error::new(ErrorKind::Permission, format!("{}'s Zulip account is deactivated.", user.full_name)));
            }
            Ok(self.actor(&user))
        };
        self.people.try_get_with(id, actor).await.map_err(|err| Error::clone(&err))
    }

    async fn person_of(&self, email: &str) -> Result<Option<Actor>> {
        let everyone = self.everyone.try_get_with((), async { self.client.users().await.map(Arc::new) });
        let everyone = everyone.await.map_err(|err| Error::clone(&err))?;
        let is_theirs = |it: &&User| it.delivery_email.as_deref().is_some_and(|it| it.eq_ignore_ascii_case(email));
        Ok(everyone.iter().filter(|it| it.is_active && !it.is_bot).find(is_theirs).map(|it| self.actor(it)))
    }

    async fn home(&self) -> Result<String> {
        Ok(self.workspace().to_owned())
    }

    async fn header(&self, place: &Place) -> Result<Option<String>> {
        self.described(&place.channel).await.map(|it| Some(it.description))
    }

    async fn set_header(&self, place: &Place, text: &str) -> Result<()> {
        self.describe(&place.channel, text).await
    }

    async fn profile(&self, workspace: &str, id: &str) -> Result<Profile> {
        match id.parse() {
            Ok(id) if workspace.is_empty() || workspace == self.workspace() => {
                Ok(Profile { zone: self.client.time_zone(id).await?, locale: None })
            }
            _ => Ok(Profile::default()),
        }
    }

    async fn group(&self, workspace: &str, group: &str) -> Result<Option<UserGroup>> {
        if !workspace.is_empty() && workspace != self.workspace() {
            return Ok(None);
        }
        self.find_group(group).await
    }

    async fn set_group(&self, _: &str, group: &str, people: &[String]) -> Result<()> {
        self.put_into_group(group, people).await
    }

    async fn mentioned(&self, workspace: &str, text: &str) -> Result<Option<Actor>> {
        let text = text.trim();
        if workspace != self.workspace() {
            return Ok(None);
        }
        let name = match inbound::mention(text) {
            Some((name, "")) => name,
            Some(_) => return Ok(None),
            None => match text.strip_prefix('@') {
                Some(name) if !name.is_empty() => name,
                _ => return Ok(None),
            },
        };
        if let Some((_, id)) = name.rsplit_once('|')
            && let Ok(id) = id.parse::<u64>()
        {
            return match self.person(workspace, &id.to_string()).await {
                Ok(actor) => Ok(Some(actor)),
                Err(err) if err.kind == ErrorKind::NotFound => Ok(None),
                Err(err) => Err(err),
            };
        }
        let everyone = self.everyone.try_get_with((), async { self.client.users().await.map(Arc::new) });
        let everyone = everyone.await.map_err(|err| Error::clone(&err))?;
        named(&everyone, name).map(|it| it.map(|user| self.actor(user)))
    }

    async fn download(&self, _: &str, file: &str) -> Result<Option<Download>> {
        let path = file.strip_prefix("zulip-file:").unwrap_or(file);
        let path = path.strip_prefix(self.workspace()).unwrap_or(path);
        if !path.starts_with("/user_uploads/") {
            return Ok(None);
        }
        self.client.upload(path).await.map(Some)
    }

    async fn permalink(&self, place: &Place, message: &str) -> Result<Option<String>> {
        if place.workspace != self.workspace() || !message.bytes().all(|it| it.is_ascii_digit()) {
            return Ok(None);
        }
        Ok(permalink(place, message))
    }

    fn ear(self: Arc<Self>) -> Option<Arc<dyn Ear>> {
        // In either mode: what another configuration of this bot has heard is still to be understood.
        self.memory.is_some().then(|| Arc::new(Ears(self)) as Arc<dyn Ear>)
    }

    async fn health(&self) -> Vec<Check> {
        let mut checks = self.queue_checks().await;
        match self.client.server().await {
            Ok((settings, date)) => {
                checks.push(version(&settings));
                checks.extend(date.map(|date| clock(Timestamp::now(), date)));
            }
            Err(err) => return vec![Check::failed("reachability", err.message.clone(), "Mend zulip.site, or wait for Zulip.")],
        }
        if let Some(err) = self.client.kept_back() {
            checks.push(Check::warning("breaker", err.message, "Nothing to do: it is tried again by itself."));
        }
        if let Some(quota) = self.client.quota() {
            let of = quota.limit.map(|it| format!(" of {it}")).unwrap_or_default();
            checks.push(Check::ok("quota", format!("{}{of} requests a minute are left", quota.remaining)));
        }
        match self.client.me().await {
            // Only the full record tells the bot's type.
            Ok(me) => match self.client.user(me.user_id).await {
                Ok(me) => checks.extend(bot(&me, self.mode)),
                Err(err) => checks.push(Check::failed("credentials", err.message, "Give the bot the role Member.")),
            },
            Err(err) => {
                checks.push(Check::failed("credentials", err.message.clone(), "Copy email and key from the bot's zuliprc."))
            }
        }
        checks
    }
}

impl Zulip {
    fn actor(&self, user: &User) -> Actor {
        Actor {
            platform: "zulip".into(),
            workspace: self.workspace().into(),
            id: user.user_id.to_string(),
            name: user.full_name.clone(),
            email: user.delivery_email.clone().filter(|it| !it.is_empty()),
            admin: user.administers(),
        }
    }

    /// Who the bot is; cached.
    pub(super) async fn me(&self) -> Result<User> {
        self.me.try_get_with((), self.client.me()).await.map_err(|err| Error::clone(&err))
    }

    /// How people speak to the bot where a message goes.
    pub(super) async fn address(&self, to: &Recipient) -> Result<Address> {
        match to {
            Recipient::People(_) => Ok(Address::Direct),
            Recipient::Channel { .. } => {
                match self.me().await {
                    Ok(me) => Ok(Address::Mention(me.full_name)),
                    Err(err) if err.is_temporary() => Err(err),
                    // A message with a guess in its buttons is better than none.
                    Err(_) => Ok(Address::Mention("Bellhop".into())),
                }
            }
        }
    }
}

/// The person of that name, or whose address begins like this.
fn named<'a>(everyone: &'a [User], name: &str) -> Result<Option<&'a User>> {
    let wanted = name.to_lowercase();
    let people = || everyone.iter().filter(|it| it.is_active && !it.is_bot);
    let full: Vec<&User> = people().filter(|it| it.full_name.to_lowercase() == wanted).collect();
    let address = |it: &&User| {
        it.delivery_email.as_deref().and_then(|it| it.split('@').next()).is_some_and(|it| it.to_lowercase() == wanted)
    };
    let first = |it: &&User| it.full_name.to_lowercase().split_whitespace().next() == Some(wanted.as_str());
    let found = if full.is_empty() { people().filter(address).collect() } else { full };
    let found: Vec<&User> = if found.is_empty() { people().filter(first).collect() } else { found };
    match found.as_slice() {
        [] => Ok(None),
        [one] => Ok(Some(one)),
        several => {
            let names = several.iter().take(5).map(|it| format!("`@**{}|{}**`", it.full_name, it.user_id)).collect::<Vec<_>>();
            Err(Error::bad_input(format!("`@{name}` could be several people: say which, {}.", names.join(" or "))))
        }
    }
}

pub(super) fn recipient(target: &Target) -> Result<Recipient> {
    match target {
        // What is for one pair of eyes goes to their direct messages: Zulip hides nothing in a channel.
        Target::Answer { to, audience: Audience::Private } => person(&to.asker),
        Target::Answer { to, .. } => place(&to.place),
        Target::Place(to) => place(to),
        Target::Person { id, .. } => person(id),
    }
}

fn person(id: &str) -> Result<Recipient> {
    let id = id.parse().map_err(|_| Error::bad_input(format!("`{id}` is no Zulip user id: it is a number.")))?;
    Ok(Recipient::People(vec![id]))
}

pub(super) fn place(place: &Place) -> Result<Recipient> {
    let bad = || Error::bad_input(format!("`{}` is no place in Zulip: write channel:3, channel:ops or dm:10,26.", place.channel));
    match place.channel.split_once(':') {
        // Zulip takes a channel's name where it takes its id.
        Some(("channel", channel)) if !channel.is_empty() => {
            Ok(Recipient::Channel { channel: channel.into(), topic: place.thread.clone().unwrap_or_default() })
        }
        Some(("dm", ids)) => {
            let ids: Vec<u64> = ids.split(',').map(str::parse).collect::<Result<_, _>>().map_err(|_| bad())?;
            Ok(Recipient::People(ids))
        }
        _ => Err(bad()),
    }
}

/// Zulip's own form: `#narrow/channel/3/topic/printers/near/501`.
fn permalink(place: &Place, message: &str) -> Option<String> {
    let narrow = match recipient(&Target::Place(place.clone())).ok()? {
        Recipient::Channel { channel, topic } => format!("channel/{}/topic/{}", hash_encoded(&channel), hash_encoded(&topic)),
        Recipient::People(ids) => {
            let suffix = if ids.len() == 1 { "dm" } else { "group" };
            format!("dm/{}-{suffix}", ids.iter().map(u64::to_string).collect::<Vec<_>>().join(","))
        }
    };
    Some(format!("{}/#narrow/{narrow}/near/{message}", place.workspace))
}

/// Percent-encoding with a dot for the percent sign, as in Zulip's `internal_url.ts`.
fn hash_encoded(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'~' | b'!' | b'*' | b'\'' => char::from(byte).to_string(),
            other => format!(".{other:02X}"),
        })
        .collect()
}

fn version(settings: &ServerSettings) -> Check {
    let found = format!("Zulip {} (feature level {})", settings.zulip_version, settings.zulip_feature_level);
    match settings.zulip_feature_level {
        0..FEATURE_LEVEL => Check::failed("version", found, "Upgrade Zulip to 7.0 or later."),
        FEATURE_LEVEL..FEATURE_LEVEL_FOR_DIRECT => {
            Check::failed("version", format!("{found}, which knows no `direct` messages"), "Upgrade Zulip to 7.0 or later.")
        }
        _ => Check::ok("version", found),
    }
}

fn clock(now: Timestamp, theirs: Timestamp) -> Check {
    let apart = now.duration_since(theirs).as_secs().abs();
    if apart > 60 {
        let fix = "Set the clock of this machine, or of Zulip's, by NTP.";
        Check::warning("clock", format!("{apart} s apart from Zulip's"), fix)
    } else {
        Check::ok("clock", format!("{apart} s apart from Zulip's"))
    }
}

fn bot(me: &User, mode: Mode) -> Vec<Check> {
    if !me.is_bot {
        let detail = format!("signed in as the person {}", me.full_name);
        return vec![Check::failed(
            "credentials",
            detail,
            match mode {
                Mode::Webhook => "Use a bot's key: Settings > Bots > Add a new bot, type Outgoing webhook.",
                Mode::Events => "Use a bot's key: Settings > Bots > Add a new bot, type Generic bot.",
            },
        )];
    }
    let signed_in = Check::ok("credentials", format!("signed in as the bot {}", me.full_name));
    let kind = match me.bot_type {
        // Zulip keeps no messages for bots of the other types: they would miss mentions, and find none in the history.
        _ if mode == Mode::Events => match me.bot_type {
            Some(1) => Check::ok("bot type", "generic"),
            _ => Check::failed(
                "bot type",
                "no generic bot: Zulip tells it of no mentions by the event queue",
                "Add a bot of type Generic bot, or write mode = \"webhook\".",
            ),
        },
        Some(3) => Check::ok("bot type", "outgoing webhook"),
        Some(2) => Check::failed("bot type", "incoming webhook: it may only post", "Add a bot of type Outgoing webhook."),
        _ => Check::failed("bot type", "Zulip posts nothing to /zulip for it", "Add a bot of type Outgoing webhook."),
    };
    let mut checks = vec![signed_in, kind];
    if me.administers() {
        let fix = "Give the bot the role Member: it needs no more.";
        checks.push(Check::warning("role", "the bot administers the organization", fix));
    }
    checks
}

#[cfg(test)]
mod tests {
    use connectors::State;

    use super::*;
    use crate::chat::Answering;

    fn at(channel: &str, thread: Option<&str>) -> Place {
        let (platform, workspace) = ("zulip".into(), "https://chat.example.org".into());
        Place { platform, workspace, channel: channel.into(), thread: thread.map(str::to_owned) }
    }

    fn user(id: u64, name: &str, email: &str) -> User {
        User {
            user_id: id,
            full_name: name.into(),
            delivery_email: Some(email.into()),
            is_active: true,
            is_bot: false,
            bot_type: None,
            role: Some(400),
            is_admin: false,
        }
    }

    #[test]
    fn answers_go_where_they_may_be_seen() {
        let answer = |channel: &str, audience| {
            let to = Answering { place: at(channel, Some("printers")), asker: "10".into(), response_url: None, pressed: None };
            recipient(&Target::Answer { to, audience })
        };
        let channel = Recipient::Channel { channel: "3".into(), topic: "printers".into() };
        assert_eq!(answer("channel:3", Audience::Channel), Ok(channel.clone()));
        assert_eq!(answer("channel:3", Audience::Asker), Ok(channel));
        assert_eq!(answer("channel:3", Audience::Private), Ok(Recipient::People(vec![10])));
        assert_eq!(answer("dm:10,11", Audience::Private), Ok(Recipient::People(vec![10])));
        assert_eq!(answer("dm:10,11", Audience::Asker), Ok(Recipient::People(vec![10, 11])));
        for wrong in ["channel:", "dm:", "C0123"] {
            assert_eq!(answer(wrong, Audience::Channel).map_err(|it| it.kind), Err(ErrorKind::BadInput), "{wrong}");
        }
    }

    #[test]
    fn permalinks_as_zulip_writes_them() {
        let link = |channel: &str, thread| permalink(&at(channel, thread), "501");
        assert_eq!(
            link("channel:3", Some("a.b (c) ü")).as_deref(),
            Some("https://chat.example.org/#narrow/channel/3/topic/a.2Eb.20.28c.29.20.C3.BC/near/501")
        );
        assert_eq!(link("dm:10", None).as_deref(), Some("https://chat.example.org/#narrow/dm/10-dm/near/501"));
        assert_eq!(link("dm:10,11", None).as_deref(), Some("https://chat.example.org/#narrow/dm/10,11-group/near/501"));
    }

    #[test]
    fn people_by_name() {
        let mut gone = user(13, "Chloe", "chloe@example.org");
        gone.is_active = false;
        let everyone = [
            user(10, "Ana", "ana@example.org"),
            user(11, "Ben One", "b1@example.org"),
            user(12, "Ben Two", "b2@example.org"),
            gone,
        ];
        let id = |name: &str| named(&everyone, name).map(|it| it.map(|it| it.user_id));
        assert_eq!(id("ana"), Ok(Some(10)));
        assert_eq!(id("b2"), Ok(Some(12)));
        assert_eq!(id("chloe"), Ok(None));
        let error = id("ben").expect_err("two of them");
        assert_eq!(error.message, "`@ben` could be several people: say which, `@**Ben One|11**` or `@**Ben Two|12**`.");
    }

    #[test]
    fn health_says_what_to_do() {
        let settings = |level| ServerSettings { zulip_version: "6.2".into(), zulip_feature_level: level };
        assert_eq!((version(&settings(160)).state, version(&settings(372)).state), (State::Failed, State::Ok));
        let moment = |second| Timestamp::from_second(second).expect("a moment");
        assert_eq!(
            (clock(moment(1000), moment(1030)).state, clock(moment(1000), moment(2000)).state),
            (State::Ok, State::Warning)
        );
        let ana = user(10, "Ana", "ana@example.org");
        assert_eq!(bot(&ana, Mode::Webhook)[0].state, State::Failed);
        let of = |mode, kind, role| bot(&User { is_bot: true, bot_type: Some(kind), role: Some(role), ..ana.clone() }, mode);
        let bellhop = |kind, role| of(Mode::Webhook, kind, role);
        assert_eq!((of(Mode::Events, 1, 400)[1].state, of(Mode::Events, 3, 400)[1].state), (State::Ok, State::Failed));
        assert!(bellhop(3, 400).iter().all(|it| it.state == State::Ok));
        assert_eq!(bellhop(1, 400)[1].state, State::Failed);
        assert_eq!(bellhop(3, 200)[2].state, State::Warning);
    }
}
