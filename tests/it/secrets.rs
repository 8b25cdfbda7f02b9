//! No secret is ever seen outside: not in a log, an answer, a figure, a message or the database file.

use std::{fs, path::Path, sync::Arc};

use base64::Engine;
use connectors::standin::{self, Fault};
use tests::{ANA, CHLOE, Database, Redmine, SECRETS, TestBot, slack::Filled};

use crate::consent::{
    self, Server,
    vendors::{GITLAB, SECRET},
};

#[tokio::test]
async fn no_secret_leaves_by_any_way() {
    let mut bot = TestBot::start().await;
    let mut answers = Vec::new();
    // A story with everything that is worth a log line: success, refusal, fault, forgery.
    answers.push(bot.slack_command(ANA, "/redmine issue create Printer project=demo").await.body);
    bot.slack.post("Printer").await;
    answers.push(bot.slack_command(ANA, "/redmine issue craete").await.body);
    answers.push(bot.zulip_direct(ANA, "redmine issue create Lamp project=demo").await.body);
    bot.zulip.post("Lamp").await;
    answers.push(bot.slack_raw("/slack/commands", "text=forged".into(), 1_795_218_400, "v0=00").await.body);
    for fault in [Fault::Unauthorized, Fault::Failing, Fault::Html, Fault::Down] {
        bot.redmine.server().set(fault).await;
        answers.push(bot.slack_command(ANA, &format!("/redmine issue show 1 and {fault:?}")).await.body);
        answers.push(bot.slack_command(ANA, "/redmine 1").await.body);
    }
    for path in ["/metrics", "/health", "/healthz", "/readyz", "/"] {
        answers.push(bot.get(path).await.body);
    }
    let messages: Vec<_> = bot.slack.posts().iter().map(|it| it.raw.to_string()).collect();
    let messages: Vec<_> = messages.into_iter().chain(bot.zulip.posts().iter().map(|it| it.raw.to_string())).collect();
    assert!(messages.len() >= 2);

    let key = bot.redmine.connection["api_key"].as_str().expect("the stand-in has a key").to_owned();
    let secrets: Vec<_> =
        SECRETS.iter().map(|(name, value)| (*name, *value)).chain([("the connection's api_key", key.as_str())]).collect();
    let log = bot.log();
    assert!(log.contains("redmine"), "a debug log says something about what was done");
    bot.kill().await;
    let files = files(bot.folder());
    assert!(files.iter().any(|(name, _)| name == "bellhop.db"), "the database is where the configuration says");
    for (name, secret) in secrets {
        let holds = |bytes: &[u8]| bytes.windows(secret.len()).any(|it| it == secret.as_bytes());
        assert!(!holds(log.as_bytes()), "{name} is in the log");
        for text in answers.iter().chain(&messages) {
            assert!(!holds(text.as_bytes()), "{name} is in an answer: {text}");
        }
        // The configuration file names variables; the connection's key stands in it as it is.
        for (file, bytes) in files.iter().filter(|(file, _)| file != "bellhop.toml") {
            assert!(!holds(bytes), "{name} is in {file}");
        }
    }
}

fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let entries = fs::read_dir(folder).expect("the folder is ours").map(|it| it.expect("an entry").path());
    entries
        .filter(|it| it.is_file())
        .map(|it| (it.file_name().expect("a name").to_string_lossy().into(), fs::read(&it).expect("a file")))
        .collect()
}

