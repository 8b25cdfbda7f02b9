//! What calls people.

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
                url: https://alertmanager.example.org/#/alerts?filter=%7Balertname%3D%22DiskFull%22%2C%20cluster%3D%22apollo%22%2C%20instance%3D%22db-1%22%2C%20severity%3D%22critical%22%7D
                text: The disk of db-1 is nearly full ⏎ Only 3 % of / are free. ⏎ Runbook: https://runbooks.example.org/disk-full
              alert.firing | - | c2ea85182f28cbd9 DiskFull | https://prometheus.example.org/graph?g0.expr=node_filesystem_avail_bytes+%3C+3&g0.tab=1 | apollo | firing
                2026-11-20T09:40:12.5Z | critical | id c2ea85182f28cbd9 firing 1795167612
                labels: alertname=DiskFull, cluster=apollo, instance=db-2, severity=critical
                about: {}:{alertname="DiskFull"}
                url: https://alertmanager.example.org/#/alerts?filter=%7Balertname%3D%22DiskFull%22%2C%20cluster%3D%22apollo%22%2C%20instance%3D%22db-2%22%2C%20severity%3D%22critical%22%7D
                text: The disk of db-2 is nearly full ⏎ Only 3 % of / are free. ⏎ Runbook: https://runbooks.example.org/disk-full
            no_rule_page (key: 0dcad3634b0f0adda3960bdb751a41a2)
              alert.firing | - | a1bc48475b20e73d DiskFull | https://alertmanager.example.org/#/alerts?filter=%7Balertname%3D%22DiskFull%22%2C%20cluster%3D%22apollo%22%2C%20instance%3D%22db-1%22%2C%20severity%3D%22critical%22%7D | apollo | firing
                2026-11-20T09:40:12.5Z | critical | id a1bc48475b20e73d firing 1795167612
                labels: alertname=DiskFull, cluster=apollo, instance=db-1, severity=critical
                about: {}:{alertname="DiskFull"}
                text: The disk of db-1 is nearly full ⏎ Only 3 % of / are free. ⏎ Runbook: https://runbooks.example.org/disk-full
            partly_resolved (key: fd53686516ebcafe295fbc4a662f8362)
              alert.firing | - | a1bc48475b20e73d DiskFull | https://prometheus.example.org/graph?g0.expr=node_filesystem_avail_bytes+%3C+3&g0.tab=1 | apollo | firing
                2026-11-20T09:40:12.5Z | critical | id a1bc48475b20e73d firing 1795167612
                labels: alertname=DiskFull, cluster=apollo, instance=db-1, severity=critical
                about: {}:{alertname="DiskFull"}
                url: https://alertmanager.example.org/#/alerts?filter=%7Balertname%3D%22DiskFull%22%2C%20cluster%3D%22apollo%22%2C%20instance%3D%22db-1%22%2C%20severity%3D%22critical%22%7D
                text: The disk of db-1 is nearly full ⏎ Only 3 % of / are free. ⏎ Runbook: https://runbooks.example.org/disk-full
              alert.resolved | - | c2ea85182f28cbd9 DiskFull | https://prometheus.example.org/graph?g0.expr=node_filesystem_avail_bytes+%3C+3&g0.tab=1 | apollo | resolved
                2026-11-20T09:58:00Z | critical | id c2ea85182f28cbd9 resolved 1795167612-1795168680
                changes: status: firing → resolved
                labels: alertname=DiskFull, cluster=apollo, instance=db-2, severity=critical
                about: {}:{alertname="DiskFull"}
                url: https://alertmanager.example.org/#/alerts?filter=%7Balertname%3D%22DiskFull%22%2C%20cluster%3D%22apollo%22%2C%20instance%3D%22db-2%22%2C%20severity%3D%22critical%22%7D
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
              message.posted | - | message 🚨 TestAlert - Notification test | - | - | -
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
            action_invocation (key: 01C5E5B7F91AF2DACD084F537E)
              incident.action_invocation_created | Ana Example (PLH1HKV) | PGR0VU2 Checkout answers slowly | https://example.pagerduty.com/incidents/PGR0VU2 | - | -
                2026-11-20T09:51:47.5Z | id 01C5E5B7F91AF2DACD084F537E
                changes: action: - → Restart the shop
                about: https://example.pagerduty.com/incidents/PGR0VU2
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
            custom_field (key: 01C6919CE175785145D387EC26)
              incident.custom_field_values_updated | Ana Example (PLH1HKV) | PGR0VU2 Checkout answers slowly | https://example.pagerduty.com/incidents/PGR0VU2 | - | -
                2026-11-20T09:51:47.5Z | id 01C6919CE175785145D387EC26
                changes: Impact: - → customers
                about: https://example.pagerduty.com/incidents/PGR0VU2
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
              foo.received | - | #1 A message from PagerDuty | - | - | -
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
            state_only (key: none)
              alert.firing | - | issue Issue | - | - | open
                2026-11-20T09:48:51.151Z | warning | id 36dc94844abc7e8819c678fd8f6f8996
            unknown (key: none)
              event.received | - | message A message from New Relic | - | - | -
                2026-11-20T10:00:00Z | id 2f5fad7f22425aef7d8c4293b79cdb7c
                text: {"unrecognized1":"https://radar-api.service.newrelic.com/accounts/1/issues/0ea2df1c","updatedField2":"CREATED"}
            user_action (key: c5faa7e6-7b54-402d-af79-f99601e0278c activated 1795168049494)
              alert.updated | - | c5faa7e6-7b54-402d-af79-f99601e0278c db-1 query result is > 1.0 for 5 minutes on 'Low storage' | https://radar-api.service.newrelic.com/accounts/1/issues/c5faa7e6-7b54-402d-af79-f99601e0278c?notifier=WEBHOOK | db-1 | activated
                2026-11-20T09:47:29.494Z | critical | id c5faa7e6-7b54-402d-af79-f99601e0278c activated 1795168049494
                labels: policy=Golden Signals, condition=Low storage, entity=db-1
            without_id (key: 0ea2df1c-adab-45d2-aae0-042b609d2322 created 1795168249494)
              alert.firing | - | 0ea2df1c-adab-45d2-aae0-042b609d2322 db-1 query result is > 2.0 for 1 minutes on 'High CPU' | https://radar-api.service.newrelic.com/accounts/1/issues/0ea2df1c-adab-45d2-aae0-042b609d2322?notifier=SLACK | Golden Signals | created
                2026-11-20T09:50:49.494Z | critical | id 0ea2df1c-adab-45d2-aae0-042b609d2322 created 1795168249494
                labels: policy=Golden Signals, condition=High CPU
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
