//! What people read when something is wrong, and that each is put at its field.

use super::*;
use crate::{Http, http::Policy};

#[tokio::test]
async fn names_that_do_not_exist_have_a_way_out() {
    let desk = desk().await;
    let lines = [
        "issue show 99",
        "issue show fire",
        "issue show example/nothing#1",
        "issue list repo=https://example.net/x",
        "issue create Fire label=bugg assignee=zoe milestone=2.0",
        "issue create Fire assignee=zoe",
        "issue create Fire milestone=2.0",
        "issue update 1",
        "issue update 1 title=\" \"",
        "issue unlabel 1 urgent",
        "issue reopen 4",
        "issue transfer 5 example/apollo",
        "issue transfer 1 nowhere/at-all",
        "pr show 1",
        "pr create nowhere A branch that is not there",
        "pr create fix/hose Twice",
        "run show fire",
        "release create v0.9.0",
        "release show v7",
        "show https://github.com/",
    ];
    expect![[r#"
        issue show 99
          NotFound: There is no issue or pull request #99 in example/demo that the bot can see. Look at the number or name again.
        issue show fire
          BadInput: `fire` leads to nothing that I can show. Write a number, such as 42 or octo/widgets#42, or paste a link.
            issue: `fire` leads to nothing that I can show. Write a number, such as 42 or octo/widgets#42, or paste a link.
        issue show example/nothing#1
          Permission: Your GitHub account `ana` has no access to example/nothing, and this takes read access. Somebody who administers the repository can give it.
        issue list repo=https://example.net/x
          BadInput: `https://example.net/x` is no repository. Write it as owner/name, such as octo/widgets, or paste its link.
            repo: `https://example.net/x` is no repository. Write it as owner/name, such as octo/widgets, or paste its link.
        issue create Fire label=bugg assignee=zoe milestone=2.0
          BadInput: example/demo has no label `bugg`. It has bug, feature, urgent.
            label: example/demo has no label `bugg`. It has bug, feature, urgent.
        issue create Fire assignee=zoe
          Validation: GitHub refused the values: assignees: cannot be zoe. Correct them and try again.
            assignee: cannot be zoe.
        issue create Fire milestone=2.0
          BadInput: example/demo has no milestone `2.0`. It has 1.0.
            milestone: example/demo has no milestone `2.0`. It has 1.0.
        issue update 1
          BadInput: What shall change in example/demo#1? Write it as a name and a value, such as milestone=1.0.
        issue update 1 title=" "
          BadInput: What shall change in example/demo#1? Write it as a name and a value, such as milestone=1.0.
        issue unlabel 1 urgent
          BadInput: example/demo#1 has no label `urgent`.
            label: example/demo#1 has no label `urgent`.
        issue reopen 4
          Validation: GitHub refused the values: state cannot be changed. The pull request was merged. Correct them and try again.
        issue transfer 5 example/apollo
          BadInput: example/demo#5 is a pull request, which stays where its branch is.
            issue: example/demo#5 is a pull request, which stays where its branch is.
        issue transfer 1 nowhere/at-all
          Permission: Your GitHub account `ana` has no access to nowhere/at-all, and this takes write access. Somebody who administers the repository can give it.
        pr show 1
          NotFound: There is no pull request #1 in example/demo that the bot can see. Look at the number or name again.
        pr create nowhere A branch that is not there
          Validation: GitHub refused the values: head: is not valid. Correct them and try again.
            head: is not valid.
        pr create fix/hose Twice
          Validation: GitHub refused the values: A pull request already exists for example:fix/hose. Correct them and try again.
        run show fire
          BadInput: `fire` is no run. Write its id, or paste its link.
            run: `fire` is no run. Write its id, or paste its link.
        release create v0.9.0
          Validation: GitHub refused the values: tag_name: exists already. Correct them and try again.
            tag: exists already.
        release show v7
          NotFound: There is no release v7 in example/demo that the bot can see. Look at the number or name again.
        show https://github.com/
          BadInput: `https://github.com/` leads to nothing that I can show. Write a number, such as 42 or octo/widgets#42, or paste a link.
            what: `https://github.com/` leads to nothing that I can show. Write a number, such as 42 or octo/widgets#42, or paste a link.
    "#]].assert_eq(&told(&desk, &lines).await);
}

#[tokio::test]
async fn a_repository_has_to_be_known() {
    let desk = desk_with(|config| drop(config.remove("repo"))).await;
    expect![[r#"
        issue show 1
          BadInput: Which repository? Write repo=owner/name. `/bellhop default set repo owner/name` fills it in for this channel.
            repo: Which repository? Write repo=owner/name. `/bellhop default set repo owner/name` fills it in for this channel.
        issue create Fire
          BadInput: Which repository? Write repo=owner/name. `/bellhop default set repo owner/name` fills it in for this channel.
            repo: Which repository? Write repo=owner/name. `/bellhop default set repo owner/name` fills it in for this channel.
        branch list
          BadInput: Which repository? Write repo=owner/name. `/bellhop default set repo owner/name` fills it in for this channel.
            repo: Which repository? Write repo=owner/name. `/bellhop default set repo owner/name` fills it in for this channel.
    "#]]
    .assert_eq(&told(&desk, &["issue show 1", "issue create Fire", "branch list"]).await);
    // A link, or a name in full, says which.
    assert!(desk.run("issue show example/demo#1").await.is_ok());
}

#[tokio::test]
async fn a_read_under_faults() {
    let desk = desk_with(|config| drop(config.insert("check_access".into(), false.into()))).await;
    desk.check_faults("issue show 1", expect![[r#"
        Failing: Server: GitHub failed (500 Internal Server Error). Try again in a minute.
        RateLimiting: RateLimited: GitHub asks the bot to slow down. Try again in 30 s.
        Unauthorized: Auth: GitHub does not accept the bot's credentials: the token ended or was taken back, or the App's key is another. An administrator can give the connection new ones.
        Forbidden: Permission: GitHub does not let the bot's account do this. Somebody who administers GitHub can give it the permission.
        Html: Server: GitHub answered with a web page instead of data: is the address right, or does a login page stand in front of it?
        Down: Network: GitHub cannot be reached. Check that it is running and that its address is right.
        None: done
    "#]]).await;
}

#[tokio::test]
async fn a_write_under_faults() {
    let desk = desk_with(|config| drop(config.insert("check_access".into(), false.into()))).await;
    desk.check_faults("issue create Fire", expect![[r#"
        Failing, may be done: Server: GitHub failed (500 Internal Server Error). Try again in a minute. It may have been done all the same: look in GitHub before you repeat it.
        RateLimiting: RateLimited: GitHub asks the bot to slow down. Try again in 30 s.
        Unauthorized: Auth: GitHub does not accept the bot's credentials: the token ended or was taken back, or the App's key is another. An administrator can give the connection new ones.
        Forbidden: Permission: GitHub does not let the bot's account do this. Somebody who administers GitHub can give it the permission.
        Html: Server: GitHub answered with a web page instead of data: is the address right, or does a login page stand in front of it?
        Down: Network: GitHub cannot be reached. Check that it is running and that its address is right.
        None: done
    "#]]).await;
    assert_eq!(desk.standin.state().repos[0].issues.len(), 7);
}

#[tokio::test]
async fn too_many_requests_are_a_wait_and_no_lack_of_permission() {
    use wiremock::{Mock, MockServer, ResponseTemplate, matchers::any};
    let server = MockServer::start().await;
    let limited =
        json!({ "message": "You have exceeded a secondary rate limit. Please wait a few minutes before you try again." });
    let answer = ResponseTemplate::new(403).insert_header("retry-after", "42").set_body_json(limited);
    Mock::given(any()).respond_with(answer).mount(&server).await;
    let config = json!({ "url": server.uri(), "token": "t", "repo": "example/demo", "check_access": false });
    let http = Http::new("github", "GitHub", &server.uri(), Policy { retries: 0, ..Policy::default() }).unwrap();
    let connected = (Kind::of::<GitHub>().connect)(config.as_object().cloned().unwrap(), http).unwrap();
    let desk = desk().await;
    let error = connected.run(&desk.call("issue show 1"), &desk.ctx()).await.unwrap_err();
    assert_eq!((error.kind, error.retry_after), (ErrorKind::RateLimited, Some(std::time::Duration::from_secs(42))));
    assert_eq!(error.message, "GitHub asks the bot to slow down. Try again in 42 s.");
}

#[test]
fn settings_that_cannot_work_are_refused() {
    let refused = |config: Value| {
        let http = Http::new("github", "GitHub", "https://api.github.com", Policy::default()).unwrap();
        let outcome = (Kind::of::<GitHub>().connect)(config.as_object().cloned().unwrap(), http);
        outcome.err().map(|it| format!("{:?}: {}", it.kind, it.message)).unwrap_or_else(|| "fine".into())
    };
    let all = [
        json!({}),
        json!({ "token": " " }),
        json!({ "token": "t", "app_id": "1", "private_key": "k" }),
        json!({ "app_id": "1", "private_key": "k" }),
        json!({ "token": "t", "repo": "widgets" }),
        json!({ "token": "t", "watch": ["octo", "octo/widgets", "a b"] }),
        json!({ "token": "t", "repo": "octo/widgets", "watch": ["octo"] }),
    ];
    expect![[r#"
        BadConfig: Give either `token` (of the bot's account), or `app_id` and `private_key` (of a GitHub App), or `client_id` and `client_secret` (of an OAuth app, to come in by a link); the page of this connector says how to get them.
        BadConfig: Give either `token` (of the bot's account), or `app_id` and `private_key` (of a GitHub App), or `client_id` and `client_secret` (of an OAuth app, to come in by a link); the page of this connector says how to get them.
        BadConfig: Give either `token` (of the bot's account), or `app_id` and `private_key` (of a GitHub App), or `client_id` and `client_secret` (of an OAuth app, to come in by a link); the page of this connector says how to get them.
        BadConfig: The private key cannot be read. It is the whole text that starts with `-----BEGIN PRIVATE KEY-----` or `-----BEGIN RSA PRIVATE KEY-----`.
        BadConfig: `repo` is `widgets`, which is no repository. Write it as owner/name, such as octo/widgets.
        BadConfig: `watch` has `a b`. Write repositories as owner/name, and organizations by their name.
        fine"#]].assert_eq(&all.map(refused).join("\n"));
}

#[test]
fn people_and_programs_have_addresses_of_their_own() {
    use crate::github::api::{graphql_base, site};
    for (url, people, graphql) in [
        ("https://api.github.com", "https://github.com", "https://api.github.com"),
        ("https://git.example.org/api/v3", "https://git.example.org", "https://git.example.org/api"),
        ("https://api.octo.ghe.com", "https://octo.ghe.com", "https://api.octo.ghe.com"),
        ("http://127.0.0.1:9", "http://127.0.0.1:9", "http://127.0.0.1:9"),
    ] {
        assert_eq!((site(url).as_str(), graphql_base(url).as_str()), (people, graphql));
    }
    let group = Kind::of::<GitHub>().group("github", Some("https://api.github.com"));
    assert_eq!(group.url.as_deref(), Some("https://github.com"));
}

#[tokio::test]
async fn a_missing_permission_is_named() {
    let desk = desk().await;
    desk.standin.state().lacks = vec!["issues", "actions", "releases", "deployments"];
    let lines = ["issue create Fire", "run list", "release create v2.0.0", "deployment status 4 success"];
    expect![[r#"
        issue create Fire
          Permission: GitHub does not let the bot do this in example/demo. It takes the permission “Issues”: who administers example can give it to the bot's App or token.
        run list
          Permission: GitHub does not let the bot do this in example/demo. It takes the permission “Actions”: who administers example can give it to the bot's App or token.
        release create v2.0.0
          Permission: GitHub does not let the bot do this in example/demo. It takes the permission “Contents”: who administers example can give it to the bot's App or token.
        deployment status 4 success
          Permission: GitHub does not let the bot do this in example/demo. It takes the permission “Deployments”: who administers example can give it to the bot's App or token.
    "#]].assert_eq(&told(&desk, &lines).await);
}
