//! What people paste.

use super::*;
use crate::drive::param::{id_in, is_id};

const ID: &str = "1BriefDocument0000000000001";

#[test]
fn links_are_read() {
    for link in [
        "https://docs.google.com/document/d/ID/edit",
        "https://docs.google.com/document/d/ID/edit?usp=sharing&resourcekey=0-x#heading=h.1",
        "https://docs.google.com/document/u/1/d/ID/edit",
        "https://docs.google.com/spreadsheets/d/ID/edit#gid=0",
        "https://drive.google.com/file/d/ID/view?usp=drive_link",
        "https://drive.google.com/drive/folders/ID",
        "https://drive.google.com/drive/u/0/folders/ID?usp=sharing",
        "https://drive.google.com/open?id=ID",
        "<https://drive.google.com/uc?export=download&id=ID|a file>",
    ] {
        assert_eq!(id_in(&link.replace("ID", ID)).as_deref(), Some(ID), "{link}");
    }
    for link in [
        "https://drive.google.com/drive/my-drive",
        "https://docs.google.com/document/d/e/2PACX-1vQID/pub",
        "https://docs.google.com.evil.example.org/document/d/ID/edit",
        "http://docs.google.com/document/d/ID/edit",
        "https://example.org/document/d/ID/edit",
        "https://docs.google.com/document/d/..%2f/edit",
        ID,
        "",
    ] {
        assert_eq!(id_in(&link.replace("ID", ID)), None, "{link}");
    }
    assert!(is_id(ID) && !is_id("Quarterly-Report-of-the-lobby") && !is_id("1Short"));
}

proptest::proptest! {
    /// An id becomes a part of a path.
    #[test]
    fn whatever_is_pasted_gives_an_id_or_nothing(start in "(https://(docs|drive).google.com/)?", rest in ".{0,60}") {
        let link = format!("{start}{rest}");
        proptest::prop_assert!(id_in(&link).is_none_or(|id| is_id(&id)));
        let marked = format!("https://docs.google.com/document/d/{rest}");
        proptest::prop_assert!(id_in(&marked).is_none_or(|id| id.bytes().all(|it| it.is_ascii_alphanumeric() || it == b'-' || it == b'_')));
    }
}

#[tokio::test]
async fn a_pasted_link_shows_the_file_and_names_itself() {
    let desk = desk().await;
    check(&desk, "https://docs.google.com/document/d/1BriefDocument0000000000001/view?usp=sharing", expect![[r#"
        > GET files/1BriefDocument0000000000001
        > GET files/1DemoFolder0000000000000001
        # Brief
        Document in Demo
        Owner: the shared drive
        Changed: 2026-11-16 09:02 UTC by Ben Example
        Shared: with others
        | What the lobby's printer shall do.
        [Share…: file share {"file":"1BriefDocument0000000000001"}] [Who has access: share list {"file":"1BriefDocument0000000000001"}] [Comment…: comment add {"file":"1BriefDocument0000000000001"}] [Comments: comment list {"file":"1BriefDocument0000000000001"}]
        [Rename…: file rename {"file":"1BriefDocument0000000000001"}] [Move…: file move {"file":"1BriefDocument0000000000001"}] [Copy…: file copy {"file":"1BriefDocument0000000000001"}] [Export…: file export {"file":"1BriefDocument0000000000001"}] [Activity: file activity {"file":"1BriefDocument0000000000001"}] [Versions: version list {"file":"1BriefDocument0000000000001"}] [Move to the trash: file trash {"file":"1BriefDocument0000000000001"}]
    "#]]).await;
    let call = desk.call("<https://drive.google.com/open?id=1BriefDocument0000000000001>");
    assert_eq!(call.action, "file show");
}

#[tokio::test]
async fn what_the_bot_alone_may_see_is_not_shown_to_a_channel_because_of_a_link() {
    let link = "show https://docs.google.com/document/d/1BriefDocument0000000000001/edit";
    let as_bot = desk_with(|it| drop(it.insert("act_as".into(), json!("bot")))).await;
    assert_eq!(as_bot.run(link).await.unwrap().audience, commands::Audience::Asker);
    assert_eq!(as_bot.run("show Brief").await.unwrap().audience, commands::Audience::Channel);
    assert_eq!(desk().await.run(link).await.unwrap().audience, commands::Audience::Channel);
}

#[tokio::test]
async fn a_link_to_elsewhere_is_said() {
    let mut text = String::new();
    let desk = desk().await;
    for line in [
        "show https://example.org/document/d/1BriefDocument0000000000001/edit",
        "show https://docs.google.com/document/d/1BriefDocument0000000000009/edit",
    ] {
        text.push_str(&read(&desk.run(line).await));
    }
    expect![[r#"
        BadInput: `https://example.org/document/d/1BriefDocument0000000000001/edit` leads to no file of Google Drive. Paste the link from its “Share” menu.
          file: `https://example.org/document/d/1BriefDocument0000000000001/edit` leads to no file of Google Drive. Paste the link from its “Share” menu.
        NotFound: There is no such file in Google Drive, or ana@example.org may not see it.
          file: There is no such file in Google Drive, or ana@example.org may not see it.
    "#]].assert_eq(&text);
}
