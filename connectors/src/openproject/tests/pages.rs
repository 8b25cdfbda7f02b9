//! Lists that are longer than a page.

use super::*;
use crate::openproject::standin::state::{Package, Project};

/// Work packages 100 to 349 in Demo, all alike.
fn crowd(desk: &Desk<Simulated>) {
    let mut state = desk.standin.state();
    let first = state.packages[0].clone();
    let more = (100..350).map(|id| Package { id, subject: format!("Copy {id}"), ..first.clone() });
    state.packages.extend(more.collect::<Vec<_>>());
}

#[tokio::test]
async fn a_long_list_has_a_way_on() {
    let desk = desk().await;
    crowd(&desk);
    let first = desk.run("wp list project=demo sort=created limit=50").await;
    let first = read(&first);
    assert!(first.starts_with("1 to 50 of 253 work packages\n- #349 Copy 349"), "{first}");
    assert!(first.contains(r#"[Show more: wp list {"project":"demo","sort":"created","limit":50,"page":2}]"#), "{first}");
    let last = read(&desk.run("wp list project=demo sort=created limit=50 page=6").await);
    assert!(last.starts_with("251 to 253 of 253 work packages\n"), "{last}");
    assert!(!last.contains("Show more"), "{last}");
    assert!(read(&desk.run("wp list project=demo page=99").await).starts_with("No more work packages."));
}

#[tokio::test]
async fn an_export_holds_all_pages() {
    let desk = desk().await;
    crowd(&desk);
    for line in ["wp export project=demo", "query export Open bugs"] {
        let from = desk.server.exchanges().len();
        let reply = desk.run(line).await.expect("a table");
        let text = plain(&reply.message);
        let rows = text.lines().filter(|it| it.contains(",Demo,")).count();
        assert_eq!(rows, if line.starts_with("wp") { 253 } else { 251 }, "{line}");
        let asked = desk.server.exchanges()[from..].iter().filter(|it| it.request_line().contains("pageSize=100")).count();
        assert!(asked >= 3, "{line} asked {asked} times");
    }
}

#[tokio::test]
async fn a_project_on_the_second_page_is_found() {
    let desk = desk().await;
    {
        let mut state = desk.standin.state();
        let first = state.projects[0].clone();
        for id in 1000..1150 {
            let (identifier, name) = (format!("demo-{id}"), format!("Demo {id}"));
            state.projects.push(Project { id, identifier, name, ..first.clone() });
        }
    }
    // More than a page hold the word; the one that is it comes first or last.
    assert!(read(&desk.run("project show demo-1149").await).contains("# Demo 1149"));
    assert!(read(&desk.run("wp list project=demo").await).contains("work packages"));
    let choices = desk.choices("project", "demo 11", json!({})).await.expect("projects");
    assert_eq!(choices.len(), 50);
}
