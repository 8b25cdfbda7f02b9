//! Lists that are longer than a page.

use super::*;
use crate::openproject::standin::state::{Membership, Package, Project, Relation};

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

#[tokio::test]
async fn what_is_cut_off_is_told() {
    let desk = desk().await;
    {
        let mut state = desk.standin.state();
        let first = state.packages[0].clone();
        let more = (1000..1501).map(|id| Package { id, parent: Some(3), ..first.clone() });
        state.packages.extend(more.collect::<Vec<_>>());
        let relation = state.relations[0].clone();
        state.relations.extend((1000..1501).map(|id| Relation { id, from: 1, to: id, ..relation.clone() }));
        let membership = state.memberships[0].clone();
        state.memberships.extend((1000..1201).map(|id| Membership { id, ..membership.clone() }));
    }
    for (line, note) in [
        ("wp children 3", "(These are the first 200. All of them are in OpenProject)"),
        ("wp relations 1", "(These are the first 500. All of them are in OpenProject)"),
        ("user show ana", "(These are the first 200 projects; member list shows who is in one.)"),
        (
            "budget show Paper and toner project=demo",
            "(There are more than these 500, whose hours are not in the sum: the budget's page has all.)",
        ),
    ] {
        let said = read(&desk.run(line).await);
        assert!(said.contains(note), "{line}: {said}");
    }
    assert!(read(&desk.run("budget show Paper and toner project=demo").await).contains("the first 500 work packages, "));
    // What is not listed can be ended all the same.
    desk.run("wp unrelate 1 1500").await.expect("an end");
    assert!(desk.standin.state().relations.iter().all(|it| it.to != 1500));
}

#[tokio::test]
async fn a_question_says_that_there_are_more_projects_below() {
    let desk = desk().await;
    {
        let mut state = desk.standin.state();
        let first = state.projects[0].clone();
        let below =
            |id: u64| Project { id, identifier: format!("p{id}"), name: format!("P{id}"), parent: Some(2), ..first.clone() };
        let all: Vec<Project> = (1000..1051).map(below).collect();
        state.projects.extend(all);
    }
    let asked = read(&desk.run("project delete apollo").await);
    assert!(asked.contains("Below it: P1000, ") && asked.contains(", P1049 and more."), "{asked}");
}

#[tokio::test]
async fn an_export_of_a_query_says_where_it_ends() {
    let desk = desk().await;
    {
        let mut state = desk.standin.state();
        let first = state.packages[0].clone();
        state.packages.extend((1000..6000).map(|id| Package { id, ..first.clone() }));
    }
    let reply = desk.run("query export Open bugs").await.expect("a table");
    let said = plain(&reply.message);
    assert!(said.contains("open-bugs.csv: 5000 work packages\n"), "{}", said.len());
    assert!(said.contains("(These are the first 5000 of 5001: ask for fewer.)"), "{}", said.len());
}
