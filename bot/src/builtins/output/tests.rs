use commands::{Actor, Call};
use expect_test::expect;

use super::*;
use crate::documents::Readers;

fn document(name: &str, text: String) -> Document {
    let readers = Readers { person: "cli::ana".into(), channel: None };
    Document { id: "3f2a99c01b7d".into(), readers, name: name.into(), title: String::new(), text }
}

struct NoHost;

impl commands::Host for NoHost {
    fn download<'a>(&'a self, _: &'a str) -> commands::BoxFuture<'a, Result<commands::Download>> {
        Box::pin(async { Err(Error::not_found("There are no files here.")) })
    }
}

fn ctx() -> Ctx {
    let actor = Actor {
        platform: "cli".into(),
        workspace: String::new(),
        id: "ana".into(),
        name: "Ana".into(),
        email: None,
        admin: false,
    };
    Ctx {
        actor,
        account: None,
        group: "bellhop".into(),
        channel: None,
        now: jiff::Timestamp::UNIX_EPOCH,
        request_id: "r1".into(),
        host: std::sync::Arc::new(NoHost),
    }
}

fn shown(document: &Document, filter: Option<&str>, at: usize) -> String {
    let wanted = filter.map(|it| pattern(it).expect("a pattern"));
    page(document, filter, wanted.as_ref(), at, &ctx()).to_plain(&[crate::builtins::group()])
}

#[test]
fn a_log_is_read_on_and_filtered() {
    let log = document("log.txt", (1..=100).map(|it| format!("line {it}\n")).collect());
    let page = shown(&log, None, 4);
    assert!(page.starts_with("log.txt\n\n    line 91\n") && page.contains("    line 100\n"), "{page}");
    expect![[r#"
        log.txt

            line 7
            line 17
            line 27
            line 37
            line 47
            line 57
            line 67
            line 70
            line 71
            line 72
            line 73
            line 74
            line 75
            line 76
            line 77
            line 78
            line 79
            line 87
            line 97

        Of 100 lines, those that fit 7: 1 to 19 of 19.

        [Filter] bellhop output show 3f2a99c01b7d filter=7 --form"#]]
    .assert_eq(&shown(&log, Some("7"), 1));
    expect![[r#"
        log.txt

            line 9
            line 99
            line 100

        Of 100 lines, those that fit /^LINE 9?9$|100/: 1 to 3 of 3.

        [Filter] bellhop output show 3f2a99c01b7d filter="/^LINE 9?9$|100/" --form"#]]
    .assert_eq(&shown(&log, Some("/^LINE 9?9$|100/"), 1));
    expect![[r#"
        log.txt

        None of the 100 lines fits error.

        [Filter] bellhop output show 3f2a99c01b7d filter=error --form"#]]
    .assert_eq(&shown(&log, Some("error"), 1));
    expect![[r#"
        log.txt

        It has 4 pages.

        [Page 4] bellhop output show 3f2a99c01b7d page=4
        [Filter] bellhop output show 3f2a99c01b7d --form"#]]
    .assert_eq(&shown(&log, None, 9));
}

#[test]
fn a_filtered_table_keeps_its_header() {
    let rows: String = (1..=100).map(|it| format!("#{it},\"Printer, {it}\"\r\n")).collect();
    expect![[r##"
        issues.csv

        Issue  Subject
        -----  -----------
        #42    Printer, 42

        Of 100 rows, those that fit #42: 1 to 1 of 1.

        [Filter] bellhop output show 3f2a99c01b7d filter=#42 --form"##]]
    .assert_eq(&shown(&document("issues.csv", format!("Issue,Subject\r\n{rows}")), Some("#42"), 1));
}

#[test]
fn every_line_is_on_one_page() {
    let lines: Vec<String> = (0..500).map(|it| format!("{it} {}", "x".repeat(it * 7 % 400))).collect();
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    for header in [&[][..], &["a,b"][..]] {
        let pages = pages(header, &lines);
        assert_eq!(pages.concat(), lines);
        assert!(pages.iter().all(|it| (1..=document::LINES).contains(&it.len())));
    }
}

#[test]
fn what_is_no_pattern_is_said_at_its_field() {
    let err = pattern("/a(b/").expect_err("an open bracket");
    assert_eq!(err.message, "`/a(b/` is no pattern: unclosed group. Leave the slashes out to look for the text as it is.");
    assert_eq!(err.fields[0].field, "filter");
    assert!(pattern("a(b").expect("a text").is_match("x A(B y"));
    // A pattern that would take all memory is refused, and none takes long.
    assert!(pattern("/(x{1000}){1000}/").is_err());
}

#[tokio::test]
async fn a_long_reply_goes_to_whom_it_was_for() {
    let bench = crate::store::testing::Bench::sqlite().await;
    let documents = crate::documents::Documents::open(&bench.store);
    let place = crate::chat::Place { platform: "cli".into(), workspace: String::new(), channel: String::new(), thread: None };
    let to = crate::chat::Answering { place, asker: "ana".into(), response_url: None, pressed: None };
    let reply = Reply::to_channel(Message::new().document("log.txt", "", "x\n".repeat(100)));
    let kept = documents.keep(reply, &Call::new("bellhop", "jobs", json!({})), &to, &|_| String::new()).await;
    let Some(Block::Buttons(buttons)) = kept.message.blocks.last() else { panic!("{kept:?}") };
    let id = buttons[0].call.params["output"].as_str().expect("an id");
    let document = documents.load(id).await.expect("read").expect("kept");
    assert!(document.readers.include(&ctx().actor, None));
    assert!(!document.readers.include(&Actor { id: "ben".into(), ..ctx().actor }, None));
}
