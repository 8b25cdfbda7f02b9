//! The app's manifest.

use std::{fs, path::PathBuf};

use expect_test::expect_file;
use serde_json::{Value, json};

use crate::chat::slack::{
    install::oauth::advice,
    manifest::{Delivery, EVENTS, SCOPES, manifest, manifest_for_oauth},
};

#[test]
fn the_example_is_what_this_version_writes() {
    let manifest = manifest("https://bot.example.org", Delivery::Http);
    expect_file!["../../../../../manifests/slack.json"].assert_eq(&(serde_json::to_string_pretty(&manifest).unwrap() + "\n"));
}

#[test]
fn every_connector_has_its_command() {
    let manifest = manifest("https://bot.example.org/", Delivery::Http);
    let commands = manifest["features"]["slash_commands"].as_array().unwrap();
    assert!(commands.iter().all(|it| it["command"] != "/slack"), "perhaps Slack keeps that name: /bellhop slack");
    for name in connectors::ALL.iter().map(|it| it.name).filter(|it| *it != "slack").chain(["bellhop"]) {
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

#[test]
fn an_app_for_oauth_says_where_browsers_come_back_to_and_renews_its_tokens() {
    for delivery in [Delivery::Http, Delivery::Socket] {
        let manifest = manifest_for_oauth("https://bot.example.org", delivery);
        assert_eq!(manifest["oauth_config"]["redirect_urls"], json!(["https://bot.example.org/slack/oauth"]));
        assert_eq!(manifest["settings"]["token_rotation_enabled"], json!(true));
        assert_eq!(manifest["settings"]["org_deploy_enabled"], json!(true));
    }
    // Where the token is copied into a file, one that expires would be of no use.
    let copied = manifest("https://bot.example.org", Delivery::Http);
    assert_eq!(copied["settings"]["token_rotation_enabled"], json!(false));
}

/// Slack's own schema of manifests lies beside the project, as `tests/contract/run` says of the other contracts.
#[test]
fn slack_accepts_every_manifest() {
    let beside = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared/specs");
    let folder = std::env::var_os("BELLHOP_CONTRACTS").map_or(beside, PathBuf::from);
    let path = folder.join("slack/manifest.schema.2.0.0.json");
    let Ok(text) = fs::read_to_string(&path) else {
        eprintln!("No schema of Slack's manifests beside the project ({}): they were not judged.", path.display());
        return;
    };
    let schema: Value = serde_json::from_str(&text).unwrap();
    let judge = jsonschema::validator_for(&schema).unwrap();
    for delivery in [Delivery::Http, Delivery::Socket] {
        for of in [manifest, manifest_for_oauth] {
            let manifest = of("https://bot.example.org", delivery);
            let faults: Vec<String> = judge.iter_errors(&manifest).map(|it| format!("{}: {it}", it.instance_path())).collect();
            assert_eq!(faults, [""; 0], "{delivery:?}");
        }
    }
    // It does judge.
    let mut broken = manifest("https://bot.example.org", Delivery::Http);
    broken["settings"]["socket_mode_enabled"] = json!("no");
    broken["display_information"]["name"] = json!("x".repeat(36));
    assert!(judge.iter_errors(&broken).count() >= 2);
}

#[test]
fn the_page_about_slack_is_current() {
    let cell = |text: &str| text.replace('|', "\\|");
    let scopes: Vec<String> =
        SCOPES.iter().map(|it| format!("| `{}` | {} | {} |", it.name, cell(it.why), cell(it.lost))).collect();
    let codes = [
        "access_denied",
        "invalid_code",
        "bad_redirect_uri",
        "bad_client_secret",
        "invalid_team_for_non_distributed_app",
        "cannot_install_an_org_installed_app",
        "invalid_scope",
        "org_login_required",
    ];
    let advised: Vec<String> = codes.iter().map(|code| format!("| `{code}` | {} |", cell(advice(code)))).collect();
    let events: Vec<String> = EVENTS.iter().map(|it| format!("`{it}`")).collect();
    let page = include_str!("../install/docs.md")
        .replace("{scopes}", &scopes.join("\n"))
        .replace("{advice}", &advised.join("\n"))
        .replace("{events}", &events.join(", "));
    expect_file!["../../../../../docs/slack.md"].assert_eq(&page);
}

#[test]
fn every_scope_of_the_commands_is_asked_for() {
    for needed in connectors::slack::SCOPES {
        assert!(SCOPES.iter().any(|it| it.name == needed.name), "{} for {}", needed.name, needed.commands);
    }
}
