//! Asking whether somebody may: once for all doors.
//!
//! [`App::authorize`] is asked when a command is taken and again when its job runs. What is shown to somebody (help,
//! completion, forms, pickers, their own page) asks an [`Authority`], which is the same decision with all that it depends on
//! known already: [`super::rules`] decides.

use std::{
    sync::{Arc, PoisonError},
    time::Duration,
};

use commands::{ActionSpec, Actor, Call, Effect, Error, ErrorKind, Group, Result};
use futures::future::join_all;

use super::{
    PersonId,
    roles::Role,
    rules::{Answer, Decided, Origin, Required, Rules, Spot, Standing, Subject, Verdict},
    who::Who,
};
use crate::{
    app::{App, OWN},
    chat::Target,
};

/// What a chat may take to say who is in a group, or what a channel is called.
const ASKED_WITHIN: Duration = Duration::from_millis(1_000);
/// How long a refusal waits for the names of those who may.
const NAMES_WITHIN: Duration = Duration::from_millis(1_000);
/// How many of them are named.
const NAMED: usize = 3;
/// The platform of whoever runs the program where it is installed. No chat is called that.
pub const COMMAND_LINE: &str = "cli";

/// What somebody may do in one place.
pub struct Authority {
    rules: Arc<Rules>,
    subject: Subject,
    spot: Option<Spot>,
}

impl Authority {
    /// Their role for a connection; for [`OWN`], for the bot's own commands.
    pub fn standing(&self, group: &str) -> Standing {
        self.rules.standing(&self.subject, group, self.spot.as_ref())
    }

    pub fn may(&self, group: &str, spec: &ActionSpec) -> Verdict {
        self.rules.decide(&self.subject, group, spec, self.spot.as_ref())
    }

    /// Whether a rule that names `who` is about them.
    pub fn is(&self, who: &Who) -> bool {
        match who {
            Who::Role(least) => self.standing(OWN).role >= *least,
            who => self.subject.is(who) == Answer::Yes,
        }
    }

    /// `groups` with only what they may run and the systems can do, for help and completion.
    pub fn visible(&self, groups: &[Group]) -> Vec<Group> {
        let mut groups = groups.to_vec();
        for group in &mut groups {
            let Group { name, actions, missing, .. } = group;
            actions.retain(|spec| self.may(name, spec).is_allowed() && !missing.iter().any(|(missing, _)| *missing == spec.name));
        }
        groups.retain(|it| !it.actions.is_empty());
        groups
    }

    /// The rule by which others have to agree before they run this here.
    pub fn required(&self, group: &str, spec: &ActionSpec) -> Option<&Required> {
        match self.subject.from {
            Origin::CommandLine => None,
            _ => self.rules.required(group, spec, self.spot.as_ref()),
        }
    }
}

impl App {
    /// Whether `actor` may run `call` in that channel ([`crate::chat::Place::channel_key`]).
    ///
    /// # Errors
    /// [`ErrorKind::Permission`], saying who may.
    pub async fn authorize(&self, actor: &Actor, call: &Call, channel: Option<&str>) -> Result<()> {
        let groups = self.groups();
        let spec = groups.iter().find(|it| it.name == call.group).and_then(|it| it.find(&call.action));
        // What is not there is refused as that, by whoever looks for it.
        let Some(spec) = spec else { return Ok(()) };
        let verdict = self.authority(actor, channel).await.may(&call.group, spec);
        if verdict.is_allowed() {
            return Ok(());
        }
        Err(Error::new(ErrorKind::Permission, self.refusal(actor, &call.group, spec, &verdict).await))
    }

    /// What the documents say.
    pub fn rules(&self) -> Arc<Rules> {
        let generation = self.resources.generation();
        if let Some((known, rules)) = &*self.people.rules.read().unwrap_or_else(PoisonError::into_inner)
            && *known == generation
        {
            return rules.clone();
        }
        let rules = Arc::new(Rules::read(&self.resources));
        *self.people.rules.write().unwrap_or_else(PoisonError::into_inner) = Some((generation, rules.clone()));
        rules
    }

    /// All that decides what `actor` may do in a channel.
    pub async fn authority(&self, actor: &Actor, channel: Option<&str>) -> Authority {
        let rules = self.rules();
        // Without documents only what the chat says of its administrators counts.
        if rules.is_silent() && !rules.names_channels() {
            let from = origin(actor);
            let subject =
                Subject { person: actor.into(), email: actor.email.clone(), from, teams: Some(Vec::new()), groups: Vec::new() };
            let spot = channel.map(|it| spot(actor, it, Some(&[])));
            return Authority { rules, subject, spot };
        }
        self.whole_authority(actor, channel, &[]).await
    }

