//! User groups: <https://zulip.com/api/get-user-groups>.

use commands::{Error, Result};
use connectors::zulip::client::groups::Group;

use super::Zulip;
use crate::chat::UserGroup;

impl Zulip {
    /// By id, or by its name with or without the marks of a mention, `@*oncall*`.
    pub(super) async fn find_group(&self, wanted: &str) -> Result<Option<UserGroup>> {
        let wanted = wanted.trim().trim_start_matches('@').trim_matches('*');
        let all = self.client.groups().await?;
        // The server's own groups, such as everybody, are not for anybody to fill.
        let is_it = |it: &Group| !it.is_system_group && (it.id.to_string() == wanted || it.name.eq_ignore_ascii_case(wanted));
        Ok(all.into_iter().find(is_it).map(|it| {
            let mut people: Vec<String> = it.members.iter().map(u64::to_string).collect();
            people.sort();
            UserGroup { id: it.id.to_string(), name: format!("@{}", it.name), people }
        }))
    }

    /// Asks for the difference: Zulip refuses to add who is in the group already.
    pub(super) async fn put_into_group(&self, group: &str, people: &[String]) -> Result<()> {
        let Some(now) = self.find_group(group).await? else {
            return Err(Error::not_found(format!("Zulip has no user group `{group}`.")));
        };
        let ids = |all: &[String], others: &[String]| -> Vec<u64> {
            all.iter().filter(|it| !others.contains(it)).filter_map(|it| it.parse().ok()).collect()
        };
        let (add, delete) = (ids(people, &now.people), ids(&now.people, people));
        if add.is_empty() && delete.is_empty() {
            return Ok(());
        }
        let id = now.id.parse().map_err(|_| Error::internal("Zulip's user group has no number."))?;
        self.client.change_members(id, &add, &delete).await
    }
}
