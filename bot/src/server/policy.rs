//! Who may ask for which route: in one place, held by a test that reads every route there is.
//!
//! A route that is not here does not pass the test, so that nobody adds one without saying what keeps strangers out.

/// What lets a request in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Policy {
    /// Anybody: it tells nothing that is anybody's own, and changes nothing.
    Public,
    /// Only whoever signed it, or sent the secret that was agreed on: compared in constant time, before it is read.
    Signed,
    /// Only whoever was sent its address, which holds our own signature and an end.
    Ticket,
    /// Only whoever sends a token that was made for them.
    Bearer,
    /// Only the browser of somebody who was let in, for what they may see and do at that moment.
    Cookie,
}

/// Every route, as it is written where it is served, with what lets a request in and where that is looked at.
pub const ROUTES: &[(&str, Policy, &str)] = &[
    ("/healthz", Policy::Public, "says `ok`"),
    ("/readyz", Policy::Public, "says whether the store answers and the queue goes on"),
    ("/health", Policy::Public, "how connections are; no secret, no name of a person"),
    ("/health/{name}", Policy::Public, "the same of one"),
    ("/metrics", Policy::Public, "numbers; a proxy keeps it to those who scrape it"),
    ("/hooks/{name}", Policy::Signed, "hooks/door.rs and the vendor's scheme"),
    ("/slack/commands", Policy::Signed, "chat/slack/signature.rs"),
    ("/slack/interactions", Policy::Signed, "chat/slack/signature.rs"),
    ("/slack/events", Policy::Signed, "chat/slack/signature.rs"),
    ("/slack/install", Policy::Public, "leads to Slack's own page, with a state of ours"),
    ("/slack/oauth", Policy::Signed, "the state that /slack/install gave, and Slack's code"),
    ("/oauth/start/{nonce}", Policy::Ticket, "connections/grants: a consent that was begun, good once, for ten minutes"),
    ("/oauth/callback", Policy::Signed, "the state that /oauth/start gave this browser, and the vendor's code"),
    ("/zulip", Policy::Signed, "the outgoing webhook's token, chat/zulip/webhook.rs"),
    ("/sms/status", Policy::Signed, "the gateway's signature, chat/sms/callback.rs"),
    ("/sms/reply", Policy::Signed, "the gateway's signature, chat/sms/callback.rs"),
    ("/voice/status", Policy::Signed, "the gateway's signature, chat/sms/callback.rs"),
    ("/voice/answer", Policy::Signed, "the gateway's signature, chat/sms/callback.rs"),
    ("/heartbeats/{token}", Policy::Bearer, "the heartbeat's own token, health/heartbeat"),
    ("/heartbeats/{token}/{signal}", Policy::Bearer, "the heartbeat's own token, health/heartbeat"),
    ("/oncall/{file}", Policy::Ticket, "the feed's own signature, forms/ticket.rs"),
    ("/act/{token}", Policy::Ticket, "chat/links: the call, for whom, until when"),
    ("/form/{ticket}", Policy::Ticket, "forms/ticket.rs"),
    ("/", Policy::Public, "leads to /dashboard"),
    ("/dashboard", Policy::Cookie, "dashboard/door.rs, and each panel the command that shows the same"),
    ("/dashboard/live", Policy::Cookie, "dashboard/door.rs, asked anew with each look"),
    ("/dashboard/show", Policy::Cookie, "dashboard/door.rs, and App::authorize for the command"),
    ("/dashboard/do", Policy::Cookie, "dashboard/door.rs, what its pages alone know, and Dispatch for the command"),
    ("/dashboard/leave", Policy::Cookie, "dashboard/door.rs, and what its pages alone know"),
    ("/dashboard/open/{token}", Policy::Ticket, "dashboard/door.rs: a link that was asked for, good once, for ten minutes"),
    ("/dashboard/assets/{file}", Policy::Public, "styles and a script"),
];

/// What lets a request to a route in, by the route as it is written.
pub fn policy_of(route: &str) -> Option<Policy> {
    ROUTES.iter().find(|(path, ..)| *path == route).map(|(_, policy, _)| *policy)
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeSet, fs, path::Path};

    use super::*;

    /// What is written in `.route("…", …)`, outside of tests and of the sandbox, whose pages stand beside no real bot.
    fn written(folder: &Path, found: &mut BTreeSet<String>) {
        for entry in fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            let name = path.file_name().and_then(|it| it.to_str()).unwrap_or_default().to_owned();
            if path.is_dir() {
                if name != "tests" && name != "sandbox" {
                    written(&path, found);
                }
                continue;
            }
            if !name.ends_with(".rs") || ["tests.rs", "story.rs"].contains(&name.as_str()) {
                continue;
            }
            let text = fs::read_to_string(&path).expect("text");
            let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
            for piece in code.split(".route(").skip(1) {
                if let Some(route) = piece.trim_start().strip_prefix('"').and_then(|it| it.split('"').next()) {
                    found.insert(route.to_owned());
                }
            }
        }
    }

    #[test]
    fn every_route_has_a_policy_and_every_policy_a_route() {
        let mut found = BTreeSet::new();
        written(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut found);
        assert!(found.len() >= 15, "too few routes were found: {found:?}");
        let without: Vec<&String> = found.iter().filter(|it| policy_of(it).is_none()).collect();
        assert!(without.is_empty(), "say in server/policy.rs who may ask for {without:?}");
        let gone: Vec<&str> = ROUTES.iter().map(|it| it.0).filter(|it| !found.contains(*it)).collect();
        assert!(gone.is_empty(), "nothing serves {gone:?} any more");
    }
}
