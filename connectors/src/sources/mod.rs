//! Systems that only send: monitors, build servers, and any that can call an address. A file and a line each.

use crate::Source;

mod alertmanager;
mod betterstack;
mod builds;
mod circleci;
mod datadog;
mod fallback;
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
pub const ALL: &[Source] = &[
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
];
