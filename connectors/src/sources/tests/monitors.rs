//! What watches from outside.

use expect_test::expect;

use super::check::check;

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
