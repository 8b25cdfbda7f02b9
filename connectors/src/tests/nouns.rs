//! The words of GitHub's own app for Slack, in every system that has code: each must mean what people expect of it, whatever
//! the system calls it.
//!
//! The kinds of events are those that the connectors' own snapshots show: what a connector tells anew is looked at here too.

use std::{collections::BTreeSet, fmt::Write, path::Path};

use commands::{Event, filter::Filter};
use expect_test::{Expect, expect};

/// The kinds in a connector's tests, `pull.opened`, as snapshots show them: at the begin of a line, before a bar.
fn kinds(connector: &str) -> BTreeSet<String> {
    let mut kinds = BTreeSet::new();
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src").join(connector).join("tests")];
    while let Some(folder) = folders.pop() {
        for file in std::fs::read_dir(folder).unwrap().map(|it| it.unwrap().path()) {
            if file.is_dir() {
                folders.push(file);
                continue;
            }
            let text = std::fs::read_to_string(file).unwrap();
            let begins =
                text.lines().filter_map(|it| it.split_once(" | ")).filter_map(|(begin, _)| begin.trim().rsplit(' ').next());
            let word = |it: &str| !it.is_empty() && it.bytes().all(|it| it.is_ascii_lowercase() || it == b'_');
            let is_kind = |it: &&str| it.split_once('.').is_some_and(|(noun, verb)| word(noun) && word(verb));
            kinds.extend(begins.filter(is_kind).map(str::to_owned));
        }
    }
    kinds
}

/// What each word lets pass, and what none of them does.
fn check(connector: &str, expected: Expect) {
    let kinds = kinds(connector);
    assert!(kinds.len() > 25, "{connector} shows only {kinds:?}");
    let event = |kind: &str| Event { kind: kind.into(), ..Event::default() };
    let mut all = String::new();
    let mut rest = kinds.clone();
    for word in commands::filter::words() {
        let filter = Filter::parse(word).expect("a word is a filter");
        let passed: Vec<&str> = kinds.iter().map(String::as_str).filter(|it| filter.matches(&event(it))).collect();
        rest.retain(|it| !passed.contains(&it.as_str()));
        let passed = if passed.is_empty() { "nothing".to_owned() } else { passed.join(" ") };
        writeln!(all, "{word}: {passed}").unwrap();
    }
    writeln!(all, "no word: {}", rest.into_iter().collect::<Vec<_>>().join(" ")).unwrap();
    expected.assert_eq(&all);
}

