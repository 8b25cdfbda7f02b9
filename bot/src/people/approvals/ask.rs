//! Keeping a call, and asking those who may agree to it.

use commands::{Actor, Audience, Button, Call, Error, ErrorKind, Message, Reply, Result, Text, Tone, grammar};
use serde_json::json;

use super::{
    Approval, KEY, State, digest,
    store::{Kept, Sealing},
};
use crate::{
    app::{App, OWN},
    audit, builtins,
    chat::{Post, Target},
    config::Destination,
    dispatch::{post::PostJob, run::RunJob},
    people::{
        PersonId,
        rules::Required,
        who::{self, Who},
    },
    queue::{NewJob, Priority},
    store::unreadable,
};

/// The most people who are asked one by one.
const ASKED: usize = 10;

impl App {
    /// Keeps what `job` would do, with the secrets that it leaves out, asks those who may agree, and says so to who asked for it.
    ///
    /// # Errors
    /// There is nobody who could agree; the store cannot be used.
    pub async fn ask_for_approval(
        &self,
        job: &RunJob,
        actor: &Actor,
        required: &Required,
        sealing: Option<Sealing<'_>>,
    ) -> Result<Reply> {
        let rule = &required.rule;
        let line = grammar::print(&self.groups(), &job.call);
        let approvers = who::all(&rule.approvers);
        let others = self.others(&approvers, actor).await;
        let asked: Vec<Target> = match rule.ask.as_slice() {
            [] => others.iter().take(ASKED).map(PersonId::target).collect(),
            places => places.iter().filter_map(|it| Destination::parse(it).ok()).map(|it| it.target()).collect(),
        };
        let can_be_many = rule.ask.is_empty() || !approvers.contains(&Who::Everybody);
        if asked.is_empty() || (can_be_many && others.len() < rule.count as usize) {
            let message = format!(
                "`{} {}` needs {} by the rule `{}`, and there is nobody besides you who could give it. Ask an administrator to change the rule.",
                job.call.group,
                job.call.action,
                people(rule.count),
                required.name
            );
            return Err(Error::new(ErrorKind::Permission, message));
        }
        let now = self.store.now();
        let patience = rule.patience().ok_or_else(|| Error::internal("An approval's rule has no time to wait."))?;
        let new = Approval {
            id: 0,
            rule: required.name.clone(),
            asker: PersonId::asker(&job.to).to_string(),
            asker_name: actor.name.clone(),
            asker_email: actor.email.clone(),
            line: line.clone(),
            detail: builtins::detail(self, &job.call).await.unwrap_or_default(),
            digest: digest(job),
            job: job.clone(),
            approvers: rule.approvers.clone(),
            needed: rule.count,
            asked,
            state: State::Waiting,
            at: now,
            expires: now.saturating_add(patience).unwrap_or(now),
            ended: None,
            why: String::new(),
            votes: Vec::new(),
        };
        let record = |id: i64| audit::Record {
            actor: new.asker.clone(),
            action: format!("[asked for approval {id}, sha256 {}] {line}", &new.digest[..16]),
            request_id: job.request_id.clone(),
        };
        let posts = |id: i64| new_posts(&Approval { id, ..new.clone() });
        let (id, kept) = self.people.approvals.keep(&new, record, posts, sealing).await.map_err(unreadable)?;
        if kept == Kept::Now {
            metrics::counter!("bellhop_approvals_total", "outcome" => "asked").increment(1);
        }
        let names = self.few_names(&others).await;
        let whom = match rule.ask.as_slice() {
            [] if names.is_empty() => "those who may agree".to_owned(),
            [] => names,
            places => places.join(", "),
        };
        let text = Text::new()
            .plain("This needs ")
            .plain(people(rule.count))
            .plain(" to agree, by the rule ")
            .code(required.name.clone())
            .plain(format!(". Asked: {whom}. You will be told; nobody's word by "))
            .time(new.expires)
            .plain(" means no.");
        let heading = Text::new().bold(format!("Approval {id}: ")).code(line);
        let withdraw = Button::form("Withdraw it…", Call::new(OWN, "deny", json!({ "id": id })));
        let message = Message::text(heading).paragraph(text).tone(Tone::Warning).buttons(vec![withdraw]);
        Ok(Reply::new(message, Audience::Asker))
    }

    /// Who may agree, without who asks.
    async fn others(&self, approvers: &[Who], actor: &Actor) -> Vec<PersonId> {
        let me = PersonId::from(actor);
        let mut others = self.persons(approvers, &actor.platform, &actor.workspace).await;
        others.retain(|it| *it != me);
        others
    }

    async fn few_names(&self, people: &[PersonId]) -> String {
        let mut names = Vec::new();
        for person in people.iter().take(3) {
            if let Some(chat) = self.platforms.get(&person.platform)
                && let Ok(found) = chat.person(&person.workspace, &person.id).await
            {
                names.push(found.name);
            }
        }
        let more = people.len().saturating_sub(names.len());
        match (names.is_empty(), more) {
            (true, _) => String::new(),
            (false, 0) => names.join(", "),
            (false, more) => format!("{} and {more} more", names.join(", ")),
        }
    }
}

fn people(count: u32) -> String {
    if count == 1 { "1 person".into() } else { format!("{count} people") }
}

/// The messages that ask, one a place.
fn new_posts(approval: &Approval) -> Vec<NewJob> {
    let message = super::shown(approval, None);
    let post = |(at, to): (usize, &Target)| {
        let post = Post::new(to.clone(), message.clone(), approval.key(at));
        PostJob::new(post, format!("{KEY}{}", approval.id)).into_job(Priority::Command)
    };
    approval.asked.iter().enumerate().map(post).collect()
}
