//! Who belongs to what: members, teams, installations of Apps, sponsors and buyers.

use commands::{Event, event::Object};
use serde_json::Value;

use super::{
    Payload,
    changes::{self, change, plain},
    event, object,
};
use crate::payload::{first, list, said, text};

/// Somebody comes to a repository, a team or an organization, leaves it, or may do something else there.
pub(super) fn member(payload: &Payload<'_>) -> Option<Event> {
    let parts = ["member", "membership", "invitation", "user", "blocked_user"];
    let person = parts
        .iter()
        .filter_map(|it| payload.part(it))
        .find_map(|it| if it["user"].is_object() { it.get("user") } else { Some(it) });
    let Some(person) = person.filter(|_| !matches!(payload.action, "renamed" | "deleted")) else {
        let org = payload.part("organization")?;
        let login = text(org, "/login")?;
        let url = text(org, "/html_url").map(str::to_owned).or_else(|| Some(format!("{}/{login}", payload.site()?)));
        let mut told = event("organization", &payload.done(), object(login, "organization", url));
        told.changes = changes::told(payload);
        return Some(told);
    };
    let login = text(person, "/login").or_else(|| payload.text("/invitation/email"))?;
    let title = match (payload.name, payload.text("/team/name")) {
        ("membership", Some(team)) => format!("team {team}"),
        ("member", _) => "collaborator".to_owned(),
        _ => "member".to_owned(),
    };
    let verb = payload.action.trim_start_matches("member_");
    let verb = if verb == payload.action { payload.done() } else { verb.to_owned() };
    let user = payload.part("user").and_then(|it| text(it, "/html_url"));
    let url = text(person, "/html_url").or(user).map(str::to_owned).or_else(|| payload.org("/people"));
    let mut told = event("member", &verb, object(login, title, url));
    told.changes = changes::told(payload);
    let role = first(payload.body, &["/membership/role", "/invitation/role"]).map(|it| it.replace('_', " "));
    told.changes.extend(role.filter(|_| verb != "removed").map(|it| change("role", None, Some(&it))));
    told.url = payload.text("/team/html_url").map(str::to_owned);
    Some(told)
}

pub(super) fn team(payload: &Payload<'_>) -> Option<Event> {
    let team = payload.part("team")?;
    let name = text(team, "/name")?;
    let verb = if payload.name == "team_add" { "added_to_repository".to_owned() } else { payload.done() };
    let page = text(team, "/html_url").map(str::to_owned);
    let url = page.or_else(|| payload.org(&format!("/teams/{}", text(team, "/slug")?)));
    let mut told = event("team", &verb, object(name, "team", url));
    told.changes = changes::told(payload);
    // What it may do now is told with the repository, not with the team.
    if let Some(from) = payload.body.pointer("/changes/repository/permissions/from") {
        let can = |it: &Value| ["admin", "push", "pull"].into_iter().find(|right| it[right] == true).map(str::to_owned);
        told.changes.push(change("permission", can(from).as_deref(), can(&payload.body["repository"]["permissions"]).as_deref()));
    }
    told.url = payload.text("/repository/html_url").map(str::to_owned);
    told.text = text(team, "/description").filter(|_| payload.action == "created").map(str::to_owned);
    Some(told)
}

pub(super) fn installation(payload: &Payload<'_>) -> Option<Event> {
    if payload.name == "github_app_authorization" {
        let sender = payload.part("sender")?;
        let url = text(sender, "/html_url").map(str::to_owned);
        return Some(event("authorization", &payload.done(), object(text(sender, "/login")?, "authorization of the App", url)));
    }
    let account = first(payload.body, &["/installation/account/login", "/account/login", "/organization/login"])?;
    let app = payload.text("/installation/app_slug").unwrap_or("App");
    let page = first(payload.body, &["/installation/html_url", "/account/html_url", "/installation/account/html_url"]);
    let verb = match (payload.name, payload.action) {
        ("installation_repositories", action) => format!("repositories_{action}"),
        _ => payload.done(),
    };
    let mut told = event("installation", &verb, object(app, format!("installed in {account}"), page.map(str::to_owned)));
    told.object.place = Some(account.to_owned());
    told.changes = changes::told(payload);
    let all = ["/repositories", "/repositories_added", "/repositories_removed"].into_iter().flat_map(|it| list(payload.body, it));
    let names: Vec<&str> = all.filter_map(|it| text(it, "/full_name")).take(20).collect();
    told.text = said(&names.join(", "));
    Some(told)
}

/// A sponsor, or a plan of the marketplace.
pub(super) fn purchase(payload: &Payload<'_>) -> Option<Event> {
    let mut told = if let Some(sponsorship) = payload.part("sponsorship") {
        let sponsored = text(sponsorship, "/sponsorable/login");
        let tier = text(sponsorship, "/tier/name").unwrap_or("sponsorship");
        let url = sponsored.map(|it| format!("{}/sponsors/{it}", payload.site().unwrap_or("https://github.com")));
        let about = object(text(sponsorship, "/sponsor/login").unwrap_or("somebody"), tier, url);
        event("sponsorship", &payload.done(), Object { place: sponsored.map(str::to_owned), ..about })
    } else {
        let purchase = payload.part("marketplace_purchase")?;
        let plan = text(purchase, "/plan/name").unwrap_or("plan");
        let mut told = event("purchase", &payload.done(), object(text(purchase, "/account/login")?, plan, None));
        let before = payload.text("/previous_marketplace_purchase/plan/name");
        told.changes.extend(before.map(|it| change("plan", Some(it), Some(plan))));
        told
    };
    if let Some(tier) = payload.body.pointer("/changes/tier/from").and_then(plain) {
        told.changes.push(change("tier", Some(&tier), payload.text("/sponsorship/tier/name")));
    }
    let privacy = payload.text("/changes/privacy_level/from");
    told.changes.extend(privacy.map(|it| change("privacy level", Some(it), payload.text("/sponsorship/privacy_level"))));
    let from = payload.body.get("effective_date").and_then(plain);
    told.changes.extend(from.map(|it| change("effective", None, Some(&it))));
    Some(told)
}

/// Somebody wants a fine-grained token into the organization.
pub(super) fn token(payload: &Payload<'_>) -> Option<Event> {
    let request = payload.part("personal_access_token_request")?;
    let owner = text(request, "/owner/login").unwrap_or("somebody");
    let name = text(request, "/token_name").unwrap_or("personal access token");
    let url = payload.org("/settings/personal-access-token-requests");
    let verb = if payload.action == "created" { "requested".to_owned() } else { payload.done() };
    let mut told = event("access_token", &verb, object(owner, name, url));
    told.text = text(request, "/reason").map(str::to_owned);
    Some(told)
}
