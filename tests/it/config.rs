//! `bellhop check`: every problem of a file at once, each with its line and how to mend it.

use std::fs;

/// A problem's line, and words of it.
type Told = (usize, &'static str);

/// Names, the file, and all that is told about it.
const BROKEN: &[(&str, &str, &[Told])] = &[
    ("an unknown key", "[server]\nlisten = \"127.0.0.1:0\"\npublic_ulr = \"https://bot.example.org\"\n", &[(3, "public_url")]),
    ("an unknown table", "[sevrer]\nlisten = \"127.0.0.1:0\"\n", &[(1, "server")]),
    ("no TOML", "[server]\nlisten = \n", &[(2, "not TOML")]),
    (
        "an unset variable",
        "[slack]\nsigning_secret = \"${NO_SUCH_VARIABLE}\"\nbot_token = \"xoxb-1\"\n[server]\npublic_url = \"https://bot.example.org\"\n",
        &[(2, "NO_SUCH_VARIABLE")],
    ),
    (
        "a misspelt key of traces",
        "[telemetry]\nendpoint = \"http://collector:4318\"\nsample_ratoi = 1\n",
        &[(3, "did you mean `sample_ratio`")],
    ),
    (
        "traces that go nowhere",
        "[telemetry]\nendpoint = \"collector:4318\"\nsample_ratio = 2\nheaders = \"Bearer 0\"\n",
        &[(2, "must start with http://"), (3, "from 0 (nothing) to 1"), (4, "name=value")],
    ),
    ("an address without a port", "[server]\nlisten = \"localhost\"\n", &[(2, "localhost")]),
    ("a store of another kind", "[store]\nurl = \"mysql://localhost/bellhop\"\n", &[(2, "postgres://")]),
    ("a short key", "[secrets]\nkey = \"c2hvcnQ=\"\n", &[(2, "must hold 32")]),
    (
        "an unknown kind",
        "[[connection]]\nname = \"tracker\"\nkind = \"redmien\"\nurl = \"https://redmine.example.org\"\n",
        &[(3, "redmine")],
    ),
    (
        "a connection's unknown key",
        "[[connection]]\nname = \"redmine\"\nkind = \"redmine\"\nurl = \"https://redmine.example.org\"\napi_kee = \"0123\"\n",
        &[(1, "needs `api_key`"), (5, "did you mean `api_key`")],
    ),
    (
        "two of one name",
        "[[connection]]\nname = \"redmine\"\nkind = \"redmine\"\nurl = \"https://a.example.org\"\napi_key = \"0\"\n\
         [[connection]]\nname = \"redmine\"\nkind = \"redmine\"\nurl = \"https://b.example.org\"\napi_key = \"1\"\n",
        &[(7, "redmine")],
    ),
    (
        "places that cannot be posted to",
        "[slack]\nsigning_secret = \"0\"\nbot_token = \"xoxb-1\"\n[alerts]\nto = \"slack\"\n[[hook]]\nname = \"ci\"\nkind = \"redmine\"\nsecret = \"0\"\n\
         [[subscription]]\nfrom = \"ci\"\nto = \"slack:#dev\"\nfallback = \"zulip:ops>ci\"\n\
         [[subscription]]\nfrom = \"ci\"\nto = \"slack:#dev\"\nfallback = \"slack:#dev\"\n\
         [server]\npublic_url = \"https://bot.example.org\"\n",
        &[(5, "names no chat"), (13, "no section [zulip]"), (17, "name another")],
    ),
    (
        "places without buttons that cannot be written to",
        "[teams]\nchannels = { ops = \"http://example.org/secret\", \"Ops room\" = \"https://example.org/secret\" }\n\
         [email]\nsmtp = \"mail.example.org\"\nfrom = \"Bellhop\"\nusername = \"bellhop\"\n\
         [sms]\naccount_sid = \"1\"\nauth_token = \"0\"\n\
         [alerts]\nto = \"email:ana\"\n[[hook]]\nname = \"ci\"\nkind = \"redmine\"\nsecret = \"0\"\n\
         [[subscription]]\nfrom = \"ci\"\nto = \"teams:dev\"\nfallback = \"sms:0790000000\"\n",
        &[
            (2, "must start with https://"),
            (2, "`Ops room` in [teams] channels is no name"),
            (4, "smtp://mail.example.org:587"),
            (5, "`from` in [email] is no address"),
            (6, "needs `password`"),
            (7, "`from` or `messaging_service_sid`"),
            (8, "AC and 32 hexadecimal digits"),
            (11, "email:ana@example.org"),
            (18, "[teams] has no channel `dev`"),
            (19, "sms:+41790000000"),
        ],
    ),
    ("a Slack without any token", "[slack]\napp_token = \"xapp-1\"\n", &[(1, "`client_id` and `client_secret`")]),
    (
        "half of an app",
        "[slack]\napp_token = \"xapp-1\"\nbot_token = \"xoxb-1\"\nclient_id = \"1.2\"\n",
        &[(4, "needs `client_secret`")],
    ),
    (
        "installs that cannot be kept",
        "[slack]\napp_token = \"xapp-1\"\nclient_id = \"1.2\"\nclient_secret = \"0\"\nworkspaces = [\"example\"]\n",
        &[(3, "set `key` in [secrets]"), (3, "set `public_url`"), (5, "`example`")],
    ),
    (
        "installs that Slack will not bring back",
        "[server]\npublic_url = \"http://bot.example.org\"\n[secrets]\nkey = \"Y2FuYXJ5LW9mLXRoZS1tYXN0ZXIta2V5LTMyLWJ5dGU=\"\n\
         [slack]\nsigning_secret = \"0\"\nclient_id = \"1.2\"\nclient_secret = \"0\"\n\
         [alerts]\nto = \"slack:example/#ops\"\n",
        &[(7, "must start with https://"), (10, "T0123")],
    ),
    (
        "a Slack that nothing proves itself to",
        "[server]\npublic_url = \"https://bot.example.org\"\n[slack]\nbot_token = \"xoxb-1\"\n",
        &[(3, "`signing_secret`, with `public_url`")],
    ),
    ("an app token of another sort", "[slack]\nbot_token = \"xoxb-1\"\napp_token = \"xoxb-2\"\n", &[(3, "xapp-")]),
    (
        "settings that Slack could not work with",
        "[slack]\nbot_token = \"xoxb-1\"\napp_token = \"xapp-1\"\nchannel_rate = -1\nsocket_connections = 0\napi_url = \"https://slack.com/api/?x=1\"\n",
        &[(4, "`channel_rate`"), (5, "1 to 10"), (6, "`api_url`")],
    ),
    (
        "connections that could not be opened",
        "[[connection]]\nname = \"github\"\nkind = \"github\"\n\
         [[connection]]\nname = \"redmine\"\nkind = \"redmine\"\nurl = \"https://redmine.example.org/?key=1\"\napi_key = \"0\"\n",
        &[(1, "connection `github`"), (4, "goes on after the path")],
    ),
    (
        "a template that says nothing",
        "[[hook]]\nname = \"shop\"\nkind = \"json\"\nsecret = \"0\"\ntemplate = \"titel: {{ order.name }}\"\n",
        &[(5, "Did you mean `title`")],
    ),
    (
        "a digest of less than nothing",
        "[digest]\nafter = -1\nafter_second = 5\n",
        &[(2, "a whole number from 0"), (3, "did you mean `after_seconds`")],
    ),
    (
        "all of it at once",
        "[server]\nlistem = \"127.0.0.1:0\"\n[store]\nurl = \"mysql://x\"\n[[connection]]\nname = \"a\"\nkind = \"nothing\"\n",
        &[(2, "listen"), (4, "postgres://"), (7, "nothing")],
    ),
];

#[tokio::test]
async fn every_problem_is_told_with_its_line() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (name, text, problems) in BROKEN {
        fs::write(folder.path().join("bellhop.toml"), text).expect("the folder is ours");
        let output = tests::run(folder.path(), &["check", "--config", "bellhop.toml"], &[]).await;
        let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert_eq!(output.status.code(), Some(1), "{name}: {said}");
        // No problem is told twice, or as what follows from another.
        let count = said.lines().filter(|it| it.contains("bellhop.toml:")).count();
        assert_eq!(count, problems.len(), "{name}: {said}");
        for (line, word) in *problems {
            let told = said.lines().any(|it| names_line(it, *line) && it.contains(word));
            assert!(told, "{name}: line {line} with {word:?} is not in:\n{said}");
        }
    }
}

