//! How vendors write times, words, labels and addresses.

use commands::event::Severity;
use serde_json::json;

use crate::sources::read::{identity, labels, outcome, repository, severity, snake, time};

#[test]
fn times_are_read_however_they_are_written() {
    let at = |value: serde_json::Value| time(&json!({"at": value}), &["/none", "/at"]).map(|it| it.to_string());
    for written in [
        json!("2026-11-20T10:00:00Z"),
        json!("2026-11-20T11:00:00+01:00"),
        json!("20261120T100000+0000"),
        json!("2026-11-20 10:00:00 UTC"),
        json!("2026-11-20 11:00:00 +0100"),
        json!("2026-11-20T10:00:00"),
        json!("1795168800"),
        json!(1_795_168_800),
        json!(1_795_168_800_000_i64),
        json!(1_795_168_800_000_000_962_i64),
        json!(1_795_168_800.0),
    ] {
        assert_eq!(at(written.clone()).as_deref(), Some("2026-11-20T10:00:00Z"), "{written}");
    }
    // Go's year 1, and what is no time.
    for nothing in
        [json!("0001-01-01T00:00:00Z"), json!(0), json!("soon"), json!(null), json!(1e300), json!(i64::MIN), json!({"a": 1})]
    {
        assert_eq!(at(nothing.clone()), None, "{nothing}");
    }
}

#[test]
fn words_become_kinds() {
    for (word, kind) in [
        ("RestartPump", "restart_pump"),
        ("incident.responder.added", "incident_responder_added"),
        ("STATE_CHANGE", "state_change"),
        (" No data! ", "no_data"),
        ("build2Finished", "build2_finished"),
        ("--", ""),
        ("Überlauf", "überlauf"),
    ] {
        assert_eq!(snake(word), kind);
    }
}

#[test]
fn outcomes_and_severities_are_the_same_in_all_systems() {
    let told = ["SUCCESS", "Still Failing", "timed_out", "ABORTED", "unstable", "whatever"].map(outcome);
    assert_eq!(told, [Some("passed"), Some("failed"), Some("failed"), Some("cancelled"), Some("unstable"), None]);
    let told = ["Critical", "P2", "warn", "info", "purple"].map(severity);
    assert_eq!(told, [Some(Severity::Critical), Some(Severity::Error), Some(Severity::Warning), Some(Severity::Info), None]);
}

#[test]
fn labels_are_read_from_every_shape() {
    let value = json!({
        "object": {"a": "1", "b": 2, "c": null, "d": ["x"]},
        "pairs": [["a", "1"], ["b"], "c", {"key": "d", "value": true}, {"name": "e"}, 7],
        "text": "a, b,,c",
    });
    assert_eq!(labels(&value, "/object"), ["a=1", "b=2", "c", "d"]);
    assert_eq!(labels(&value, "/pairs"), ["a=1", "c", "d=true", "e", "7"]);
    assert_eq!(labels(&value, "/text"), ["a", "b", "c"]);
    assert!(labels(&value, "/none").is_empty());
}

#[test]
fn repositories_have_a_page() {
    for (address, page) in [
        ("https://github.com/demo/apollo.git", Some("https://github.com/demo/apollo")),
        ("git@gitlab.com:demo/apollo.git", Some("https://gitlab.com/demo/apollo")),
        ("https://ana:s3cret@git.example.org/demo/apollo/", Some("https://git.example.org/demo/apollo")),
        ("/srv/git/apollo", None),
        ("https://example.org", None),
        ("git@nowhere", None),
    ] {
        assert_eq!(repository(address).as_deref(), page, "{address}");
    }
}

#[test]
fn an_identity_is_of_the_parts_and_not_of_their_sum() {
    assert_eq!(identity(["ab", "c"]), identity(["ab", "c"]));
    assert_ne!(identity(["ab", "c"]), identity(["a", "bc"]));
    assert_ne!(identity(["ab"]), identity(["ab", ""]));
}
