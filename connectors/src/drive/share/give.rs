//! `file share`, and what projects and shared drives give with it.

use commands::{
    Action, Button, Ctx, Effect, Error, ErrorKind, Message, Reply, Result, Tone,
    param::{Date, Person},
};
use jiff::{Timestamp, civil::Date as Day, tz::TimeZone};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::drive::{
    Drive,
    api::{ALL_DRIVES, Acting},
    batch::Call,
    card,
    param::{FileRef, Grantee, Role},
    problem,
};

/// Shares a file or folder.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Share {
    /// The file or folder.
    file: FileRef,
    /// With whom: @ana, an email address, group:team@example.org, domain:example.org, or anyone (with the link).
    #[schemars(extend("x-named" = true))]
    with: Vec<Person>,
    /// What they may do; look at it where you do not say.
    role: Option<Role>,
    /// The last day on which they may; for people and groups.
    expires: Option<Date>,
    /// What Google's mail to them says.
    message: Option<String>,
    /// Google sends them no mail.
    #[serde(default)]
    quiet: bool,
}

impl Action for Share {
    type On = Drive;
    const NAME: &str = "file share";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &[
        "file share Brief with=@ben role=editor",
        "file share Apollo with=@ben,group:team@example.org expires=2026-12-31 --quiet",
    ];

    async fn run(self, on: &Drive, ctx: &Ctx) -> Result<Reply> {
        let acting = on.acting(ctx).await?;
        let grantees = grantees(&acting, ctx, "with", &self.with)?;
        let grant = Grant {
            role: self.role.unwrap_or(Role::Viewer),
            until: self.expires.map(|it| until(it.0, ctx)).transpose()?,
            mail: if self.quiet { Mail::None } else { Mail::With(acting.sign(self.message.as_deref().map_or("", str::trim))) },
        };
        let file = acting.find("file", &self.file).await?;
        let outcome = give(&acting, &file.id, &grantees, &grant).await?;
        // It is shared: failing to read it again must not look like failing to share it.
        let file = acting.file(&file.id).await.unwrap_or(file);
        let mut said = Message::text(format!("Shared “{}” with {} as {}.", file.name, outcome.given(), role_name(grant.role)));
        if let Some(refused) = outcome.refused() {
            said = said.paragraph(refused).tone(Tone::Warning);
        }
        let again = outcome.worth_another_try();
        if !again.is_empty() {
            let mut params = json!({ "file": file.id, "with": again, "role": grant.role, "quiet": self.quiet });
            if let Some(day) = self.expires {
                params["expires"] = json!(day.0);
            }
            said = said.buttons(vec![Button::run("Try again", ctx.call("file share", params))]);
        }
        Ok(card::done(&acting, &file, ctx, said).await)
    }
}

/// What is given.
pub(in crate::drive) struct Grant {
    pub role: Role,
    pub until: Option<Timestamp>,
    pub mail: Mail,
}

/// Whether Google tells people.
pub(in crate::drive) enum Mail {
    None,
    /// With these words, which may be none.
    With(String),
}

/// Who got it, and who did not.
pub(in crate::drive) struct Outcome(Vec<(Grantee, Result<()>)>);

impl Outcome {
    pub fn given(&self) -> String {
        let names: Vec<String> = self.0.iter().filter(|(_, end)| end.is_ok()).map(|(who, _)| who.name()).collect();
        and(&names)
    }

    /// Whether nobody got it.
    pub fn is_in_vain(&self) -> bool {
        self.0.iter().all(|(_, end)| end.is_err())
    }

    /// Whether the same again may do it for one of those who did not get it, or was done already.
    pub fn may_come_right(&self) -> bool {
        let may = |it: &Error| it.is_temporary() || it.maybe_done || it.kind == ErrorKind::Auth;
        self.0.iter().any(|(_, end)| end.as_ref().is_err_and(may))
    }

    /// The same, where somebody got it.
    ///
    /// # Errors
    /// When nobody did.
    pub fn for_somebody(self) -> Result<Outcome> {
        match self.0.as_slice() {
            [(_, Err(error))] => Err(error.clone()),
            _ if self.is_in_vain() => Err(nobody(&self)),
            _ => Ok(self),
        }
    }

    /// Those who did not get it, as a command names them.
    pub fn left_out(&self) -> Vec<String> {
        self.0.iter().filter(|(_, end)| end.is_err()).map(|(who, _)| who.written()).collect()
    }

    /// Those who may get it if it is tried again, as a command names them.
    fn worth_another_try(&self) -> Vec<String> {
        let is_temporary = |end: &Result<()>| end.as_ref().is_err_and(Error::is_temporary);
        self.0.iter().filter(|(_, end)| is_temporary(end)).map(|(who, _)| who.written()).collect()
    }

    /// A sentence for each who did not.
    pub fn refused(&self) -> Option<String> {
        let one = |(who, end): &(Grantee, Result<()>)| {
            let error = end.as_ref().err()?;
            Some(format!("Not with {}: {}.", who.name(), error.message.trim_end_matches('.')))
        };
        let all: Vec<String> = self.0.iter().filter_map(one).collect();
        (!all.is_empty()).then(|| all.join(" "))
    }
}

