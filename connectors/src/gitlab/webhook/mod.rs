//! What GitLab tells us by itself: <https://docs.gitlab.com/user/project/integrations/webhook_events/>, and of a server of one's
//! own <https://docs.gitlab.com/administration/system_hooks/>.
//!
//! A delivery shows the hook's secret in `X-Gitlab-Token` and is signed by nothing else, so that token is what lets it in.
//! Confidential issues and internal comments become no events: channels hold people who may not see them. What no module knows
//! is told by what all payloads have ([`other`]).

use commands::{
    Error, ErrorKind, Event, Result,
    event::{Concern, Object, Why},
};
use jiff::Timestamp;
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::{
    Delivery, SecretFrom, Webhook,
    payload::{first, references, said, shown, text, tickets, visible},
    signature::tokens_match,
};

mod alerts;
mod builds;
mod changes;
mod code;
mod members;
mod merge_requests;
mod other;
mod work;

pub(super) const WEBHOOK: Webhook =
    Webhook { verify, key: Some(key), parse, handshake: None, secret: SecretFrom::Us, steps: STEPS };

/// How it is set up there.
const STEPS: &str = include_str!("../hook.md");

fn verify(delivery: &Delivery<'_>, secret: &str) -> Result<()> {
    match delivery.header("x-gitlab-token") {
        Some(token) if tokens_match(token, secret) => Ok(()),
        Some(_) => Err(Error::new(ErrorKind::Auth, "X-Gitlab-Token is not this hook's: is the secret token the same in GitLab?")),
        None => Err(Error::new(ErrorKind::Auth, "There is no X-Gitlab-Token: set the webhook's secret token in GitLab.")),
    }
}

/// The same for each try of one delivery; older ones send the event's id only.
fn key(delivery: &Delivery<'_>) -> Option<String> {
    let sent = delivery.header("idempotency-key").or_else(|| delivery.header("x-gitlab-event-uuid"));
    sent.filter(|it| !it.is_empty()).map(str::to_owned)
}

fn parse(delivery: &Delivery<'_>) -> Result<Vec<Event>> {
    let body: Value = serde_json::from_slice(delivery.body)
        .map_err(|err| Error::bad_input(format!("This is no webhook of GitLab: it is not JSON ({err}).")))?;
    // `Merge Request Hook`, for what does not say it itself.
    let header = delivery.header("x-gitlab-event").map(|it| it.trim_end_matches(" Hook").to_lowercase().replace(' ', "_"));
    let Some(kind) = first(&body, &["/object_kind", "/event_name", "/event_type"]).or(header.as_deref()) else {
        return Err(Error::bad_input("This is no webhook of GitLab that I know: it has neither `object_kind` nor `event_name`."));
    };
    if is_confidential(&body) {
        return Ok(Vec::new());
    }
    let payload = Payload { kind, body: &body };
    let told = about(&payload).unwrap_or_else(|| other::read(&payload));
    let actor = told.actor.or_else(|| payload.actor());
    let actor_id = told.actor_id.or_else(|| first(&body, &["/user/username", "/user_username"]).map(str::to_owned));
    let place = told.object.place.or_else(|| payload.place());
    let id = key(delivery).unwrap_or_else(|| hex::encode(&Sha256::digest(delivery.body)[..16]));
    let mut about = told.about;
    about.retain(|it| *it != told.object.key && Some(it) != told.object.url.as_ref());
    let at = if told.at == Timestamp::default() { moment(&body, TIMES) } else { Some(told.at) };
    Ok(vec![Event {
        id,
        source: delivery.hook.to_owned(),
        at: at.unwrap_or(delivery.received),
        // Whose name is all that is told is known by nothing else.
        actor_id: actor_id.filter(|it| Some(it) != actor.as_ref()),
        actor,
        text: told.text.as_deref().map(visible).as_deref().and_then(said),
        url: told.url.filter(|it| Some(it) != told.object.url.as_ref()),
        object: whole(Object { place, ..told.object }, kind),
        about,
        ..told
    }])
}

