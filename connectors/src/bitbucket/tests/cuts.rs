//! Long lists: what is wanted is found in them, and what is left out is said.

use super::{
    lists::{more, rows},
    *,
};
use crate::bitbucket::standin::{Build, Opinion, Person, Pull, Repo, Task};

/// Has Ana approve so many pull requests, all newer than those that were there.
fn approve(desk: &Desk<Simulated>, many: u64) {
    let mut state = desk.standin.state();
    let now = state.now();
    let first = state.repos[0].pulls[0].clone();
    for id in 0..many {
        let mut pull = Pull { id: 100 + id, created: now, updated: now, ..first.clone() };
        pull.reviews[0].opinion = Opinion::Approved;
        state.repos[0].pulls.push(pull);
    }
}

#[tokio::test]
async fn what_waits_is_found_behind_what_does_not() {
    for door in [Door::Cloud, Door::Center] {
        let desk = desk(door).await;
        approve(&desk, 40);
        for (line, number) in [
            ("pr list reviewer=me --waiting limit=5", 2),
            ("pr list repo=website reviewer=me --waiting limit=5", 1),
            ("pr list reviewer=me text=stage limit=5", 1),
            ("pr list reviewer=me author=chloe limit=5", 1),
            ("pr list author=ben text=nothing limit=5", 0),
        ] {
            let reply = desk.run(line).await.expect("a list");
            assert_eq!(rows(&reply.message), number, "{line} in {door:?}: {reply:?}");
            assert!(more(&reply.message).is_none(), "{line} in {door:?}");
        }
        // In more parts than are read at once.
        approve(&desk, 600);
        let first = desk.run("pr list repo=website reviewer=me --waiting limit=5").await.expect("a list").message;
        assert_eq!(rows(&first), 0);
        let text = read(&Ok(commands::Reply::to_channel(first.clone())));
        assert!(text.contains("That is not all of it: press the button to look further."), "{text}");
        let next = &more(&first).expect("a button").call;
        assert_eq!(rows(&desk.connected.run(next, &desk.ctx()).await.expect("a list").message), 1);
    }
}

#[tokio::test]
async fn where_nobody_looked_is_said() {
    let desk = cloud().await;
    let said = async || read(&desk.run("pr list reviewer=me limit=1").await);
    assert!(!said().await.contains("I looked"), "{}", said().await);
    approve(&desk, 60);
    assert!(
        said().await.contains("(I looked only at the 50 pull requests of each repository that changed last.)"),
        "{}",
        said().await
    );
    let desk = cloud().await;
    let first = desk.standin.state().repos[1].clone();
    for number in 0..30 {
        desk.standin.state().repos.push(Repo { slug: format!("rocket-{number}"), ..first.clone() });
    }
    let text = read(&desk.run("pr list reviewer=me limit=1").await);
    assert!(text.contains("(I looked only into the 20 repositories that changed last.)"), "{text}");
}

#[tokio::test]
async fn comments_are_found_behind_what_else_happened() {
    let desk = center().await;
    let review = desk.standin.state().repos[0].pulls[0].reviews[1].clone();
    desk.standin.state().repos[0].pulls[0].reviews.extend(vec![review; 15]);
    let first = desk.run("pr comments 1 repo=website limit=5").await.expect("a list").message;
    assert_eq!(rows(&first), 1);
    let first = desk.run("pr comments 1 repo=website limit=1").await.expect("a list").message;
    // Sixteen approvals are before it, and ten parts are read.
    assert_eq!(rows(&first), 0);
    let second = desk.connected.run(&more(&first).expect("a button").call, &desk.ctx()).await.expect("a list").message;
    assert_eq!(rows(&second), 1);
    let last = desk.connected.run(&more(&second).expect("a button").call, &desk.ctx()).await;
    assert!(read(&last).contains("There are no more comments on DEMO/website#1."), "{}", read(&last));
}

