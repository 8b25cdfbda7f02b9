//! What needs what, as it is said in chat: of connections that there are, and of those that a setup is to make.

use std::sync::Arc;

use commands::{Error, ErrorKind, FieldProblem, Result};
use connectors::Kind;
use serde_json::json;

use super::{NO_KEY, Progress, Sequence};
use crate::{
    app::App,
    connections::{self, Change, Live, Origin},
    people::PersonId,
    plan::order,
    store::unreadable,
};

/// The kinds in the order in which they are connected, each with the kinds that it needs: `github:notion` says that GitHub needs
/// Notion. Where nothing is said, the order is as given.
///
/// # Errors
/// At `needs`, what cannot be read, or the circle.
pub fn ordered(kinds: &[&'static Kind], needs: &[String]) -> Result<Vec<(&'static Kind, Vec<String>)>> {
    let at = |message: String| Error::bad_input(message.clone()).with_fields(vec![FieldProblem::new("needs", message)]);
    let mut all: Vec<(String, Vec<String>)> = kinds.iter().map(|it| (it.name.to_owned(), Vec::new())).collect();
    for word in needs.iter().flat_map(|it| it.split([',', ' '])).map(|it| it.trim().to_lowercase()).filter(|it| !it.is_empty()) {
        let Some((one, other)) = word.split_once([':', '>']) else {
            return Err(at(format!("`{word}` does not say what needs what: write `github:notion`, when GitHub needs Notion.")));
        };
        if connectors::find(other).is_none() {
            let hint = crate::config::source::nearest(other, connectors::ALL.iter().map(|it| it.name));
            return Err(at(format!("No system is called `{other}`{hint}.")));
        }
        match all.iter_mut().find(|it| it.0 == one) {
            Some((_, known)) if known.iter().any(|it| it == other) => {}
            Some((_, known)) => known.push(other.to_owned()),
            None => return Err(at(format!("`{one}` is not among what you want to connect."))),
        }
    }
    let order = order::named(&all).map_err(|circle| at(format!("These need each other: {}.", circle.join(" → "))))?;
    let placed = order.into_iter().filter_map(|nth| Some((*kinds.get(nth)?, all.get(nth)?.1.clone())));
    Ok(placed.collect())
}

/// The connections that the next step of a kind needs: those that the setup made of the kinds it named, else any of that kind.
///
/// # Errors
/// [`ErrorKind::Conflict`] where there is none of a kind: what is to be connected would need what is not there.
pub(super) fn of_step(app: &App, sequence: &Sequence, kind: &str) -> Result<Vec<String>> {
    let step = sequence.steps.iter().find(|it| it.kind == kind && matches!(it.progress, Progress::Waiting { .. }));
    let Some(step) = step else { return Ok(Vec::new()) };
    let made = |kind: &str| {
        sequence.steps.iter().find_map(|it| match &it.progress {
            Progress::Connected { name, .. } if it.kind == kind => Some(name.clone()),
            _ => None,
        })
    };
    let needed = step.needs.iter().map(|needed| made(needed).or_else(|| there(app, needed)).ok_or_else(|| lacks(kind, needed)));
    needed.collect()
}

/// A connection of this kind.
fn there(app: &App, kind: &str) -> Option<String> {
    app.connections.all().iter().find(|it| it.kind.name == kind).map(|it| it.name.clone())
}

fn lacks(kind: &str, needed: &str) -> Error {
    let title = |name: &str| connectors::find(name).map_or_else(|| name.to_owned(), |it| it.title.to_owned());
    let message = format!(
        "{} needs {}, and none is connected. Connect it first: `connect {needed}`; or end this setup, `setup keep`, and connect {} \
         without it.",
        title(kind),
        title(needed),
        title(kind),
    );
    Error::new(ErrorKind::Conflict, message)
}

impl App {
    /// Whether what these kinds need is among them or there.
    ///
    /// # Errors
    /// At `needs`, what is missing.
    pub fn may_begin(&self, kinds: &[(&'static Kind, Vec<String>)]) -> Result<()> {
        let is_among = |needed: &String| kinds.iter().any(|(kind, _)| kind.name == needed.as_str());
        for (kind, needs) in kinds {
            let Some(missing) = needs.iter().find(|it| !is_among(it) && there(self, it).is_none()) else { continue };
            let title = connectors::find(missing).map_or(missing.as_str(), |it| it.title);
            let message = format!(
                "{} would need {title}, and none is connected: name it as well, `setup connect {missing}, {}`.",
                kind.title, kind.name
            );
            return Err(Error::bad_input(message.clone()).with_fields(vec![FieldProblem::new("needs", message)]));
        }
        Ok(())
    }

    /// Whether nothing else would be left needing these connections.
    ///
    /// # Errors
    /// [`ErrorKind::Conflict`], naming what needs them.
    pub fn may_be_taken_away(&self, names: &[String]) -> Result<()> {
        let is_one = |name: &str| names.iter().any(|it| it.eq_ignore_ascii_case(name));
        for live in self.connections.all().iter().filter(|it| is_one(&it.name)) {
            let others: Vec<Arc<Live>> = self.connections.all().into_iter().filter(|it| !is_one(&it.name)).collect();
            let needing: Vec<&Arc<Live>> =
                others.iter().filter(|it| it.needs.iter().any(|need| need.eq_ignore_ascii_case(&live.name))).collect();
            let Some(first) = needing.first() else { continue };
            let named: Vec<String> = needing.iter().map(|it| format!("`{}`", it.name)).collect();
            let way = match first.origin {
                Origin::Chat => format!("say `connections needs {} nothing`", first.name),
                Origin::File => "take it out of their `needs` in the configuration file".to_owned(),
            };
            let message = format!(
                "`{}` stays connected: {} {} it. Disconnect what needs it first, or {way}.",
                live.name,
                named.join(", "),
                if needing.len() == 1 { "needs" } else { "need" },
            );
            return Err(Error::new(ErrorKind::Conflict, message));
        }
        Ok(())
    }

    /// Says what a connection that was made in chat needs; as it is written from now on.
    ///
    /// # Errors
    /// It is not made in chat, one of them is not there, or they would need each other; the store cannot be written to.
    pub async fn need(&self, name: &str, needs: &[String], person: &PersonId) -> Result<Vec<String>> {
        let live = self.connections.get(name)?;
        if live.origin == Origin::File {
            return Err(Error::bad_input(format!("`{name}` stands in the configuration file: write `needs` there.")));
        }
        let all = self.connections.all();
        let mut named: Vec<String> = Vec::new();
        for need in needs {
            let Some(found) = all.iter().find(|it| it.name.eq_ignore_ascii_case(need)) else {
                let hint = crate::config::source::nearest(need, all.iter().map(|it| it.name.as_str()));
                return Err(Error::bad_input(format!("There is no connection `{need}`{hint}.")));
            };
            if !named.contains(&found.name) {
                named.push(found.name.clone());
            }
        }
        let needs_of = |it: &Live| if it.name == live.name { named.clone() } else { it.needs.clone() };
        let edges: Vec<(String, Vec<String>)> = all.iter().map(|it| (it.name.clone(), needs_of(it))).collect();
        if let Err(circle) = order::named(&edges) {
            return Err(Error::bad_input(format!("They would need each other: {}.", circle.join(" → "))));
        }
        let vault = self.vault.as_ref().ok_or_else(|| Error::new(ErrorKind::BadConfig, NO_KEY))?;
        let kept = vault.load(&live.name).await.map_err(unreadable)?;
        let kept = kept.ok_or_else(|| Error::not_found(format!("`{name}` is not there any more.")))?;
        let mut settings = kept.settings;
        match named.is_empty() {
            true => drop(settings.shift_remove("needs")),
            false => drop(settings.insert("needs".into(), json!(named))),
        }
        let (name, who) = (live.name.clone(), person.to_string());
        vault.save(Change { name, kind: kept.kind, settings, secrets: kept.secrets, who }).await.map_err(unreadable)?;
        self.open_kept(&live.name).await?;
        Ok(named)
    }

    /// Opens what is kept of a connection in place of what is open.
    pub(super) async fn open_kept(&self, name: &str) -> Result<()> {
        let Some(vault) = &self.vault else { return Ok(()) };
        if let Some(kept) = vault.load(name).await.map_err(unreadable)? {
            self.connections.put(connections::open(&kept)?);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_needed_is_connected_first() {
        let kinds = |names: &[&str]| -> Vec<&'static Kind> { names.iter().filter_map(|it| connectors::find(it)).collect() };
        let order = |names: &[&str], needs: &[&str]| {
            let needs: Vec<String> = needs.iter().map(|it| (*it).into()).collect();
            ordered(&kinds(names), &needs)
                .map(|all| all.into_iter().map(|(kind, needs)| format!("{}({})", kind.name, needs.join(","))).collect::<Vec<_>>())
                .map_err(|err| err.message)
        };
        assert_eq!(order(&["github", "notion"], &[]), Ok(vec!["github()".into(), "notion()".into()]));
        assert_eq!(order(&["github", "notion"], &["github:notion"]), Ok(vec!["notion()".into(), "github(notion)".into()]));
        // What is needed may be there already.
        assert_eq!(order(&["github"], &["github:slack, github:slack"]), Ok(vec!["github(slack)".into()]));
        assert_eq!(
            order(&["github", "notion"], &["github:notion notion:github"]),
            Err("These need each other: github → notion → github.".into())
        );
        for wrong in ["github", "github:ntion", "jira:notion"] {
            assert!(order(&["github", "notion"], &[wrong]).is_err(), "{wrong}");
        }
    }
}
