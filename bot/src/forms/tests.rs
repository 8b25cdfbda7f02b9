//! Forms on both databases.

use std::time::Duration;

use commands::{Call, Download, FieldProblem};
use serde_json::{Map, json};

use super::{Form, Forms};
use crate::{
    chat::{Answering, Place},
    store::testing::{on_each, start},
};

fn form(id: &str, thread: Option<&str>, asking: Option<&str>) -> Form {
    let place = Place {
        platform: "zulip".into(),
        workspace: "https://chat.example.org".into(),
        channel: "channel:3".into(),
        thread: thread.map(str::to_owned),
    };
    Form {
        id: id.into(),
        call: Call::new("redmine", "issue create", json!({ "project": "demo" })),
        values: Map::from_iter([("subject".to_owned(), json!("Printer on fire"))]),
        problems: vec![FieldProblem::new("tracker", "There is no tracker `Bgu`. Did you mean `Bug`?")],
        step: 1,
        to: Answering { place, asker: "10".into(), response_url: None, pressed: None },
        asking: asking.map(str::to_owned),
        defaulted: Vec::new(),
        expires: start() + Duration::from_hours(24),
        sent: None,
    }
}

#[tokio::test]
async fn a_form_is_kept_for_a_day() {
    on_each(|bench| async move {
        let forms = Forms::open(&bench.store);
        let mut saved = form("f1", None, None);
        forms.save(&saved).await.expect("saved");
        assert_eq!(forms.load("f1").await.expect("loaded"), Some(saved.clone()));
        saved.step = 2;
        forms.save(&saved).await.expect("saved again");
        assert_eq!(forms.load("f1").await.expect("loaded"), Some(saved));
        assert_eq!(forms.load("f2").await.expect("loaded"), None);

        forms.save(&form("f2", None, None)).await.expect("saved");
        forms.remove("f2").await.expect("removed");
        assert_eq!(forms.load("f2").await.expect("loaded"), None);

        bench.clock.advance(Duration::from_hours(24));
        assert_eq!(forms.load("f1").await.expect("loaded"), None, "it has expired");
        assert_eq!(bench.store.prune().await.expect("pruned").forms, 1);
    })
    .await;
}

#[tokio::test]
async fn a_conversation_is_the_newest_question() {
    on_each(|bench| async move {
        let forms = Forms::open(&bench.store);
        let found = async |thread: Option<&str>, person: &str| {
            let found = forms.conversation("zulip", "https://chat.example.org", "channel:3", thread, person).await;
            found.expect("an answer").map(|it| it.id)
        };
        forms.save(&form("first", Some("printing"), Some("tracker"))).await.expect("saved");
        forms.save(&form("second", Some("printing"), Some("subject"))).await.expect("saved");
        forms.save(&form("modal", Some("printing"), None)).await.expect("saved");
        assert_eq!(found(Some("printing"), "10").await, Some("second".into()));
        assert_eq!(found(Some("printing"), "26").await, None, "another person");
        assert_eq!(found(None, "10").await, None, "another topic");
        forms.save(&form("first", Some("printing"), Some("project"))).await.expect("saved");
        assert_eq!(found(Some("printing"), "10").await, Some("first".into()));
        forms.save(&form("first", Some("printing"), None)).await.expect("saved");
        assert_eq!(found(Some("printing"), "10").await, Some("second".into()), "it asks nothing any more");
    })
    .await;
}

#[tokio::test]
async fn a_form_that_was_sent_keeps_nothing_but_that() {
    on_each(|bench| async move {
        let forms = Forms::open(&bench.store);
        forms.save(&form("f1", None, Some("subject"))).await.expect("saved");
        forms.close("f1").await.expect("closed");
        let closed = forms.load("f1").await.expect("loaded").expect("it is there for its day");
        assert_eq!((closed.sent, closed.values.len(), closed.call.params.len()), (Some(start()), 0, 0));
        let talk = forms.conversation("zulip", "https://chat.example.org", "channel:3", None, "10").await;
        assert_eq!(talk.expect("an answer"), None);
        forms.close("gone").await.expect("nothing to close");
    })
    .await;
}

#[tokio::test]
async fn a_file_stays_while_it_may_be_needed() {
    on_each(|bench| async move {
        let forms = Forms::open(&bench.store);
        let file = Download { name: "a.png".into(), content_type: "image/png".into(), bytes: vec![0, 159, 146, 150] };
        let id = forms.keep_file(&form("f1", None, None), &file).await.expect("kept");
        assert_eq!(forms.file(&id).await.expect("read"), Some(file));
        assert_eq!(forms.file("form-file:guessed").await.expect("read"), None);
        assert_eq!(forms.file("f1").await.expect("read"), None);
        bench.clock.advance(Duration::from_hours(97));
        bench.store.prune().await.expect("pruned");
        assert_eq!(forms.file(&id).await.expect("read"), None);
    })
    .await;
}

#[test]
fn a_day_of_silence_sets_a_conversation_aside() {
    let mut form = form("f1", None, Some("subject"));
    form.heard(start());
    let after = |hours: i64| start() + jiff::SignedDuration::from_hours(hours);
    assert_eq!([1, 23, 25, 24 * 7].map(|hours| form.is_silent(after(hours))), [false, false, true, true]);
}
