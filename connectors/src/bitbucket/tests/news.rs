//! What Bitbucket tells by itself, from bytes to events.

use super::*;
use crate::tests::check_webhook;

#[test]
fn a_push_to_cloud() {
    check_webhook(
        "bitbucket",
        "cloud_push",
        expect![[r#"
            key: b7a1f0d2-3c56-4f0e-9a77-3f5f2ad2c001
            [
              {
                "id": "b7a1f0d2-3c56-4f0e-9a77-3f5f2ad2c001-0",
                "source": "ci",
                "kind": "commit.pushed",
                "at": "2026-11-20T10:00:00Z",
                "actor": "Ben Example",
                "actor_id": "{0a1b2c3d-0000-4000-8000-000000000003}",
                "object": {
                  "key": "89abcdef01",
                  "title": "2 commits to main",
                  "url": "https://bitbucket.org/example/website/commits/89abcdef0123456789abcdef0123456789abcdef",
                  "place": "example/website",
                  "state": null
                },
                "changes": [
                  {
                    "field": "branch",
                    "from": "1f2e3d4c5b",
                    "to": "89abcdef01"
                  }
                ],
                "labels": [],
                "text": "1f2e3d4c5b Fix a typo (Chloe Example)\n89abcdef01 Dim the lobby lamps (Ben Example)",
                "url": "https://bitbucket.org/example/website/branches/compare/89abcdef0123456789abcdef0123456789abcdef..1f2e3d4c5b6a79880123456789abcdef01234567",
                "branch": "main",
                "commits": [
                  {
                    "id": "1f2e3d4c5b6a79880123456789abcdef01234567",
                    "title": "Fix a typo",
                    "author": "Chloe Example",
                    "url": "https://bitbucket.org/example/website/commits/1f2e3d4c5b6a79880123456789abcdef01234567"
                  },
                  {
                    "id": "89abcdef0123456789abcdef0123456789abcdef",
                    "title": "Dim the lobby lamps",
                    "author": "Ben Example",
                    "url": "https://bitbucket.org/example/website/commits/89abcdef0123456789abcdef0123456789abcdef"
                  }
                ]
              },
              {
                "id": "b7a1f0d2-3c56-4f0e-9a77-3f5f2ad2c001-1",
                "source": "ci",
                "kind": "tag.created",
                "at": "2026-11-20T10:00:00Z",
                "actor": "Ben Example",
                "actor_id": "{0a1b2c3d-0000-4000-8000-000000000003}",
                "object": {
                  "key": "v1.1",
                  "title": "tag v1.1",
                  "url": "https://bitbucket.org/example/website/commits/tag/v1.1",
                  "place": "example/website",
                  "state": null
                },
                "changes": [
                  {
                    "field": "tag",
                    "from": null,
                    "to": "89abcdef01"
                  }
                ],
                "labels": [],
                "text": null,
                "branch": "v1.1"
              },
              {
                "id": "b7a1f0d2-3c56-4f0e-9a77-3f5f2ad2c001-2",
                "source": "ci",
                "kind": "branch.deleted",
                "at": "2026-11-20T10:00:00Z",
                "actor": "Ben Example",
                "actor_id": "{0a1b2c3d-0000-4000-8000-000000000003}",
                "object": {
                  "key": "feature/lamps",
                  "title": "branch feature/lamps",
                  "url": "https://bitbucket.org/example/website",
                  "place": "example/website",
                  "state": null
                },
                "changes": [
                  {
                    "field": "branch",
                    "from": "89abcdef01",
                    "to": null
                  }
                ],
                "labels": [],
                "text": null,
                "branch": "feature/lamps"
              }
            ]"#]],
    );
}

#[test]
fn a_pull_request_of_cloud() {
    check_webhook(
        "bitbucket",
        "cloud_pull_request_merged",
        expect![[r#"
            key: b7a1f0d2-3c56-4f0e-9a77-3f5f2ad2c002
            [
              {
                "id": "b7a1f0d2-3c56-4f0e-9a77-3f5f2ad2c002",
                "source": "ci",
                "kind": "pull.merged",
                "at": "2026-11-20T09:59:58.654321Z",
                "actor": "Ana Example",
                "actor_id": "{0a1b2c3d-0000-4000-8000-000000000003}",
                "object": {
                  "key": "example/website#7",
                  "title": "Dim the lobby lamps",
                  "url": "https://bitbucket.org/example/website/pull-requests/7",
                  "place": "example/website",
                  "state": "merged"
                },
                "changes": [
                  {
                    "field": "state",
                    "from": "open",
                    "to": "merged"
                  },
                  {
                    "field": "branch",
                    "from": "feature/lamps",
                    "to": "main"
                  }
                ],
                "labels": [],
                "text": null,
                "branch": "feature/lamps"
              }
            ]"#]],
    );
}

#[test]
fn an_issue_of_cloud() {
    check_webhook(
        "bitbucket",
        "cloud_issue_updated",
        expect![[r#"
            key: b7a1f0d2-3c56-4f0e-9a77-3f5f2ad2c003
            [
              {
                "id": "b7a1f0d2-3c56-4f0e-9a77-3f5f2ad2c003",
                "source": "ci",
                "kind": "issue.closed",
                "at": "2026-11-20T09:59:00Z",
                "actor": "Chloe Example",
                "actor_id": "{0a1b2c3d-0000-4000-8000-000000000005}",
                "object": {
                  "key": "example/website#3",
                  "title": "The lobby is too bright",
                  "url": "https://bitbucket.org/example/website/issues/3/the-lobby-is-too-bright",
                  "place": "example/website",
                  "state": "resolved"
                },
                "changes": [
                  {
                    "field": "status",
                    "from": "new",
                    "to": "resolved"
                  },
                  {
                    "field": "assignee",
                    "from": null,
                    "to": "Ben Example"
                  }
                ],
                "labels": [
                  "bug",
                  "major"
                ],
                "text": "Dimmed since noon.",
                "concerns": [
                  {
                    "name": "Ben Example",
                    "id": "{0a1b2c3d-0000-4000-8000-000000000003}",
                    "why": "assigned"
                  }
                ]
              }
            ]"#]],
    );
}

#[test]
fn a_build_in_cloud() {
    check_webhook(
        "bitbucket",
        "cloud_build_failed",
        expect![[r#"
            key: b7a1f0d2-3c56-4f0e-9a77-3f5f2ad2c004
            [
              {
                "id": "b7a1f0d2-3c56-4f0e-9a77-3f5f2ad2c004",
                "source": "ci",
                "kind": "build.failed",
                "at": "2026-11-20T09:58:00Z",
                "actor": "Ben Example",
                "actor_id": "{0a1b2c3d-0000-4000-8000-000000000003}",
                "object": {
                  "key": "1f2e3d4c5b",
                  "title": "Tests",
                  "url": "https://builds.example.org/41",
                  "place": "example/website",
                  "state": "failed"
                },
                "changes": [],
                "labels": [],
                "text": "1 link is broken",
                "branch": "feature/footer",
                "severity": "error",
                "about": [
                  "https://bitbucket.org/example/website/commits/1f2e3d4c5b6a79880123456789abcdef01234567"
                ]
              }
            ]"#]],
    );
}

#[test]
fn what_cloud_will_tell_one_day() {
    check_webhook(
        "bitbucket",
        "cloud_unknown",
        expect![[r#"
            key: b7a1f0d2-3c56-4f0e-9a77-3f5f2ad2c005
            [
              {
                "id": "b7a1f0d2-3c56-4f0e-9a77-3f5f2ad2c005",
                "source": "ci",
                "kind": "repository.moved_to_the_moon",
                "at": "2026-11-20T10:00:00Z",
                "actor": "Ana Example",
                "actor_id": "{0a1b2c3d-0000-4000-8000-000000000003}",
                "object": {
                  "key": "example/website",
                  "title": "Website",
                  "url": "https://bitbucket.org/example/website",
                  "place": "example/website",
                  "state": null
                },
                "changes": [],
                "labels": [],
                "text": null
              }
            ]"#]],
    );
}

#[test]
fn a_push_to_data_center() {
    check_webhook(
        "bitbucket",
        "center_push",
        expect![[r#"
            key: c7a1f0d2-3c56-4f0e-9a77-3f5f2ad2c001
            [
              {
                "id": "c7a1f0d2-3c56-4f0e-9a77-3f5f2ad2c001-0",
                "source": "ci",
                "kind": "commit.pushed",
                "at": "2026-11-20T09:59:58Z",
                "actor": "Ben Example",
                "actor_id": "ben",
                "object": {
                  "key": "89abcdef01",
                  "title": "Push to main",
                  "url": "https://git.example.org/projects/DEMO/repos/website/commits/89abcdef0123456789abcdef0123456789abcdef",
                  "place": "DEMO/website",
                  "state": null
                },
                "changes": [
                  {
                    "field": "branch",
                    "from": "1f2e3d4c5b",
                    "to": "89abcdef01"
                  }
                ],
                "labels": [],
                "text": null,
                "url": "https://git.example.org/projects/DEMO/repos/website/compare/commits?targetBranch=1f2e3d4c5b6a79880123456789abcdef01234567&sourceBranch=89abcdef0123456789abcdef0123456789abcdef",
                "branch": "main"
              },
              {
                "id": "c7a1f0d2-3c56-4f0e-9a77-3f5f2ad2c001-1",
                "source": "ci",
                "kind": "tag.created",
                "at": "2026-11-20T09:59:58Z",
                "actor": "Ben Example",
                "actor_id": "ben",
                "object": {
                  "key": "v1.1",
                  "title": "tag v1.1",
                  "url": "https://git.example.org/projects/DEMO/repos/website/commits/89abcdef0123456789abcdef0123456789abcdef",
                  "place": "DEMO/website",
                  "state": null
                },
                "changes": [
                  {
                    "field": "tag",
                    "from": null,
                    "to": "89abcdef01"
                  }
                ],
                "labels": [],
                "text": null,
                "branch": "v1.1"
              }
            ]"#]],
    );
}

#[test]
fn a_pull_request_of_data_center() {
    check_webhook(
        "bitbucket",
        "center_pull_request_updated",
        expect![[r#"
            key: c7a1f0d2-3c56-4f0e-9a77-3f5f2ad2c002
            [
              {
                "id": "c7a1f0d2-3c56-4f0e-9a77-3f5f2ad2c002",
                "source": "ci",
                "kind": "pull.updated",
                "at": "2026-11-20T09:59:58Z",
                "actor": "Ben Example",
                "actor_id": "ben",
                "object": {
                  "key": "DEMO/website#7",
                  "title": "Dim all lamps",
                  "url": "https://git.example.org/projects/DEMO/repos/website/pull-requests/7",
                  "place": "DEMO/website",
                  "state": "open"
                },
                "changes": [
                  {
                    "field": "title",
                    "from": "Dim the lobby lamps",
                    "to": "Dim all lamps"
                  },
                  {
                    "field": "description",
                    "from": null,
                    "to": null
                  }
                ],
                "labels": [],
                "text": null,
                "branch": "feature/lamps"
              }
            ]"#]],
    );
}

#[test]
fn a_comment_in_data_center() {
    check_webhook(
        "bitbucket",
        "center_comment",
        expect![[r#"
            key: c7a1f0d2-3c56-4f0e-9a77-3f5f2ad2c003
            [
              {
                "id": "c7a1f0d2-3c56-4f0e-9a77-3f5f2ad2c003",
                "source": "ci",
                "kind": "pull.commented",
                "at": "2026-11-20T09:59:58Z",
                "actor": "Chloe Example",
                "actor_id": "chloe",
                "object": {
                  "key": "DEMO/website#7",
                  "title": "Dim all lamps",
                  "url": "https://git.example.org/projects/DEMO/repos/website/pull-requests/7",
                  "place": "DEMO/website",
                  "state": "open"
                },
                "changes": [],
                "labels": [],
                "text": "Much better at night!",
                "url": "https://git.example.org/projects/DEMO/repos/website/pull-requests/7/overview?commentId=62",
                "branch": "feature/lamps"
              }
            ]"#]],
    );
}