/// `bellhop.toml:3:1: …` and `line 3` alike.
fn names_line(text: &str, line: usize) -> bool {
    let ends = |rest: &str| !rest.starts_with(|char: char| char.is_ascii_digit());
    [format!("bellhop.toml:{line}"), format!("line {line}")]
        .iter()
        .any(|it| text.split_once(it.as_str()).is_some_and(|(_, rest)| ends(rest)))
}

#[tokio::test]
async fn a_good_file_passes() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let text = include_str!("../../manifests/bellhop.example.toml");
    fs::write(folder.path().join("bellhop.toml"), text).expect("the folder is ours");
    let mut variables = tests::SECRETS.to_vec();
    variables.push(("REDMINE_API_KEY", "0123456789abcdef0123456789abcdef01234567"));
    let output = tests::run(folder.path(), &["check", "--config", "bellhop.toml"], &variables).await;
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[tokio::test]
async fn a_missing_file_is_told() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let output = tests::run(folder.path(), &["check", "--config", "nowhere.toml"], &[]).await;
    let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.code() == Some(1) && said.contains("nowhere.toml"), "{said}");
}

#[tokio::test]
async fn wrong_usage_is_status_2() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    assert_eq!(tests::run(folder.path(), &["chek"], &[]).await.status.code(), Some(2));
}

#[tokio::test]
async fn the_manifest_asks_for_previews_of_what_is_connected() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let text = "[[connection]]\nname = \"github\"\nkind = \"github\"\ntoken = \"ghp_0\"\n\
                [[connection]]\nname = \"trello\"\nkind = \"trello\"\napi_key = \"0\"\ntoken = \"0\"\n";
    fs::write(folder.path().join("bellhop.toml"), text).expect("the folder is ours");
    let arguments = ["manifest", "slack", "--url", "https://bot.example.org", "--config", "bellhop.toml"];
    let output = tests::run(folder.path(), &arguments, &[]).await;
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let manifest: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let domains = manifest["features"]["unfurl_domains"].to_string();
    assert!(domains.contains("\"github.com\"") && domains.contains("\"trello.com\""), "{domains}");
}
