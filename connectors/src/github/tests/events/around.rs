//! Who and what surrounds a repository.

use super::*;

#[test]
fn people_and_places() {
    let sponsorship = json!({ "sponsor": { "login": "ben" }, "sponsorable": { "login": "ana" }, "tier": { "name": "$5 a month" }, "privacy_level": "public" });
    check(
        &[
            (
                "member",
                from(
                    "ana",
                    json!({ "action": "edited", "member": { "login": "ben", "html_url": "https://github.com/ben" }, "changes": { "old_permission": { "from": "read" } } }),
                ),
            ),
            (
                "membership",
                from(
                    "ana",
                    json!({ "action": "added", "member": { "login": "ben", "html_url": "https://github.com/ben" }, "team": { "name": "Infra", "html_url": "https://github.com/orgs/example/teams/infra" } }),
                ),
            ),
            (
                "organization",
                from(
                    "ana",
                    json!({ "action": "member_invited", "invitation": { "login": null, "email": "chloe@example.org", "role": "admin" } }),
                ),
            ),
            (
                "team",
                from(
                    "ana",
                    json!({ "action": "edited", "team": { "name": "Infra Team", "slug": "infra-team" }, "changes": { "name": { "from": "Infra" } } }),
                ),
            ),
            ("team_add", from("ana", json!({ "team": { "name": "Infra", "slug": "infra" } }))),
            (
                "repository",
                from("ana", json!({ "action": "renamed", "changes": { "repository": { "name": { "from": "demo-old" } } } })),
            ),
            (
                "repository",
                from(
                    "ana",
                    json!({ "action": "transferred", "changes": { "owner": { "from": { "user": { "login": "ben" } } } } }),
                ),
            ),
            (
                "fork",
                from("chloe", json!({ "forkee": { "full_name": "chloe/demo", "html_url": "https://github.com/chloe/demo" } })),
            ),
            ("watch", from("chloe", json!({ "action": "started" }))),
            (
                "custom_property_values",
                from(
                    "ana",
                    json!({ "action": "updated", "new_property_values": [{ "property_name": "tier", "value": "gold" }], "old_property_values": [{ "property_name": "tier", "value": null }] }),
                ),
            ),
            (
                "sponsorship",
                json!({ "action": "pending_tier_change", "sponsorship": sponsorship, "changes": { "tier": { "from": { "name": "$10 a month" } } }, "effective_date": "2026-12-30T00:00:00+00:00", "sender": { "login": "ben", "html_url": "https://github.com/ben" } }),
            ),
        ],
        expect![[r#"
            member.updated | ana | ben | collaborator
                in example/demo
                at https://github.com/ben
                change permission: read → another

            member.added | ana | ben | team Infra
                in example/demo
                at https://github.com/ben
                see https://github.com/orgs/example/teams/infra

            member.invited | ana | chloe@example.org | member
                in example/demo
                at https://github.com/orgs/example/people
                change role:  → admin

            team.updated | ana | Infra Team | team
                in example/demo
                at https://github.com/orgs/example/teams/infra-team
                see https://github.com/example/demo
                change name: Infra → Infra Team

            team.added_to_repository | ana | Infra | team
                in example/demo
                at https://github.com/orgs/example/teams/infra
                see https://github.com/example/demo

            repository.renamed | ana | example/demo | The demo.
                in example/demo
                at https://github.com/example/demo
                change name: demo-old → demo

            repository.transferred | ana | example/demo | The demo.
                in example/demo
                at https://github.com/example/demo
                change owner: ben → example

            repository.forked | chloe | example/demo | The demo.
                in example/demo
                at https://github.com/example/demo
                see https://github.com/chloe/demo
                change fork:  → chloe/demo

            repository.starred | chloe | example/demo | The demo.
                in example/demo
                at https://github.com/example/demo

            repository.properties_updated | ana | example/demo | The demo.
                in example/demo
                at https://github.com/example/demo
                change tier:  → gold

            sponsorship.change_pending | ben | ben | $5 a month
                in ana
                at https://github.com/sponsors/ana
                change tier: $10 a month → $5 a month
                change effective:  → 2026-12-30"#]],
    );
}

#[test]
fn what_surrounds_a_repository() {
    check(
        &[
            (
                "milestone",
                from(
                    "ana",
                    json!({ "action": "edited", "milestone": { "number": 1, "title": "1.0", "state": "open", "due_on": "2026-12-24T08:00:00Z" }, "changes": { "due_on": { "from": "2026-12-01T08:00:00Z" } } }),
                ),
            ),
            (
                "label",
                from(
                    "ana",
                    json!({ "action": "edited", "label": { "name": "urgent" }, "changes": { "name": { "from": "soon" } } }),
                ),
            ),
            (
                "deploy_key",
                from(
                    "ana",
                    json!({ "action": "created", "key": { "id": 1, "title": "printer", "key": "ssh-rsa AAAA", "read_only": false } }),
                ),
            ),
            (
                "branch_protection_rule",
                from(
                    "ana",
                    json!({ "action": "edited", "rule": { "name": "main", "admin_enforced": true }, "changes": { "admin_enforced": { "from": false } } }),
                ),
            ),
            (
                "repository_ruleset",
                from(
                    "ana",
                    json!({ "action": "created", "repository_ruleset": { "id": 1, "name": "No fire", "_links": { "html": { "href": "https://github.com/example/demo/rules/1" } } } }),
                ),
            ),
            (
                "release",
                from(
                    "ana",
                    json!({ "action": "published", "release": { "tag_name": "v1", "name": "The hose release", "body": "* A hose", "html_url": "https://github.com/example/demo/releases/tag/v1", "target_commitish": "main", "prerelease": false } }),
                ),
            ),
            (
                "package",
                from(
                    "ana",
                    json!({ "action": "published", "package": { "name": "demo", "package_type": "CONTAINER", "html_url": "https://github.com/example/demo/packages/1", "package_version": { "version": "2.0" } } }),
                ),
            ),
            (
                "gollum",
                from(
                    "ana",
                    json!({ "pages": [{ "page_name": "Home", "title": "Home", "action": "created", "html_url": "https://github.com/example/demo/wiki/Home" }, { "page_name": "Fire-drill", "title": "Fire drill", "action": "edited", "html_url": "https://github.com/example/demo/wiki/Fire-drill" }] }),
                ),
            ),
            (
                "projects_v2_item",
                from(
                    "ana",
                    json!({ "action": "edited", "projects_v2_item": { "id": 1, "content_type": "Issue" }, "changes": { "field_value": { "field_name": "Status", "project_number": 2, "from": { "name": "Todo" }, "to": { "name": "Done" } } } }),
                ),
            ),
            (
                "repository_dispatch",
                from("ana", json!({ "action": "print", "branch": "main", "client_payload": { "pages": 3 } })),
            ),
            ("meta", from("ana", json!({ "action": "deleted", "hook_id": 7, "hook": { "events": ["push"] } }))),
            (
                "widget_of_tomorrow",
                from(
                    "ana",
                    json!({ "action": "bent", "widget": { "id": 3, "title": "A thing", "html_url": "https://github.com/example/demo/widgets/3", "state": "new" } }),
                ),
            ),
        ],
        expect![[r#"
            milestone.updated | ana | 1.0 | milestone
                in example/demo · open
                at https://github.com/example/demo/milestone/1
                change due on: 2026-12-01 → 2026-12-24

            label.updated | ana | urgent | label
                in example/demo
                at https://github.com/example/demo/labels/urgent
                change name: soon → urgent

            deploy_key.created | ana | printer | deploy key
                in example/demo
                at https://github.com/example/demo/settings/keys
                change access:  → write

            branch_protection.updated | ana | main | branch protection
                in example/demo
                at https://github.com/example/demo/settings/branches
                branch main
                change admin enforced: no → yes

            ruleset.created | ana | No fire | ruleset
                in example/demo
                at https://github.com/example/demo/rules/1

            release.published | ana | v1 | The hose release
                in example/demo · published
                at https://github.com/example/demo/releases/tag/v1
                branch main
                text * A hose

            package.published | ana | demo 2.0 | container package
                in example/demo
                at https://github.com/example/demo/packages/1

            wiki_page.updated | ana | wiki | 2 pages
                in example/demo
                at https://github.com/example/demo/wiki
                text created Home
                     edited Fire drill

            project_item.updated | ana | project #2 | issue
                in example/demo
                at https://github.com/orgs/example/projects/2
                change Status: Todo → Done

            repository.dispatched | ana | example/demo | The demo.
                in example/demo
                at https://github.com/example/demo
                branch main
                change event:  → print

            hook.deleted | ana | webhook 7 | webhook of GitHub
                in example/demo
                at https://github.com/example/demo/settings/hooks/7
                change events:  → push

            widget_of_tomorrow.bent | ana | widget 3 | A thing
                in example/demo · new
                at https://github.com/example/demo/widgets/3"#]],
    );
}

#[test]
fn what_names_nothing_is_told_by_where_it_happened() {
    let told = [from("ana", json!({})), json!({ "sender": { "login": "ana" } }), json!({})]
        .map(|it| line(&told("nothing_of_tomorrow", &it)));
    expect![[r#"
        nothing_of_tomorrow.happened | ana | example/demo | nothing of tomorrow
            in example/demo
            at https://github.com/example/demo

        nothing_of_tomorrow.happened | ana | ana | nothing of tomorrow

        nothing_of_tomorrow.happened | - | GitHub | nothing of tomorrow"#]]
    .assert_eq(&told.join("\n\n"));
}

/// What GitHub found of a secret stays at GitHub.
#[test]
fn secrets_are_never_told() {
    let event = told(
        "secret_scanning_alert",
        &from("ana", json!({ "action": "created", "alert": { "number": 4, "secret": "hunter2-of-ana" } })),
    );
    let key =
        told("deploy_key", &from("ana", json!({ "action": "created", "key": { "title": "printer", "key": "ssh-rsa AAAA" } })));
    for event in [event, key] {
        let all = serde_json::to_string(&event).unwrap();
        assert!(!all.contains("hunter2") && !all.contains("ssh-rsa"), "{all}");
    }
}