fn about(payload: &Payload<'_>) -> Option<Event> {
    Some(match payload.kind {
        "issue" | "work_item" => work::issue(payload)?,
        "note" => work::note(payload),
        "milestone" => work::milestone(payload)?,
        "emoji" => work::emoji(payload),
        "merge_request" => merge_requests::merge_request(payload)?,
        "push" | "tag_push" => code::push(payload),
        "repository_update" => code::update(payload),
        "release" => code::release(payload)?,
        "wiki_page" => code::wiki_page(payload)?,
        "feature_flag" => code::feature_flag(payload)?,
        "pipeline" => builds::pipeline(payload)?,
        "build" | "job" => builds::job(payload)?,
        "deployment" => builds::deployment(payload),
        "vulnerability" => alerts::vulnerability(payload)?,
        "access_token" => alerts::access_token(payload)?,
        kind if kind.ends_with("_group")
            || kind.ends_with("_team")
            || kind.ends_with("_for_project")
            || kind.ends_with("_to_project") =>
        {
            members::member(payload)?
        }
        kind if kind.starts_with("user_") => members::user(payload)?,
        kind if kind.starts_with("key_") => members::key(payload)?,
        kind if kind.starts_with("group_") || kind.starts_with("subgroup_") => members::group(payload)?,
        kind if kind.starts_with("project_") => members::project(payload)?,
        _ => return None,
    })
}

/// A payload with the word that says what it is.
struct Payload<'a> {
    /// `merge_request`; of system hooks `project_create`.
    kind: &'a str,
    body: &'a Value,
}

impl<'a> Payload<'a> {
    fn text(&self, path: &str) -> Option<&'a str> {
        text(self.body, path)
    }

    /// `demo/printer`.
    fn path(&self) -> Option<&'a str> {
        const PATHS: &[&str] = &[
            "/project/path_with_namespace",
            "/path_with_namespace",
            "/project_path_with_namespace",
            "/group/full_path",
            "/group/group_path",
            "/group_path",
        ];
        first(self.body, PATHS)
    }

    /// The path, from an address where nothing else tells it, else a name.
    fn place(&self) -> Option<String> {
        const ADDRESSES: &[&str] = &["/object_attributes/url", "/project/web_url", "/repository/homepage"];
        let named = || first(self.body, &["/project_name", "/project/name", "/repository/name", "/group_name"]);
        let of_address = || ADDRESSES.iter().filter_map(|it| self.text(it)).find_map(place_of);
        self.path().map(str::to_owned).or_else(of_address).or_else(|| named().map(str::to_owned))
    }

    /// An address below the project's own.
    fn web(&self, below: &str) -> Option<String> {
        let project = first(self.body, &["/project/web_url", "/project/homepage", "/repository/homepage"])?;
        Some(format!("{project}{below}"))
    }

    /// By the name that people read. Tokens act as accounts of their own, which are marked as GitHub marks its own.
    fn actor(&self) -> Option<String> {
        let login = first(self.body, &["/user/username", "/user_username"]).unwrap_or_default();
        let name = first(self.body, &["/user/name", "/user_name", "/user/username", "/user_username"])?;
        // `project_11_bot_0a1b2c`, `group_5_bot`, `service_account_0a1b2c`.
        let of_token = |it: &str| {
            let (number, rest) = login.strip_prefix(it)?.split_once('_')?;
            (rest.starts_with("bot") && !number.is_empty() && number.bytes().all(|it| it.is_ascii_digit())).then_some(())
        };
        let is_token = of_token("project_").or(of_token("group_")).is_some() || login.starts_with("service_account_");
        Some(if is_token && !name.ends_with("[bot]") { format!("{name}[bot]") } else { name.to_owned() })
    }

    /// The key of an issue (`#`) or merge request (`!`) of this place.
    fn key(&self, mark: char, of: &Value) -> String {
        let number = shown(of, "/iid").or_else(|| shown(of, "/id")).unwrap_or_default();
        format!("{}{mark}{number}", self.place().unwrap_or_default())
    }

    /// What a title, a message or a branch refers to.
    fn refers(&self, text: &str) -> Vec<String> {
        let mut about = references(text, &self.place().unwrap_or_default(), &['#', '!']);
        add(&mut about, tickets(text));
        about
    }

    /// GitLab names branches by the issue they are for: `42-printer-on-fire`.
    fn refers_by_branch(&self, branch: &str) -> Vec<String> {
        let mut about = tickets(branch);
        let number = branch.split_once('-').map(|(number, _)| number).filter(|it| (1..=5).contains(&it.len()));
        let number = number.filter(|it| it.bytes().all(|it| it.is_ascii_digit()) && !it.starts_with('0'));
        let place = self.place();
        add(&mut about, number.zip(place).map(|(number, place)| format!("{place}#{number}")));
        about
    }

    /// Everybody who is named in what somebody wrote, but for themselves.
    fn mentioned(&self, text: &str) -> Vec<Concern> {
        crate::payload::mentioned(text, first(self.body, &["/user/username", "/user_username"]))
    }
}

