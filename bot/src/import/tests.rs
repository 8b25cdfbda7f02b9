//! What each tool's configuration becomes. The samples are written after the vendors' documentation, with people of our own.

use expect_test::{Expect, expect};

use super::{Channels, read};
use crate::config;

fn check(tool: &str, text: &str, channels: &[&str], expected: &Expect) {
    let channels: Vec<String> = channels.iter().map(|it| (*it).to_owned()).collect();
    let channels = Channels::read(&channels).unwrap_or_else(|it| panic!("{it}"));
    let imported = read(tool, text, &channels).unwrap_or_else(|it| panic!("{it}"));
    let file = imported.file(tool);
    // What it makes is read by the same reader, as far as its kinds are there.
    let known: Vec<&str> = crate::plan::kinds().collect();
    let foreign: Vec<&str> = imported.items.iter().map(|it| it.kind.as_str()).filter(|it| !known.contains(it)).collect();
    if foreign.is_empty() {
        let whole = format!("{file}\n[slack]\nsigning_secret = \"s\"\nbot_token = \"xoxb-1\"\n[email]\nserver = \"mail.example.org\"\nfrom = \"bot@example.org\"\n");
        if let Err(problems) = config::read(&whole, &|name| Some(format!("{name}-s"))) {
            let mail = problems.iter().all(|it| it.message.contains("[email]"));
            assert!(mail, "{problems:#?}\n{file}");
        }
    }
    expected.assert_eq(&file);
}

fn refused(tool: &str, text: &str, expected: &Expect) {
    expected.assert_eq(&read(tool, text, &Channels::default()).err().expect("it is refused"));
}

#[test]
fn github_for_slack() {
    check(
        "github-slack",
        "Subscribed to the following repository\n\n<https://github.com/acme/widgets|acme/widgets>\nissues, pulls, commits:main, reviews, +label:\"priority: high\"\n\
         `acme/gadgets`\n\n#ops\nacme\nworkflows:{event:\"push\" branch:\"main\"}, sparkles:7\n",
        &["slack:#dev"],
        &expect![[""]],
    );
    refused("github-slack", "acme/widgets\n", &expect![[""]]);
    refused("github-slack", "\n", &expect![[""]]);
}

#[test]
fn alertmanager() {
    check(
        "alertmanager",
        r##"
route:
  receiver: default
  group_by: [alertname, cluster]
  repeat_interval: 4h
  routes:
    - receiver: db
      matchers: [team="db", severity=~"critical|error"]
      continue: true
    - receiver: pager
      match: {severity: critical}
      mute_time_intervals: [nights]
    - receiver: strange
      match_re: {service: "[a-z]+1"}
receivers:
  - name: default
    slack_configs: [{channel: "#alerts"}]
    email_configs: [{to: "ana@example.org, ben@example.org"}]
  - name: db
    slack_configs: [{channel: dba, send_resolved: true}]
  - name: pager
    pagerduty_configs: [{service_key: x}]
inhibit_rules:
  - source_matchers: [severity="critical"]
    target_matchers: [severity="warning"]
    equal: [cluster]
time_intervals: [{name: nights}]
"##,
        &[],
        &expect![[""]],
    );
    refused("alertmanager", "global: {}\n", &expect![[""]]);
}

#[test]
fn hookshot() {
    check(
        "hookshot",
        r##"
connections:
  - connectionType: uk.half-shot.matrix-hookshot.github.repository
    stateKey: a
    roomId: "!dev:example.org"
    state: {org: acme, repo: widgets, enableHooks: [issue, pull_request, pull_request.reviewed, workflow.run.failure], excludingLabels: [wip]}
  - connectionType: uk.half-shot.matrix-hookshot.generic.hook
    stateKey: b
    roomId: "!ops:example.org"
    state: {name: My static hook, transformationFunction: "result = 1"}
  - connectionType: uk.half-shot.matrix-hookshot.feed
    stateKey: c
    roomId: "!ops:example.org"
    state: {url: "https://example.org/feed.xml"}
"##,
        &["!dev:example.org=slack:#dev", "slack:#ops"],
        &expect![[""]],
    );
}

