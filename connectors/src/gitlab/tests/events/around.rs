//! What else is in a project, and the server it is on.

use super::*;

#[test]
fn what_else_is_in_a_project() {
    check(
        &[
            from(
                "Ana",
                json!({ "object_kind": "release", "action": "create", "tag": "v1", "name": "The fan release", "description": "* A fan", "url": "https://gitlab.example.org/demo/printer/-/releases/v1" }),
            ),
            from(
                "Ana",
                json!({ "object_kind": "wiki_page", "object_attributes": { "action": "create", "title": "Fire drill", "slug": "fire-drill", "url": "https://gitlab.example.org/demo/printer/-/wikis/fire-drill", "message": "Create page: Fire drill" } }),
            ),
            from(
                "Ana",
                json!({ "object_kind": "feature_flag", "object_attributes": { "id": 6, "name": "fan", "description": "Turns.", "active": true } }),
            ),
            from(
                "Ana",
                json!({ "object_kind": "milestone", "action": "create", "object_attributes": { "iid": 10, "title": "v1.0", "state": "active", "due_date": "2026-12-01", "description": "The first." } }),
            ),
            json!({ "object_kind": "vulnerability", "object_attributes": { "url": "https://gitlab.example.org/demo/printer/-/security/vulnerabilities/3", "title": "Ink leaks", "state": "confirmed", "severity": "high", "location": { "file": "Cargo.lock", "dependency": { "package": { "name": "ink" }, "version": "1.0" } }, "identifiers": [{ "name": "CVE-2026-1" }], "issues": [{ "url": "https://gitlab.example.org/demo/printer/-/issues/7" }] }, "user": who("Ana") }),
            from(
                "Ana",
                json!({ "object_kind": "printer_of_tomorrow", "object_attributes": { "iid": 3, "title": "A thing", "action": "bend", "url": "https://gitlab.example.org/demo/printer/-/things/3" } }),
            ),
        ],
        expect![[r#"
            release.created | Ana Example | v1 | The fan release
                in demo/printer
                at https://gitlab.example.org/demo/printer/-/releases/v1
                branch v1
                text * A fan

            wiki_page.created | Ana Example | wiki page | Fire drill
                in demo/printer
                at https://gitlab.example.org/demo/printer/-/wikis/fire-drill

            feature_flag.switched_on | Ana Example | fan | feature flag
                in demo/printer · on
                at https://gitlab.example.org/demo/printer/-/feature_flags
                change state: off → on
                text Turns.

            milestone.created | Ana Example | %v1.0 | milestone
                in demo/printer · active
                at https://gitlab.example.org/demo/printer/-/milestones/10
                change due date:  → 2026-12-01
                text The first.

            vulnerability.confirmed | Ana Example | vulnerability #3 | Ink leaks
                in demo/printer · confirmed
                at https://gitlab.example.org/demo/printer/-/security/vulnerabilities/3
                labels CVE-2026-1
                severity Error
                about https://gitlab.example.org/demo/printer/-/issues/7
                text ink 1.0
                paths Cargo.lock

            printer_of_tomorrow.bend | Ana Example | printer of tomorrow 3 | A thing
                in demo/printer
                at https://gitlab.example.org/demo/printer/-/things/3"#]],
    );
}

#[test]
fn members_and_the_server() {
    let all = [
        json!({ "event_name": "user_add_to_group", "group_name": "Apollo", "group_path": "apollo", "user_username": "chloe", "user_name": "Chloe Example", "group_access": "Developer", "expires_at": "2026-12-14T00:00:00Z" }),
        json!({ "event_name": "user_update_for_team", "project_path_with_namespace": "demo/printer", "user_username": "chloe", "user_name": "Chloe Example", "access_level": "Maintainer" }),
        json!({ "event_name": "user_remove_from_team", "project_path_with_namespace": "demo/printer", "user_username": "chloe", "user_name": "Chloe Example", "access_level": "Maintainer" }),
        json!({ "event_name": "user_access_request_to_project", "project_path_with_namespace": "demo/printer", "user_username": "chloe", "user_name": "Chloe Example", "access_level": "Guest" }),
        json!({ "event_name": "subgroup_create", "name": "Landers", "path": "landers", "full_path": "apollo/landers", "parent_full_path": "apollo" }),
        json!({ "event_name": "group_rename", "name": "Apollo", "path": "apollo", "full_path": "apollo", "old_full_path": "mercury" }),
        json!({ "event_name": "project_transfer", "name": "Printer", "path_with_namespace": "demo/printer", "old_path_with_namespace": "apollo/printer" }),
        json!({ "event_name": "project_create", "name": "Printer", "path_with_namespace": "demo/printer", "project_visibility": "private" }),
        json!({ "event_name": "user_rename", "name": "Chloe Example", "username": "chloe", "old_username": "cleo" }),
        json!({ "event_name": "user_failed_login", "name": "Ben Example", "username": "ben", "state": "blocked" }),
        json!({ "object_kind": "access_token", "event_name": "expiring_access_token", "group": { "group_name": "Apollo", "group_path": "apollo", "full_path": "apollo" }, "object_attributes": { "id": 25, "name": "bellhop", "expires_at": "2026-11-26" } }),
        json!({ "event_name": "key_create", "username": "ana", "key": "ssh-rsa AAAA", "id": 4 }),
    ];
    let told: Vec<String> = all.iter().map(|it| line(&told(it).unwrap())).collect();
    assert!(!told.join("").contains("ssh-rsa"), "a key is not told");
    expect![[r#"
        member.added | GitLab | chloe | Chloe Example
            in apollo
            change role:  → Developer
            change until:  → 2026-12-14

        member.updated | GitLab | chloe | Chloe Example
            in demo/printer
            change role:  → Maintainer

        member.removed | GitLab | chloe | Chloe Example
            in demo/printer

        member.access_requested | Chloe Example | chloe | Chloe Example
            in demo/printer
            change role:  → Guest

        subgroup.created | GitLab | apollo/landers | Landers
            in apollo

        group.renamed | GitLab | apollo | Apollo
            in apollo
            change path: mercury → apollo

        project.transferred | GitLab | demo/printer | Printer
            in demo/printer
            change place: apollo/printer → demo/printer

        project.created | GitLab | demo/printer | Printer
            in demo/printer
            change visibility:  → private

        user.renamed | GitLab | chloe | Chloe Example
            in GitLab
            change login: cleo → chloe

        user.login_failed | ben | ben | Ben Example
            in GitLab · blocked
            severity Warning

        access_token.expiring | GitLab | bellhop | access token
            in apollo
            change ends:  → 2026-11-26
            severity Warning

        ssh_key.created | ana | ana | SSH key
            in GitLab"#]]
    .assert_eq(&told.join("\n\n"));
}
