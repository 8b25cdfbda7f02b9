//! Who may do what. Deny by default: an action is allowed by its effect, and nothing else is.

use commands::{ActionSpec, Actor, Effect, Error, ErrorKind, Group, Result};

/// Whether `actor` may run `spec`. Asked when a command is taken and again when it is run.
///
/// # Errors
/// [`ErrorKind::Permission`], saying who can.
pub fn authorize(actor: &Actor, spec: &ActionSpec) -> Result<()> {
    match spec.effect {
        Effect::Read | Effect::Write => Ok(()),
        Effect::Admin if actor.admin => Ok(()),
        Effect::Admin => {
            let chat = if actor.platform == "zulip" { "Zulip organization" } else { "Slack workspace" };
            Err(Error::new(
                ErrorKind::Permission,
                format!("`{}` is for administrators of this {chat}. Ask one of them to do it.", spec.name),
            ))
        }
    }
}

/// `groups` with only what `actor` may run, for help and completion.
pub fn visible(groups: &[Group], actor: &Actor) -> Vec<Group> {
    let mut groups = groups.to_vec();
    for group in &mut groups {
        group.actions.retain(|spec| authorize(actor, spec).is_ok());
    }
    groups.retain(|it| !it.actions.is_empty());
    groups
}

/// Someone of whom nothing but the id is known, as while the chat cannot be asked.
pub fn stranger(platform: &str, workspace: &str, id: &str) -> Actor {
    Actor { platform: platform.into(), workspace: workspace.into(), id: id.into(), name: id.into(), email: None, admin: false }
}
