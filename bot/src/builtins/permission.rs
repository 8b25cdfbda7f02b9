//! What the commands about roles, grants and approvals have in common: whom they name, where, and who may say so.

use commands::{Actor, Ctx, Error, ErrorKind, FieldProblem, Group, Result};

use super::{unreadable, whom};
use crate::{
    app::{App, OWN},
    people::{
        PersonId,
        authority::COMMAND_LINE,
        grants::Pattern,
        roles::Role,
        who::{FORMS, Who},
    },
    resources::By,
};

/// The role of who asks, everywhere: what a channel or a grant gives them does not let them hand out permission.
pub(super) async fn own_role(app: &App, ctx: &Ctx) -> Result<Role> {
    let actor = match app.platforms.get(&ctx.actor.platform) {
        _ if ctx.actor.platform == COMMAND_LINE => ctx.actor.clone(),
        Some(chat) => chat.person(&ctx.actor.workspace, &ctx.actor.id).await?,
        None => Actor { admin: false, ..ctx.actor.clone() },
    };
    let role = app.whole_authority(&actor, None, &[]).await.standing(OWN).role;
    if role < Role::Admin { Err(not_handed_out()) } else { Ok(role) }
}

pub(super) async fn may_hand_out(app: &App, ctx: &Ctx) -> Result<()> {
    own_role(app, ctx).await.map(drop)
}

fn not_handed_out() -> Error {
    let message = "Who may do what is for administrators to say, everywhere: no grant and no channel gives that away.";
    Error::new(ErrorKind::Permission, message)
}

/// Whom `text` names, and what they are called.
pub(super) async fn subject(app: &App, ctx: &Ctx, field: &str, text: &str) -> Result<(Who, String)> {
    let text = text.trim();
    let who = match Who::parse(text) {
        Some(who) => who,
        None => {
            let person = whom(app, ctx, field, text).await.map_err(|err| {
                let message = format!("{} For others than people, {FORMS}.", err.message);
                Error { fields: vec![FieldProblem::new(field, message.clone())], message, ..err }
            })?;
            return Ok((Who::Person(PersonId::from(&person)), person.name));
        }
    };
    if let Who::Team(name) = &who {
        let teams = app.people.teams().await.map_err(unreadable)?;
        if !teams.iter().any(|it| it.name.eq_ignore_ascii_case(name)) {
            let message = format!("There is no team `{name}`. `bellhop team list` shows those there are.");
            return Err(Error { fields: vec![FieldProblem::new(field, message.clone())], ..Error::not_found(message) });
        }
    }
    let label = names(app, &[who.to_string()]).await;
    Ok((who, label))
}

/// What those are called whom a document names.
pub(super) async fn names(app: &App, all: &[String]) -> String {
    let mut names = Vec::new();
    for text in all {
        let name = match Who::parse(text) {
            Some(Who::Person(person)) => match app.platforms.get(&person.platform) {
                Some(chat) => chat.person(&person.workspace, &person.id).await.map_or_else(|_| text.clone(), |it| it.name),
                None => text.clone(),
            },
            Some(Who::Team(name)) => format!("team {name}"),
            Some(Who::Group { name, .. }) => format!("group @{name}"),
            Some(Who::Role(role)) => format!("{}s and above", role.name()),
            _ => text.clone(),
        };
        names.push(name);
    }
    names.join(", ")
}

pub(super) fn said_where(on: &[String], within: &[String]) -> String {
    match (on.is_empty(), within.is_empty()) {
        (true, true) => "everywhere".into(),
        (false, true) => format!("on {}", on.join(", ")),
        (true, false) => format!("in {}", within.join(", ")),
        (false, false) => format!("on {} in {}", on.join(", "), within.join(", ")),
    }
}

pub(super) fn document_name(who: &Who, on: &[String], within: &[String]) -> String {
    let on = on.iter().map(|it| format!(" on {it}"));
    let within = within.iter().map(|it| format!(" in {it}"));
    slug(&on.chain(within).fold(who.to_string(), |name, it| name + &it))
}

pub(super) fn slug(text: &str) -> String {
    let mut slug = String::new();
    for letter in text.to_lowercase().chars() {
        match letter {
            '*' => slug.push_str("any"),
            letter if letter.is_alphanumeric() || "._@".contains(letter) => slug.push(letter),
            _ if slug.ends_with('-') || slug.is_empty() => {}
            _ => slug.push('-'),
        }
    }
    slug.trim_end_matches('-').to_owned()
}

pub(super) fn by(ctx: &Ctx, why: Option<String>) -> By {
    By { who: PersonId::from(&ctx.actor).to_string(), why: why.unwrap_or_default() }
}

pub(super) fn known_groups(app: &App, on: &[String]) -> Result<()> {
    let groups = app.groups();
    match on.iter().find(|name| !groups.iter().any(|it| it.name.eq_ignore_ascii_case(name))) {
        None => Ok(()),
        Some(name) => {
            let hint = crate::config::source::nearest(name, groups.iter().map(|it| it.name.as_str()));
            let message = format!("There is no connection `{name}`{hint}.");
            Err(Error { fields: vec![FieldProblem::new("on", message.clone())], ..Error::bad_input(message) })
        }
    }
}

/// How many actions of those there are a pattern names, as a sentence's end.
pub(super) fn fitting(groups: &[Group], action: &str) -> Result<String> {
    let at = |message: String| Error { fields: vec![FieldProblem::new("action", message.clone())], ..Error::bad_input(message) };
    let pattern = Pattern::parse(action).ok_or_else(|| {
        at(format!("`{action}` is no action: write its words, such as `redmine issue delete`, with `*` for one or more."))
    })?;
    let all = groups.iter().flat_map(|group| group.actions.iter().map(move |spec| (group, spec)));
    let found: Vec<String> = all
        .filter(|(group, spec)| pattern.fits(&group.name, spec.name))
        .map(|(group, spec)| format!("{} {}", group.name, spec.name))
        .collect();
    match found.as_slice() {
        [] => Err(at(format!(
            "No command here is called `{action}`: `redmine *` names all of a connection, `* delete` all that delete."
        ))),
        [one] => Ok(one.clone()),
        many if many.len() <= 3 => Ok(many.join(", ")),
        many => Ok(format!("{} actions, such as {}", many.len(), many[0])),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_commands_that_a_pattern_names_are_told_in_plain_words() {
        let kind = connectors::find("redmine").expect("the connector is there");
        let groups = [crate::builtins::group(), kind.group("redmine", None)];
        assert!(fitting(&groups, "redmine burn").is_err());
        assert_eq!(fitting(&groups, "redmine issue create").expect("one"), "redmine issue create");
        let many = fitting(&groups, "redmine *").expect("many");
        assert!(many.contains(" actions, such as redmine ") && !many.contains('`'), "{many}");
    }

    #[test]
    fn documents_are_named_by_what_they_say() {
        let ana = Who::parse("slack:T1:U1").expect("a person");
        assert_eq!(document_name(&ana, &[], &[]), "slack-t1-u1");
        assert_eq!(document_name(&ana, &["redmine".into()], &["slack:#dev".into()]), "slack-t1-u1-on-redmine-in-slack-dev");
        assert_eq!(slug("deny redmine * everybody"), "deny-redmine-any-everybody");
    }
}
