//! Forms on both databases.

use std::time::Duration;

use commands::{Call, FieldProblem};
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
