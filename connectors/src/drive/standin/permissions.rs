//! Permissions of the simulated Drive.

use axum::http::StatusCode;
use jiff::Timestamp;

use super::{
    Answer, Asked, files,
    seed::permission_id,
    state::{File, ORGANIZER, OWNER, Permission, State, WRITER, rank},
    values,
};

const UNASKED: &str = "kind,id,type,role";

pub fn answer(state: &mut State, asked: &Asked, id: &str, path: &[&str]) -> Answer {
    let file = match files::find(state, asked, id) {
        Ok(file) => file.clone(),
        Err(answer) => return answer,
    };
    let shares = state.rank_by_link(&asked.caller, &file) >= WRITER;
    match (asked.method.as_str(), path) {
        ("GET", []) if !shares => {
            Answer::refused(403, "insufficientFilePermissions", "The user does not have sufficient permissions for this file.")
        }
        ("GET", []) => {
            let written =
                |(it, from): &(Permission, Option<String>)| values::permission(state, it, from.as_deref(), file.drive.is_some());
            let page = asked.page("permissions", 100, 100, state.permissions_of(&file).iter().map(written).collect());
            Answer::selected(&page, asked, "nextPageToken,permissions(kind,id,type,role)")
        }
        _ if !shares => Answer::not_allowed(),
        ("POST", []) => create(state, asked, &file),
        ("PATCH", [permission]) => update(state, asked, &file, permission),
        ("DELETE", [permission]) => delete(state, asked, &file, permission),
        _ => Answer::empty(StatusCode::NOT_FOUND),
    }
}

fn create(state: &mut State, asked: &Asked, file: &File) -> Answer {
    let body = asked.body();
    let text = |key: &str| body[key].as_str().map(str::to_owned);
    let (Some(kind), Some(role)) = (text("type"), text("role")) else {
        return Answer::refused(400, "required", "The permission type field is required.");
    };
    let (email, domain) = (text("emailAddress").map(|it| it.to_lowercase()), text("domain"));
    if rank(&role) == 0 || (file.drive.is_none() && matches!(role.as_str(), "organizer" | "fileOrganizer")) {
        return Answer::refused(
            403,
            "cannotShareTeamDriveTopFolderWithAnyoneOrDomains",
            "The specified role is not valid for this item.",
        );
    }
    let name = match kind.as_str() {
        "user" | "group" => match &email {
            Some(email) if email.contains('@') => email.clone(),
            _ => {
                return Answer::refused(
                    400,
                    "invalid",
                    "The specified emailAddress is invalid or not applicable for the given permission type.",
                );
            }
        },
        "domain" => domain.clone().unwrap_or_default(),
        "anyone" => "anyoneWithLink".into(),
        _ => return Answer::invalid("The permission type field is invalid."),
    };
    if matches!(kind.as_str(), "domain" | "anyone") && file.parent.is_none() && file.drive.is_some() {
        let message = "A shared drive top folder cannot be shared with anyone or domains.";
        return Answer::refused(403, "cannotShareTeamDriveTopFolderWithAnyoneOrDomains", message);
    }
    let known = |email: &str| state.people.iter().any(|it| it.email == email) || state.groups.iter().any(|it| it.email == email);
    if let Some(email) = email.as_deref().filter(|it| it.ends_with("@example.org") && !known(it)) {
        // Without a mail, Google shares only with those who have an account.
        let message = format!(
            "Bad Request. User message: \"You are trying to invite {email}. Since there is no Google account associated \
                               with this email address, you must check the \\\"Notify people\\\" box to invite this recipient.\""
        );
        return Answer::refused(400, "invalidSharingRequest", &message);
    }
    let expires = match text("expirationTime").map(|it| it.parse::<Timestamp>()) {
        None => None,
        Some(Ok(at)) if matches!(kind.as_str(), "user" | "group") && at > state.now() => Some(at),
        Some(_) => return Answer::refused(403, "expirationDatesMustBeInTheFuture", "Expiration dates must be in the future."),
    };
    if role == "owner" {
        if asked.get("transferOwnership") != Some("true") {
            let message = "The transferOwnership parameter must be enabled when the permission role is 'owner'.";
            return Answer::refused(403, "forbidden", message);
        }
        if state.rank_of(&asked.caller, file) < OWNER {
            return Answer::not_allowed();
        }
    }
    let kind =
        if email.as_deref().is_some_and(|it| state.groups.iter().any(|group| group.email == it)) { "group".into() } else { kind };
    let permission = Permission { id: permission_id(&name), kind, role: role.clone(), email: email.clone(), domain, expires };
    if let Some(file) = state.file_mut(&file.id) {
        if role == "owner" {
            file.permissions.iter_mut().filter(|it| it.role == "owner").for_each(|it| it.role = "writer".into());
            file.owner = email;
        }
        file.permissions.retain(|it| it.id != permission.id);
        file.permissions.push(permission.clone());
    }
    state.note(&file.id);
    Answer::selected(&values::permission(state, &permission, None, file.drive.is_some()), asked, UNASKED)
}

fn update(state: &mut State, asked: &Asked, file: &File, id: &str) -> Answer {
    let body = asked.body();
    let now = state.now();
    let expires = match body["expirationTime"].as_str().map(|it| it.parse::<Timestamp>()) {
        Some(Ok(at)) if at > now => Some(at),
        Some(_) => return Answer::refused(403, "expirationDatesMustBeInTheFuture", "Expiration dates must be in the future."),
        None => None,
    };
    let Some(role) = body["role"].as_str().filter(|it| rank(it) > 0) else {
        return Answer::refused(400, "required", "The permission role field is required.");
    };
    let role = role.to_owned();
    let Some(own) = state.file_mut(&file.id) else { return Answer::no_file(&file.id) };
    let Some(permission) = own.permissions.iter_mut().find(|it| it.id == id) else {
        return Answer::refused(404, "notFound", &format!("Permission not found: {id}."));
    };
    permission.role = role;
    if expires.is_some() || asked.get("removeExpiration") == Some("true") {
        permission.expires = expires;
    }
    let permission = permission.clone();
    state.note(&file.id);
    Answer::selected(&values::permission(state, &permission, None, file.drive.is_some()), asked, UNASKED)
}

fn delete(state: &mut State, asked: &Asked, file: &File, id: &str) -> Answer {
    if file.parent.is_none() && state.rank_of(&asked.caller, file) < ORGANIZER {
        return Answer::not_allowed();
    }
    let Some(own) = state.file_mut(&file.id) else { return Answer::no_file(&file.id) };
    let before = own.permissions.len();
    own.permissions.retain(|it| it.id != id || it.role == "owner");
    if own.permissions.len() == before {
        return Answer::refused(404, "notFound", &format!("Permission not found: {id}."));
    }
    state.note(&file.id);
    Answer::empty(StatusCode::NO_CONTENT)
}

/// The permission of somebody on a file itself.
#[cfg(test)]
pub fn of<'a>(state: &'a State, file: &str, who: &str) -> Option<&'a Permission> {
    let is_it = |it: &&Permission| it.email.as_deref() == Some(who) || it.kind == who || it.domain.as_deref() == Some(who);
    state.file(file)?.permissions.iter().find(is_it)
}
