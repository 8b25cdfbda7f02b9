//! Sequences: how far they came, kept over restarts, one at a time for each person.

use super::*;
use crate::store::testing::on_each;

fn ana() -> PersonId {
    PersonId::new("slack", "T1", "U1")
}

fn steps(kinds: &[&str]) -> Vec<Step> {
    kinds.iter().map(|it| Step { kind: (*it).into(), needs: Vec::new(), progress: Progress::Waiting { failed: None } }).collect()
}

#[tokio::test]
async fn a_setup_is_found_again_where_it_stopped() {
    on_each(|bench| async move {
        let setups = Setups::open(&bench.store);
        assert!(setups.open_of(&ana()).await.expect("read").is_none());
        let begun = setups.begin(&ana(), &steps(&["redmine", "github"])).await.expect("written").expect("the first");
        assert_eq!(begun.next().map(|it| it.kind.as_str()), Some("redmine"));
        assert!(setups.begin(&ana(), &steps(&["jira"])).await.expect("read").is_none(), "one at a time");
        let ben = PersonId::new("slack", "T1", "U2");
        assert!(setups.begin(&ben, &steps(&["jira"])).await.expect("written").is_some(), "for each person");

        let mut tx = bench.store.begin().await.expect("a transaction");
        let mut open = setups.open_in(&mut tx, &ana()).await.expect("read").expect("open");
        let connected = Progress::Connected { name: "redmine".into(), version: 3, before: Some(2) };
        assert!(open.advance("redmine", connected) && !open.advance("redmine", Progress::Skipped));
        Setups::change(&mut tx, &mut open, None).await.expect("written");
        tx.commit().await.expect("committed");

        // What another process finds.
        let open = Setups::open(&bench.store).open_of(&ana()).await.expect("read").expect("still open");
        assert_eq!(open.next().map(|it| it.kind.as_str()), Some("github"));
        assert_eq!(open.made().collect::<Vec<_>>(), [("redmine", 3, Some(2))]);
        assert_eq!(open.end(), None);

        // Whoever read it before the change cannot write over it.
        let mut tx = bench.store.begin().await.expect("a transaction");
        let mut stale = begun.clone();
        assert!(Setups::change(&mut tx, &mut stale, Some(End::Undone)).await.is_err());
        tx.rollback().await.expect("nothing written");

        let mut tx = bench.store.begin().await.expect("a transaction");
        let mut open = setups.open_in(&mut tx, &ana()).await.expect("read").expect("open");
        assert!(open.advance("github", Progress::Skipped));
        let end = open.end();
        assert_eq!(end, Some(End::Done));
        Setups::change(&mut tx, &mut open, end).await.expect("written");
        tx.commit().await.expect("committed");
        assert!(setups.open_of(&ana()).await.expect("read").is_none());
        assert!(setups.begin(&ana(), &steps(&["jira"])).await.expect("written").is_some(), "the next one may begin");
    })
    .await;
}

#[test]
fn systems_are_named_as_people_write_lists() {
    let named = |text: &[&str]| {
        let names: Vec<String> = text.iter().map(|it| (*it).to_owned()).collect();
        kinds_of(&names).map(|all| all.iter().map(|it| it.name).collect::<Vec<_>>()).map_err(|err| err.message)
    };
    assert_eq!(named(&["notion, github"]), Ok(vec!["notion", "github"]));
    assert_eq!(named(&["GitHub", "redmine github"]), Ok(vec!["github", "redmine"]));
    let wrong = named(&["gihtub"]).expect_err("no such system");
    assert!(wrong.contains("`gihtub`") && wrong.contains("github"), "{wrong}");
}
