//! Monitors, and who is called.

use expect_test::expect;

use super::check::check;

#[test]
fn alertmanager() {
    check(
        "alertmanager",
        expect![[r#"
            bare (key: 06e0c8ad440c89b53cef63d7051e7821)
              alert.firing | - | 8a3b314d299a31fc Too hot | - | andromeda | firing
                2026-11-20T10:00:00Z | warning | id 8a3b314d299a31fc firing 0
                labels: host=andromeda
                about: {}:{}
                text: High CPU core temperature
              alert.suppressed | - | bac5408334d4d7cc Too hot | - | - | suppressed
                2026-11-20T10:00:00Z | warning | id bac5408334d4d7cc suppressed 0
                labels: alertname=Too hot
                about: {}:{}
            firing (key: 3391792117c507f8993c94dd45fa4115)
              alert.firing | - | a1bc48475b20e73d DiskFull | https://prometheus.example.org/graph?g0.expr=node_filesystem_avail_bytes+%3C+3&g0.tab=1 | apollo | firing
                2026-11-20T09:40:12.5Z | critical | id a1bc48475b20e73d firing 1795167612
                labels: alertname=DiskFull, cluster=apollo, instance=db-1, severity=critical
                about: {}:{alertname="DiskFull"}
                url: https://alertmanager.example.org/#/alerts?receiver=bellhop
                text: The disk of db-1 is nearly full ⏎ Only 3 % of / are free. ⏎ Runbook: https://runbooks.example.org/disk-full
              alert.firing | - | c2ea85182f28cbd9 DiskFull | https://prometheus.example.org/graph?g0.expr=node_filesystem_avail_bytes+%3C+3&g0.tab=1 | apollo | firing
                2026-11-20T09:40:12.5Z | critical | id c2ea85182f28cbd9 firing 1795167612
                labels: alertname=DiskFull, cluster=apollo, instance=db-2, severity=critical
                about: {}:{alertname="DiskFull"}
                url: https://alertmanager.example.org/#/alerts?receiver=bellhop
                text: The disk of db-2 is nearly full ⏎ Only 3 % of / are free. ⏎ Runbook: https://runbooks.example.org/disk-full
            partly_resolved (key: fd53686516ebcafe295fbc4a662f8362)
              alert.firing | - | a1bc48475b20e73d DiskFull | https://prometheus.example.org/graph?g0.expr=node_filesystem_avail_bytes+%3C+3&g0.tab=1 | apollo | firing
                2026-11-20T09:40:12.5Z | critical | id a1bc48475b20e73d firing 1795167612
                labels: alertname=DiskFull, cluster=apollo, instance=db-1, severity=critical
                about: {}:{alertname="DiskFull"}
                url: https://alertmanager.example.org/#/alerts?receiver=bellhop
                text: The disk of db-1 is nearly full ⏎ Only 3 % of / are free. ⏎ Runbook: https://runbooks.example.org/disk-full
              alert.resolved | - | c2ea85182f28cbd9 DiskFull | https://prometheus.example.org/graph?g0.expr=node_filesystem_avail_bytes+%3C+3&g0.tab=1 | apollo | resolved
                2026-11-20T09:58:00Z | critical | id c2ea85182f28cbd9 resolved 1795167612-1795168680
                changes: status: firing → resolved
                labels: alertname=DiskFull, cluster=apollo, instance=db-2, severity=critical
                about: {}:{alertname="DiskFull"}
                url: https://alertmanager.example.org/#/alerts?receiver=bellhop
                text: The disk of db-2 is nearly full ⏎ Only 3 % of / are free. ⏎ Runbook: https://runbooks.example.org/disk-full ⏎ 4 more of this group were left out by the sender.
            unknown (key: none)
              silence.created | ana | s-1 Works on the rack | - | - | -
                2026-11-20T10:00:00Z | id 834e0e4227ee2b86db1fd3687a04b46f
        "#]],
    );
}

#[test]
fn grafana() {
    check(
        "grafana",
        expect![[r#"
            firing (key: fa09ec03438ae32605dc2de04c680d47)
              alert.firing | - | e6349a25f5ef0e9e High memory | https://grafana.example.org/alerting/grafana/dd2f0260/view?orgId=1 | device | firing
                2026-11-20T09:50:00Z | warning | id e6349a25f5ef0e9e firing 1795168200
                labels: alertname=High memory, grafana_folder=device, severity=warning
                about: {}/{team="apollo"}:{alertname="High memory"}
                url: https://grafana.example.org/d/ece9fb32?orgId=1&viewPanel=2
                text: High memory usage ⏎ Value: A = 2473545728, C = 1
            legacy_alerting (key: none)
              alert.firing | - | rule 3 Queue length | https://grafana.example.org/d/GG2q/queues?tab=alert&panelId=6 | queue | alerting
                2026-11-20T10:00:00Z | error | id f67bb7abb78b0967586202db9b3282e2
                labels: service=queue, host=db-1
                url: https://grafana.example.org/render/1.png
                text: The queue does not drain. ⏎ db-1: 100 ⏎ db-2: 200.5
            legacy_no_data (key: none)
              alert.no_data | - | rule 3 Queue length | https://grafana.example.org/d/GG2q/queues?tab=alert&panelId=6 | queue | no data
                2026-11-20T10:00:00Z | warning | id ad47a1e0f2e6b4791377af8f95f88b09
                labels: service=queue
                url: https://grafana.example.org/render/1.png
            legacy_ok (key: none)
              alert.resolved | - | rule 3 Queue length | https://grafana.example.org/d/GG2q/queues?tab=alert&panelId=6 | queue | ok
                2026-11-20T10:00:00Z | error | id 0944fbdd53e7b311f91c2f269db9a5fd
                changes: status: alerting → ok
                labels: service=queue
                url: https://grafana.example.org/render/1.png
                text: The queue does not drain.
            missing_fields (key: 6cad8c29e61386a347c19fc0c3bfc1e2)
              alert.firing | - | 7cf4b3ea3b7fb829 [FIRING:1] | - | - | firing
                2026-11-20T10:00:00Z | warning | id 7cf4b3ea3b7fb829 firing 0
                about: {}
                text: Webhook test message.
            no_data (key: 875a4a541f80153a8bb69f17393110be)
              alert.firing | - | 0a0a DatasourceNoData: High memory | - | - | firing
                2026-11-20T09:50:00Z | warning | id 0a0a firing 1795168200
                labels: datasource_uid=P1, rulename=High memory
                about: {}/{team="apollo"}:{alertname="High memory"}
                text: State: NoData
            resolved (key: 15ce26df40c5235ee9819dcaaee502c1)
              alert.resolved | - | e6349a25f5ef0e9e High memory | https://grafana.example.org/alerting/silence/new | device | resolved
                2026-11-20T08:59:30Z | warning | id e6349a25f5ef0e9e resolved 1795168200-1795165170
                changes: status: firing → resolved
                labels: alertname=High memory, grafana_folder=device, severity=warning
                about: {}/{team="apollo"}:{alertname="High memory"}
                text: High memory usage ⏎ Value: B = 17, C = 1
            text_only (key: none)
              event.reported | - | message 🚨 TestAlert - Notification test | - | - | -
                2026-11-20T10:00:00Z | id 1f952b278dad5d4641d549711048822e
        "#]],
    );
}

#[test]
fn pagerduty() {
    check(
        "pagerduty",
        expect![[r#"
            acknowledged (key: 01BZYIL05THJDFF2Y08X9SVM02)
              incident.acknowledged | Ben (PBEN002) | #9 Checkout answers slowly | https://example.pagerduty.com/incidents/PFQZPSY | apollo | acknowledged
                2026-11-20T09:35:29.781Z | error | id 01BZYIL05THJDFF2Y08X9SVM02
                changes: status: triggered → acknowledged
                labels: urgency=high, team=Platform
            annotated (key: 01BZYIL05THJDFF2Y08X9SVM07)
              incident.commented | Ana (PANA001) | PFQZPSY Checkout answers slowly | https://example.pagerduty.com/incidents/PFQZPSY | - | -
                2026-11-20T09:35:29.781Z | id 01BZYIL05THJDFF2Y08X9SVM07
                about: https://example.pagerduty.com/incidents/PFQZPSY
                text: The pool is exhausted.
            conference (key: 01BZYIL05THJDFF2Y08X9SVM11)
              incident.conference_bridge_updated | Ana (PANA001) | PFQZPSY Checkout answers slowly | https://example.pagerduty.com/incidents/PFQZPSY | - | -
                2026-11-20T09:35:29.781Z | id 01BZYIL05THJDFF2Y08X9SVM11
                changes: conference: - → https://meet.example.org/apollo
                about: https://example.pagerduty.com/incidents/PFQZPSY
                url: https://meet.example.org/apollo
            delegated (key: 01BZYIL05THJDFF2Y08X9SVM05)
              incident.delegated | Ana (PANA001) | #9 Checkout answers slowly | https://example.pagerduty.com/incidents/PFQZPSY | apollo | triggered
                2026-11-20T09:35:29.781Z | error | id 01BZYIL05THJDFF2Y08X9SVM05
                changes: escalation policy: - → Default
                labels: urgency=high, team=Platform
                concerns: Ben (PBEN002) Assigned
            ping (key: 01BZYIL05THJDFF2Y08X9SVM14)
              hook.pinged | - | ping PagerDuty tries the webhook out | - | - | -
                2026-11-20T09:35:29.781Z | id 01BZYIL05THJDFF2Y08X9SVM14
            priority_updated (key: 01BZYIL05THJDFF2Y08X9SVM06)
              incident.priority_changed | Ana (PANA001) | #9 Checkout answers slowly | https://example.pagerduty.com/incidents/PFQZPSY | apollo | triggered
                2026-11-20T09:35:29.781Z | error | id 01BZYIL05THJDFF2Y08X9SVM06
                changes: priority: - → P2
                labels: priority=P2, urgency=high, team=Platform
            reassigned (key: 01BZYIL05THJDFF2Y08X9SVM04)
              incident.reassigned | Ana (PANA001) | #9 Checkout answers slowly | https://example.pagerduty.com/incidents/PFQZPSY | apollo | triggered
                2026-11-20T09:35:29.781Z | error | id 01BZYIL05THJDFF2Y08X9SVM04
                changes: assignee: - → Chloe
                labels: urgency=high, team=Platform
                concerns: Chloe (PCHL003) Assigned
            resolved (key: 01BZYIL05THJDFF2Y08X9SVM03)
              incident.resolved | Prometheus (PI1) | #9 Checkout answers slowly | https://example.pagerduty.com/incidents/PFQZPSY | apollo | resolved
                2026-11-20T09:35:29.781Z | critical | id 01BZYIL05THJDFF2Y08X9SVM03
                changes: status: - → resolved
                labels: priority=P1, urgency=high, team=Platform
            responder_added (key: 01BZYIL05THJDFF2Y08X9SVM09)
              incident.responder_added | Ana (PANA001) | PFQZPSY Checkout answers slowly | https://example.pagerduty.com/incidents/PFQZPSY | - | -
                2026-11-20T09:35:29.781Z | id 01BZYIL05THJDFF2Y08X9SVM09
                changes: responder: - → Ben
                concerns: Ben (PBEN002) Assigned
                about: https://example.pagerduty.com/incidents/PFQZPSY
                text: Please help with the pool.
            responder_replied (key: 01BZYIL05THJDFF2Y08X9SVM10)
              incident.responder_replied | Ben (PBEN002) | PFQZPSY Checkout answers slowly | https://example.pagerduty.com/incidents/PFQZPSY | - | -
                2026-11-20T09:35:29.781Z | id 01BZYIL05THJDFF2Y08X9SVM10
                changes: response: - → accepted
                about: https://example.pagerduty.com/incidents/PFQZPSY
                text: On my way.
            service_updated (key: 01BZYIL05THJDFF2Y08X9SVM13)
              service.updated | - | PF9KMXH demo | https://example.pagerduty.com/services/PF9KMXH | Platform | -
                2026-11-20T09:35:29.781Z | id 01BZYIL05THJDFF2Y08X9SVM13
                labels: team=Platform
            status_update (key: 01BZYIL05THJDFF2Y08X9SVM08)
              incident.status_update_published | Ana (PANA001) | PFQZPSY Checkout answers slowly | https://example.pagerduty.com/incidents/PFQZPSY | - | -
                2026-11-20T09:35:29.781Z | id 01BZYIL05THJDFF2Y08X9SVM08
                about: https://example.pagerduty.com/incidents/PFQZPSY
                text: A fix is being rolled out.
            triggered (key: 01BZYIL05THJDFF2Y08X9SVM01)
              incident.triggered | Ana (PANA001) | #9 Checkout answers slowly | https://example.pagerduty.com/incidents/PFQZPSY | apollo | triggered
                2026-11-20T09:35:29.781Z | error | id 01BZYIL05THJDFF2Y08X9SVM01
                labels: urgency=high, team=Platform
                concerns: Ben (PBEN002) Assigned
            version_1 (key: a710 a711)
              incident.assigned | Ana (PANA001) | #1 It is on fire | https://example.pagerduty.com/incidents/PO1XIJ5 | apollo | acknowledged
                2026-11-20T09:09:49Z | error | id a710
                changes: assignee: - → Ben
                concerns: Ben (ben@example.org) Assigned
              incident.acknowledged | Ana (PANA001) | #1 It is on fire | https://example.pagerduty.com/incidents/PO1XIJ5 | apollo | acknowledged
                2026-11-20T09:09:49Z | error | id a711
                changes: status: triggered → acknowledged
            version_2_assign (key: 9e7850d0)
              incident.assigned | Ana (PANA001) | #33 My new incident | https://example.pagerduty.com/incidents/PRORDTY | Production XDB Cluster | triggered
                2026-11-20T09:16:05Z | error | id 9e7850d0
                changes: assignee: - → Ben
                labels: urgency=high
                concerns: Ben (PBEN002) Assigned
                text: Assigned to Ben by Ana
            version_2_unknown (key: 1)
              event.foo | - | 1 A message from PagerDuty | - | - | -
                2026-11-20T10:00:00Z | id 1
                text: {"type":"foo","id":"1"}
            workflow_completed (key: 01BZYIL05THJDFF2Y08X9SVM12)
              incident.workflow_completed | - | PFQZPSY Checkout answers slowly | https://example.pagerduty.com/incidents/PFQZPSY | apollo | -
                2026-11-20T09:35:29.781Z | id 01BZYIL05THJDFF2Y08X9SVM12
                changes: workflow: - → Tell the customers
                about: https://example.pagerduty.com/incidents/PFQZPSY
        "#]],
    );
}

#[test]
fn opsgenie() {
    check(
        "opsgenie",
        expect![[r#"
            acknowledge (key: 052652ac-5d1c-464a-812a-7dd18bbfba8c Acknowledge 1795168530002000962)
              alert.acknowledged | ana@example.org (ana@example.org) | #23 The disk is nearly full | https://app.opsgenie.com/alert/detail/052652ac-5d1c-464a-812a-7dd18bbfba8c/details | db-1 | acknowledged
                2026-11-20T09:55:30.002Z | warning | id 052652ac-5d1c-464a-812a-7dd18bbfba8c Acknowledge 1795168530002000962
                changes: status: open → acknowledged
                labels: db, apollo
            addnote (key: 052652ac-5d1c-464a-812a-7dd18bbfba8c AddNote 1795168530002000962)
              alert.commented | ana@example.org (ana@example.org) | #23 The disk is nearly full | https://app.opsgenie.com/alert/detail/052652ac-5d1c-464a-812a-7dd18bbfba8c/details | db-1 | -
                2026-11-20T09:55:30.002Z | warning | id 052652ac-5d1c-464a-812a-7dd18bbfba8c AddNote 1795168530002000962
                labels: db, apollo
                concerns: ben (-) Mentioned
                text: Cleaning up, @ben please look.
            addrecipient (key: 052652ac-5d1c-464a-812a-7dd18bbfba8c AddRecipient 1795168530002000962)
              alert.responder_added | ana@example.org (ana@example.org) | #23 The disk is nearly full | https://app.opsgenie.com/alert/detail/052652ac-5d1c-464a-812a-7dd18bbfba8c/details | db-1 | -
                2026-11-20T09:55:30.002Z | warning | id 052652ac-5d1c-464a-812a-7dd18bbfba8c AddRecipient 1795168530002000962
                changes: responder: - → platform_escalation
                labels: db, apollo
                concerns: platform_escalation (platform_escalation) Assigned
            addtags (key: 052652ac-5d1c-464a-812a-7dd18bbfba8c AddTags 1795168530002000962)
              alert.labeled | ana@example.org (ana@example.org) | #23 The disk is nearly full | https://app.opsgenie.com/alert/detail/052652ac-5d1c-464a-812a-7dd18bbfba8c/details | db-1 | -
                2026-11-20T09:55:30.002Z | warning | id 052652ac-5d1c-464a-812a-7dd18bbfba8c AddTags 1795168530002000962
                changes: label: - → db, label: - → apollo
                labels: db, apollo
            assign (key: 052652ac-5d1c-464a-812a-7dd18bbfba8c AssignOwnership 1795168530002000962)
              alert.assigned | ana@example.org (ana@example.org) | #23 The disk is nearly full | https://app.opsgenie.com/alert/detail/052652ac-5d1c-464a-812a-7dd18bbfba8c/details | db-1 | -
                2026-11-20T09:55:30.002Z | warning | id 052652ac-5d1c-464a-812a-7dd18bbfba8c AssignOwnership 1795168530002000962
                changes: assignee: - → ben@example.org
                labels: db, apollo
                concerns: ben@example.org (ben@example.org) Assigned
            close (key: 052652ac-5d1c-464a-812a-7dd18bbfba8c Close 1795168530002000962)
              alert.resolved | ana@example.org (ana@example.org) | #23 The disk is nearly full | https://app.opsgenie.com/alert/detail/052652ac-5d1c-464a-812a-7dd18bbfba8c/details | db-1 | closed
                2026-11-20T09:55:30.002Z | error | id 052652ac-5d1c-464a-812a-7dd18bbfba8c Close 1795168530002000962
                changes: status: open → closed
                labels: db, apollo
                text: Old logs are gone.
            create (key: 052652ac-5d1c-464a-812a-7dd18bbfba8c Create 1795168530002000962)
              alert.firing | ana@example.org (ana@example.org) | #23 The disk is nearly full | https://app.opsgenie.com/alert/detail/052652ac-5d1c-464a-812a-7dd18bbfba8c/details | db-1 | open
                2026-11-20T09:55:30.002Z | critical | id 052652ac-5d1c-464a-812a-7dd18bbfba8c Create 1795168530002000962
                labels: db, apollo
                text: Only 3 % of / are free.
            custom (key: 052652ac-5d1c-464a-812a-7dd18bbfba8c RestartPump 1795168530002000962)
              alert.restart_pump | ana@example.org (ana@example.org) | #23 The disk is nearly full | https://app.opsgenie.com/alert/detail/052652ac-5d1c-464a-812a-7dd18bbfba8c/details | db-1 | -
                2026-11-20T09:55:30.002Z | warning | id 052652ac-5d1c-464a-812a-7dd18bbfba8c RestartPump 1795168530002000962
                labels: db, apollo
            escalate (key: none)
              alert.escalated | - | 7ba97e3a-d328-4b5e-8f9a-39e945a3869a Escalation platform_night | https://app.opsgenie.com/alert/detail/7ba97e3a-d328-4b5e-8f9a-39e945a3869a/details | Bellhop | -
                2026-11-20T10:00:00Z | warning | id 3fdf386f2c5fb82a0a7692d0ab97772a
                changes: escalated to: - → ben@example.org
                concerns: ben@example.org (ben@example.org) Assigned
                text: platform_night
            priority (key: 052652ac-5d1c-464a-812a-7dd18bbfba8c UpdatePriority 1795168530002000962)
              alert.priority_changed | ana@example.org (ana@example.org) | #23 The disk is nearly full | https://app.opsgenie.com/alert/detail/052652ac-5d1c-464a-812a-7dd18bbfba8c/details | db-1 | -
                2026-11-20T09:55:30.002Z | info | id 052652ac-5d1c-464a-812a-7dd18bbfba8c UpdatePriority 1795168530002000962
                changes: priority: P5 → P4
                labels: db, apollo
            removetags (key: 052652ac-5d1c-464a-812a-7dd18bbfba8c RemoveTags 1795168530002000962)
              alert.unlabeled | ana@example.org (ana@example.org) | #23 The disk is nearly full | https://app.opsgenie.com/alert/detail/052652ac-5d1c-464a-812a-7dd18bbfba8c/details | db-1 | -
                2026-11-20T09:55:30.002Z | warning | id 052652ac-5d1c-464a-812a-7dd18bbfba8c RemoveTags 1795168530002000962
                changes: label: night → -
                labels: db
            snooze (key: 052652ac-5d1c-464a-812a-7dd18bbfba8c Snooze 1795168530002000962)
              alert.silenced | ana@example.org (ana@example.org) | #23 The disk is nearly full | https://app.opsgenie.com/alert/detail/052652ac-5d1c-464a-812a-7dd18bbfba8c/details | db-1 | snoozed
                2026-11-20T09:55:30.002Z | warning | id 052652ac-5d1c-464a-812a-7dd18bbfba8c Snooze 1795168530002000962
                changes: snoozed until: - → 2026-11-20T12:00:00Z
                labels: db, apollo
            take (key: 052652ac-5d1c-464a-812a-7dd18bbfba8c TakeOwnership 1795168530002000962)
              alert.assigned | ana@example.org (ana@example.org) | #23 The disk is nearly full | https://app.opsgenie.com/alert/detail/052652ac-5d1c-464a-812a-7dd18bbfba8c/details | db-1 | -
                2026-11-20T09:55:30.002Z | warning | id 052652ac-5d1c-464a-812a-7dd18bbfba8c TakeOwnership 1795168530002000962
                changes: assignee: - → ana@example.org
                labels: db, apollo
                concerns: ana@example.org (ana@example.org) Assigned
        "#]],
    );
}

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
                labels: level=error, server_name=web-1, rule=Send a notification for new events
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
              event.size_analysis_completed | Sentry | message apollo.apk | - | apollo | -
                2026-11-20T10:00:00Z | id d0a4-unknown
        "#]],
    );
}

#[test]
fn newrelic() {
    check(
        "newrelic",
        expect![[r#"
            acknowledged (key: c5faa7e6-7b54-402d-af79-f99601e0278c activated 1795168149494)
              alert.acknowledged | Ben | c5faa7e6-7b54-402d-af79-f99601e0278c db-1 query result is > 1.0 for 5 minutes on 'Low storage' | https://radar-api.service.newrelic.com/accounts/1/issues/c5faa7e6-7b54-402d-af79-f99601e0278c?notifier=WEBHOOK | db-1 | acknowledged
                2026-11-20T09:49:09.494Z | error | id c5faa7e6-7b54-402d-af79-f99601e0278c activated 1795168149494
                changes: status: open → acknowledged
                labels: policy=Golden Signals, condition=Low storage, entity=db-1
            activated (key: c5faa7e6-7b54-402d-af79-f99601e0278c activated 1795168049494)
              alert.firing | - | c5faa7e6-7b54-402d-af79-f99601e0278c db-1 query result is > 1.0 for 5 minutes on 'Low storage' | https://radar-api.service.newrelic.com/accounts/1/issues/c5faa7e6-7b54-402d-af79-f99601e0278c?notifier=WEBHOOK | db-1 | activated
                2026-11-20T09:47:29.494Z | critical | id c5faa7e6-7b54-402d-af79-f99601e0278c activated 1795168049494
                labels: policy=Golden Signals, condition=Low storage, entity=db-1
            closed (key: c5faa7e6-7b54-402d-af79-f99601e0278c closed 1795168249494)
              alert.resolved | - | c5faa7e6-7b54-402d-af79-f99601e0278c db-1 query result is > 1.0 for 5 minutes on 'Low storage' | https://radar-api.service.newrelic.com/accounts/1/issues/c5faa7e6-7b54-402d-af79-f99601e0278c?notifier=WEBHOOK | db-1 | closed
                2026-11-20T09:50:49.494Z | error | id c5faa7e6-7b54-402d-af79-f99601e0278c closed 1795168249494
                changes: status: open → closed
                labels: policy=Golden Signals, condition=Low storage, entity=db-1
                text: 3 incidents
            legacy_acknowledged (key: 1234 acknowledged 1795168231151)
              alert.acknowledged | Ana | #1234 Server Down | https://alerts.newrelic.com/accounts/1/incidents/1234 | Servers | acknowledged
                2026-11-20T09:50:31.151Z | warning | id 1234 acknowledged 1795168231151
                changes: status: open → acknowledged
                labels: policy=Servers, condition=Server Down
                text: The server does not answer
            legacy_open (key: 1234 open 1795168131151)
              alert.firing | - | #1234 Server Down | https://alerts.newrelic.com/accounts/1/incidents/1234 | db-1 | open
                2026-11-20T09:48:51.151Z | critical | id 1234 open 1795168131151
                labels: policy=Servers, condition=Server Down, entity=db-1
                text: The server does not answer
            oldest_alert (key: 4638306fbccd950029142c88959ce49e)
              alert.firing | - | #3 Apdex score fell below critical level of 0.90 | https://rpm.newrelic.com/accounts/1/applications/2/incidents/3 | apollo | open
                2026-11-20T09:14:15Z | critical | id 7b05adffc40ff20c2e5cec1e450853b0
                text: [apollo] alert opened ⏎ Alert opened on apollo: Apdex score fell below critical level of 0.90
            oldest_deployment (key: c76bdc405130e28263bbb4d5002c6aee)
              deployment.created | Ana | 1242 Faster checkout | https://rpm.newrelic.com/accounts/1/applications/2/deployments/4 | apollo | -
                2026-11-20T09:14:25Z | id 9613d50627e0523f6f009368a0ca86d5
                text: Checkout caches prices
            unknown (key: none)
              event.reported | - | message A message from New Relic | - | - | -
                2026-11-20T10:00:00Z | id 2f5fad7f22425aef7d8c4293b79cdb7c
                text: {"unrecognized1":"https://radar-api.service.newrelic.com/accounts/1/issues/0ea2df1c","updatedField2":"CREATED"}
            user_action (key: c5faa7e6-7b54-402d-af79-f99601e0278c activated 1795168049494)
              alert.updated | - | c5faa7e6-7b54-402d-af79-f99601e0278c db-1 query result is > 1.0 for 5 minutes on 'Low storage' | https://radar-api.service.newrelic.com/accounts/1/issues/c5faa7e6-7b54-402d-af79-f99601e0278c?notifier=WEBHOOK | db-1 | activated
                2026-11-20T09:47:29.494Z | critical | id c5faa7e6-7b54-402d-af79-f99601e0278c activated 1795168049494
                labels: policy=Golden Signals, condition=Low storage, entity=db-1
        "#]],
    );
}

#[test]
fn pingdom() {
    check(
        "pingdom",
        expect![[r#"
            down (key: 2048467 DOWN 1795168434)
              monitor.down | - | check 2048467 apollo web | https://apollo.example.org/ | apollo.example.org | down
                2026-11-20T09:53:54Z | critical | id 2048467 DOWN 1795168434
                changes: status: up → down
                labels: web, type=http
                text: Non-recoverable failure in name resolution ⏎ Seen from Amsterdam 5, Netherlands.
            transaction (key: 2048467 FAILING 1795168434)
              monitor.down | - | check 2048467 apollo web | - | - | failing
                2026-11-20T09:53:54Z | critical | id 2048467 FAILING 1795168434
                changes: status: success → failing
                labels: web, type=transaction
                text: Ask the shop team ⏎ Non-recoverable failure in name resolution ⏎ Seen from Amsterdam 5, Netherlands.
            up (key: 2051859 UP 1795168534)
              monitor.up | - | check 2051859 mail | - | imap.example.org | up
                2026-11-20T09:55:34Z | warning | id 2051859 UP 1795168534
                changes: status: down → up
                labels: type=imap
                text: OK
        "#]],
    );
}

#[test]
fn uptimerobot() {
    check(
        "uptimerobot",
        expect![[r#"
            certificate (key: 777 3 1795168434)
              monitor.certificate_expiring | - | monitor 777 apollo web | https://apollo.example.org | apollo.example.org | -
                2026-11-20T09:53:54Z | warning | id 777 3 1795168434
                text: The certificate ends in 7 days.
            down (key: 777 1 1795168434)
              monitor.down | - | monitor 777 apollo web | https://apollo.example.org | apollo.example.org | down
                2026-11-20T09:53:54Z | error | id 777 1 1795168434
                changes: status: up → down
                text: Connection Timeout
            up_snake (key: none)
              monitor.up | - | server2.example.org Mail Server | http://server2.example.org | server2.example.org | up
                2026-11-20T10:00:00Z | error | id 4f506895881ceb4b1ee7b19913b4f10f
                changes: status: down → up
                text: Host Is Reachable ⏎ It was down for 44 minutes and 37 seconds.
        "#]],
    );
}

#[test]
fn statuspage() {
    check(
        "statuspage",
        expect![[r#"
        component (key: nd963wv4j30b)
          component.failed | - | sqm6pl84wzjc Database | https://status.example.org | status.example.org | major outage
            2026-11-20T09:59:09.379Z | critical | id nd963wv4j30b
            changes: status: operational → major outage
        incident_created (key: qm8bgczn0p2n 2026-11-20T09:32:00.548Z)
          incident.created | - | z3lct0r596n4 Database query delays | https://stspg.io/646947c1e | status.example.org | identified
            2026-11-20T09:32:00.548Z | warning | id qm8bgczn0p2n 2026-11-20T09:32:00.548Z
            changes: Management Portal: operational → degraded performance
            labels: impact=minor, component=Management Portal
            text: Queries time out.
        incident_resolved (key: cdwfdrjlp53y 2026-11-20T09:37:20.785Z)
          incident.resolved | - | z3lct0r596n4 Database query delays | https://stspg.io/646947c1e | status.example.org | resolved
            2026-11-20T09:37:20.785Z | warning | id cdwfdrjlp53y 2026-11-20T09:37:20.785Z
            changes: status: identified → resolved, Management Portal: degraded performance → operational
            labels: impact=minor, component=Management Portal
            text: The database answers again.
        maintenance (key: m1 2026-11-20T09:32:00Z)
          maintenance.scheduled | - | z3lct0r596n4 Database upgrade | https://stspg.io/646947c1e | status.example.org | scheduled
            2026-11-20T09:32:00Z | info | id m1 2026-11-20T09:32:00Z
            labels: impact=maintenance, component=Management Portal
            text: We upgrade the database. ⏎ Planned from 2026-11-21T02:00:00Z until 2026-11-21T03:00:00Z.
    "#]],
    );
}

#[test]
fn betterstack() {
    check(
        "betterstack",
        expect![[r#"
            resolved (key: 25 resolved 2026-11-20T09:50:00.000Z)
              incident.resolved | Ben | #25 apollo web | https://apollo.example.org | Platform | resolved
                2026-11-20T09:50:00Z | error | id 25 resolved 2026-11-20T09:50:00.000Z
                changes: status: started → resolved
                labels: region=us, region=eu
                text: Status 500
            started (key: 25 triggered 2026-11-20T09:40:00.000Z)
              incident.triggered | - | #25 apollo web | https://apollo.example.org | Platform | triggered
                2026-11-20T09:40:00Z | error | id 25 triggered 2026-11-20T09:40:00.000Z
                labels: region=us, region=eu
                text: Status 500
            status_page (key: 11111 2026-11-20T09:45:00Z)
              incident.created | - | 98765 Database Connection Issues | https://status.example.org/incidents/98765 | status.example.org | -
                2026-11-20T09:45:00Z | warning | id 11111 2026-11-20T09:45:00Z
                text: We've identified the issue.
        "#]],
    );
}

#[test]
fn healthchecks() {
    check(
        "healthchecks",
        expect![[r#"
            down (key: f618072a-7bde-4eee-af63-71a77c5723bc down 2026-11-20T09:10:00+00:00)
              monitor.down | - | f618072a-7bde-4eee-af63-71a77c5723bc Nightly backup | https://healthchecks.io/checks/f618072a-7bde-4eee-af63-71a77c5723bc/details/ | - | down
                2026-11-20T09:10:00Z | error | id f618072a-7bde-4eee-af63-71a77c5723bc down 2026-11-20T09:10:00+00:00
                changes: status: up → down
                labels: prod, db
            up (key: f618072a-7bde-4eee-af63-71a77c5723bc up 2026-11-20T09:30:00+00:00)
              monitor.up | - | f618072a-7bde-4eee-af63-71a77c5723bc Nightly backup | https://healthchecks.io/checks/f618072a-7bde-4eee-af63-71a77c5723bc/details/ | - | up
                2026-11-20T09:30:00Z | error | id f618072a-7bde-4eee-af63-71a77c5723bc up 2026-11-20T09:30:00+00:00
                changes: status: down → up
                labels: prod, db
        "#]],
    );
}

#[test]
fn datadog() {
    check(
        "datadog",
        expect![[r#"
            default_payload (key: 8003)
              alert.resolved | - | 8003 CPU is high | - | Example | resolved
                2026-11-20T09:53:54Z | error | id 8003
                changes: status: firing → resolved
                text: %%% CPU over 90 % %%%
            recovered (key: 8002)
              alert.resolved | - | 9bd4ac31 CPU is high | https://app.datadoghq.com/monitors/1234 | web-1 | recovered
                2026-11-20T09:55:34Z | critical | id 8002
                changes: status: firing → resolved
                labels: env=prod, service=apollo
                text: CPU over 90 % for 5 minutes.
            triggered (key: 8001)
              alert.firing | - | 9bd4ac31 CPU is high | https://app.datadoghq.com/monitors/1234 | web-1 | triggered
                2026-11-20T09:53:54Z | critical | id 8001
                labels: env=prod, service=apollo
                text: CPU over 90 % for 5 minutes.
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
              deployment.created | ana | #5 [apollo] 9e8f7a deployed to production by ana | https://github.com/demo/apollo/compare/a...b | apollo | -
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
