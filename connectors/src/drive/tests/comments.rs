//! Comments on files.

use super::*;

#[tokio::test]
async fn listing() {
    let desk = desk().await;
    check(&desk, "comment list Brief", expect![[r#"
        > GET files?q=name = 'Brief' and trashed = false&pageSize=7&includeItemsFromAllDrives=true&corpora=allDrives
        > GET files/1BriefDocument0000000000001
        > GET files/1BriefDocument0000000000001/comments?pageSize=100
        1 open comment on Brief
        Chloe Example 2026-11-16 09:20 UTC: Which cats?
        | prints only cats
        [Reply…: comment reply {"file":"1BriefDocument0000000000001","comment":"AAAABrief01"}] [Resolve: comment resolve {"file":"1BriefDocument0000000000001","comment":"AAAABrief01"}]
    "#]]).await;
    check(
        &desk,
        "comment list Budget",
        expect![[r#"
        > GET files?q=name = 'Budget' and trashed = false&pageSize=7&includeItemsFromAllDrives=true&corpora=allDrives
        > GET files/1BudgetSheet00000000000001A
        > GET files/1BudgetSheet00000000000001A/comments?pageSize=100
        No open comments on Budget.
        [Comment…: comment add {"file":"1BudgetSheet00000000000001A"}]
    "#]],
    )
    .await;
}

#[tokio::test]
async fn commenting_replying_resolving() {
    let desk = desk().await;
    check(&desk, "comment add Budget Is paper that cheap?", expect![[r#"
        > GET files?q=name = 'Budget' and trashed = false&pageSize=7&includeItemsFromAllDrives=true&corpora=allDrives
        > GET files/1BudgetSheet00000000000001A
        > POST files/1BudgetSheet00000000000001A/comments {"content":"Is paper that cheap?"}
        Commented on Budget.
        Ana Example 2026-11-21 10:00 UTC: Is paper that cheap?
        [Reply…: comment reply {"file":"1BudgetSheet00000000000001A","comment":"AAAAB00000000000000000000001"}] [Resolve: comment resolve {"file":"1BudgetSheet00000000000001A","comment":"AAAAB00000000000000000000001"}]
    "#]]).await;
    check(&desk, "comment reply Brief AAAABrief01 All of them.", expect![[r#"
        > GET files?q=name = 'Brief' and trashed = false&pageSize=7&includeItemsFromAllDrives=true&corpora=allDrives
        > GET files/1BriefDocument0000000000001
        > POST files/1BriefDocument0000000000001/comments/AAAABrief01/replies {"content":"All of them."}
        > GET files/1BriefDocument0000000000001/comments/AAAABrief01
        Replied on Brief.
        Chloe Example 2026-11-16 09:20 UTC: Which cats?
        | prints only cats
        - Ana Example All of them.
        [Reply…: comment reply {"file":"1BriefDocument0000000000001","comment":"AAAABrief01"}] [Resolve: comment resolve {"file":"1BriefDocument0000000000001","comment":"AAAABrief01"}]
    "#]]).await;
    check(&desk, "comment resolve Brief AAAABrief01 text=\"It is written now.\"", expect![[r#"
        > GET files?q=name = 'Brief' and trashed = false&pageSize=7&includeItemsFromAllDrives=true&corpora=allDrives
        > GET files/1BriefDocument0000000000001
        > POST files/1BriefDocument0000000000001/comments/AAAABrief01/replies {"action":"resolve","content":"It is written now."}
        > GET files/1BriefDocument0000000000001/comments/AAAABrief01
        Resolved a comment on Brief.
        Chloe Example 2026-11-16 09:20 UTC (resolved): Which cats?
        | prints only cats
        - Ana Example All of them.
        - Ana Example resolved it. It is written now.
        [Reply…: comment reply {"file":"1BriefDocument0000000000001","comment":"AAAABrief01"}] [Open again: comment reopen {"file":"1BriefDocument0000000000001","comment":"AAAABrief01"}]
    "#]]).await;
    let open =
        |desk: &Desk<Simulated>| state(desk, |it| it.files.iter().flat_map(|it| &it.comments).filter(|it| !it.resolved).count());
    assert_eq!(open(&desk), 1);
    check(&desk, "comment reopen Brief AAAABrief01", expect![[r#"
        > GET files?q=name = 'Brief' and trashed = false&pageSize=7&includeItemsFromAllDrives=true&corpora=allDrives
        > GET files/1BriefDocument0000000000001
        > POST files/1BriefDocument0000000000001/comments/AAAABrief01/replies {"action":"reopen"}
        > GET files/1BriefDocument0000000000001/comments/AAAABrief01
        Opened a comment again on Brief.
        Chloe Example 2026-11-16 09:20 UTC: Which cats?
        | prints only cats
        - Ana Example All of them.
        - Ana Example resolved it. It is written now.
        - Ana Example opened it again.
        [Reply…: comment reply {"file":"1BriefDocument0000000000001","comment":"AAAABrief01"}] [Resolve: comment resolve {"file":"1BriefDocument0000000000001","comment":"AAAABrief01"}]
    "#]]).await;
    assert_eq!(open(&desk), 2);
    let gone = desk.run("comment reply Brief AAAABnothing Hello").await;
    expect![[r#"
        BadInput: There is no comment `AAAABnothing` on it. `comment list` shows them with buttons.
          comment: There is no comment `AAAABnothing` on it. `comment list` shows them with buttons.
    "#]]
    .assert_eq(&read(&gone));
}

#[tokio::test]
async fn more_comments_than_a_page_are_all_found() {
    let desk = desk().await;
    {
        let mut state = desk.standin.state();
        let file = state.file_mut("1BriefDocument0000000000001").unwrap();
        let first = file.comments[0].clone();
        for number in 0..130 {
            let mut comment = first.clone();
            comment.id = format!("AAAABmore{number}");
            comment.resolved = number > 60;
            file.comments.push(comment);
        }
    }
    let reply = desk.run("comment list Brief --resolved").await.unwrap();
    assert_eq!(reply.message.summary(), "131 comments on Brief");
}

#[tokio::test]
async fn an_open_comment_is_found_behind_many_that_are_resolved() {
    let desk = desk().await;
    {
        let mut state = desk.standin.state();
        let file = state.file_mut("1BriefDocument0000000000001").unwrap();
        let first = file.comments[0].clone();
        for number in 0..130 {
            let mut comment = first.clone();
            (comment.id, comment.resolved) = (format!("AAAABmore{number}"), true);
            file.comments.push(comment);
        }
    }
    let open = read(&desk.run("comment list Brief").await);
    assert!(open.starts_with("1 open comment on Brief\n") && open.contains("Which cats?"), "{open}");
    {
        let mut state = desk.standin.state();
        let file = state.file_mut("1BriefDocument0000000000001").unwrap();
        for number in 0..1000 {
            let mut comment = file.comments[1].clone();
            comment.id = format!("AAAABeven{number}");
            file.comments.push(comment);
        }
    }
    let open = read(&desk.run("comment list Brief").await);
    assert!(open.contains("Only the first 1000 comments were looked at."), "{open}");
}
