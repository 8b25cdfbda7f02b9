//! The Home tab, links, and what people do to channels.

use serde_json::{Value, json};

use super::{App, Workspace, empty, form};

async fn workspace(app: &App) -> Workspace {
    Workspace::with(app, |options| {
        options.app.bot_events = Vec::new();
        options.app.unfurl_domains = vec!["example.org".into()];
    })
    .await
}

/// The next event of this type.
async fn event(app: &mut App, kind: &str) -> Value {
    loop {
        let (_, body) = app.next().await;
        let event = serde_json::from_str::<Value>(&body).expect("an event")["event"].clone();
        if event["type"] == kind {
            return event;
        }
    }
}

fn home(text: &str) -> Value {
    let button = json!({"type": "button", "action_id": "a", "value": "help", "text": {"type": "plain_text", "text": "Help"}});
    json!({"type": "home", "blocks": [{"type": "section", "text": {"type": "plain_text", "text": text}},
        {"type": "actions", "block_id": "b", "elements": [button]}]})
}

#[tokio::test]
async fn a_home_tab_is_one_persons_and_its_hash_guards_it() {
    let mut app = App::answering(empty).await;
    let workspace = workspace(&app).await;
    workspace.act(json!({"as": "ana", "do": "open_home"})).await;
    let opened = event(&mut app, "app_home_opened").await;
    assert_eq!((&opened["tab"], opened.get("view")), (&json!("home"), None));
    let publish = |hash: &Value| json!({"user_id": opened["user"], "view": home("Yours"), "hash": hash});
    let first = workspace.api("views.publish", publish(&Value::Null)).await["view"].clone();
    let second = workspace.api("views.publish", publish(&first["hash"])).await["view"].clone();
    assert!(first["id"] == second["id"] && first["hash"] != second["hash"]);
    assert_eq!(workspace.error("views.publish", publish(&first["hash"])).await, "hash_conflict");
    let long = json!({"user_id": opened["user"], "view": {"type": "home", "blocks": vec![json!({"type": "divider"}); 101]}});
    assert_eq!(workspace.error("views.publish", long).await, "invalid_arguments");
    workspace.act(json!({"as": "ana", "do": "open_home"})).await;
    assert_eq!(event(&mut app, "app_home_opened").await["view"]["hash"], second["hash"]);
    workspace.act(json!({"as": "ana", "do": "use", "view": second["id"], "block_id": "b", "action_id": "a"})).await;
    let payload: Value = serde_json::from_str(&form(&app.next().await.1)["payload"]).expect("a payload");
    assert_eq!(
        (&payload["view"]["type"], &payload["view"]["hash"], payload.get("channel")),
        (&json!("home"), &second["hash"], None)
    );
}

#[tokio::test]
async fn a_link_shows_what_the_app_says_and_nothing_else() {
    let mut app = App::answering(empty).await;
    let workspace = workspace(&app).await;
    let text = "see https://dev.example.org/issues/42?a=1&b=2 and https://example.com/";
    workspace.act(json!({"as": "ana", "do": "say", "channel": "dev", "text": text})).await;
    let shared = event(&mut app, "link_shared").await;
    let url = "https://dev.example.org/issues/42?a=1&b=2";
    assert_eq!(shared["links"], json!([{"domain": "dev.example.org", "url": url}]));
    let unfurl = |url: &str| json!({"channel": shared["channel"], "ts": shared["message_ts"], "unfurls": {url: {"blocks": home("#42")["blocks"]}}});
    assert_eq!(workspace.error("chat.unfurl", unfurl("https://example.com/")).await, "cannot_unfurl_url");
    for _ in 0..2 {
        assert_eq!(workspace.error("chat.unfurl", unfurl(url)).await, "none");
    }
    let message = workspace.sim.look(|state| state.messages.values().next().cloned()).expect("the message");
    assert_eq!(
        (message.attachments.len(), &message.attachments[0]["from_url"]),
        (1, &json!(url)),
        "once, however often it is said"
    );
    let ts = &shared["message_ts"];
    workspace.act(json!({"as": "ben", "do": "use", "channel": "dev", "ts": ts, "block_id": "b", "action_id": "a"})).await;
    let payload = loop {
        if let Some(payload) = form(&app.next().await.1).remove("payload") {
            break serde_json::from_str::<Value>(&payload).expect("a payload");
        }
    };
    assert_eq!((&payload["container"]["is_app_unfurl"], &payload["container"]["message_ts"]), (&json!(true), ts));
}