    /// The same with who owns the bot, and with all that `also` names asked for as well.
    pub async fn whole_authority(&self, actor: &Actor, channel: Option<&str>, also: &[Who]) -> Authority {
        let rules = self.rules();
        let mut from = origin(actor);
        if from < Origin::CommandLine && rules.owners().next().is_none() && self.is_first(actor).await {
            from = Origin::First;
        }
        let named: Vec<&Who> = rules.everybody().chain(also).collect();
        let teams = match named.iter().any(|it| matches!(it, Who::Team(_))) {
            true => self.teams_of(actor).await,
            false => Some(Vec::new()),
        };
        let mut groups: Vec<String> = Vec::new();
        for who in &named {
            if let Who::Group { platform, name } = who
                && platform.as_ref().is_none_or(|it| *it == actor.platform)
                && !groups.contains(name)
            {
                groups.push(name.clone());
            }
        }
        let asked = groups.into_iter().map(|name| async {
            let answer = self.is_in_group(actor, &name).await;
            (name, answer)
        });
        let names = async {
            let channel = channel.filter(|_| rules.names_channels())?;
            self.names_of_channel(actor, channel).await
        };
        let (groups, names) = tokio::join!(join_all(asked), names);
        let is_asked = rules.names_channels();
        let spot = channel.map(|it| spot(actor, it, if is_asked { names.as_deref() } else { Some(&[]) }));
        let subject = Subject { person: actor.into(), email: actor.email.clone(), from, teams, groups };
        Authority { rules, subject, spot }
    }

    /// Whether the bot is theirs where nobody is named its owner: who installed it in their workspace, else the first of
    /// those who administer the chat.
    async fn is_first(&self, actor: &Actor) -> bool {
        self.first_of(&actor.platform, &actor.workspace).await.is_some_and(|it| it == PersonId::from(actor))
    }

    pub(super) async fn first_of(&self, platform: &str, workspace: &str) -> Option<PersonId> {
        let key = (platform.to_owned(), workspace.to_owned());
        if let Some(known) = self.people.first.get(&key).await {
            return Some(known);
        }
        let chat = self.platforms.get(platform)?;
        let look = async {
            let installed = chat.workspaces().await.ok()?.into_iter().find(|it| it.id == workspace && !it.gone);
            if let Some((who, _)) = installed.and_then(|it| it.installed) {
                return Some(PersonId::new(platform, workspace, &who));
            }
            let all = chat.administrators().await.ok()?;
            all.into_iter().filter_map(|it| person_in(it, workspace)).find(|it| it.workspace == workspace)
        };
        let first = tokio::time::timeout(ASKED_WITHIN, look).await.ok().flatten()?;
        self.people.first.insert(key, first.clone()).await;
        Some(first)
    }

    async fn teams_of(&self, actor: &Actor) -> Option<Vec<String>> {
        let person = PersonId::from(actor);
        match self.people.teams().await {
            Ok(teams) => {
                let theirs = teams.into_iter().filter(|it| it.members.iter().any(|member| member.person == person));
                Some(theirs.map(|it| it.name.to_lowercase()).collect())
            }
            Err(err) => {
                tracing::error!("Teams cannot be read, so nobody counts as in one: {err:#}");
                None
            }
        }
    }

    async fn is_in_group(&self, actor: &Actor, name: &str) -> Answer {
        match self.people_in_group(&actor.platform, &actor.workspace, name).await {
            Some(people) => people.contains(&actor.id).into(),
            None => Answer::Unknown,
        }
    }

    /// The ids of those in a chat's user group, none where that cannot be asked; a group that is not there is empty.
    pub(super) async fn people_in_group(&self, platform: &str, workspace: &str, name: &str) -> Option<Arc<Vec<String>>> {
        let key = format!("{platform}\n{workspace}\n{name}");
        if let Some(known) = self.people.groups.get(&key).await {
            return Some(known);
        }
        let chat = self.platforms.get(platform)?;
        let people = match tokio::time::timeout(ASKED_WITHIN, chat.group(workspace, name)).await {
            Ok(Ok(group)) => Arc::new(group.map(|it| it.people).unwrap_or_default()),
            Ok(Err(err)) => {
                tracing::warn!("{platform} does not say who is in its group {name}: {err}");
                return None;
            }
            Err(_) => return None,
        };
        self.people.groups.insert(key, people.clone()).await;
        Some(people)
    }