#[test]
fn oncall() {
    check(
        "oncall",
        r##"{
  "users": {"results": [{"id": "U1", "email": "ana@example.org"}, {"id": "U2", "email": "ben@example.org"}]},
  "schedules": {"results": [
    {"id": "S1", "name": "Platform (EU)", "type": "calendar", "time_zone": "Europe/Zurich", "shifts": ["O1", "O2", "O3"],
     "slack": {"channel_id": "C1", "user_group_id": "G1"}}]},
  "on_call_shifts": [
    {"id": "O1", "name": "weeks", "type": "rolling_users", "level": 0, "start": "2026-03-02T09:00:00", "duration": 604800,
     "frequency": "weekly", "interval": 1, "rolling_users": [["U1"], ["U2"]], "start_rotation_from_user_index": 1},
    {"id": "O2", "name": "office", "type": "recurrent_event", "level": 1, "start": "2026-03-02T08:00:00", "duration": 36000,
     "frequency": "weekly", "by_day": ["MO", "FR"], "users": ["U2"]},
    {"id": "O3", "name": "once", "type": "single_event", "start": "2026-03-04T08:00:00", "duration": 3600, "users": ["U3"]}],
  "escalation_chains": [{"id": "F1", "name": "Default"}],
  "escalation_policies": [
    {"escalation_chain_id": "F1", "position": 1, "type": "wait", "duration": 300},
    {"escalation_chain_id": "F1", "position": 0, "type": "notify_on_call_from_schedule", "notify_on_call_from_schedule": "S1"},
    {"escalation_chain_id": "F1", "position": 2, "type": "notify_persons", "persons_to_notify": ["U1", "U2"]},
    {"escalation_chain_id": "F1", "position": 3, "type": "trigger_webhook", "action_to_trigger": "W1"},
    {"escalation_chain_id": "F1", "position": 4, "type": "repeat_escalation"}],
  "integrations": [{"id": "I1", "name": "Prod", "type": "alertmanager"}],
  "routes": [
    {"integration_id": "I1", "escalation_chain_id": "F1", "routing_regex": "us-(east|west)", "position": 0, "slack": {"channel_id": "C2"}},
    {"integration_id": "I1", "escalation_chain_id": null, "routing_regex": ".*", "position": 1, "is_the_last_route": true, "slack": {"channel_id": "C3"}}]
}"##,
        &[],
        &expect![[""]],
    );
    refused("oncall", "{}", &expect![[""]]);
}

#[test]
fn goalert() {
    check(
        "goalert",
        r##"{"data": {
  "users": {"nodes": [{"id": "u1", "name": "Ana", "email": "ana@example.org"}, {"id": "u2", "name": "Ben", "email": "ben@example.org"}]},
  "rotations": {"nodes": [{"id": "r1", "name": "Weekly", "timeZone": "Europe/Zurich", "type": "weekly", "shiftLength": 2,
    "start": "2026-03-02T08:00:00Z", "userIDs": ["u1", "u2"]}]},
  "schedules": {"nodes": [{"id": "s1", "name": "Primary", "timeZone": "Europe/Zurich", "targets": [
    {"target": {"id": "r1", "type": "rotation", "name": "Weekly"},
     "rules": [{"start": "09:00", "end": "17:00", "weekdayFilter": [false, true, true, true, true, true, false]}]},
    {"target": {"id": "u2", "type": "user", "name": "Ben"}, "rules": [{"start": "00:00", "end": "00:00", "weekdayFilter": [true, false, false, false, false, false, true]}]}]}]},
  "escalationPolicies": {"nodes": [{"id": "e1", "name": "Payments", "repeat": 2, "steps": [
    {"stepNumber": 0, "delayMinutes": 5, "targets": [{"id": "s1", "type": "schedule", "name": "Primary"}, {"id": "C1", "type": "slackChannel", "name": "#ops"}]},
    {"stepNumber": 1, "delayMinutes": 15, "targets": [{"id": "u1", "type": "user", "name": "Ana"}, {"id": "r1", "type": "rotation", "name": "Weekly"}]}]}]},
  "services": {"nodes": [{"id": "v1", "name": "Payments", "escalationPolicyID": "e1",
    "integrationKeys": [{"id": "k1", "type": "grafana", "name": "Grafana"}, {"id": "k2", "type": "email", "name": "Mail"}],
    "heartbeatMonitors": [{"name": "nightly", "timeoutMinutes": 60}]}]}
}}"##,
        &[],
        &expect![[""]],
    );
}