#[tokio::test]
async fn a_preview_goes_with_the_message_and_a_prompt_is_seen_by_its_author_alone() {
    let mut app = App::answering(empty).await;
    let workspace = workspace(&app).await;
    let url = "https://dev.example.org/issues/42";
    let written = workspace.act(json!({"as": "ana", "do": "compose", "text": url})).await;
    let event_of = event(&mut app, "link_shared").await;
    assert_eq!((&event_of["channel"], &event_of["source"]), (&json!("COMPOSER"), &json!("composer")));
    let unfurls = json!({url: {"blocks": home("#42")["blocks"]}});
    let id = &written["unfurl_id"];
    assert_eq!(workspace.error("chat.unfurl", json!({"unfurl_id": id, "unfurls": unfurls})).await, "missing_source");
    assert_eq!(workspace.error("chat.unfurl", json!({"unfurl_id": id, "source": "composer", "unfurls": unfurls})).await, "none");
    let said = workspace.act(json!({"as": "ana", "do": "say", "channel": "dev", "text": url})).await;
    assert_eq!(said["message"]["attachments"][0]["from_url"], url);
    let said = event(&mut app, "link_shared").await;
    let prompt = json!({"channel": said["channel"], "ts": said["message_ts"], "unfurls": {}, "user_auth_required": true,
        "user_auth_message": "Who are you?"});
    assert_eq!(workspace.error("chat.unfurl", prompt).await, "none");
    assert!(workspace.screen().await.contains("(only you) Who are you?"));
    assert_eq!(workspace.error("chat.unfurl", json!({"channel": "C0", "ts": "1.2", "unfurls": {}})).await, "cannot_find_message");
}

#[tokio::test]
async fn what_people_do_to_channels_is_told() {
    let mut app = App::answering(empty).await;
    let workspace = workspace(&app).await;
    let dev = workspace.channel();
    let act = |what: &str, more: Value| {
        let mut act = json!({"as": "ana", "do": what, "channel": dev});
        act.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
        act
    };
    workspace.act(act("rename", json!({"name": "development"}))).await;
    assert_eq!(event(&mut app, "channel_rename").await["channel"]["name"], "development");
    let info = workspace.api("conversations.info", json!({"channel": dev})).await;
    assert_eq!((&info["channel"]["name"], &info["channel"]["previous_names"]), (&json!("development"), &json!(["dev"])));
    workspace.act(act("archive", json!({}))).await;
    assert_eq!(event(&mut app, "channel_archive").await["channel"], json!(dev));
    assert_eq!(workspace.error("chat.postMessage", json!({"channel": dev, "text": "x"})).await, "is_archived");
    workspace.act(act("unarchive", json!({}))).await;
    event(&mut app, "channel_unarchive").await;
    workspace.act(act("kick", json!({"person": "bellhop"}))).await;
    assert_eq!(event(&mut app, "channel_left").await["channel"], json!(dev));
    assert_eq!(workspace.error("chat.postMessage", json!({"channel": dev, "text": "x"})).await, "not_in_channel");
    workspace.act(act("invite", json!({"person": "bellhop"}))).await;
    assert!(event(&mut app, "member_joined_channel").await["inviter"].is_string());
    workspace.act(act("delete_channel", json!({}))).await;
    event(&mut app, "channel_deleted").await;
    assert_eq!(workspace.error("conversations.info", json!({"channel": dev})).await, "channel_not_found");
}