/// `https://gitlab.example.org/demo/printer/-/issues/7` → `demo/printer`; of groups `groups/demo/-/…` → `demo`.
fn place_of(address: &str) -> Option<String> {
    let path = address.split_once("://")?.1.split_once('/')?.1;
    let path = path.split("/-/").next()?.split("/issues/").next()?.split("/merge_requests/").next()?.trim_matches('/');
    Some(path.strip_prefix("groups/").unwrap_or(path).to_owned()).filter(|it| !it.is_empty())
}

/// Confidential, or said among members only.
fn is_confidential(body: &Value) -> bool {
    let said = body["event_type"].as_str().unwrap_or_default();
    let is = |path: &str| body.pointer(path) == Some(&Value::Bool(true));
    const MARKS: &[&str] = &[
        "/object_attributes/confidential",
        "/object_attributes/internal",
        "/issue/confidential",
        "/epic/confidential",
        "/note/internal",
        "/note/confidential",
    ];
    said.starts_with("confidential_") || MARKS.iter().any(|it| is(it))
}

/// When, as the most particular part of the payload says.
const TIMES: &[&str] =
    &["/object_attributes/updated_at", "/status_changed_at", "/object_attributes/created_at", "/updated_at", "/created_at"];

/// `2026-11-21T10:00:00Z`, `2026-11-21 10:00:00 UTC`, `2026-11-21 10:00:00 +0100`: GitLab writes all of these.
fn moment(body: &Value, paths: &[&str]) -> Option<Timestamp> {
    paths.iter().find_map(|path| {
        let text = text(body, path)?;
        if let Ok(at) = text.parse() {
            return Some(at);
        }
        match text.strip_suffix(" UTC") {
            Some(at) => format!("{}Z", at.replacen(' ', "T", 1)).parse().ok(),
            None => Timestamp::strptime("%Y-%m-%d %H:%M:%S %z", text).ok(),
        }
    })
}

/// With a key and a title, whatever was missing.
fn whole(mut object: Object, kind: &str) -> Object {
    if object.title.trim().is_empty() {
        object.title = Some(kind.replace('_', " ")).filter(|it| !it.trim().is_empty()).unwrap_or_else(|| "event".into());
    }
    if object.key.trim().is_empty() {
        object.key = object.place.clone().unwrap_or_else(|| "GitLab".into());
    }
    object
}

/// An object that has no state of its own.
fn object(key: impl Into<String>, title: impl Into<String>, url: Option<String>) -> Object {
    Object { key: key.into(), title: title.into(), url, place: None, state: None }
}

/// Something that happened to an object, and no more.
fn event(noun: &str, verb: &str, object: Object) -> Event {
    Event { kind: format!("{noun}.{verb}"), object, ..Event::default() }
}

/// People as GitLab lists them.
fn people<'a>(all: impl Iterator<Item = &'a Value>, why: Why) -> Vec<Concern> {
    let one = |it: &Value| {
        let (name, login) = (text(it, "/name"), text(it, "/username"));
        let name = name.or(login)?.to_owned();
        Some(Concern { id: login.map(str::to_owned).filter(|it| *it != name), name, why })
    };
    all.filter_map(one).collect()
}

/// Adds what is not there yet.
fn add(all: &mut Vec<String>, more: impl IntoIterator<Item = String>) {
    for it in more {
        if !all.contains(&it) {
            all.push(it);
        }
    }
}
