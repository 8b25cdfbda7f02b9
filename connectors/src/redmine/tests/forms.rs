//! What pickers offer, and examples.

use super::*;

#[tokio::test]
async fn pickers_offer_what_fits() {
    let here = Here::new().await;
    let mut text = String::new();
    for (name, typed, given) in [
        ("project", "", json!({})),
        ("project", "apo", json!({})),
        ("tracker", "", json!({ "project": "demo" })),
        ("status", "re", json!({})),
        ("priority", "", json!({})),
        ("user", "an", json!({})),
        ("user", "", json!({ "project": "apollo" })),
        ("version", "", json!({ "project": "apollo" })),
        ("version", "", json!({ "issue": "1" })),
        ("category", "", json!({ "project": "demo" })),
        ("activity", "", json!({ "issue": "#1" })),
        ("role", "", json!({})),
    ] {
        let query = Query { typed: typed.into(), given: given.as_object().cloned().unwrap_or_default(), asker: None };
        let choices = here.bot.redmine.lookup(name, &query).await.expect("choices");
        let choices: Vec<String> = choices.into_iter().map(|it| format!("{}={}", it.value, it.label)).collect();
        text.push_str(&format!("{name} {typed:?} {given}: {}\n", choices.join(", ")));
    }
    expect![[r##"
        project "" {}: apollo=Apollo, demo=Demo
        project "apo" {}: apollo=Apollo
        tracker "" {"project":"demo"}: Bug=Bug, Feature=Feature, Support=Support
        status "re" {}: In Progress=In Progress, Resolved=Resolved, Rejected=Rejected
        priority "" {}: Low=Low, Normal=Normal, High=High, Urgent=Urgent, Immediate=Immediate
        user "an" {}: ana=Ana Example
        user "" {"project":"apollo"}: Ana Example=Ana Example, Ben Example=Ben Example
        version "" {"project":"apollo"}: First stage=First stage
        version "" {"issue":"1"}: 1.0=1.0, 2.0=2.0
        category "" {"project":"demo"}: Backend=Backend, Hardware=Hardware
        activity "" {"issue":"#1"}: Design=Design, Development=Development
        role "" {}: Manager=Manager, Developer=Developer, Reporter=Reporter
    "##]]
    .assert_eq(&text);
}

#[tokio::test]
async fn every_action_has_an_example_that_is_complete() {
    let here = Here::new().await;
    for spec in &here.bot.group.actions {
        assert!(!spec.examples.is_empty(), "{}", spec.name);
        for example in spec.examples {
            assert_eq!(here.bot.call(example).action, spec.name, "{example}");
        }
    }
}
