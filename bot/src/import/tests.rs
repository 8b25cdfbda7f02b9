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
        let whole = format!(
            "{file}\n[slack]\nsigning_secret = \"s\"\nbot_token = \"xoxb-1\"\n[email]\nserver = \"mail.example.org\"\nfrom = \"bot@example.org\"\n"
        );
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
        &expect![[r#"
            # From github-slack, by `bellhop import`. Look through it, then `bellhop plan` and `bellhop apply`.
            #
            # Not carried over:
            # - GitHub must send its webhooks here: add one at each repository or organization, with the address /hooks/github and the secret GITHUB_HOOK_SECRET.

            [[hook]]
            name = "github"
            kind = "github"
            secret = "${GITHUB_HOOK_SECRET}"

            [[subscription]]
            from = "github"
            filter = 'in:acme/widgets (issues or pulls or commits branch:main or reviews) label:"priority: high"'
            to = "slack:#dev"

            [[subscription]]
            from = "github"
            filter = "in:acme/gadgets (issues or pulls or commits or releases or deployments)"
            to = "slack:#dev"

            [[subscription]]
            from = "github"
            filter = "in:acme workflows event:push branch:main sparkles:7"
            to = "slack:#ops"

        "#]],
    );
    check(
        "github-slack",
        "acme/widgets\n",
        &[],
        &expect![[r#"
            # From github-slack, by `bellhop import`. Look through it, then `bellhop plan` and `bellhop apply`.
            #
            # Not carried over:
            # - What the list shows does not say in which channel: write it where `slack:#choose-a-channel` stands, or import again with --channel slack:#name, or with a line #name above the list.
            # - GitHub must send its webhooks here: add one at each repository or organization, with the address /hooks/github and the secret GITHUB_HOOK_SECRET.

            [[hook]]
            name = "github"
            kind = "github"
            secret = "${GITHUB_HOOK_SECRET}"

            [[subscription]]
            from = "github"
            filter = "in:acme/widgets (issues or pulls or commits or releases or deployments)"
            to = "slack:#choose-a-channel"

        "#]],
    );
    refused(
        "github-slack",
        "\n",
        &expect![[r#"this names no repository: give what `/github subscribe list features` shows in a channel"#]],
    );
}

/// After <https://prometheus.io/docs/alerting/latest/configuration/#matcher>: several in one text, and what is within quotes.
#[test]
fn alertmanagers_matchers_in_one_text_and_receivers_that_are_new() {
    let yaml = r##"
route:
  receiver: rocket
  routes:
    - receiver: dev
      matchers: '{severity="critical", team=~"a,b|c"}'
receivers:
  - name: rocket
    rocketchat_configs: [{channel: x}]
  - name: dev
    slack_configs: [{channel: dev}]
"##;
    let imported = read("alertmanager", yaml, &Channels::default()).unwrap_or_else(|it| panic!("{it}"));
    let file = imported.file("alertmanager");
    for part in [
        r#"filter = 'label:"severity=critical" (label:"team=a,b" or label:"team=c")'"#,
        "The receiver `rocket` tells rocketchat, which has no counterpart.",
    ] {
        assert!(file.contains(part), "{part} in {file}");
    }
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
time_intervals:
  - name: nights
    time_intervals:
      - {weekdays: ["monday:friday"], location: Europe/Zurich, times: [{start_time: "22:00", end_time: "24:00"}, {start_time: "00:00", end_time: "06:00"}]}
"##,
        &[],
        &expect![[r#"
            # From alertmanager, by `bellhop import`. Look through it, then `bellhop plan` and `bellhop apply`.
            #
            # Not carried over:
            # - The receiver `pager` tells PagerDuty: an escalation pages people here.
            # - What the route `/2` takes (label:"severity=critical") is told to nobody here.
            # - While Alertmanager muted a route, nobody is paged here; its cards are shown all the same.
            # - The route `/3`: `service=~"[a-z]+1"` is more than a filter can say: write it with `*` and `or`
            # - Alertmanager must send here: a receiver with webhook_configs, url /hooks/alertmanager, and the secret ALERTMANAGER_HOOK_SECRET as its bearer token. Its own routes then all lead to that receiver.

            [[hook]]
            name = "alertmanager"
            kind = "alertmanager"
            secret = "${ALERTMANAGER_HOOK_SECRET}"

            [[alert_rule]]
            name = "db"
            from = "alertmanager"
            filter = 'label:"team=db" (label:"severity=critical" or label:"severity=error")'
            to = "slack:#dba"
            group_by = ["title", "cluster"]
            repeat = "4h"

            [[maintenance]]
            name = "nights"
            filter = 'source:alertmanager label:"severity=critical"'
            cron = "0 22 * * mon-fri"
            lasts = "2h"
            zone = "Europe/Zurich"
            why = "nights"

            [[maintenance]]
            name = "nights-2"
            filter = 'source:alertmanager label:"severity=critical"'
            cron = "0 0 * * mon-fri"
            lasts = "6h"
            zone = "Europe/Zurich"
            why = "nights"

            [[alert_rule]]
            name = "default"
            from = "alertmanager"
            filter = '-(label:"team=db" (label:"severity=critical" or label:"severity=error")) -label:"severity=critical"'
            to = "slack:#alerts"
            group_by = ["title", "cluster"]
            repeat = "4h"

            [[subscription]]
            from = "alertmanager"
            filter = '-(label:"team=db" (label:"severity=critical" or label:"severity=error")) -label:"severity=critical"'
            to = "email:ana@example.org"
            mode = "full"

            [[subscription]]
            from = "alertmanager"
            filter = '-(label:"team=db" (label:"severity=critical" or label:"severity=error")) -label:"severity=critical"'
            to = "email:ben@example.org"
            mode = "full"

            [[inhibit]]
            name = "inhibit-1"
            source = 'label:"severity=critical"'
            target = 'label:"severity=warning"'
            equal = ["cluster"]

        "#]],
    );
    refused("alertmanager", "global: {}\n", &expect![[r#"there is no `route` in it: give alertmanager.yml"#]]);
}

#[test]
fn hookshot() {
    check(
        "hookshot",
        r#"[{"type": "uk.half-shot.matrix-hookshot.gitlab.repository", "room_id": "!dev:example.org", "content": {"path": "acme/widgets"}}]"#,
        &[],
        &expect![[r#"
            # From hookshot, by `bellhop import`. Look through it, then `bellhop plan` and `bellhop apply`.
            #
            # Not carried over:
            # - The room !dev:example.org says nothing here: write its channel where `slack:#choose-a-channel` stands, or import again with --channel '!dev:example.org=slack:#name', or --channel slack:#name for all.
            # - Each system must send its webhooks here: to /hooks/NAME, with the secret of the hook of that name.

            [[hook]]
            name = "gitlab"
            kind = "gitlab"
            secret = "${GITLAB_HOOK_SECRET}"

            [[subscription]]
            from = "gitlab"
            filter = "in:acme/widgets"
            to = "slack:#choose-a-channel"

        "#]],
    );
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
        &expect![[r#"
            # From hookshot, by `bellhop import`. Look through it, then `bellhop plan` and `bellhop apply`.
            #
            # Not carried over:
            # - Of acme/widgets only `workflow.run.failure` was told, and here all of that sort is: narrow the filter, as in `issue.closed` or `status:failed`.
            # - The hook `my-static-hook` has a transformation in JavaScript: write it as a template, `bellhop hooks template my-static-hook`.
            # - The feed https://example.org/feed.xml is not followed here.
            # - Each system must send its webhooks here: to /hooks/NAME, with the secret of the hook of that name.

            [[hook]]
            name = "github"
            kind = "github"
            secret = "${GITHUB_HOOK_SECRET}"

            [[subscription]]
            from = "github"
            filter = "in:acme/widgets (issues or pulls or reviews or workflows) -label:wip"
            to = "slack:#dev"

            [[hook]]
            name = "my-static-hook"
            kind = "json"
            secret = "${MY_STATIC_HOOK_HOOK_SECRET}"

            [[subscription]]
            from = "my-static-hook"
            to = "slack:#ops"
            mode = "full"

        "#]],
    );
}

#[test]
fn oncall() {
    check(
        "oncall",
        r##"{
  "user_groups": {"results": [{"id": "GP1", "type": "slack_based", "slack": {"id": "G1", "name": "On call", "handle": "oncall"}}]},
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
    {"escalation_chain_id": "F1", "position": 4, "type": "wait", "duration": 600},
    {"escalation_chain_id": "F1", "position": 5, "type": "notify_user_group", "group_to_notify": "GP1"},
    {"escalation_chain_id": "F1", "position": 6, "type": "repeat_escalation"}],
  "integrations": [{"id": "I1", "name": "Prod", "type": "alertmanager"}],
  "routes": [
    {"integration_id": "I1", "escalation_chain_id": "F1", "routing_regex": "us-(east|west)", "position": 0, "slack": {"channel_id": "C2"}},
    {"integration_id": "I1", "escalation_chain_id": null, "routing_regex": ".*", "position": 1, "is_the_last_route": true, "slack": {"channel_id": "C3"}}]
}"##,
        &[],
        &expect![[r#"
            # From oncall, by `bellhop import`. Look through it, then `bellhop plan` and `bellhop apply`.
            #
            # Not carried over:
            # - The shift `once` of the schedule `platform-eu` is once, from 2026-03-04T08:00:00: make it with `bellhop oncall override`.
            # - The escalation chain `default` has a step `trigger_webhook`, which has no counterpart.
            # - What sends to the integration `prod` must send to /hooks/prod, with the secret of that hook.
            # - Route 1 of the integration `prod` looks for `us-(east|west)` in the whole payload, a filter here in the text of the alert.

            [[schedule]]
            name = "platform-eu"
            zone = "Europe/Zurich"
            channel = "slack:C1"
            groups = ["slack:@oncall"]
            [[schedule.rotation]]
            name = "weeks"
            people = ["ben@example.org", "ana@example.org"]
            turn = "weekly"
            every = 1
            start = "2026-03-02"
            handoff = "09:00"
            [[schedule.rotation]]
            name = "office"
            people = ["ben@example.org"]
            turn = "weekly"
            every = 1
            start = "2026-03-02"
            handoff = "08:00"
            hours = ["mon,fri 08:00-18:00"]

            [[escalation]]
            name = "default"
            steps = ["schedule:platform-eu wait=5m", "ana@example.org ben@example.org wait=10m", "group:slack:@oncall"]
            repeat = 5

            [[hook]]
            name = "prod"
            kind = "alertmanager"
            secret = "${PROD_HOOK_SECRET}"

            [[alert_rule]]
            name = "prod"
            from = "prod"
            filter = '(text:"us-east" or text:"us-west")'
            to = "slack:C2"
            escalation = "default"

            [[alert_rule]]
            name = "prod-2"
            from = "prod"
            filter = '-(text:"us-east" or text:"us-west")'
            to = "slack:C3"

        "#]],
    );
    refused(
        "oncall",
        "{}",
        &expect![
            "it has none of users, schedules, on_call_shifts, escalation_chains, escalation_policies, integrations, routes, user_groups: one JSON object with what the API answers, by name"
        ],
    );
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
        &expect![[r#"
            # From goalert, by `bellhop import`. Look through it, then `bellhop plan` and `bellhop apply`.
            #
            # Not carried over:
            # - In the schedule `primary` several may be on call at once; here a later rotation counts before those above it.
            # - What sends to the key `Grafana` must send to /hooks/payments-grafana, with the secret of that hook.
            # - What sends to the key `Mail` must send to /hooks/payments-mail, with the secret of that hook.
            # - What called the heartbeat `nightly` of the service `payments` must call another address: `bellhop heartbeat renew payments-nightly` tells it.

            [[schedule]]
            name = "primary"
            zone = "Europe/Zurich"
            [[schedule.rotation]]
            name = "Weekly"
            people = ["ana@example.org", "ben@example.org"]
            turn = "weekly"
            every = 2
            start = "2026-03-02"
            handoff = "09:00"
            hours = ["mon,tue,wed,thu,fri 09:00-17:00"]
            [[schedule.rotation]]
            people = ["ben@example.org"]
            start = "2026-01-01"
            handoff = "00:00"
            hours = ["sun,sat"]

            [[schedule]]
            name = "weekly"
            zone = "Europe/Zurich"
            [[schedule.rotation]]
            name = "Weekly"
            people = ["ana@example.org", "ben@example.org"]
            turn = "weekly"
            every = 2
            start = "2026-03-02"
            handoff = "09:00"

            [[escalation]]
            name = "payments"
            steps = ["schedule:primary slack:#ops wait=5m", "ana@example.org schedule:weekly wait=15m"]
            repeat = 2

            [[hook]]
            name = "payments-grafana"
            kind = "grafana"
            secret = "${PAYMENTS_GRAFANA_HOOK_SECRET}"

            [[alert_rule]]
            name = "payments-grafana"
            from = "payments-grafana"
            escalation = "payments"

            [[hook]]
            name = "payments-mail"
            kind = "mail"
            secret = "${PAYMENTS_MAIL_HOOK_SECRET}"

            [[alert_rule]]
            name = "payments-mail"
            from = "payments-mail"
            escalation = "payments"

            [[heartbeat]]
            name = "payments-nightly"
            every = "60m"
            grace = "1m"

            [[alert_rule]]
            name = "payments-nightly-heartbeat"
            from = "bellhop"
            filter = 'title:"The heartbeat payments-nightly"'
            escalation = "payments"

        "#]],
    );
}
