//! The job that puts user groups in order.

use std::sync::Arc;

use commands::{BoxFuture, Button, Call, Error, Message, Result, Text, Tone};
use serde_json::json;

use super::{Bound, Job, Step, Team};
use crate::{
    app::{App, OWN},
    chat::Platform,
    dispatch::post::administrators::Whom,
    queue::{self, Handler, Lease, NewJob, Outcome, Writes},
    store::unreadable,
};

/// Looks at the user groups of a team, or of all.
pub struct Match {
    pub app: Arc<App>,
}

impl Match {
    pub const KIND: &'static str = "team";
}

impl Handler for Match {
    fn run<'a>(&'a self, job: &'a queue::Job, _: &'a Lease) -> BoxFuture<'a, Outcome> {
        Box::pin(async move {
            let asked = match job.payload.read::<Job>() {
                Ok(asked) => asked,
                Err(err) => return Outcome::Dead { reason: format!("the job cannot be read: {err}"), writes: Writes::default() },
            };
            let Err(err) = self.look(&asked).await else { return Outcome::Done(Writes::default()) };
            match asked.team {
                _ if err.is_temporary() => {
                    Outcome::Retry { after: err.retry_after, reason: err.message, writes: Writes::default() }
                }
                // Somebody changed a team and its group could not follow.
                Some(_) => Outcome::Dead { reason: err.message, writes: Writes::default() },
                // The next comparison says it again.
                None => {
                    tracing::error!(job.id = job.id, "A user group cannot be compared with its team: {err}");
                    Outcome::Done(Writes::default())
                }
            }
        })
    }

    fn unknown_fate<'a>(&'a self, _: &'a queue::Job) -> BoxFuture<'a, Outcome> {
        // Setting a group twice changes nothing.
        let reason = "the bot stopped".to_owned();
        Box::pin(async { Outcome::Retry { after: None, reason, writes: Writes::default() } })
    }
}

impl Match {
    /// All of them, also after one that failed; the first failure is returned.
    async fn look(&self, asked: &Job) -> Result<()> {
        let teams = self.app.people.teams().await.map_err(unreadable)?;
        let mut failure = None;
        for team in teams.iter().filter(|it| asked.team.as_ref().is_none_or(|name| *name == it.name)) {
            for bound in &team.groups {
                if let Err(err) = self.settle(team, bound).await {
                    tracing::warn!(team = %team.name, group = %bound.label, "A user group was not put in order: {err}");
                    failure = failure.or(Some(err));
                }
            }
        }
        failure.map_or(Ok(()), Err)
    }

    async fn settle(&self, team: &Team, bound: &Bound) -> Result<()> {
        let app = &self.app;
        let Some(platform) = app.platforms.get(&bound.platform) else {
            return Err(Error::bad_input(format!("This bot is not connected to {}.", bound.platform)));
        };
        let Some(group) = platform.group(&bound.workspace, &bound.id).await? else {
            return Err(Error::not_found(format!(
                "The user group {} of the team `{}` is not in {} any more.",
                bound.label, team.name, bound.platform
            )));
        };
        let wanted = team.people_for(bound);
        let (noted, say) = match bound.step(&wanted, &group.people) {
            Step::Wait => return Ok(()),
            Step::Agreed if bound.pushed.as_ref() == Some(&wanted) && bound.found.is_none() => return Ok(()),
            Step::Agreed => (Bound { pushed: Some(wanted), found: None, ..bound.clone() }, Vec::new()),
            Step::Push => {
                platform.set_group(&bound.workspace, &bound.id, &wanted).await?;
                tracing::info!(team = %team.name, group = %bound.label, people = wanted.len(), "Put a team's people into its user group");
                (Bound { pushed: Some(wanted), found: None, ..bound.clone() }, Vec::new())
            }
            Step::Say => {
                let say = self.say(platform.as_ref(), team, bound, &wanted, &group.people).await?;
                (Bound { found: Some(group.people), ..bound.clone() }, say)
            }
        };
        app.people.note_group(&noted, say).await.map_err(unreadable)
    }

    /// What somebody else did to a group, for those who can decide.
    async fn say(
        &self,
        platform: &dyn Platform,
        team: &Team,
        bound: &Bound,
        wanted: &[String],
        current: &[String],
    ) -> Result<Vec<NewJob>> {
        tracing::warn!(team = %team.name, group = %bound.label, "A user group was changed by somebody else, and is left as it is");
        let mut facts = Vec::new();
        for (name, here, there) in [("Only in the group", current, wanted), ("Only in the team", wanted, current)] {
            let mut names = Vec::new();
            for id in here.iter().filter(|it| !there.contains(it)) {
                names.push(platform.person(&bound.workspace, id).await.map_or_else(|_| id.clone(), |it| it.name));
            }
            if !names.is_empty() {
                facts.push((name.to_owned(), Text::from(names.join(", "))));
            }
        }
        let text = Text::new()
            .plain("Somebody changed the user group ")
            .code(bound.label.clone())
            .plain(" by hand, so that it holds others than the team ")
            .code(team.name.clone())
            .plain(". Nothing was changed back: say which it shall be.");
        let call = |action: &str| Call::new(OWN, action, json!({ "name": team.name }));
        let message = Message::text(text).facts(facts).tone(Tone::Warning).buttons(vec![
            Button::run("Take the group's people", call("team take")),
            Button::run("Put the team's people back", call("team push")),
        ]);
        // What is said once of these people in this group.
        let key = format!("team-{}-{}-{}", team.name, bound.id, current.join("-"));
        Ok(vec![self.app.to_administrators(Whom::First(platform.name().into()), &key, message, Vec::new())])
    }
}