/// With whom, every problem told.
pub(in crate::drive) fn grantees(acting: &Acting<'_>, ctx: &Ctx, field: &str, people: &[Person]) -> Result<Vec<Grantee>> {
    let me = acting.account.as_deref().or(ctx.actor.email.as_deref());
    let domain = acting.drive.settings.domain.as_deref();
    let mut all: Vec<Grantee> = Vec::new();
    for person in people {
        let grantee = Grantee::read(field, person, me, domain)?;
        if !all.contains(&grantee) {
            all.push(grantee);
        }
    }
    Ok(all)
}

/// The end of that day, which has to be to come, and within a year (Google's limit).
pub(in crate::drive) fn until(day: Day, ctx: &Ctx) -> Result<Timestamp> {
    let wrong = |why: &str| Err(problem::at("expires", format!("{day} {why}")));
    let end = day.tomorrow().ok().and_then(|it| it.to_zoned(TimeZone::UTC).ok()).map(|it| it.timestamp());
    match end {
        Some(end) if end <= ctx.now => wrong("is over: choose a day to come."),
        Some(end) if end.duration_since(ctx.now).as_hours() > 365 * 24 => {
            wrong("is more than a year away, and Google allows a year at most.")
        }
        Some(end) => Ok(end),
        None => wrong("is no day that can be used."),
    }
}

/// Gives access.
///
/// # Errors
/// When nobody got it.
pub(in crate::drive) async fn give(acting: &Acting<'_>, id: &str, grantees: &[Grantee], grant: &Grant) -> Result<Outcome> {
    offer(acting, id, grantees, grant).await?.for_somebody()
}

/// The same, also where nobody gets it: one call for one, a batch for several.
///
/// # Errors
/// When it cannot be given to anybody in this way, and when Google could not be asked.
pub(in crate::drive) async fn offer(acting: &Acting<'_>, id: &str, grantees: &[Grantee], grant: &Grant) -> Result<Outcome> {
    if let Some(wrong) = grantees.iter().find(|it| grant.until.is_some() && matches!(it, Grantee::Domain(_) | Grantee::Anyone)) {
        let message = format!("Access of {} cannot end by itself: Google knows that for people and groups only.", wrong.name());
        return Err(problem::at("expires", message));
    }
    if grantees.contains(&Grantee::Anyone) && matches!(grant.role, Role::Manager | Role::ContentManager) {
        return Err(problem::at("role", "Anyone with the link can be viewer, commenter or editor."));
    }
    let body = |who: &Grantee| {
        let mut body = json!({ "type": who.kind(), "role": grant.role.written() });
        match who {
            Grantee::User(address) | Grantee::Group(address) => body["emailAddress"] = json!(address),
            Grantee::Domain(domain) => body["domain"] = json!(domain),
            Grantee::Anyone => body["allowFileDiscovery"] = json!(false),
        }
        if let Some(until) = grant.until {
            body["expirationTime"] = json!(until.to_string());
        }
        body
    };
    let query = |who: &Grantee| {
        let mut query = vec![ALL_DRIVES, ("fields", "id")];
        // Only people and groups get mail.
        if matches!(who, Grantee::User(_) | Grantee::Group(_)) {
            match &grant.mail {
                Mail::None => query.push(("sendNotificationEmail", "false")),
                Mail::With(words) if !words.is_empty() => query.push(("emailMessage", words.as_str())),
                Mail::With(_) => {}
            }
        }
        query
    };
    let path = format!("/files/{id}/permissions");
    if let [who] = grantees {
        let sent = acting.send::<Value>(acting.post(&path, &query(who), &body(who))).await;
        let end = sent.map(drop).map_err(|it| problem::sharing(it, "with"));
        return Ok(Outcome(vec![(who.clone(), end)]));
    }
    let call = |who: &Grantee| {
        let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(query(who)).finish();
        Call { method: "POST", path: format!("/drive/v3{path}?{query}"), body: body(who) }
    };
    let calls: Vec<Call> = grantees.iter().map(call).collect();
    let ends = acting.batch(&calls).await?;
    Ok(Outcome(grantees.iter().cloned().zip(ends).collect()))
}

fn nobody(outcome: &Outcome) -> Error {
    let first = outcome.0.iter().find_map(|(_, end)| end.as_ref().err()).cloned();
    let error = first.unwrap_or_else(|| Error::bad_input("With whom shall it be shared?"));
    let message = outcome.refused().unwrap_or_else(|| error.message.clone());
    Error { message: message.clone(), ..error }.with_fields(vec![commands::FieldProblem::new("with", message)])
}

fn role_name(role: Role) -> &'static str {
    match role {
        Role::Viewer => "viewer",
        Role::Commenter => "commenter",
        Role::Editor => "editor",
        Role::ContentManager => "content manager",
        Role::Manager => "manager",
    }
}

/// `a, b and c`.
fn and(names: &[String]) -> String {
    match names {
        [] => "nobody".into(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}