/// How a secret may be written: as it is, and as programs write what they pass on.
fn encodings(secret: &str) -> Vec<(&'static str, String)> {
    let bytes = secret.as_bytes();
    let hex: String = bytes.iter().map(|it| format!("{it:02x}")).collect();
    let percent: String =
        bytes
            .iter()
            .map(|it| {
                if it.is_ascii_alphanumeric() || b"-_.~".contains(it) {
                    char::from(*it).to_string()
                } else {
                    format!("%{it:02X}")
                }
            })
            .collect();
    let json = serde_json::to_string(secret).expect("text");
    let mut all =
        vec![("plain", secret.to_owned()), ("hex", hex), ("percent", percent), ("JSON", json.trim_matches('"').to_owned())];
    // In the middle of something else it may begin at any of three bits of a group: what surrounds it is cut off.
    for before in 0..3 {
        let padded = [vec![b' '; before], bytes.to_vec()].concat();
        let whole = base64::prelude::BASE64_STANDARD.encode(&padded);
        let begin = (before * 8).div_ceil(6);
        let end = padded.len() * 8 / 6;
        let inner = whole[begin..end].to_owned();
        all.push(("base64url", inner.replace('+', "-").replace('/', "_")));
        all.push(("base64", inner));
    }
    all
}

#[test]
fn a_secret_is_known_in_every_encoding() {
    let secret = "canary/+\"ü&end";
    let known = |text: &str| encodings(secret).iter().find(|(_, it)| text.contains(it)).map(|(name, _)| *name);
    assert_eq!(known("x canary/+\"ü&end y"), Some("plain"));
    assert_eq!(known(&serde_json::json!({ "a": secret }).to_string()), Some("JSON"));
    assert_eq!(known("a=canary%2F%2B%22%C3%BC%26end"), Some("percent"));
    for before in ["", "a", "ab", "abc"] {
        let text = format!("{before}{secret}and more");
        for written in [base64::prelude::BASE64_STANDARD.encode(&text), base64::prelude::BASE64_URL_SAFE.encode(&text)] {
            // What surrounds the secret may leave both alphabets' common letters only.
            assert!(known(&written).is_some_and(|it| it.starts_with("base64")), "{before:?}: {written}");
        }
        let hex: String = text.bytes().map(|it| format!("{it:02x}")).collect();
        assert_eq!(known(&hex), Some("hex"));
    }
    assert_eq!(known("nothing of the sort"), None);
}

/// Secrets shorter than this are words.
const WORD: usize = 8;