    async fn names_of_channel(&self, actor: &Actor, channel: &str) -> Option<Vec<String>> {
        if let Some(known) = self.people.channels.get(channel).await {
            return Some(known.to_vec());
        }
        let chat = self.platforms.get(&actor.platform)?;
        let names = chat.names_of(&actor.workspace, bare(actor, channel));
        let names = match tokio::time::timeout(ASKED_WITHIN, names).await {
            Ok(Ok(names)) => names,
            Ok(Err(err)) => {
                tracing::warn!("{} does not say what a channel is called: {err}", actor.platform);
                return None;
            }
            Err(_) => return None,
        };
        // What it was called before is nobody's business: another may be called that now.
        let names: Vec<String> = names.into_iter().take(1).collect();
        self.people.channels.insert(channel.to_owned(), Arc::new(names.clone())).await;
        Some(names)
    }

    /// Why somebody may not, and who may.
    async fn refusal(&self, actor: &Actor, group: &str, spec: &ActionSpec, verdict: &Verdict) -> String {
        let ask = match self.names_of_those(actor, group, verdict).await.split_last() {
            Some((last, [])) => last.clone(),
            Some((last, others)) => format!("{} or {last}", others.join(", ")),
            None => "one of them".into(),
        };
        let line = if group == OWN { spec.name.to_owned() } else { format!("{group} {}", spec.name) };
        let Verdict { decided, needed, standing } = verdict;
        match decided {
            Decided::Denied(grant) => {
                let ask = if ask == "one of them" { "an administrator".into() } else { ask };
                format!("`{line}` is denied to you here, by the grant `{grant}`. Ask {ask}, who can change that.")
            }
            // As people know it who never heard of roles.
            _ if spec.effect == Effect::Admin => {
                let chat = organization(&actor.platform);
                format!("`{}` is for administrators of this {chat}. Ask {ask} to do it.", spec.name)
            }
            _ => format!("`{line}` is for {}s, and you are {} here. Ask {ask} to do it.", needed.name(), standing.role.one()),
        }
    }

    /// The names of a few who may do what `verdict` refuses, or change that.
    async fn names_of_those(&self, actor: &Actor, group: &str, verdict: &Verdict) -> Vec<String> {
        let needed = if matches!(verdict.decided, Decided::Denied(_)) { Role::Admin } else { verdict.needed };
        let look = async {
            let rules = self.rules();
            let holders: Vec<Who> = rules.holders(needed, group).cloned().collect();
            let mut names: Vec<String> = Vec::new();
            for person in self.persons(&holders, &actor.platform, &actor.workspace).await {
                if names.len() < NAMED
                    && let Some(chat) = self.platforms.get(&person.platform)
                    && let Ok(found) = chat.person(&person.workspace, &person.id).await
                    && !names.contains(&found.name)
                {
                    names.push(found.name);
                }
            }
            let workspace = (actor.platform.clone(), actor.workspace.clone());
            let all = self.people.administrators.get_with(workspace, async { Arc::new(self.administrators_of(actor).await) });
            for name in all.await.iter() {
                if names.len() < NAMED && !names.contains(name) {
                    names.push(name.clone());
                }
            }
            names
        };
        tokio::time::timeout(NAMES_WITHIN, look).await.unwrap_or_default()
    }

    /// The names of a few who administer the actor's chat.
    async fn administrators_of(&self, actor: &Actor) -> Vec<String> {
        let Some(platform) = self.platforms.get(&actor.platform) else { return Vec::new() };
        let all = platform.administrators().await.unwrap_or_else(|err| {
            tracing::warn!("{} does not say who its administrators are: {err}", actor.platform);
            Vec::new()
        });
        let mut names = Vec::new();
        for target in all.into_iter().take(NAMED) {
            let Target::Person { id, .. } = target else { continue };
            if let Ok(person) = platform.person(&actor.workspace, &id).await {
                names.push(person.name);
            }
        }
        names
    }

