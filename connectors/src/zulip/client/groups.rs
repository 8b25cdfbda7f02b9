//! Groups of people. <https://zulip.com/api/get-user-groups>

use commands::Result;
use serde::Deserialize;

use super::{Client, Done, Form};

#[derive(Clone, Debug, Deserialize)]
pub struct Group {
    pub id: u64,
    /// `role:administrators` and the like for those that Zulip keeps itself.
    pub name: String,
    #[serde(default)]
    pub description: String,
    #[serde(default)]
    pub members: Vec<u64>,
    #[serde(default)]
    pub direct_subgroup_ids: Vec<u64>,
    #[serde(default)]
    pub is_system_group: bool,
    #[serde(default)]
    pub deactivated: bool,
}

impl Group {
    /// As people call it: Zulip's own groups without the prefix that the API gives them.
    pub fn title(&self) -> &str {
        self.name.strip_prefix("role:").unwrap_or(&self.name)
    }
}

impl Client {
    pub async fn groups(&self) -> Result<Vec<Group>> {
        #[derive(Deserialize)]
        struct All {
            user_groups: Vec<Group>,
        }
        Ok(self.get::<All>("user_groups", &[]).await?.user_groups)
    }

    /// Everybody in it, also by a group within it.
    pub async fn group_members(&self, group: u64) -> Result<Vec<u64>> {
        #[derive(Deserialize)]
        struct All {
            members: Vec<u64>,
        }
        Ok(self.get::<All>(&format!("user_groups/{group}/members"), &[]).await?.members)
    }

    /// Makes a group; its id, where the server tells (feature level 317).
    pub async fn create_group(&self, name: &str, description: &str, members: &[u64]) -> Result<Option<u64>> {
        #[derive(Deserialize)]
        struct Created {
            group_id: Option<u64>,
        }
        let form = Form::new().text("name", name).text("description", description).json("members", members);
        Ok(self.post::<Created>("user_groups/create", form).await?.group_id)
    }

    pub async fn update_group(&self, group: u64, name: Option<&str>, description: Option<&str>) -> Result<()> {
        let form = Form::new().some_text("name", name).some_text("description", description);
        self.patch::<Done>(&format!("user_groups/{group}"), form).await.map(drop)
    }

    /// Takes people in and out, all or none of them. Zulip refuses who is in already, and who is not.
    pub async fn change_members(&self, group: u64, add: &[u64], remove: &[u64]) -> Result<()> {
        let mut form = Form::new();
        if !add.is_empty() {
            form = form.json("add", add);
        }
        if !remove.is_empty() {
            form = form.json("delete", remove);
        }
        self.post::<Done>(&format!("user_groups/{group}/members"), form).await.map(drop)
    }

    /// <https://zulip.com/api/deactivate-user-group>
    pub async fn deactivate_group(&self, group: u64) -> Result<()> {
        self.put_right::<Done>(&format!("user_groups/{group}/deactivate"), Form::new()).await.map(drop)
    }
}