#[tokio::test]
async fn no_canary_leaves_in_any_encoding() {
    // Every simulated system, with its own secrets, and hooks of several vendors.
    let mut canaries: Vec<(String, String)> = SECRETS.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
    let (mut connections, mut servers) = (Vec::new(), Vec::new());
    let others = connectors::ALL.iter().filter(|it| !["slack", "zulip", "redmine"].contains(&it.name));
    for kind in others {
        let server = standin::Server::start(Arc::from((kind.standin)()), 0).await.expect("a free port");
        let settings = server.standin().connection(&server.url());
        for field in kind.config_fields().iter().filter(|it| it.kind == commands::FieldKind::Secret) {
            if let Some(secret) = settings.get(&field.name).and_then(|it| it.as_str()).filter(|it| it.len() >= WORD) {
                canaries.push((format!("{} of {}", field.name, kind.name), secret.to_owned()));
            }
        }
        let mut table = toml::Table::try_from(settings).expect("settings are a table");
        table.insert("name".into(), kind.name.into());
        table.insert("kind".into(), kind.name.into());
        connections.push(toml::Value::Table(table));
        servers.push(server);
    }
    let mut hooks = Vec::new();
    for kind in ["github", "gitlab", "jira", "bitbucket", "alertmanager", "grafana", "json", "redmine", "openproject"] {
        let secret = format!("canary/{kind}+\"secret\"&of=a hook");
        hooks.push(toml::Value::Table(toml::Table::from_iter([
            ("name".to_owned(), format!("hook-{kind}").into()),
            ("kind".to_owned(), kind.into()),
            ("secret".to_owned(), secret.clone().into()),
        ])));
        canaries.push((format!("the secret of hook-{kind}"), secret));
    }
    // Places that are only written to; nobody listens there.
    let (mail, text, flow) = ("canary-of-a-mail-server/+\"&", "canary-of-a-text-service", "canary-in-the-address-of-a-flow");
    for (name, value) in [("the password of [email]", mail), ("the auth_token of [sms]", text), ("the address of [teams]", flow)]
    {
        canaries.push((name.into(), value.into()));
    }
    let outward: toml::Table = toml::from_str(&format!(
        "[teams]\nchannels = {{ ops = \"http://127.0.0.1:9/workflows/{flow}\" }}\n\
         [email]\nsmtp = \"smtp://127.0.0.1:9\"\nencryption = \"required\"\nusername = \"bot\"\npassword = '{mail}'\nfrom = \"bot@example.org\"\n\
         [sms]\naccount_sid = \"AC00000000000000000000000000000000\"\nauth_token = \"{text}\"\nfrom = \"+41790000099\"\n\
         api_url = \"http://127.0.0.1:9\"\n"
    ))
    .expect("a configuration");
    // One that people let in by consent, at a vendor of its own.
    let consent = Server::start(&GITLAB).await;
    let mut settings = consent.settings();
    settings.extend([("name".to_owned(), "gitlab-people".into()), ("kind".to_owned(), "gitlab".into())]);
    connections.push(toml::Value::try_from(settings).expect("a table"));
    canaries.push(("the secret of the app that people let in".into(), SECRET.into()));
    let mut bot = TestBot::configured(Redmine::standin().await, Database::Sqlite, |config| {
        config["connection"].as_array_mut().expect("connections").extend(connections);
        config.insert("hook".into(), toml::Value::Array(hooks));
        config.extend(outward);
    })
    .await;
    canaries.push(("the connection's api_key".into(), bot.redmine.connection["api_key"].as_str().expect("a key").into()));
    let typed = "canary-typed-into-a-form/+\"&";
    let pasted = format!("xoxb-{}", "canary-pasted-into-a-channel");
    canaries.push(("a key that was typed into a form".into(), typed.into()));
    canaries.push(("a token that was pasted".into(), pasted.clone()));
    let sealed = "canary-that-waits-for-others/+\"&";
    canaries.push(("a key that waits, sealed, for others to agree".into(), sealed.into()));
    assert!(canaries.len() >= 22, "{} canaries", canaries.len());
    let written: std::collections::BTreeSet<&str> = encodings(sealed).into_iter().map(|it| it.0).collect();
    assert_eq!(written.len(), 6, "{written:?}");

    bot.kill().await;
    let mut command = bot.command(&[]);
    command.env("BELLHOP_LOG", "trace");
    bot.run_as(command).await;
    let mut answers = Vec::new();
    answers.push(bot.slack_command(CHLOE, "/bellhop health").await.body);
    bot.slack.post("redmine").await;
    answers.push(bot.slack_command(CHLOE, "/bellhop connect redmine").await.body);
    let view = bot.slack.view().await;
    let url = Filled::Text(bot.redmine.connection["url"].as_str().expect("an address").into());
    answers.push(bot.slack_submit(CHLOE, &view, &[("Url", url), ("Api key", Filled::Text(typed.into()))]).await.body);
    // The same form where others have to agree: its secrets are kept, sealed, until they have.
    bot.slack_command(CHLOE, "/bellhop approvals require connecting bellhop connect * approvers=@ben").await.accepted();
    bot.slack.post("has to agree before").await;
    answers.push(bot.slack_command(CHLOE, "/bellhop connect redmine").await.body);
    let view = bot.slack.view().await;
    let url = Filled::Text(bot.redmine.connection["url"].as_str().expect("an address").into());
    answers.push(bot.slack_submit(CHLOE, &view, &[("Url", url), ("Api key", Filled::Text(sealed.into()))]).await.body);
    bot.slack.post("asks to run").await;
    answers.push(bot.slack_mention(ANA, &format!("what is {pasted}?")).await.body);
    bot.slack.post("Your message holds").await;
    answers.push(bot.zulip_mention(ANA, "keys", &format!("what is {pasted}?")).await.body);
    bot.zulip.post("Your message holds").await;
    for kind in ["github", "gitlab", "jira", "alertmanager", "json", "redmine"] {
        answers.push(bot.hook(&format!("hook-{kind}"), "wrong", &serde_json::json!({"a": 1})).await.body);
    }
    answers.push(bot.slack_command(ANA, "/redmine issue create Canary project=demo").await.body);
    bot.slack.post("Canary").await;
    bot.slack_command(CHLOE, "/bellhop setup").await.accepted();
    bot.slack.post("Setting up Bellhop").await;
    // Somebody lets the bot in; what was agreed to is used, renewed, ended by the vendor and agreed to again.
    consent::links(&bot, ANA, &consent, "gitlab-people").await;
    for (name, end) in [("Consented", Server::end_access as fn(&Server)), ("Renewed", Server::end_all), ("Ended", |_| ())] {
        answers.push(bot.slack_command(ANA, &format!("/gitlab-people issue create {name} project=demo/printer")).await.body);
        bot.slack.post(if name == "Ended" { "has ended" } else { name }).await;
        end(&consent);
    }
    consent::links(&bot, ANA, &consent, "gitlab-people").await;
    let passed = consent.secrets();
    for what in ["a state", "a code", "a verifier", "an access token", "a refresh token"] {
        assert!(passed.iter().any(|it| it.0 == what), "{what} passed");
    }
    canaries.extend(passed.into_iter().map(|(what, secret)| (format!("{what} of a consent"), secret)));
    // Systems that fail in every way, which is when people write down too much.
    for fault in [Fault::Unauthorized, Fault::Failing, Fault::Html, Fault::Down] {
        bot.redmine.server().set(fault).await;
        answers.push(bot.slack_command(ANA, &format!("/redmine issue show 1 and {fault:?}")).await.body);
    }
    for line in ["/bellhop export", "/bellhop audit export", "/bellhop history", "/bellhop connections"] {
        bot.slack_command(CHLOE, line).await.accepted();
    }
    bot.slack.post("Audit log,").await;
    for path in ["/metrics", "/health", "/healthz", "/readyz", "/"] {
        answers.push(bot.get(path).await.body);
    }
    for arguments in [
        &["backup", "copy.backup"][..],
        &["doctor", "--json"],
        &["check"],
        &["jobs", "--json"],
        &["export"],
        &["history", "--json"],
        &["audit", "list", "--json"],
        &["audit", "export", "--json"],
    ] {
        let arguments: Vec<&str> = arguments.iter().copied().chain(["--config", "bellhop.toml"]).collect();
        let printed = bot.bellhop(&arguments).await;
        answers.extend([printed.out, printed.errors]);
    }
    answers.extend(bot.slack.posts().iter().map(|it| it.raw.to_string()));
    answers.extend(bot.zulip.posts().iter().map(|it| it.raw.to_string()));
    answers.extend(bot.slack.uploads());
    let log = bot.log();
    assert!(log.contains("\"TRACE\"") || log.contains("TRACE"), "this is a log of everything");
    bot.kill().await;
    let files = files(bot.folder());
    assert!(files.iter().any(|(name, _)| name == "copy.backup"), "a backup was made");
    // A character a byte: text is looked through faster than bytes, of which there are many.
    let files: Vec<(&String, String)> = files
        .iter()
        .filter(|(file, _)| file != "bellhop.toml" && !file.starts_with("std"))
        .map(|(file, bytes)| (file, bytes.iter().copied().map(char::from).collect()))
        .collect();
    for (name, secret) in &canaries {
        assert!(secret.is_ascii(), "{name} would be written otherwise");
        for (encoding, text) in encodings(secret) {
            if log.contains(&text) {
                let line = log.lines().find(|it| it.contains(&text)).unwrap_or_default();
                panic!("{name} is in the log, as {encoding}: {line}");
            }
            for answer in &answers {
                assert!(!answer.contains(&text), "{name} is in an answer, as {encoding}: {answer}");
            }
            for (file, characters) in &files {
                assert!(!characters.contains(&text), "{name} is in {file}, as {encoding}");
            }
        }
    }
}
