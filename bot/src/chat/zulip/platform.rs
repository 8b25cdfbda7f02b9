//! Zulip as the rest of the bot knows it.

use std::sync::Arc;

use async_trait::async_trait;
use commands::{Actor, Download, Error, ErrorKind, Result};
use connectors::{
    Check,
    zulip::client::{messages::Recipient, users::User},
};
use jiff::Timestamp;

use super::{
    Zulip,
    conversation::{self, Manner, State},
    ear::Ears,
    inbound,
    places::{permalink, place},
    render::{self, Address},
};
use crate::chat::{Ear, FormView, Found, Limit, Opener, Pin, Place, Platform, Post, Posted, Profile, Target, UserGroup};

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

    async fn pin(&self, place: &Place, _: &str, pin: &Pin) -> Result<()> {
        self.show_in_description(&place.channel, pin).await
    }

    async fn profile(&self, workspace: &str, id: &str) -> Result<Profile> {
        match id.parse() {
            Ok(id) if workspace.is_empty() || workspace == self.workspace() => {
                Ok(Profile { zone: Some(self.client.user(id).await?.timezone).filter(|it| !it.is_empty()), locale: None })
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
        let link = self.client.open_link(path).await?;
        self.way.fetch(path, &link).await.map(Some)
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

    async fn is_in(&self, person: &str, place: &Place) -> Result<Option<bool>> {
        self.is_subscribed(person, place).await
    }

    async fn names_of(&self, workspace: &str, channel: &str) -> Result<Vec<String>> {
        self.find_names(workspace, channel).await
    }

    async fn whereabouts(&self, place: &Place) -> Result<Place> {
        self.find_place(place).await
    }

    async fn health(&self) -> Vec<Check> {
        self.checks().await
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

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub(in crate::chat::zulip) fn user(id: u64, name: &str, email: &str) -> User {
        User {
            user_id: id,
            full_name: name.into(),
            email: email.into(),
            delivery_email: Some(email.into()),
            is_active: true,
            is_bot: false,
            bot_type: None,
            role: Some(400),
            is_admin: false,
            timezone: String::new(),
            date_joined: None,
            bot_owner_id: None,
        }
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
}
