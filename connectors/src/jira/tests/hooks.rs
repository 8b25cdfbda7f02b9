//! Webhooks set up and taken down at Jira.

use commands::ErrorKind;

use super::*;
use crate::{HookMade, tests::desk::HOOK};

/// The events are the same each time.
fn short(told: &str) -> String {
    let line = |it: &str| match (it.split_once("\"events\":["), it.split_once("],\"")) {
        (Some((before, _)), Some((_, after))) => format!("{before}\"events\":[…],\"{after}\n"),
        _ => format!("{it}\n"),
    };
    told.lines().map(line).collect()
}

#[tokio::test]
async fn hooks_are_set_up_by_administrators_and_taken_down() {
    let desk = desk().await;
    let mut all = String::new();
    for of in [Some("apollo"), None, Some("nothing")] {
        all.push_str(&short(&desk.hook(of).await));
        desk.standin.state().webhooks.iter_mut().for_each(|it| it.listener.url.push('#'));
    }
    desk.standin.state().denied.insert("ADMINISTER");
    all.push_str(&short(&desk.hook(None).await));
    desk.standin.state().denied.clear();
    expect![[r#"
        > GET /rest/api/3/project/APOLLO
        > GET /rest/api/3/project/search?orderBy=name&expand=lead&startAt=0&maxResults=100
        > GET /rest/api/2/serverInfo
        > POST /rest/webhooks/1.0/webhook {"name":"Bellhop","events":[…],"url":"https://bot.example.org/hooks/news","filters":{"issue-related-events-section":"project = \"APO\""},"excludeBody":false,"secret":"made-up-by-us"}
        20035 of APO
        > GET /rest/api/2/serverInfo
        > POST /rest/webhooks/1.0/webhook {"name":"Bellhop","events":[…],"url":"https://bot.example.org/hooks/news","filters":{"issue-related-events-section":""},"excludeBody":false,"secret":"made-up-by-us"}
        20036 of 
        > GET /rest/api/3/project/NOTHING
        > GET /rest/api/3/project/search?orderBy=name&expand=lead&startAt=0&maxResults=100
        BadInput: Jira has no project `nothing` here. It can be APO or DEMO.
        > GET /rest/api/2/serverInfo
        > POST /rest/webhooks/1.0/webhook {"name":"Bellhop","events":[…],"url":"https://bot.example.org/hooks/news","filters":{"issue-related-events-section":""},"excludeBody":false,"secret":"made-up-by-us"}
        Permission: Jira lets only administrators set up webhooks: the bot's account needs the global permission “Administer Jira”, and on Cloud its token may not be one with scopes. It can be set up by hand too, under System → WebHooks.
    "#]].assert_eq(&all);
    let hooks = desk.standin.state().webhooks.clone();
    assert!(hooks.iter().all(|it| it.listener.url.starts_with(HOOK) && it.listener.secret == "made-up-by-us"));
    assert_eq!(hooks.iter().map(|it| it.listener.of.as_str()).collect::<Vec<_>>(), ["APO", ""]);
    for at in [0, 1, 1] {
        let made = HookMade { id: hooks[at].id.to_string(), of: None };
        desk.connected.remove_hook(&made).await.unwrap();
    }
    assert!(desk.standin.state().webhooks.is_empty());
    let wrong = HookMade { id: "1/../..".into(), of: None };
    assert_eq!(desk.connected.remove_hook(&wrong).await.unwrap_err().kind, ErrorKind::BadInput);
}

#[tokio::test]
async fn data_center_has_them_elsewhere_and_in_another_form() {
    let desk = at(Deployment::DataCenter, undescribed, |_| {}).await;
    expect![[r#"
        > GET /rest/api/2/project/APO
        > GET /rest/api/2/serverInfo
        > POST /rest/jira-webhook/1.0/webhooks {"name":"Bellhop","events":[…],"url":"https://bot.example.org/hooks/news?token=made-up-by-us","configuration":{"FILTERS":"project = \"APO\"","EXCLUDE_BODY":"false","secret":"made-up-by-us"},"active":true,"sslVerificationRequired":true}
        20035 of APO
    "#]].assert_eq(&short(&desk.hook(Some("APO")).await));
    let again = desk.hook(None).await;
    assert!(again.contains("Conflict: Jira has a webhook to this address already."), "{again}");
    let hook = desk.standin.state().webhooks[0].clone();
    assert_eq!((hook.listener.of.as_str(), hook.listener.secret.as_str()), ("APO", "made-up-by-us"));
    assert_eq!(hook.listener.url, format!("{HOOK}?token=made-up-by-us"));
    desk.connected.remove_hook(&HookMade { id: hook.id.to_string(), of: None }).await.unwrap();
    assert!(desk.standin.state().webhooks.is_empty());
}

#[tokio::test]
async fn an_old_data_center_signs_nothing() {
    let desk = at(Deployment::DataCenter, undescribed, |it| it.version = "9.12.4").await;
    expect![[r#"
        > GET /rest/api/2/serverInfo
        > POST /rest/webhooks/1.0/webhook {"name":"Bellhop","events":[…],"url":"https://bot.example.org/hooks/news?token=made-up-by-us","filters":{"issue-related-events-section":""},"excludeBody":false}
        20035 of 
    "#]].assert_eq(&short(&desk.hook(None).await));
    let hook = desk.standin.state().webhooks[0].clone();
    assert_eq!((hook.listener.url, hook.listener.secret), (format!("{HOOK}?token=made-up-by-us"), String::new()));
    desk.connected.remove_hook(&HookMade { id: hook.id.to_string(), of: None }).await.unwrap();
    assert!(desk.standin.state().webhooks.is_empty());
}
