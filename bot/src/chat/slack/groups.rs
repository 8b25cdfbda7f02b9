//! User groups: <https://docs.slack.dev/reference/methods/usergroups.list>.

use commands::{Error, ErrorKind, Result};
use serde_json::{Value, json};

use super::workspace::Workspace;
use crate::chat::UserGroup;

impl Workspace {
    /// By id, or by its handle with or without `@`; Slack shows a mention of one as `<!subteam^S123|@oncall>`.
    pub(super) async fn find_group(&self, wanted: &str) -> Result<Option<UserGroup>> {
        let wanted = wanted.trim();
        let mention = wanted.strip_prefix("<!subteam^").map(|it| it.split(['|', '>']).next().unwrap_or_default());
        let wanted = mention.unwrap_or(wanted).trim_start_matches('@');
        let all = self.wire().get("usergroups.list", &[("include_users", "true")]).await?.body;
        let is_it =
            |group: &&Value| group["id"] == wanted || group["handle"].as_str().is_some_and(|it| it.eq_ignore_ascii_case(wanted));
        Ok(all["usergroups"].as_array().into_iter().flatten().find(is_it).map(|group| {
            let text = |name: &str| group[name].as_str().unwrap_or_default().to_owned();
            let mut people: Vec<String> =
                group["users"].as_array().into_iter().flatten().filter_map(|it| it.as_str().map(str::to_owned)).collect();
            people.sort();
            UserGroup { id: text("id"), name: format!("@{}", text("handle")), people }
        }))
    }

    /// <https://docs.slack.dev/reference/methods/usergroups.users.update>
    pub(super) async fn put_into_group(&self, group: &str, people: &[String]) -> Result<()> {
        if people.is_empty() {
            return Err(Error::new(
                ErrorKind::Validation,
                "Slack lets no user group be empty: put somebody into the team, or unbind the group from it.",
            ));
        }
        let arguments = json!({ "usergroup": group, "users": people.join(",") });
        self.wire().post("usergroups.users.update", &arguments).await.map(|_| ())
    }
}
