//! The part that is plain WebDAV against a real server, where one is at hand: `WEBDAV_URL`, `WEBDAV_USER` and `WEBDAV_PASSWORD` name it
//! (Apache with mod_dav, `tests/real/webdav`). It shows that what is written here is what others read of RFC 4918: folders, files,
//! moves, copies, properties, locks.

use std::sync::Arc;

use commands::{Ctx, ErrorKind, Result};
use serde_json::{Map, Value, json};

use super::{Config, Nextcloud};
use crate::{
    Connected, Connector, Http, Kind,
    http::Policy,
    nextcloud::standin::Simulated,
    tests::desk::{Desk, read},
};

/// The connector on a server that is nothing but WebDAV; none, with the reason printed, where there is none.
fn connected() -> Option<Arc<dyn Connected>> {
    let variable = |name: &str| std::env::var(name).ok().filter(|it| !it.is_empty());
    let (Some(url), Some(user), Some(password)) = (variable("WEBDAV_URL"), variable("WEBDAV_USER"), variable("WEBDAV_PASSWORD"))
    else {
        println!("no real WebDAV server: WEBDAV_URL, WEBDAV_USER and WEBDAV_PASSWORD are not all set");
        return None;
    };
    let config: Map<String, Value> =
        Map::from_iter([("url".into(), json!(url)), ("user".into(), json!(user)), ("app_password".into(), json!(password))]);
    let config: Config = serde_json::from_value(Value::Object(config)).expect("a configuration");
    let http = Http::new("files", "WebDAV", &url, Policy { retries: 0, per_second: 0, ..Policy::default() }).expect("an address");
    let nextcloud = Nextcloud::connect(config, http).expect("a configuration that works");
    // Files stand at the server's top, and not at Nextcloud's place for an account's.
    Some(Arc::new(Nextcloud { files: String::new(), ..nextcloud }))
}

#[tokio::test]
async fn files_folders_properties_and_locks_work_on_another_webdav_server() {
    let Some(connected) = connected() else { return };
    let desk = Desk::new(Kind::of::<Nextcloud>(), |_| None, Simulated::default()).await;
    let ctx: Ctx = desk.ctx();
    let folder = format!("/test-{:x} & größer", jiff::Timestamp::now().as_millisecond());
    let run = async |line: &str| -> Result<String> {
        let line = line.replace("{}", &format!("\"{folder}"));
        let outcome = connected.run(&desk.call(&line), &ctx).await;
        let text = read(&outcome);
        outcome.map(|_| text)
    };
    let done = async |line: &str| run(line).await.unwrap_or_else(|err| panic!("{line}: {err}"));

    assert!(done("folder create {}/a/b\"").await.contains("and 2 above it"));
    done("file upload file=https://example.org/fire.txt folder={}/a\"").await;
    assert!(done("file download {}/a/fire.txt\"").await.contains("It burns."));
    done("file write {}/a/notes.txt\" Ana mends the printer").await;
    assert!(done("file list {}/a\"").await.contains("fire.txt · 9 bytes"));

    let kept = run("file write {}/a/notes.txt\" Again").await.expect_err("it is there");
    assert_eq!(kept.kind, ErrorKind::Conflict, "{kept}");
    done("file write {}/a/notes.txt\" Again overwrite=yes").await;
    assert!(done("file download {}/a/notes.txt\"").await.contains("Again"));

    done("file move {}/a/notes.txt\" {}/a/b\"").await;
    done("file move {}/a/b/notes.txt\" {}/a/b/plan.txt\"").await;
    assert_eq!(run("file copy {}/a/fire.txt\" {}/a/b/plan.txt\"").await.map_err(|it| it.kind), Err(ErrorKind::BadInput));
    done("file copy {}/a/fire.txt\" {}/a/b/plan.txt\" overwrite=yes").await;
    done("file copy {}/a\" {}/copy\"").await;
    assert!(done("file download {}/copy/b/plan.txt\"").await.contains("It burns."));

    done("property set {}/a/fire.txt\" customer Apollo & <Sons>").await;
    assert!(done("property list {}/a/fire.txt\"").await.contains("customer | Apollo & <Sons>"));
    done("property remove {}/a/fire.txt\" customer").await;
    assert!(!done("property list {}/a/fire.txt\"").await.contains("customer"));
    assert!(run("property set {}/a/fire.txt\" d:getetag 1").await.is_err(), "a property of the server's own");

    assert!(done("file lock {}/a/fire.txt\"").await.contains("Locked by Asked by Ana in Slack."));
    assert_eq!(run("file write {}/a/fire.txt\" Water overwrite=yes").await.map_err(|it| it.kind), Err(ErrorKind::Conflict));
    done("file unlock {}/a/fire.txt\"").await;
    done("file write {}/a/fire.txt\" Water overwrite=yes").await;

    assert!(done("file delete {}\"").await.contains("In it: a, copy"));
    done("file delete {}\" confirm=yes").await;
    let gone = run("file show {}\"").await.expect_err("it is gone");
    assert_eq!(gone.kind, ErrorKind::BadInput, "{gone}");
}