    /// The people that these name, as far as that can be asked, once each: of a role those who are given it and, of
    /// administrators, those of that chat; of everybody nobody.
    pub async fn persons(&self, all: &[Who], platform: &str, workspace: &str) -> Vec<PersonId> {
        let rules = self.rules();
        let mut named: Vec<Who> = Vec::new();
        let mut found: Vec<PersonId> = Vec::new();
        for who in all {
            match who {
                Who::Role(role) => {
                    named.extend(rules.holders(*role, OWN).cloned());
                    if *role <= Role::Admin
                        && let Some(chat) = self.platforms.get(platform)
                    {
                        let targets = chat.administrators().await.unwrap_or_default();
                        found.extend(targets.into_iter().filter_map(|it| person_in(it, workspace)));
                    }
                    if rules.owners().next().is_none() {
                        found.extend(self.first_of(platform, workspace).await);
                    }
                }
                other => named.push(other.clone()),
            }
        }
        let teams = match named.iter().any(|it| matches!(it, Who::Team(_))) {
            true => self.people.teams().await.unwrap_or_default(),
            false => Vec::new(),
        };
        for who in named {
            match who {
                Who::Everybody | Who::Role(_) => {}
                Who::Person(person) if person.workspace.is_empty() && person.platform == platform => {
                    found.push(PersonId { workspace: workspace.to_owned(), ..person });
                }
                Who::Person(person) => found.push(person),
                Who::Team(name) => {
                    let team = teams.iter().find(|it| it.name.eq_ignore_ascii_case(&name));
                    found.extend(team.into_iter().flat_map(|it| &it.members).map(|it| it.person.clone()));
                }
                Who::Group { platform: of, name } => {
                    let of = of.unwrap_or_else(|| platform.to_owned());
                    let workspace = if of == platform { workspace } else { "" };
                    let people = self.people_in_group(&of, workspace, &name).await.unwrap_or_default();
                    found.extend(people.iter().map(|id| PersonId::new(&of, workspace, id)));
                }
                Who::Email(address) => {
                    // In the chat that it is about, where they are in it.
                    let first = self.platforms.get(platform).into_iter();
                    for chat in first.chain(self.platforms.all().filter(|it| it.name() != platform)) {
                        if let Ok(Some(person)) = chat.person_of(&address).await {
                            found.push((&person).into());
                            break;
                        }
                    }
                }
            }
        }
        let mut seen = std::collections::HashSet::new();
        found.retain(|it| seen.insert(it.clone()));
        found
    }
}

/// Whom a message goes to, in this workspace where it says none.
fn person_in(target: Target, here: &str) -> Option<PersonId> {
    let Target::Person { platform, workspace, id } = target else { return None };
    let workspace = if workspace.is_empty() { here.to_owned() } else { workspace };
    Some(PersonId { platform, workspace, id })
}

fn origin(actor: &Actor) -> Origin {
    match (actor.platform.as_str(), actor.admin) {
        (COMMAND_LINE, _) => Origin::CommandLine,
        (_, true) => Origin::Administrator,
        (_, false) => Origin::Chat,
    }
}

/// The chat's own name of a channel of that key.
fn bare<'a>(actor: &Actor, channel: &'a str) -> &'a str {
    let prefix = format!("{}:{}:", actor.platform, actor.workspace);
    match channel.strip_prefix(&prefix) {
        Some(bare) => bare,
        None => channel.rsplit_once(':').map_or(channel, |it| it.1),
    }
}

/// All that documents may call a channel; without `names` they could not be asked.
fn spot(actor: &Actor, channel: &str, names: Option<&[String]>) -> Spot {
    let (platform, workspace, id) = (&actor.platform, &actor.workspace, bare(actor, channel));
    let mut all = vec![channel.to_owned(), format!("{platform}:{id}"), format!("{platform}:{workspace}/{id}")];
    for name in names.unwrap_or_default() {
        let name = name.trim_start_matches('#');
        match platform.as_str() {
            "slack" => all.extend([format!("slack:#{name}"), format!("slack:{workspace}/#{name}")]),
            _ => all.push(format!("{platform}:{}", name.trim_start_matches("channel:"))),
        }
    }
    all.iter_mut().for_each(|it| *it = it.to_lowercase());
    all.sort();
    all.dedup();
    Spot { names: all, named: names.map_or(Answer::Unknown, |_| Answer::Yes) }
}

fn organization(platform: &str) -> &'static str {
    if platform == "zulip" { "Zulip organization" } else { "Slack workspace" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_channel_is_known_by_its_id_and_by_the_name_it_has_now() {
        let mut actor = super::super::stranger("slack", "T1", "U1");
        let here = spot(&actor, "slack:T1:C1", Some(&["#dev".into()]));
        assert_eq!(here.names, ["slack:#dev", "slack:c1", "slack:t1/#dev", "slack:t1/c1", "slack:t1:c1"]);
        actor = super::super::stranger("zulip", "https://chat.example.org", "10");
        let here = spot(&actor, "zulip:https://chat.example.org:channel:3", Some(&["dev".into()]));
        assert!(here.names.contains(&"zulip:dev".to_owned()) && here.names.contains(&"zulip:channel:3".to_owned()), "{here:?}");
        assert_eq!(spot(&actor, "zulip:https://chat.example.org:channel:3", None).named, Answer::Unknown);
    }
}
