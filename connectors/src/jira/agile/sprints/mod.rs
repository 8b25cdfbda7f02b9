//! Sprints.

use commands::{Error, Result};
use serde_json::Value;

use super::boards::{is, issues, no_software};
use crate::{
    http::Repeatable,
    jira::{api::Api, moment, names::no_such, param, problem, wire, wire::Sprint},
};

mod change;
mod run;
mod show;

pub use change::{Create, Delete, Move, Update};
pub use run::{Complete, Start};
pub use show::{List, Show};

/// Closed sprints that are shown: the last ones.
const CLOSED: usize = 5;
const PERMISSION: &str = "Manage Sprints";

impl Api<'_> {
    pub async fn sprints(&self, board: u64, states: &str) -> Result<Vec<Sprint>> {
        let query = [("state", states)];
        self.all(&format!("/rest/agile/1.0/board/{board}/sprint"), "values", &query, 500).await.map_err(no_software)
    }

    pub async fn active_sprint(&self, board: u64) -> Result<Option<Sprint>> {
        Ok(self.sprints(board, "active").await?.into_iter().next())
    }

    /// The sprint that is meant: by number, by name, `active` or `next`.
    ///
    /// # Errors
    /// At `sprint`, with those there are.
    pub async fn sprint(
        &self,
        typed: Option<&param::Sprint>,
        board: Option<&param::Board>,
        project: Option<&str>,
    ) -> Result<Sprint> {
        let typed = typed.map_or("active", |it| it.0.trim());
        if !typed.is_empty() && typed.bytes().all(|it| it.is_ascii_digit()) {
            let found = self.get(&format!("/rest/agile/1.0/sprint/{typed}"), &[]).await;
            return found.map_err(|error| problem::about(error, &format!("sprint {typed}"), "Browse Projects"));
        }
        let board = self.scrum_board(board, project).await?;
        let all = self.sprints(board.id, "active,future,closed").await?;
        let of = |state: &str| all.iter().find(|it| it.state == state).cloned();
        match typed.to_lowercase().as_str() {
            "active" | "current" => {
                of("active").ok_or_else(|| problem::at("sprint", format!("No sprint of {} is under way.", board.name)))
            }
            "next" | "future" => {
                of("future").ok_or_else(|| problem::at("sprint", format!("{} has no sprint to come.", board.name)))
            }
            _ => {
                // Of sprints with the same name the last one is meant.
                let found = all.iter().rev().find(|it| is(it.id, &it.name, typed)).cloned();
                found.ok_or_else(|| no_such("sprint", "sprint", typed, all.iter().map(|it| it.name.as_str())))
            }
        }
    }

    pub async fn sprint_issues(&self, sprint: u64, fields: &str) -> Result<Vec<wire::Issue>> {
        self.all(&format!("/rest/agile/1.0/sprint/{sprint}/issue"), "issues", &[("fields", fields)], 1000).await
    }

    /// Puts an issue into a sprint, and says which.
    pub async fn move_to_sprint(&self, sprint: &param::Sprint, key: &str, project: Option<&str>) -> Result<String> {
        let sprint = self.sprint(Some(sprint), None, project).await?;
        self.move_issues(sprint.id, &[key.to_owned()]).await?;
        Ok(sprint.name)
    }

    /// Jira takes 50 at once.
    pub async fn move_issues(&self, sprint: u64, keys: &[String]) -> Result<()> {
        for some in keys.chunks(50) {
            let path = format!("/rest/agile/1.0/sprint/{sprint}/issue");
            self.do_post(&path, &issues(some), Repeatable::Yes)
                .await
                .map_err(|it| about(it, "sprint or those issues", "Schedule Issues"))?;
        }
        Ok(())
    }

    async fn change_sprint(&self, sprint: &Sprint, body: &Value) -> Result<()> {
        let path = format!("/rest/agile/1.0/sprint/{}", sprint.id);
        self.do_post(&path, body, Repeatable::Yes).await.map_err(|it| about(it, &format!("sprint {}", sprint.name), PERMISSION))
    }
}

fn about(error: Error, what: &str, permission: &str) -> Error {
    problem::about(error, what, permission)
}

fn dates(sprint: &Sprint) -> String {
    match (sprint.start(), sprint.completed().or(sprint.end())) {
        (Some(start), Some(end)) => format!(" · {} to {}", moment::day(start), moment::day(end)),
        (Some(start), None) => format!(" · from {}", moment::day(start)),
        _ => String::new(),
    }
}

fn state(sprint: &Sprint) -> &str {
    match sprint.state.as_str() {
        "active" => "under way",
        "future" => "to come",
        other => other,
    }
}

/// The keys of several issues.
///
/// # Errors
/// At `issues`, when there is none or one is no key.
pub(super) fn keys(issues: &[param::IssueKey]) -> Result<Vec<String>> {
    if issues.is_empty() {
        return Err(problem::at("issues", "Which issues? Write their keys, such as APO-7 APO-8."));
    }
    issues.iter().map(|it| it.key("issues")).collect()
}
