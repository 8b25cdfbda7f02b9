//! The webhooks of Redmine 7, which its people set up by hand: there is no API for them
//! (<https://github.com/redmine/redmine/blob/master/app/models/webhook_payload.rb>).

use serde_json::{Value, json};

use super::{
    Asked, State,
    state::{Issue, Journal},
    values,
};
use crate::standin::report::{self, Listener, signed};

/// Notes what happened to an issue, for every webhook.
pub fn report(state: &mut State, kind: &str, issue: &Issue, journal: Option<&Journal>, asked: &Asked<'_>) {
    let at = journal.map_or(issue.created_on, |it| it.created_on);
    let mut data = json!({ "issue": values::issue(state, issue, asked) });
    if let Some(journal) = journal {
        data["journal"] = shown(state, journal);
    }
    let body = json!({ "type": kind, "timestamp": at.to_string(), "data": data });
    let headers = |it: &Listener, body: &str| vec![("x-redmine-signature-256", signed(&it.secret, body))];
    let reports = report::to(&state.webhooks, &[], &body, headers);
    state.reports.extend(reports);
}

/// A journal as webhooks have it: what the REST API calls `name` and `new_value` is `prop_key` and `value` here.
fn shown(state: &State, journal: &Journal) -> Value {
    let details: Vec<Value> = (journal.details.iter())
        .map(|it| {
            json!({ "property": it["property"], "prop_key": it["name"], "old_value": it["old_value"], "value": it["new_value"] })
        })
        .collect();
    json!({
        "id": journal.id, "created_on": journal.created_on.to_string(), "notes": journal.notes,
        "private_notes": journal.private, "user": values::person(state, journal.user), "details": details,
    })
}
