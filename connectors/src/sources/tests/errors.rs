//! What goes wrong in programs.

use expect_test::expect;

use super::check::check;

#[test]
fn sentry() {
    check(
        "sentry",
        expect![[r#"
            activity_alert (key: d0a4-activity_alert)
              error.seer_root_cause_completed | Sentry | APOLLO-E Exception: program has entered an invalid state. | https://example-org.sentry.io/issues/1638821441/ | apollo | unresolved
                2026-11-20T10:00:00Z | error | id d0a4-activity_alert
                labels: level=error, priority=high, rule=Watch Seer
                about: 1638821441
                text: A missing check.
            comment_created (key: d0a4-comment_created)
              error.commented | Ana (662437) | 1638821441 An error of apollo | - | apollo | -
                2026-11-20T09:51:44.11816Z | id d0a4-comment_created
                concerns: ben (-) Mentioned
                text: @ben is this yours?
            error_created (key: d0a4-error_created)
              error.occurred | Sentry | 1637164584 *url.Error: unsupported protocol scheme | https://sentry.io/organizations/example-org/issues/1637164584/ | apollo | -
                2026-11-20T09:23:45.978Z | critical | id d0a4-error_created
                labels: level=error, os.name=linux, server_name=web-1, release=apollo@1.4.0
                url: https://sentry.io/organizations/example-org/issues/1637164584/events/80777a9cc30e4d0eb8904333d5c298b0/
                text: The address has no scheme ⏎ main in main (main.go)
            event_alert (key: d0a4-event_alert)
              alert.firing | Sentry | 1637164584 *url.Error: unsupported protocol scheme | https://sentry.io/organizations/example-org/issues/1637164584/ | apollo | -
                2026-11-20T09:23:45.978Z | error | id d0a4-event_alert
                labels: level=error, os.name=linux, server_name=web-1, rule=Tell Bellhop, release=apollo@1.4.0
                url: https://sentry.io/organizations/example-org/issues/1637164584/events/80777a9cc30e4d0eb8904333d5c298b0/
                text: main in main (main.go:45)
            installation_created (key: d0a4-installation_created)
              installation.created | Ana (662437) | bellhop Sentry integration | - | example-org | pending
                2026-11-20T10:00:00Z | id d0a4-installation_created
            issue_archived (key: d0a4-issue_archived)
              error.silenced | Ana (662437) | APOLLO-E Exception: program has entered an invalid state. | https://example-org.sentry.io/issues/1638821441/ | apollo | archived
                2026-11-20T10:00:00Z | error | id d0a4-issue_archived
                changes: status: unresolved → archived (until escalating)
                labels: level=error, priority=high
                about: 1638821441
                text: __main__ in <module>
            issue_assigned (key: d0a4-issue_assigned)
              error.assigned | Ana (662437) | APOLLO-E Exception: program has entered an invalid state. | https://example-org.sentry.io/issues/1638821441/ | apollo | unresolved
                2026-11-20T10:00:00Z | error | id d0a4-issue_assigned
                changes: assignee: - → Ben
                labels: level=error, priority=high
                concerns: Ben (ben@example.org) Assigned
                about: 1638821441
                text: __main__ in <module>
            issue_assigned_to_team (key: d0a4-issue_assigned_to_team)
              error.assigned | Ana (662437) | APOLLO-E Exception: program has entered an invalid state. | https://sentry.io/organizations/example-org/issues/1638821441/ | apollo | unresolved
                2026-11-20T10:00:00Z | error | id d0a4-issue_assigned_to_team
                changes: assignee: - → platform
                labels: level=error, priority=high
                concerns: platform (473371) Assigned
                about: 1638821441
                text: __main__ in <module>
            issue_created (key: d0a4-issue_created)
              error.created | Sentry | APOLLO-E Exception: program has entered an invalid state. | https://example-org.sentry.io/issues/1638821441/ | apollo | unresolved
                2026-11-20T10:00:00Z | error | id d0a4-issue_created
                labels: level=error, priority=high
                about: 1638821441
                text: __main__ in <module>
            issue_resolved (key: d0a4-issue_resolved)
              error.resolved | Ana (662437) | APOLLO-E Exception: program has entered an invalid state. | https://example-org.sentry.io/issues/1638821441/ | apollo | resolved
                2026-11-20T10:00:00Z | error | id d0a4-issue_resolved
                changes: status: unresolved → resolved, resolved in: - → apollo@1.4.0
                labels: level=error, priority=high
                about: 1638821441
                text: __main__ in <module>
            issue_unresolved (key: d0a4-issue_unresolved)
              error.reopened | Sentry | APOLLO-E Exception: program has entered an invalid state. | https://example-org.sentry.io/issues/1638821441/ | apollo | unresolved
                2026-11-20T10:00:00Z | error | id d0a4-issue_unresolved
                changes: status: - → unresolved (regressed)
                labels: level=error, priority=high
                about: 1638821441
                text: __main__ in <module>
            metric_alert_critical (key: d0a4-metric_alert_critical)
              alert.firing | Sentry | #12 Too many errors | https://sentry.io/organizations/example-org/alerts/12/ | apollo | critical
                2026-11-20T09:26:40Z | critical | id d0a4-metric_alert_critical
                labels: environment=production
                text: 1000 events in the last 10 minutes ⏎ Filter: level:error
            metric_alert_resolved (key: d0a4-metric_alert_resolved)
              alert.resolved | Sentry | #12 Too many errors | https://sentry.io/organizations/example-org/alerts/12/ | apollo | resolved
                2026-11-20T09:26:40Z | critical | id d0a4-metric_alert_resolved
                changes: status: firing → resolved
                labels: environment=production
                text: 1000 events in the last 10 minutes ⏎ Filter: level:error
            plugin (key: 1972208801 c916dccfd58e41dcabaebef0091f0736)
              alert.firing | - | 1972208801 ValueError: new error. | https://sentry.io/organizations/example-org/issues/1972208801/ | apollo-live | -
                2026-11-20T09:51:51.147Z | error | id 1972208801 c916dccfd58e41dcabaebef0091f0736
                labels: level=error, server_name=web-1, sentry:release=1.4.0, rule=Send a notification for new events
                text: __main__ in <module> (job.py)
            seer (key: d0a4-seer)
              error.root_cause_completed | Sentry | 1638821441 Analysis by Seer | - | demo/apollo | -
                2026-11-20T10:00:00Z | id d0a4-seer
                text: `getUser` can return `null`.
            seer_pull (key: d0a4-seer_pull)
              error.pr_created | Sentry | 1638821441 Analysis by Seer | - | demo/apollo | -
                2026-11-20T10:00:00Z | id d0a4-seer_pull
                about: https://github.com/demo/apollo/pull/123
                url: https://github.com/demo/apollo/pull/123
            unknown (key: d0a4-unknown)
              size_analysis.completed | Sentry | message apollo.apk | - | apollo | -
                2026-11-20T10:00:00Z | id d0a4-unknown
        "#]],
    );
}

#[test]
fn honeybadger() {
    check(
        "honeybadger",
        expect![[r#"
            assigned (key: none)
              error.assigned | Ana (ana@example.org) | #14108233 RuntimeError: The price is missing | https://app.honeybadger.io/projects/1717/faults/14108233 | apollo | -
                2026-11-20T10:00:00Z | id 88cd913e765fa0c1b788f252ca2464e9
                changes: assignee: - → Ben
                labels: checkout, environment=production
                concerns: Ben (ben@example.org) Assigned
                text: [apollo/production] RuntimeError assigned to Ben by Ana ⏎ orders#create
            deployed (key: deployed 5)
              deployment.created | ana | 9e8f7a6 [apollo] 9e8f7a deployed to production by ana | https://github.com/demo/apollo/compare/a...b | apollo | -
                2026-11-20T09:33:00Z | id deployed 5
                labels: environment=production
            down (key: down o-1)
              monitor.down | - | #s-1 web | https://apollo.example.org | apollo | down
                2026-11-20T09:30:00Z | error | id down o-1
                changes: status: up → down
            occurred (key: occurred n-1)
              error.occurred | - | #14108233 RuntimeError: The price is missing | https://app.honeybadger.io/projects/1717/faults/14108233 | apollo | -
                2026-11-20T09:33:00Z | error | id occurred n-1
                labels: checkout, environment=production
                url: https://app.honeybadger.io/notice/n-1
                text: orders#create
            resolved (key: none)
              error.resolved | Ana (ana@example.org) | #14108233 RuntimeError: The price is missing | https://app.honeybadger.io/projects/1717/faults/14108233 | apollo | resolved
                2026-11-20T10:00:00Z | error | id 0863cc1cead41c1c61272d54d56ebbb9
                changes: status: unresolved → resolved
                labels: checkout, environment=production
                text: [apollo/production] RuntimeError was resolved by Ana ⏎ orders#create
        "#]],
    );
}
