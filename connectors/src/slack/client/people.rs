//! People and user groups. <https://docs.slack.dev/reference/methods/users.list>

use commands::{Error, Result};
use serde::Deserialize;

use super::Client;

/// A person or a bot.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct User {
    pub id: String,
    /// `ana`
    #[serde(default)]
    pub name: String,
    #[serde(default)]
    pub deleted: bool,
    #[serde(default)]
    pub is_bot: bool,
    #[serde(default)]
    pub is_admin: bool,
    #[serde(default)]
    pub is_owner: bool,
    /// A guest.
    #[serde(default)]
    pub is_restricted: bool,
    /// A guest of one channel.
    #[serde(default)]
    pub is_ultra_restricted: bool,
    pub tz: Option<String>,
    #[serde(default)]
    pub profile: Profile,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct Profile {
    #[serde(default)]
    pub real_name: String,
    #[serde(default)]
    pub display_name: String,
    pub email: Option<String>,
    #[serde(default)]
    pub title: String,
}

impl User {
    /// What people read.
    pub fn title(&self) -> &str {
        [&self.profile.real_name, &self.profile.display_name].into_iter().find(|it| !it.is_empty()).unwrap_or(&self.name)
    }

    pub fn is_guest(&self) -> bool {
        self.is_restricted || self.is_ultra_restricted
    }

    /// Slackbot says that it is no bot.
    pub fn is_person(&self) -> bool {
        !self.is_bot && self.id != "USLACKBOT"
    }

    pub fn role(&self) -> &'static str {
        match self {
            it if it.is_owner => "owner",
            it if it.is_admin => "admin",
            it if it.is_ultra_restricted => "guest of one channel",
            it if it.is_restricted => "guest",
            it if it.is_bot => "app",
            _ => "member",
        }
    }
}

/// A user group, which can be mentioned.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Group {
    pub id: String,
    /// `oncall`, without the @.
    pub handle: String,
    #[serde(default)]
    pub name: String,
    #[serde(default)]
    pub description: String,
    /// Who is in it, by id.
    #[serde(default)]
    pub users: Vec<String>,
}

#[derive(Deserialize)]
struct One {
    user: User,
}

impl Client {
    /// Everybody, with bots and those who are deactivated.
    pub async fn users(&self) -> Result<Vec<User>> {
        self.all("users.list", &[], "members").await
    }

    pub async fn user(&self, id: &str) -> Result<User> {
        Ok(self.get::<One>("users.info", &[("user", id.to_owned())]).await?.user)
    }

    /// Who has this address; none where nobody active has it.
    pub async fn user_by_email(&self, email: &str) -> Result<Option<User>> {
        match self.get::<One>("users.lookupByEmail", &[("email", email.to_owned())]).await {
            Ok(one) => Ok(Some(one.user)),
            Err(Error { code: Some(code), .. }) if code == "users_not_found" => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// User groups that are in use, with who is in them.
    pub async fn groups(&self) -> Result<Vec<Group>> {
        #[derive(Deserialize)]
        struct All {
            usergroups: Vec<Group>,
        }
        Ok(self.get::<All>("usergroups.list", &[("include_users", "true".to_owned())]).await?.usergroups)
    }

    /// Makes these people, and nobody else, the members of a user group; there must be one at least.
    pub async fn set_members(&self, group: &str, users: &[&str]) -> Result<Group> {
        #[derive(Deserialize)]
        struct Changed {
            usergroup: Group,
        }
        let form = [("usergroup", group.to_owned()), ("users", users.join(","))];
        Ok(self.put_right::<Changed>("usergroups.users.update", &form).await?.usergroup)
    }
}
