//! The app's manifest.

use expect_test::expect_file;
use serde_json::json;

use crate::chat::slack::manifest::{Delivery, SCOPES, manifest};

#[test]
fn the_example_is_what_this_version_writes() {
    let manifest = manifest("https://bot.example.org", Delivery::Http);
    expect_file!["../../../../../manifests/slack.json"].assert_eq(&(serde_json::to_string_pretty(&manifest).unwrap() + "\n"));
}

#[test]
fn every_connector_has_its_command() {
    let manifest = manifest("https://bot.example.org/", Delivery::Http);
    let commands = manifest["features"]["slash_commands"].as_array().unwrap();
    for name in connectors::ALL.iter().map(|it| it.name).chain(["bellhop"]) {
        let command = commands.iter().find(|it| it["command"] == format!("/{name}")).unwrap();
        assert_eq!(command["url"], "https://bot.example.org/slack/commands");
        assert_eq!(command["should_escape"], json!(true), "mentions come with ids only so");
    }
}

#[test]
fn socket_mode_needs_no_address() {
    let manifest = manifest("https://bot.example.org", Delivery::Socket);
    assert_eq!(manifest["settings"]["socket_mode_enabled"], json!(true));
    assert!(!manifest.to_string().contains("bot.example.org"));
}

#[test]
fn each_scope_is_asked_for_once_with_a_reason() {
    let mut names: Vec<&str> = SCOPES.iter().map(|it| it.name).collect();
    names.dedup();
    assert_eq!(names.len(), SCOPES.len());
    assert!(names.is_sorted() && SCOPES.iter().all(|it| !it.why.is_empty() && !it.lost.is_empty()));
}
