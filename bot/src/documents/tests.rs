use commands::{Text, grammar};
use serde_json::Value;

use super::*;
use crate::{
    chat::Place,
    store::testing::{Bench, on_each},
};

fn answering(channel: &str) -> Answering {
    let place = Place { platform: "slack".into(), workspace: "T0DEMO".into(), channel: channel.into(), thread: None };
    Answering { place, asker: "U0ANA".into(), response_url: None, pressed: None }
}

fn actor(id: &str) -> Actor {
    Actor { platform: "slack".into(), workspace: "T0DEMO".into(), id: id.into(), name: id.into(), email: None, admin: false }
}

fn print(button: &Button) -> String {
    grammar::print(&[crate::builtins::group()], &button.call)
}

fn param<'a>(button: &'a Button, name: &str) -> &'a Value {
    &button.call.params[name]
}

async fn kept(documents: &Documents, reply: Reply) -> Vec<Block> {
    documents.keep(reply, &Call::new("redmine", "issue list", json!({})), &answering("C0DEV"), &print).await.message.blocks
}

#[tokio::test]
async fn what_is_long_is_kept_for_a_day_and_for_its_readers() {
    on_each(async |bench: Bench| {
        let documents = Documents::open(&bench.store);
        let short = Message::new().document("log.txt", "Log", "one\ntwo");
        assert_eq!(kept(&documents, Reply::to_asker(short.clone())).await, short.blocks);

        let rows = (0..60).map(|it| vec![Text::from(format!("#{it}"))]).collect();
        let table = Message::new().block(Block::Table { header: vec!["Issue".into()], rows });
        let mut blocks = kept(&documents, Reply::to_asker(table.clone())).await;
        assert!(matches!(&blocks[0], Block::Document { name, .. } if name == "redmine-issue-list.csv"), "{blocks:?}");
        let Some(Block::Buttons(buttons)) = blocks.pop() else { panic!("{blocks:?}") };
        assert_eq!(buttons.iter().map(|it| it.label.as_str()).collect::<Vec<_>>(), ["Next page", "Filter"]);
        let id = param(&buttons[0], "output").as_str().expect("an id");
        assert_eq!(print(&buttons[0]), format!("bellhop output show {id} page=2"));

        let document = documents.load(id).await.expect("read").expect("kept");
        assert!(document.text.starts_with("Issue\r\n#0\r\n"));
        let may = |id, channel: &str| document.readers.include(&actor(id), Some(channel));
        assert!(may("U0ANA", "slack:T0DEMO:C0OPS") && !may("U0BEN", "slack:T0DEMO:C0DEV"));
        assert!(!document.readers.include(&actor("U0BEN"), None));

        let blocks = kept(&documents, Reply::to_channel(table)).await;
        let Some(Block::Buttons(buttons)) = blocks.last() else { panic!("{blocks:?}") };
        let shown = documents.load(param(&buttons[1], "output").as_str().expect("an id")).await.expect("read").expect("kept");
        assert!(shown.readers.include(&actor("U0BEN"), Some("slack:T0DEMO:C0DEV")));
        assert!(!shown.readers.include(&actor("U0BEN"), Some("slack:T0DEMO:C0OPS")));

        bench.clock.advance(std::time::Duration::from_hours(25));
        assert_eq!(documents.load(id).await.expect("read"), None);
        assert_eq!(bench.store.prune().await.expect("pruned").documents, 2);
    })
    .await;
}

#[tokio::test]
async fn a_button_holds_a_call_of_any_length() {
    on_each(async |bench: Bench| {
        let documents = Documents::open(&bench.store);
        let call = |length: usize| Call::new("redmine", "issue create", json!({ "description": "ü".repeat(length) }));
        let buttons = vec![Button::run("Short", call(10)), Button::form("Correct it", call(30_000)).primary()];
        let blocks = kept(&documents, Reply::to_asker(Message::new().buttons(buttons.clone()))).await;
        let [Block::Buttons(after)] = blocks.as_slice() else { panic!("{blocks:?}") };
        assert_eq!(after[0], buttons[0]);
        assert_eq!((after[1].label.as_str(), after[1].style), ("Correct it", buttons[1].style));
        assert!(print(&after[1]).len() < 100);
        let id = param(&after[1], "button").as_str().expect("an id");
        let found = documents.load_call(id).await.expect("read").expect("kept");
        assert_eq!(found, LongCall { call: call(30_000), press: Press::Form });
        assert_eq!(documents.load_call("other").await.expect("read"), None);
    })
    .await;
}

#[test]
fn what_is_kept_ends_with_a_line() {
    assert_eq!(within("one\ntwo\nthree", 9), "one\ntwo\n");
    assert_eq!(within("üüü", 3), "ü");
    assert_eq!(within("one", 3), "one");
}
