//! Webhooks that are registered in Nextcloud.

use super::*;

#[tokio::test]
async fn webhooks_are_registered_listed_and_deleted() {
    let desk = desk().await;
    let call = |params: Value| commands::Call::new("nextcloud", "webhook create", params);
    let url = "https://bellhop.example.org/hooks/cloud";
    let files = call(json!({ "url": url, "secret": "hunter22 hunter22" }));
    let outcome = desk.connected.run(&files, &desk.ctx()).await;
    expect![[r#"
        (only you)
        Nextcloud tells https://bellhop.example.org/hooks/cloud of 6 more kinds of events.
        (It sends them when its background jobs run: every five minutes, unless it has workers for them.)
    "#]]
    .assert_eq(&read(&outcome));
    {
        let state = desk.standin.state();
        assert_eq!(state.webhooks.len(), 6);
        assert_eq!(state.webhooks[0]["authData"]["Authorization"], "Bearer hunter22 hunter22");
        assert_eq!(state.webhooks[0]["authMethod"], "header");
    }
    let more = call(
        json!({ "url": url, "secret": "hunter22 hunter22", "about": ["files", "tags"], "user": "ana", "folder": "/Team & co" }),
    );
    let outcome = desk.connected.run(&more, &desk.ctx()).await;
    expect![[r#"
        (only you)
        Nextcloud tells https://bellhop.example.org/hooks/cloud of 2 more kinds of events. 6 were registered already.
        (It sends them when its background jobs run: every five minutes, unless it has workers for them.)
    "#]]
    .assert_eq(&read(&outcome));
    let forms = call(json!({ "url": format!("{url}2"), "secret": "hunter22", "folder": "/Team & co" }));
    assert!(desk.connected.run(&forms, &desk.ctx()).await.is_ok());
    {
        let state = desk.standin.state();
        let filters: Vec<String> = state.webhooks.iter().skip(8).map(|it| it["eventFilter"].to_string()).collect();
        assert_eq!(filters[0], r#"{"event.node.path":"/^\\/[^\\/]+\\/files\\/Team \\& co\\//"}"#);
        assert!(filters[3].contains("event.target.path"));
    }
    desk.standin.state().webhooks.truncate(7);
    check(
        &desk,
        "webhook list",
        expect![[r#"
        > GET /ocs/v2.php/apps/webhook_listeners/api/v1/webhooks?format=json
        (only you)
        # Webhooks
        - #1 NodeCreatedEvent → https://bellhop.example.org/hooks/cloud
        - #2 NodeWrittenEvent → https://bellhop.example.org/hooks/cloud
        - #3 NodeDeletedEvent → https://bellhop.example.org/hooks/cloud
        - #4 NodeRenamedEvent → https://bellhop.example.org/hooks/cloud
        - #5 NodeCopiedEvent → https://bellhop.example.org/hooks/cloud
        - #6 NodeRestoredEvent → https://bellhop.example.org/hooks/cloud
        - #7 TagAssignedEvent → https://bellhop.example.org/hooks/cloud · of ana only
    "#]],
    )
    .await;
    read_all(&desk, &["webhook delete 1", "webhook delete 1 confirm=yes", "webhook delete 99"], expect![[r#"
        $ webhook delete 1
        (only you)
        [Warning]
        Nextcloud no longer tells https://bellhop.example.org/hooks/cloud of NodeCreatedEvent then. It can be registered again by webhook create.
        [Delete the webhook: webhook delete {"webhook":"1","confirm":"yes"}]
        $ webhook delete 1 confirm=yes
        (only you)
        Nextcloud no longer tells https://bellhop.example.org/hooks/cloud of NodeCreatedEvent.
        $ webhook delete 99
        BadInput: There is no webhook #99. `webhook list` shows them.
          webhook: There is no webhook #99. `webhook list` shows them.
    "#]]).await;
    assert_eq!(desk.standin.state().webhooks.len(), 6);
    let empty = desk.connected.run(&call(json!({ "url": url, "secret": " " })), &desk.ctx()).await;
    assert_eq!(empty.map_err(|it| it.fields[0].field.clone()), Err("secret".into()));
    desk.standin.state().off.insert("webhook_listeners");
    read_all(&desk, &["webhook list"], expect![[r#"
        $ webhook list
        NotFound: This Nextcloud has no webhooks: they came with Nextcloud 30, and an administrator switches them on: occ app:enable webhook_listeners
    "#]]).await;
}

#[tokio::test]
async fn the_bot_registers_a_hook_for_all_that_matters_and_takes_it_down() {
    use crate::HookWanted;
    let secret = commands::param::Secret::from("hunter22 hunter22".to_owned());
    let wanted = HookWanted { of: None, url: "https://bellhop.example.org/hooks/cloud", secret: &secret };
    let desk = desk_with(|it| assert!(it.off.insert("deck")), |_| {}).await;
    let made = desk.connected.create_hook(wanted).await.expect("listeners");
    {
        let state = desk.standin.state();
        assert_eq!(made.id.split(',').count(), state.webhooks.len());
        let of = |part: &str| state.webhooks.iter().filter(|it| it["event"].as_str().is_some_and(|it| it.contains(part))).count();
        assert_eq!([of("\\Node\\"), of("SystemTag"), of("Calendar"), of("Forms"), of("Tables"), of("Deck")], [6, 2, 5, 1, 3, 0]);
        assert!(state.webhooks.iter().all(|it| it["authData"]["Authorization"] == "Bearer hunter22 hunter22"));
    }
    let again = desk.connected.create_hook(wanted).await.expect("what is there already");
    assert_eq!(made, again);
    desk.connected.remove_hook(&made).await.expect("gone");
    desk.connected.remove_hook(&made).await.expect("still gone");
    assert!(desk.standin.state().webhooks.is_empty());

    let desk = desk_with(|_| {}, |it| drop(it.insert("folder".into(), json!("/Reports")))).await;
    desk.connected.create_hook(wanted).await.expect("listeners");
    let is_narrow = |it: &Value| it["eventFilter"].to_string().contains("Reports");
    let state = desk.standin.state();
    assert!(state.webhooks.len() == 6 && state.webhooks.iter().all(is_narrow), "nothing outside of the folder");
}

#[tokio::test]
async fn a_nextcloud_without_webhooks_says_how_to_get_them() {
    let secret = commands::param::Secret::from("hunter22".to_owned());
    let wanted = crate::HookWanted { of: None, url: "https://bellhop.example.org/hooks/cloud", secret: &secret };
    let desk = desk_with(|it| assert!(it.off.insert("webhook_listeners")), |_| {}).await;
    let error = desk.connected.create_hook(wanted).await.expect_err("no webhooks");
    assert!(error.message.contains("occ app:enable webhook_listeners"), "{error}");
    let desk = desk_with(|it| it.is_admin = false, |_| {}).await;
    let error = desk.connected.create_hook(wanted).await.expect_err("no administrator");
    assert_eq!(error.kind, ErrorKind::Permission, "{error}");
}
