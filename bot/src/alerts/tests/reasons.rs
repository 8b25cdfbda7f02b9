//! Why nobody is paged: silences, maintenance, what explains what, and who did it.

use super::*;
use crate::{
    alerts::State,
    people::links::{Found, Linked},
};
use commands::filter::Filter;

fn filter(text: &str) -> Filter {
    Filter::parse(text).expect("a filter")
}

#[tokio::test]
async fn a_silence_holds_back_what_it_is_about_and_nothing_else() {
    on_each(async |bench| {
        let desk = Desk::new(bench).await;
        let id = desk.report(disk(&desk, "firing", "db1")).await.expect("an alert");
        assert!(desk.row(id).await.is_paging);
        let until = desk.now() + minutes(60);
        desk.app.silence(&filter("label:instance=db1"), &ana(), until, "it is rebuilt").await.expect("a silence");
        let row = desk.row(id).await;
        assert_eq!((row.is_paging, row.muted.as_deref()), (false, Some("silenced by Ana (it is rebuilt)")));
        assert!(!desk.pages(id).await);
        assert!(desk.card(id).await.contains("Nobody is paged: Silenced by Ana (it is rebuilt), until 2026-03-02 10:00 UTC"));
        // Another machine of the same alert is not silenced.
        desk.report(disk(&desk, "firing", "db2")).await;
        assert!(desk.pages(id).await && desk.row(id).await.is_paging);
        desk.wait(minutes(1)).await;
        desk.report(disk(&desk, "resolved", "db2")).await;
        assert!(!desk.pages(id).await && !desk.row(id).await.is_paging);
        // It ends by itself.
        desk.wait(minutes(60)).await;
        assert!(desk.pages(id).await && desk.row(id).await.is_paging);
        let silence =
            desk.app.silence(&filter("source:monitoring"), &ana(), desk.now() + minutes(60), "").await.expect("a silence");
        assert!(!desk.pages(id).await);
        desk.app.unsilence(silence).await.expect("it is ended");
        assert!(desk.pages(id).await && desk.row(id).await.is_paging);
        assert!(desk.app.unsilence(silence).await.is_err());
    })
    .await;
}

#[tokio::test]
async fn an_alert_is_silenced_until_it_is_resolved() {
    on_each(async |bench| {
        let desk = Desk::new(bench).await;
        let id = desk.report(disk(&desk, "firing", "db1")).await.expect("an alert");
        desk.app.silence_alert(id, &ana(), None, "").await.expect("a silence");
        desk.report(disk(&desk, "firing", "db2")).await;
        desk.wait(minutes(600)).await;
        assert!(!desk.pages(id).await && !desk.row(id).await.is_paging);
        desk.report(disk(&desk, "resolved", "db1")).await;
        desk.report(disk(&desk, "resolved", "db2")).await;
        assert_eq!(desk.row(id).await.state, State::Resolved);
        assert_eq!(desk.app.silences().await.expect("silences"), []);
        desk.wait(minutes(1)).await;
        desk.report(disk(&desk, "firing", "db1")).await;
        assert!(desk.pages(id).await);
    })
    .await;
}

#[tokio::test]
async fn a_maintenance_window_begins_and_ends_by_itself() {
    on_each(async |bench| {
        let window = "\n[[maintenance]]\nname = \"backups\"\nfilter = \"in:apollo\"\ncron = \"10 9 * * *\"\nlasts = \"30m\"\nwhy = \"backups\"\n";
        let desk = Desk::with(bench, &format!("{CONFIG}{window}")).await;
        let id = desk.report(disk(&desk, "firing", "db1")).await.expect("an alert");
        assert!(desk.pages(id).await);
        // A page that is about to leave when it begins does not.
        desk.wait(minutes(10)).await;
        assert!(!desk.pages(id).await);
        // Its card says so without anything having been reported.
        let row = desk.row(id).await;
        assert_eq!((row.is_paging, row.muted.as_deref()), (false, Some("maintenance backups (backups)")));
        desk.wait(minutes(1)).await;
        desk.report(disk(&desk, "firing", "db2")).await;
        desk.wait(minutes(30)).await;
        assert!(desk.pages(id).await && desk.row(id).await.is_paging);
    })
    .await;
}

#[tokio::test]
async fn one_alert_explains_another_of_the_same_cluster() {
    on_each(async |bench| {
        let rule = "\n[[inhibit]]\nname = \"cluster\"\nsource = \"title:DiskArrayDown\"\ntarget = \"title:DiskFull\"\nequal = [\"service\"]\n";
        let desk = Desk::with(bench, &format!("{CONFIG}{rule}")).await;
        let id = desk.report(disk(&desk, "firing", "db1")).await.expect("an alert");
        let mut down = disk(&desk, "firing", "array");
        down.object.title = "DiskArrayDown".into();
        down.labels = vec!["service=web".into()];
        let other = desk.report(down.clone()).await.expect("an alert");
        assert!(desk.pages(id).await && desk.pages(other).await, "another service");
        desk.wait(minutes(1)).await;
        down.labels = vec!["service=db".into()];
        down.id = "again".into();
        desk.report(down).await;
        assert!(!desk.pages(id).await && desk.pages(other).await);
        desk.report(disk(&desk, "firing", "db2")).await;
        assert_eq!(desk.row(id).await.muted.as_deref(), Some(format!("alert {other} explains it (rule cluster)").as_str()));
        desk.app.resolve_alert(other, &ana(), None).await.expect("over");
        desk.wait(minutes(2)).await;
        assert!(desk.pages(id).await && desk.row(id).await.is_paging, "it is looked at again by itself");
    })
    .await;
}

#[tokio::test]
async fn nobody_is_paged_for_what_they_did_themselves() {
    on_each(async |bench| {
        let connection = "\n[[connection]]\nname = \"monitoring\"\nkind = \"redmine\"\nurl = \"https://redmine.example.org\"\napi_key = \"k\"\n";
        let desk = Desk::with(bench, &format!("{CONFIG}{connection}")).await;
        let person = crate::people::PersonId::new("slack", "T1", "U1");
        let linked = Linked { account: "ana".into(), found: Found::Administrator };
        desk.app.people.set_link(&person, "monitoring", &linked, &person).await.expect("a link");
        desk.app.know_people().await.expect("people");
        let event = Event { actor: Some("ana".into()), ..disk(&desk, "firing", "db1") };
        let id = desk.report(event).await.expect("an alert");
        let alert = desk.app.alert(id).await.expect("the store").expect("an alert");
        assert_eq!(alert.caused_by, Some(person));
    })
    .await;
}
