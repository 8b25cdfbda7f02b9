//! Systems that only send: monitors, build servers, and any that can call an address. A file and a line each.

use crate::{Answer, Delivery, Source};

mod cloudevents;
mod dropbox;
mod hubspot;
pub mod json;
mod mail;
mod msgraph;
mod s3;
mod salesforce;
mod slack_events;
mod standard;
mod teams;
mod twilio;
mod zulip_messages;

mod body;
mod guess;
mod words;

#[cfg(test)]
mod deliver;

mod alertmanager;
mod betterstack;
mod builds;
mod circleci;
mod datadog;
mod grafana;
mod healthchecks;
mod honeybadger;
mod jenkins;
mod newrelic;
mod opsgenie;
mod pagerduty;
mod pingdom;
mod read;
mod sentry;
mod statuspage;
mod teamcity;
#[cfg(test)]
mod tests;
mod token;
mod travis;
mod uptimerobot;

/// Every kind of hook that is no connector.
pub static ALL: &[Source] = &[
    // Monitors, and who is called.
    alertmanager::SOURCE,
    grafana::SOURCE,
    pagerduty::SOURCE,
    opsgenie::SOURCE,
    sentry::SOURCE,
    newrelic::SOURCE,
    pingdom::SOURCE,
    uptimerobot::SOURCE,
    statuspage::SOURCE,
    betterstack::SOURCE,
    healthchecks::SOURCE,
    datadog::SOURCE,
    honeybadger::SOURCE,
    // Build servers.
    circleci::SOURCE,
    travis::SOURCE,
    jenkins::SOURCE,
    teamcity::SOURCE,
    // Services that sign, and ways of sending that many have.
    Source { name: "cloudevents", title: "CloudEvents", webhook: cloudevents::WEBHOOK },
    Source { name: "dropbox", title: "Dropbox", webhook: dropbox::WEBHOOK },
    Source { name: "hubspot", title: "HubSpot", webhook: hubspot::WEBHOOK },
    Source { name: "json", title: "JSON", webhook: json::WEBHOOK },
    mail::SOURCE,
    Source { name: "msgraph", title: "Microsoft Graph", webhook: msgraph::WEBHOOK },
    Source { name: "s3", title: "S3", webhook: s3::WEBHOOK },
    Source { name: "salesforce", title: "Salesforce", webhook: salesforce::WEBHOOK },
    Source { name: "slack-events", title: "Slack events", webhook: slack_events::WEBHOOK },
    Source { name: "standard", title: "Standard Webhooks", webhook: standard::WEBHOOK },
    Source { name: "teams", title: "Microsoft Teams", webhook: teams::WEBHOOK },
    Source { name: "twilio", title: "Twilio", webhook: twilio::WEBHOOK },
    Source { name: "zulip-messages", title: "Zulip messages", webhook: zulip_messages::WEBHOOK },
];

/// What the sender of an accepted delivery wants to hear, where anything else would be shown to people or make it send again;
/// none where any 2xx will do.
pub fn acknowledge(kind: &str, delivery: &Delivery<'_>) -> Option<Answer> {
    let answer = match kind {
        "salesforce" => salesforce::acknowledge,
        "teams" => teams::acknowledge,
        "twilio" => twilio::acknowledge,
        "zulip-messages" => zulip_messages::acknowledge,
        _ => return None,
    };
    Some(answer(delivery))
}
