//! Who is who in the workspace.

use std::{collections::HashMap, sync::Arc};

use commands::{Actor, Error, Result};
use serde_json::{Value, json};
use slack_morphism::{
    SlackUser,
    api::{SlackApiUsersInfoRequest, SlackApiUsersInfoResponse},
};

use super::{modal::member, wire::ours, workspace::Workspace};
use crate::chat::Profile;

/// Ids by name, lower case: display name, full name and handle.
pub type Directory = HashMap<String, String>;

/// Pages of `users.list` that are read to find somebody: of so many people each, since the method may
/// be called 20 times a minute.
pub(super) const PAGES: usize = 10;
pub(super) const PEOPLE: &str = "1000";

impl Workspace {
    pub(super) async fn find_person(&self, workspace: &str, id: &str) -> Result<Actor> {
        let asking = async {
            let request = SlackApiUsersInfoRequest::new(id.into());
            let SlackApiUsersInfoResponse { user } =
                self.api.open_session(&self.token).users_info(&request).await.map_err(ours)?;
            Ok(actor(workspace, user))
        };
        // Whoever asks at the same time waits for one answer: after a start, all that somebody had asked for is done at once.
        let found = self.people.try_get_with(id.to_owned(), asking).await.map_err(|err: Arc<Error>| Error::clone(&err))?;
        Ok(Actor { workspace: workspace.into(), ..found })
    }

    /// By the address that they confirmed to Slack: <https://docs.slack.dev/reference/methods/users.lookupByEmail>.
    pub(super) async fn find_by_email(&self, email: &str) -> Result<Option<Actor>> {
        let found = match self.wire().get("users.lookupByEmail", &[("email", email)]).await {
            Ok(answer) => answer.body,
            Err(err) if err.kind == commands::ErrorKind::NotFound => return Ok(None),
            Err(err) => return Err(err),
        };
        let user = &found["user"];
        let is_active = user["deleted"] != json!(true) && user["is_bot"] != json!(true);
        match (user["id"].as_str(), user["team_id"].as_str()) {
            (Some(id), team) if is_active => self.find_person(team.unwrap_or_default(), id).await.map(Some),
            _ => Ok(None),
        }
    }

    /// Where somebody is and how they read: <https://docs.slack.dev/reference/methods/users.info>.
    pub(super) async fn find_profile(&self, id: &str) -> Result<Profile> {
        let user = self.wire().get("users.info", &[("user", id), ("include_locale", "true")]).await?.body;
        let text = |name: &str| user["user"][name].as_str().filter(|it| !it.is_empty()).map(str::to_owned);
        Ok(Profile { zone: text("tz"), locale: text("locale") })
    }

    /// By `<@U…>`, or by a bare `@name` that only one person has.
    pub(super) async fn find_mentioned(&self, workspace: &str, text: &str) -> Result<Option<Actor>> {
        let text = text.trim();
        if let Some(id) = member(text) {
            return self.find_person(workspace, id).await.map(Some);
        }
        let Some(name) = text.strip_prefix('@').filter(|it| !it.is_empty()) else { return Ok(None) };
        let directory = self.directory.try_get_with((), self.read_directory()).await.map_err(|err| (*err).clone())?;
        match directory.get(&name.to_lowercase()) {
            Some(id) if !id.is_empty() => self.find_person(workspace, id).await.map(Some),
            _ => Ok(None),
        }
    }

    /// Everyone who is active. Read as plain JSON: one odd profile must not hide all the others,
    /// which a typed list would.
    async fn read_directory(&self) -> Result<Arc<Directory>> {
        let mut directory = Directory::new();
        let mut cursor = String::new();
        for _ in 0..PAGES {
            let page = self.wire().get("users.list", &[("limit", PEOPLE), ("cursor", &cursor)]).await?.body;
            for user in page["members"].as_array().into_iter().flatten() {
                if user["deleted"] == json!(true) || user["is_bot"] == json!(true) {
                    continue;
                }
                let Some(id) = user["id"].as_str() else { continue };
                let names: [&Value; 3] = [&user["name"], &user["profile"]["display_name"], &user["profile"]["real_name"]];
                for name in names.into_iter().filter_map(Value::as_str).filter(|it| !it.is_empty()) {
                    // Two people of one name: the name says nothing, so it finds nobody.
                    let of = directory.entry(name.to_lowercase()).or_insert_with(|| id.to_owned());
                    if of != id {
                        of.clear();
                    }
                }
            }
            cursor = page["response_metadata"]["next_cursor"].as_str().unwrap_or_default().to_owned();
            if cursor.is_empty() {
                break;
            }
        }
        Ok(Arc::new(directory))
    }
}

fn actor(workspace: &str, user: SlackUser) -> Actor {
    let profile = user.profile.as_ref();
    let names = [
        profile.and_then(|it| it.display_name.clone()),
        profile.and_then(|it| it.real_name.clone()),
        user.real_name.clone(),
        user.name.clone(),
    ];
    let name = names.into_iter().flatten().find(|it| !it.trim().is_empty());
    Actor {
        platform: "slack".into(),
        workspace: workspace.into(),
        id: user.id.0.clone(),
        name: name.unwrap_or_else(|| user.id.0.clone()),
        email: profile.and_then(|it| it.email.as_ref()).map(|it| it.0.clone()),
        admin: user.flags.is_admin == Some(true) || user.flags.is_owner == Some(true),
    }
}