#[tokio::test]
async fn what_a_long_list_leaves_out_is_said() {
    for door in [Door::Cloud, Door::Center] {
        let desk = desk(door).await;
        {
            let mut state = desk.standin.state();
            let repo = &mut state.repos[0];
            let task = repo.pulls[0].tasks[0].clone();
            repo.pulls[0].tasks.extend((200..320).map(|id| Task { id, ..task.clone() }));
            let build = repo.builds[0].clone();
            repo.builds.extend((0..120).map(|it| Build { key: format!("TEST-{it}"), ..build.clone() }));
            repo.files.extend((0..600).map(|it| (format!("pages/{it}.html"), String::new())));
        }
        let entries = if door == Door::Cloud { 200 } else { 500 };
        for (line, said) in [
            ("task list 1 repo=website", "(The first 100 tasks. The others are in Bitbucket.)".to_owned()),
            ("commit statuses feature/lamps repo=website", "(The first 100 builds. The others are in Bitbucket.)".to_owned()),
            ("commit show feature/lamps repo=website", "(The first 100 builds. The others are in Bitbucket.)".to_owned()),
            ("pr show 1 repo=website", "Builds: of the first 100: 100 passed".to_owned()),
            ("file show pages repo=website", format!("(The first {entries} entries. The others are in Bitbucket.)")),
            ("task done 1 319 repo=website", "Task 319 is not among the first 100 of".to_owned()),
        ] {
            let text = read(&desk.run(line).await);
            assert!(text.contains(&said), "{line} in {door:?}: {text}");
        }
        for line in ["task list 2 repo=website", "commit statuses feature/footer repo=website", "file show docs repo=website"] {
            let text = read(&desk.run(line).await);
            assert!(!text.contains("The first"), "{line} in {door:?}: {text}");
        }
    }
}

#[tokio::test]
async fn the_files_of_a_fork_are_read_to_their_end() {
    let desk = cloud().await;
    desk.standin.state().repos[0].pulls[0].fork = Some("ana/website".into());
    let first = desk.run("pr files 1 repo=website limit=1").await.expect("a list").message;
    let next = more(&first).expect("a button").call.clone();
    let rest = read(&desk.connected.run(&next, &desk.ctx()).await);
    assert!(rest.contains("docs/lamps.md") && !rest.contains("lamps.css"), "{rest}");
    for astray in [
        "page=2",
        "/user?page=2",
        "/repositories/a/b/diffstat/../../../user?page=2",
        "/repositories/a/b/diffstat/%2e%2E/c?page=2",
    ] {
        let mut call = next.clone();
        call.params.insert("after".into(), json!(astray));
        assert_eq!(desk.connected.run(&call, &desk.ctx()).await.expect_err(astray).kind, ErrorKind::BadInput, "{astray}");
    }
}

#[tokio::test]
async fn a_folder_of_data_center_is_read_page_by_page() {
    let desk = center().await;
    {
        let mut state = desk.standin.state();
        state.children = 60;
        state.repos[0].files.extend((0..150).map(|it| (format!("pages/{it}.html"), String::new())));
        state.repos[0].files.extend((0..300).map(|it| (format!("old/{it}.html"), String::new())));
    }
    let whole = desk.run("file show pages repo=website at=main").await.expect("a folder").message;
    assert_eq!(rows(&whole), 150);
    assert!(!read(&Ok(commands::Reply::to_channel(whole))).contains("The first"));
    let asked: Vec<String> =
        desk.server.exchanges().iter().map(|it| it.path.clone()).filter(|it| it.contains("/browse/")).collect();
    let browse = "/rest/api/latest/projects/DEMO/repos/website/browse/pages?at=main";
    assert_eq!(asked, [browse.to_owned(), format!("{browse}&start=60"), format!("{browse}&start=120")]);
    // Two hundred are read, and what the page with the last of them holds.
    let cut = desk.run("file show old repo=website").await;
    let text = read(&cut);
    assert_eq!(rows(&cut.expect("a folder").message), 240);
    assert!(text.contains("(The first 240 entries. The others are in Bitbucket.)"), "{text}");
}

#[tokio::test]
async fn somebody_is_found_behind_many_of_a_like_name() {
    let desk = center().await;
    {
        let mut state = desk.standin.state();
        let ana = state.people[1].clone();
        let like = |it: usize| Person {
            login: format!("ana{it}"),
            name: format!("Ana {it}"),
            email: format!("ana{it}@example.org"),
            ..ana.clone()
        };
        let like: Vec<Person> = (0..40).map(like).collect();
        // Before Ana herself, and beyond what one page shows.
        state.people.splice(1..1, like);
    }
    let found = desk.connected.account(crate::Whose::Login("ana")).await.expect("an answer").expect("Ana");
    assert_eq!((found.login.as_str(), found.name.as_str()), ("ana", "Ana Example"));
    let list = desk.run("user list ana").await;
    let text = read(&list);
    assert_eq!(rows(&list.expect("a list").message), 30);
    assert!(text.contains("(The first 30 people. Write more of the name to find the others.)"), "{text}");
}
