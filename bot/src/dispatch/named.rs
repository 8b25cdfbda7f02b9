//! People, teams and channels that a call names, as the system knows them that it is for.

use commands::{ActionSpec, Actor, Call, Error, FieldKind, FieldProblem, Result};
use serde_json::{Value, json};

use super::{fields, mentions};
use crate::{
    app::{App, OWN},
    chat::{Answering, Platform},
    people::{PersonId, teams::Team},
    store::unreadable,
};

impl App {
    /// Replaces mentions of chat people by the accounts or email addresses that other systems know them by, mentions of a
    /// team or user group by those of its people where several may be named, and channels by their full addresses.
    pub(crate) async fn name_people(&self, call: &mut Call, spec: &ActionSpec, to: &Answering) -> Result<()> {
        fields::name_channels(&mut call.params, spec.fields(), &to.place.platform);
        let Some(platform) = self.platforms.get(&to.place.platform) else { return Ok(()) };
        // The chat itself, as a system to act in, knows its own mentions, and so do we.
        let knows_them = |it: &connectors::Kind| it.name == to.place.platform;
        if call.group != OWN && !self.connections.get(&call.group).is_ok_and(|it| knows_them(it.kind)) {
            mentions::name(&mut call.params, spec.fields(), platform.as_ref(), &to.place.workspace).await;
        }
        for field in spec.fields().iter().filter(|it| it.kind == FieldKind::Person) {
            let group = call.group.clone();
            match call.params.get_mut(&field.name) {
                Some(Value::Array(values)) => {
                    let mut all: Vec<Value> = Vec::new();
                    for value in std::mem::take(values) {
                        let named = match mention(&value) {
                            Some(text) => match platform.mentioned(&to.place.workspace, text).await? {
                                Some(person) => vec![self.known_as(&person, &group).await?],
                                None => {
                                    self.people_of(platform.as_ref(), text, &group, &field.name, to).await?.unwrap_or(vec![value])
                                }
                            },
                            None => vec![value],
                        };
                        // Who is in two teams is named once.
                        for one in named {
                            if !all.contains(&one) {
                                all.push(one);
                            }
                        }
                    }
                    *values = all;
                }
                Some(value) => {
                    if let Some(text) = mention(value)
                        && let Some(person) = platform.mentioned(&to.place.workspace, text).await?
                    {
                        *value = self.known_as(&person, &group).await?;
                    }
                }
                None => {}
            }
        }
        Ok(())
    }

    async fn known_as(&self, person: &Actor, group: &str) -> Result<Value> {
        Ok(match group {
            // Ourselves we know people by what cannot be changed.
            OWN => json!(PersonId::from(person).to_string()),
            group => match self.linked_account(person, group).await? {
                Some(linked) => json!(linked.account),
                None => json!(person.email.as_ref().unwrap_or(&person.name)),
            },
        })
    }

    /// Everybody in the team, or else in the chat's user group, that `text` names; none where it names neither.
    ///
    /// # Errors
    /// When somebody in it is not known to the system that it is for: a part of a team is not what was asked for.
    async fn people_of(
        &self,
        platform: &dyn Platform,
        text: &str,
        group: &str,
        field: &str,
        to: &Answering,
    ) -> Result<Option<Vec<Value>>> {
        let teams = self.people.teams().await.map_err(unreadable)?;
        let (name, id) = name_of_group(text);
        let is_bound = |team: &&Team| team.groups.iter().any(|it| it.platform == to.place.platform && Some(it.id.as_str()) == id);
        let team = teams.iter().find(is_bound).or_else(|| teams.iter().find(|it| it.name.eq_ignore_ascii_case(name)));
        let people: Vec<PersonId> = match team {
            Some(team) => team.members.iter().map(|it| it.person.clone()).collect(),
            None => match platform.group(&to.place.workspace, text).await {
                Ok(Some(found)) => {
                    found.people.iter().map(|id| PersonId::new(&to.place.platform, &to.place.workspace, id)).collect()
                }
                Ok(None) => return Ok(None),
                // A chat that does not show its groups has none that could be meant.
                Err(err) if !err.is_temporary() => return Ok(None),
                Err(err) => return Err(err),
            },
        };
        let refused = |message: String| Error::bad_input(message.clone()).with_fields(vec![FieldProblem::new(field, message)]);
        if people.is_empty() {
            return Err(refused(format!("Nobody is in `{text}`: put somebody into it first.")));
        }
        let mut all = Vec::new();
        for person in people {
            let Some(platform) = self.platforms.get(&person.platform) else { continue };
            let actor = platform.person(&person.workspace, &person.id).await?;
            if group != OWN && actor.email.is_none() && self.linked_account(&actor, group).await?.is_none() {
                let message = format!(
                    "{} is in `{text}`, and the chat tells no email address of theirs. They can type `/bellhop link {group}`, or name \
                     the others one by one.",
                    actor.name
                );
                return Err(refused(message));
            }
            let known = self.known_as(&actor, group).await?;
            if !all.contains(&known) {
                all.push(known);
            }
        }
        Ok(Some(all))
    }
}

/// What may mention somebody.
fn mention(value: &Value) -> Option<&str> {
    value.as_str().map(str::trim).filter(|it| it.starts_with(['@', '<']))
}

/// The name in `@design`, `@*design*` (Zulip) or `<!subteam^S012|@design>` (Slack), and the id where there is one.
fn name_of_group(text: &str) -> (&str, Option<&str>) {
    let plain = |it: &'static str| move |text: char| it.contains(text);
    match text.strip_prefix("<!subteam^") {
        Some(rest) => {
            let (id, name) = rest.trim_end_matches('>').split_once('|').unwrap_or((rest.trim_end_matches('>'), ""));
            (name.trim_start_matches('@'), Some(id))
        }
        None => (text.trim_matches(plain("@*_")), None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_are_named_as_each_chat_writes_them() {
        assert_eq!(name_of_group("@design"), ("design", None));
        assert_eq!(name_of_group("@*design*"), ("design", None));
        assert_eq!(name_of_group("@_*design*"), ("design", None));
        assert_eq!(name_of_group("<!subteam^S012|@design>"), ("design", Some("S012")));
        assert_eq!(name_of_group("<!subteam^S012>"), ("", Some("S012")));
    }
}
