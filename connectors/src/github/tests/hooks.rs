//! Webhooks set up and taken down at GitHub.

use super::*;
use crate::{HookMade, tests::desk::HOOK};

#[tokio::test]
async fn hooks_are_set_up_once_and_taken_down() {
    let desk = desk().await;
    let mut all = String::new();
    for of in [Some("example/demo"), None, Some("example"), Some("nobody/nothing"), Some("not a repository")] {
        all.push_str(&desk.hook(of).await);
    }
    expect![[r#"
        > POST /repos/example/demo/hooks {"name":"web","active":true,"events":["*"],"config":{"url":"https://bot.example.org/hooks/news","content_type":"json","secret":"made-up-by-us","insecure_ssl":"0"}}
        101 of example/demo
        > POST /repos/example/demo/hooks {"name":"web","active":true,"events":["*"],"config":{"url":"https://bot.example.org/hooks/news","content_type":"json","secret":"made-up-by-us","insecure_ssl":"0"}}
        Validation: example/demo has a webhook to this address already. Delete it at GitHub, or keep it and set its secret there.
        > POST /orgs/example/hooks {"name":"web","active":true,"events":["*"],"config":{"url":"https://bot.example.org/hooks/news","content_type":"json","secret":"made-up-by-us","insecure_ssl":"0"}}
        102 of example
        > POST /repos/nobody/nothing/hooks {"name":"web","active":true,"events":["*"],"config":{"url":"https://bot.example.org/hooks/news","content_type":"json","secret":"made-up-by-us","insecure_ssl":"0"}}
        NotFound: GitHub does not let the bot set up webhooks of nobody/nothing, or has no such place. It takes the permission “Webhooks” (read and write) of the App or fine-grained token, an administrator's role there, and of a classic token the scope `admin:repo_hook`. It can be set up by hand too.
        BadInput: `not a repository` is no repository. Write it as owner/name, such as octo/widgets, or paste its link.
    "#]].assert_eq(&all);
    let hooks = desk.standin.state().hooks.clone();
    assert!(hooks.iter().all(|it| it.url == HOOK && it.secret.as_deref() == Some("made-up-by-us") && it.events == ["*"]));

    let whole = HookMade { id: hooks[1].id.to_string(), of: Some("example".into()) };
    let one = HookMade { id: hooks[0].id.to_string(), of: Some("example/demo".into()) };
    for made in [&whole, &one, &one] {
        desk.connected.remove_hook(made).await.unwrap();
    }
    assert!(desk.standin.state().hooks.is_empty());
    let wrong = HookMade { id: "1/../..".into(), of: Some("example/demo".into()) };
    assert_eq!(desk.connected.remove_hook(&wrong).await.unwrap_err().kind, ErrorKind::BadInput);
}

#[tokio::test]
async fn what_the_bot_lacks_is_said() {
    let desk = desk().await;
    desk.standin.state().lacks = vec!["hooks"];
    expect![[r#"
        > POST /repos/example/demo/hooks {"name":"web","active":true,"events":["*"],"config":{"url":"https://bot.example.org/hooks/news","content_type":"json","secret":"made-up-by-us","insecure_ssl":"0"}}
        Permission: GitHub does not let the bot set up webhooks of example/demo, or has no such place. It takes the permission “Webhooks” (read and write) of the App or fine-grained token, an administrator's role there, and of a classic token the scope `admin:repo_hook`. It can be set up by hand too.
        > POST /orgs/example/hooks {"name":"web","active":true,"events":["*"],"config":{"url":"https://bot.example.org/hooks/news","content_type":"json","secret":"made-up-by-us","insecure_ssl":"0"}}
        NotFound: GitHub does not let the bot set up webhooks of example, or has no such place. It takes the permission “Webhooks” (read and write) of the App or fine-grained token, an owner's role there, and of a classic token the scope `admin:org_hook`. It can be set up by hand too.
    "#]].assert_eq(&format!("{}{}", desk.hook(None).await, desk.hook(Some("example")).await));
    // One that is hidden is not one that is gone.
    let made = HookMade { id: "7".into(), of: Some("example".into()) };
    assert_eq!(desk.connected.remove_hook(&made).await.unwrap_err().kind, ErrorKind::NotFound);
}