#[test]
fn github_has_them_all() {
    check(
        "github",
        expect![[r#"
        issues: issue.assigned issue.blocked_by_added issue.closed issue.comment_edited issue.labeled issue.milestoned issue.sub_issue_added issue.transferred issue.typed
        pulls: pull.auto_merge_disabled pull.changes_requested pull.closed pull.commented pull.created pull.merged pull.pushed pull.ready_for_review pull.review_dismissed pull.review_requested pull.reviewed pull.thread_resolved pull.updated
        commits: commit.force_pushed commit.pushed
        releases: release.published
        deployments: deployment.failed deployment.review_requested
        reviews: pull.changes_requested pull.review_dismissed pull.review_requested pull.reviewed
        comments: commit.commented issue.comment_edited pull.commented
        branches: branch.created branch.deleted
        discussions: discussion.answered
        workflows: run.failed run.started
        statuses: check.failed check.passed
        public: nothing
        no word: advisory.published alert.created alert.dismissed branch_protection.updated deploy_key.created hook.deleted job.failed label.updated member.added member.invited member.updated merge_group.checks_requested milestone.updated nothing_of_tomorrow.happened package.published pages.failed project_item.updated repository.dispatched repository.forked repository.properties_updated repository.renamed repository.starred repository.transferred ruleset.created sponsorship.change_pending tag.created tag.deleted team.added_to_repository team.updated widget_of_tomorrow.bent wiki_page.updated
    "#]],
    );
}

#[test]
fn in_gitlab_a_pull_is_a_merge_request() {
    check(
        "gitlab",
        expect![[r#"
        issues: issue.assigned issue.closed issue.commented issue.created issue.reacted issue.unlabeled issue.updated
        pulls: merge_request.approvals_reset merge_request.approved merge_request.closed merge_request.commented merge_request.created merge_request.merged merge_request.pushed merge_request.ready_for_review merge_request.review_requested merge_request.unapproved merge_request.updated
        commits: commit.pushed
        releases: release.created
        deployments: deployment.approved deployment.failed deployment.succeeded
        reviews: merge_request.approvals_reset merge_request.approved merge_request.review_requested merge_request.unapproved
        comments: commit.commented issue.commented merge_request.commented snippet.comment_edited wiki_page.commented
        branches: branch.created branch.deleted
        discussions: nothing
        workflows: pipeline.failed pipeline.passed pipeline.waiting
        statuses: nothing
        public: nothing
        no word: access_token.expiring design.unreacted epic.created feature_flag.switched_on group.renamed job.cancelled job.failed member.access_requested member.added member.removed member.updated milestone.created printer_of_tomorrow.bend project.created project.transferred repository.updated ssh_key.created subgroup.created tag.created tag.deleted user.login_failed user.renamed vulnerability.confirmed wiki_page.created
    "#]],
    );
}

#[test]
fn bitbucket_has_builds_and_pipelines() {
    check(
        "bitbucket",
        expect![[r#"
        issues: issue.assigned issue.closed issue.commented issue.created issue.reopened issue.unassigned issue.updated
        pulls: pull.approved pull.changes_request_withdrawn pull.changes_requested pull.comment_deleted pull.comment_edited pull.commented pull.created pull.declined pull.deleted pull.merged pull.pushed pull.review_request_removed pull.review_requested pull.sent_away pull.sent_to_the_moon pull.target_pushed pull.thread_resolved pull.thread_unresolved pull.unapproved pull.updated
        commits: commit.force_pushed commit.pushed
        releases: nothing
        deployments: nothing
        reviews: pull.approved pull.changes_request_withdrawn pull.changes_requested pull.review_request_removed pull.review_requested pull.unapproved
        comments: commit.comment_deleted commit.comment_edited commit.commented issue.commented pull.comment_deleted pull.comment_edited pull.commented
        branches: branch.created branch.deleted
        discussions: nothing
        workflows: build.cancelled build.failed build.passed build.started pipeline.span_created
        statuses: nothing
        public: nothing
        no word: bitbucket.happened lamps.css mirror.synchronized project.updated repository.deleted repository.forked repository.imported repository.moved repository.painted_green repository.transferred repository.updated secret.detected tag.created tag.deleted tag.moved
    "#]],
    );
}

#[test]
fn in_azure_devops_an_issue_is_a_work_item() {
    check(
        "azure_devops",
        expect![[r#"
        issues: issue.assigned issue.closed issue.commented issue.created issue.deleted issue.labeled issue.reopened issue.resolved issue.restored issue.unassigned issue.unlabeled issue.updated
        pulls: pull.abandoned pull.approved pull.auto_complete_changed pull.changes_requested pull.comment_edited pull.commented pull.converted_to_draft pull.created pull.merge_attempted pull.merge_conflicted pull.merged pull.pushed pull.ready_for_review pull.rejected pull.reopened pull.reviewers_changed pull.unapproved pull.updated
        commits: changeset.checked_in commit.force_pushed commit.pushed
        releases: release.abandoned release.created
        deployments: deployment.failed deployment.started deployment.succeeded
        reviews: pull.approved pull.changes_requested pull.rejected pull.reviewers_changed pull.unapproved
        comments: issue.commented pull.comment_edited pull.commented
        branches: branch.created branch.deleted
        discussions: nothing
        workflows: build.cancelled build.failed build.partly_passed build.passed run.failed run.started run.updated
        statuses: nothing
        public: nothing
        no word: alert.created approval.approved approval.rejected approval.requested elasticagentpool.resized job.cancelled repository.created repository.deleted repository.disabled repository.forked repository.renamed service_connection.created stage.passed stage.queued tag.created x.happened
    "#]],
    );
}
