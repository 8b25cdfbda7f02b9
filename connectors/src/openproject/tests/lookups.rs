//! What pickers offer, by what the form holds already.

use super::*;

#[tokio::test]
async fn choices_go_by_the_form() {
    let desk = desk().await;
    let mut told = String::new();
    for (lookup, typed, given) in [
        ("project", "", json!({})),
        ("project", "moon", json!({})),
        ("type", "", json!({})),
        ("type", "", json!({ "project": "apollo" })),
        ("type", "", json!({ "package": "#5" })),
        ("status", "", json!({})),
        ("status", "", json!({ "package": "4" })),
        ("status", "c", json!({ "package": "1" })),
        ("priority", "", json!({})),
        ("user", "", json!({})),
        ("user", "ben", json!({})),
        ("user", "", json!({ "project": "apollo" })),
        ("version", "", json!({})),
        ("version", "", json!({ "project": "demo" })),
        ("version", "", json!({ "package": 5 })),
        ("category", "l", json!({ "project": "Demo" })),
        ("budget", "", json!({ "package": "1" })),
        ("activity", "", json!({ "package": "1" })),
        ("activity", "dev", json!({ "project": "demo" })),
        ("activity", "", json!({})),
        ("role", "admin", json!({})),
        ("group", "", json!({})),
        ("query", "", json!({})),
    ] {
        let choices = desk.choices(lookup, typed, given.clone()).await.unwrap_or_else(|err| panic!("{lookup} {given}: {err}"));
        let choices: Vec<String> = choices
            .into_iter()
            .map(|it| if it.value == it.label { it.label } else { format!("{} ({})", it.label, it.value) })
            .collect();
        told.push_str(&format!("{lookup} {typed:?} {given}: {}\n", choices.join(", ")));
    }
    expect![[r##"
        project "" {}: Apollo (apollo), Demo (demo)
        project "moon" {}: 
        type "" {}: Task, Milestone, Feature, Bug
        type "" {"project":"apollo"}: Task, Milestone, Feature
        type "" {"package":"#5"}: Task, Milestone, Feature
        status "" {}: New, In progress, On hold, Closed, Rejected
        status "" {"package":"4"}: New, Closed
        status "c" {"package":"1"}: Closed, Rejected
        priority "" {}: Low, Normal, High, Immediate
        user "" {}: Bellhop Bot (bellhop), Ana Example (ana), Ben Example (ben), Chloe Example (chloe), Printers
        user "ben" {}: Ben Example (ben)
        user "" {"project":"apollo"}: Ana Example (ana)
        version "" {}: 
        version "" {"project":"demo"}: 1.0
        version "" {"package":5}: 
        category "l" {"project":"Demo"}: Light
        budget "" {"package":"1"}: Paper and toner
        activity "" {"package":"1"}: Management, Development, Testing
        activity "dev" {"project":"demo"}: Development
        activity "" {}: 
        role "admin" {}: Project admin
        group "" {}: Printers
        query "" {}: Open bugs (Demo) (1)
    "##]]
    .assert_eq(&told);
    let error = desk.choices("version", "", json!({ "project": "apolo" })).await.expect_err("no such project");
    assert!(error.message.contains("Did you mean `apollo`?"), "{error}");
}

#[tokio::test]
async fn pasted_links_show_their_work_package() {
    let desk = desk().await;
    for path in [
        "work_packages/2",
        "projects/demo/work_packages/2/activity",
        "projects/1/work_packages/2",
        "wp/2",
        "work_packages/details/2/overview?query_id=7",
    ] {
        let line = format!("{}/{path}", desk.server.url());
        let shown = read(&desk.run(&line).await);
        assert!(shown.starts_with("# #2 Dark mode for the lobby\n"), "{line}: {shown}");
    }
}
