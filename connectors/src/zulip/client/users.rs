//! People and bots. <https://zulip.com/api/get-users>

use std::fmt;

use commands::{Result, param::Secret};
use serde::{Deserialize, Serialize};

use super::{Client, Done, Form};

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct User {
    pub user_id: u64,
    pub full_name: String,
    /// The address that the API uses; an invented one where the person hides the real one.
    pub email: String,
    /// The real address, where its owner lets the bot see it.
    #[serde(default)]
    pub delivery_email: Option<String>,
    #[serde(default = "yes")]
    pub is_active: bool,
    #[serde(default)]
    pub is_bot: bool,
    /// 1 generic, 2 incoming webhook, 3 outgoing webhook, 4 embedded.
    #[serde(default)]
    pub bot_type: Option<u8>,
    /// [`Role`] by its number; older servers only say who administers.
    #[serde(default)]
    pub role: Option<u16>,
    #[serde(default)]
    pub is_admin: bool,
    /// The IANA name; empty where they let Zulip go by their browser.
    #[serde(default)]
    pub timezone: String,
    pub date_joined: Option<String>,
    #[serde(default)]
    pub bot_owner_id: Option<u64>,
}

fn yes() -> bool {
    true
}

/// <https://zulip.com/api/roles-and-permissions>
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// May do everything.
    Owner,
    /// May administer people, channels and settings.
    Administrator,
    /// May move and delete messages where members may not.
    Moderator,
    /// Most people.
    Member,
    /// Sees only the channels that they are subscribed to.
    Guest,
}

impl Role {
    pub fn number(self) -> u16 {
        match self {
            Role::Owner => 100,
            Role::Administrator => 200,
            Role::Moderator => 300,
            Role::Member => 400,
            Role::Guest => 600,
        }
    }

    pub fn of(number: u16) -> Role {
        match number {
            ..=100 => Role::Owner,
            101..=200 => Role::Administrator,
            201..=300 => Role::Moderator,
            301..=599 => Role::Member,
            600.. => Role::Guest,
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Role::Owner => "owner",
            Role::Administrator => "administrator",
            Role::Moderator => "moderator",
            Role::Member => "member",
            Role::Guest => "guest",
        })
    }
}

impl User {
    pub fn role(&self) -> Role {
        self.role.map_or(Role::Member, Role::of)
    }

    /// Whether they administer the organization.
    pub fn administers(&self) -> bool {
        self.is_admin || self.role() <= Role::Administrator
    }

    /// The address that people know.
    pub fn address(&self) -> &str {
        self.delivery_email.as_deref().unwrap_or(&self.email)
    }
}

/// A person's line below their name. <https://zulip.com/help/status-and-availability>
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Status {
    #[serde(default)]
    pub status_text: String,
    #[serde(default)]
    pub emoji_name: String,
}

#[derive(Deserialize)]
struct One {
    user: User,
}

impl Client {
    pub async fn users(&self) -> Result<Vec<User>> {
        #[derive(Deserialize)]
        struct All {
            members: Vec<User>,
        }
        Ok(self.get::<All>("users", &[]).await?.members)
    }

    pub async fn user(&self, id: u64) -> Result<User> {
        Ok(self.get::<One>(&format!("users/{id}"), &[]).await?.user)
    }

    /// The bot itself.
    pub async fn me(&self) -> Result<User> {
        self.get("users/me", &[]).await
    }

    pub async fn status(&self, user: u64) -> Result<Status> {
        #[derive(Deserialize)]
        struct One {
            status: Status,
        }
        Ok(self.get::<One>(&format!("users/{user}/status"), &[]).await?.status)
    }

    /// Makes an account. Takes the right to create users, which a server's administrator gives:
    /// <https://zulip.com/api/create-user>.
    pub async fn create_user(&self, email: &str, full_name: &str, password: &Secret) -> Result<u64> {
        #[derive(Deserialize)]
        struct Created {
            user_id: u64,
        }
        let form = Form::new().text("email", email).text("full_name", full_name).text("password", password.expose());
        Ok(self.post::<Created>("users", form).await?.user_id)
    }

    /// <https://zulip.com/api/update-user>
    pub async fn update_user(&self, id: u64, full_name: Option<&str>, role: Option<Role>, email: Option<&str>) -> Result<()> {
        let form = Form::new().some_text("full_name", full_name).some_json("role", role.map(Role::number));
        self.patch::<Done>(&format!("users/{id}"), form.some_text("new_email", email)).await.map(drop)
    }

    /// Locks an account; `comment` is in the email that tells its owner.
    pub async fn deactivate_user(&self, id: u64, comment: Option<&str>) -> Result<()> {
        let form = Form::new().some_text("deactivation_notification_comment", comment);
        self.delete::<Done>(&format!("users/{id}"), form).await.map(drop)
    }

    pub async fn reactivate_user(&self, id: u64) -> Result<()> {
        self.put_right::<Done>(&format!("users/{id}/reactivate"), Form::new()).await.map(drop)
    }
}
