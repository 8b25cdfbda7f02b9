//! What this Jira is, and what it lacks.

use commands::{ErrorKind, Result};

use super::{Deployment, Jira};
use crate::{Connector, Features, Missing};

/// The nouns that come with Jira Software.
const SOFTWARE: &[&str] = &["board", "sprint", "backlog"];
/// Of the numbers, those that are about sprints.
const SPRINT_METRICS: &[&str] = &["metrics velocity", "metrics commitment", "metrics burndown"];

pub(super) async fn ask(on: &Jira) -> Result<Features> {
    let server = on.server().await?;
    let version = match server.deployment() {
        Deployment::Cloud => "Jira Cloud".to_owned(),
        Deployment::DataCenter => format!("Jira Data Center {}", server.version),
    };
    let why = match on.as_bot().await?.boards(None).await {
        Ok(_) => None,
        Err(error) if error.kind == ErrorKind::NotFound => Some(error.message),
        Err(error) if error.kind == ErrorKind::Permission => Some(
            "The bot's Jira account has no access to Jira Software. An administrator can give it under Administration → Applications → \
             Application access."
                .to_owned(),
        ),
        Err(error) => return Err(error),
    };
    let needs_software =
        |name: &&str| SOFTWARE.iter().any(|it| name.split(' ').next() == Some(it)) || SPRINT_METRICS.contains(name);
    let missing = match why {
        None => Vec::new(),
        Some(why) => {
            let names = Jira::ACTIONS.iter().map(|it| it.spec.name).filter(needs_software);
            names.map(|action| Missing { action, why: why.clone() }).collect()
        }
    };
    Ok(Features { version: Some(version), missing })
}
