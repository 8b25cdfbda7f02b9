//! Who administers the workspace, for what needs their hands.

use commands::Result;
use serde_json::{Value, json};

use super::{
    people::{PAGES, PEOPLE},
    workspace::Workspace,
};
use crate::chat::Target;

/// How many are told: more would each leave it to the others.
const TOLD: usize = 5;

impl Workspace {
    /// Owners first, then administrators. <https://docs.slack.dev/reference/methods/users.list>
    pub(super) async fn find_administrators(&self) -> Result<Vec<Target>> {
        let mut found: Vec<(u8, String)> = Vec::new();
        let mut cursor = String::new();
        for _ in 0..PAGES {
            let page = self.wire().get("users.list", &[("limit", PEOPLE), ("cursor", &cursor)]).await?.body;
            found.extend(page["members"].as_array().into_iter().flatten().filter_map(rank));
            cursor = page["response_metadata"]["next_cursor"].as_str().unwrap_or_default().to_owned();
            if cursor.is_empty() {
                break;
            }
        }
        found.sort();
        found.truncate(TOLD);
        let person = |(_, id)| Target::Person { platform: "slack".into(), workspace: self.id.clone(), id };
        Ok(found.into_iter().map(person).collect())
    }
}

fn rank(user: &Value) -> Option<(u8, String)> {
    if user["deleted"] == json!(true) || user["is_bot"] == json!(true) {
        return None;
    }
    let ranks = ["is_primary_owner", "is_owner", "is_admin"];
    let rank = ranks.iter().position(|it| user[*it] == json!(true))?;
    Some((u8::try_from(rank).ok()?, user["id"].as_str()?.to_owned()))
}
