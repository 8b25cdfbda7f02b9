//! Step by step, and what holds a step back.

use super::*;

#[tokio::test]
async fn steps_are_taken_one_after_the_other_again_and_then_the_last_resort() {
    on_each(async |bench| {
        let world = World::new(&bench).await;
        world.set_policy(&["team:ana wait=5m", "team:ben wait=10m"], 1, &["sms:+41790000009"]).await;
        world.begin().await;
        assert_eq!(world.look().await, 1);
        for seconds in [299, 1, 600, 300, 600] {
            world.after(seconds).await;
        }
        assert_eq!((world.row().await.state, world.row().await.due), (State::Ended, None));
        world.after(100_000).await;
        world
            .notes(expect![[r#"
                +0 It was opened.
                +0 People are paged by the policy platform.
                +0 Step 1: Ana by direct message, by text message in 5 min.
                +300 Step 2: Ben by direct message, by text message in 5 min.
                +900 Step 1, once more (2 of 2): Ana by direct message, by text message in 5 min.
                +1200 Step 2, once more (2 of 2): Ben by direct message, by text message in 5 min.
                +1800 Nobody acknowledged. The last resort: sms:+41790000009 by text message.
            "#]])
            .await;
        world
            .pages(expect![[r#"
                +0 Ana dm waiting
                +300 Ana sms waiting
                +300 Ben dm waiting
                +600 Ben sms waiting
                +900 Ana dm waiting
                +1200 Ana sms waiting
                +1200 Ben dm waiting
                +1500 Ben sms waiting
                +1800 sms:+41790000009 sms waiting
            "#]])
            .await;
    })
    .await;
}

#[tokio::test]
async fn nothing_follows_an_acknowledgement() {
    on_each(async |bench| {
        let world = World::new(&bench).await;
        world.set_policy(&["team:ana wait=1m", "team:ben"], 3, &["team:chloe"]).await;
        world.begin().await;
        world.look().await;
        let dm = world.page("Ana", Kind::Dm).await;
        world.land(&dm, Landed::Sent { message: None }).await;
        world.acknowledge().await;
        world.after(100_000).await;
        // What is heard of a page later moves nothing any more.
        world.land(&dm, Landed::Failed { reason: "gone".into() }).await;
        world.after(100_000).await;
        assert_eq!(world.row().await.state, State::Stopped);
        world
            .pages(expect![[r#"
            +0 Ana dm failed
            +300 Ana sms off
        "#]])
            .await;
        // Nobody sees to it after all: it begins anew.
        world.app.unacknowledge_alert(world.alert.get(), &World::ben()).await.expect("taken back");
        world.look().await;
        assert_eq!((world.row().await.state, world.row().await.step), (State::Running, 1));
    })
    .await;
}

#[tokio::test]
async fn what_is_under_maintenance_waits_and_goes_on_where_it_was() {
    on_each(async |bench| {
        let world = World::new(&bench).await;
        world.set_policy(&["team:ana wait=5m", "team:ben"], 0, &[]).await;
        // From four minutes on, for three.
        let at = |seconds: u64| (world.begin + Duration::from_secs(seconds)).to_string();
        let window = Maintenance { from: Some(at(240)), to: Some(at(420)), ..Maintenance::default() };
        world.app.resources.save("disks", &window, &by()).await.expect("a window");
        world.begin().await;
        assert_eq!(world.look().await, 1);
        for _ in 0..6 {
            world.after(60).await;
        }
        assert!(world.app.pages(world.alert.get()).await.expect("pages").iter().all(|it| it.name == "Ana"));
        world.after(60).await;
        assert_eq!(world.page("Ben", Kind::Dm).await.due.duration_since(world.begin).as_secs(), 420);
        world.app.resolve_alert(world.alert.get(), &World::ben(), None).await.expect("resolved");
        assert_eq!(world.row().await.state, State::Stopped);
        assert_eq!(world.page("Ben", Kind::Sms).await.state, PageState::Off);
    })
    .await;
}

#[tokio::test]
async fn nobody_is_paged_for_what_they_did_themselves() {
    on_each(async |bench| {
        let world = World::new(&bench).await;
        world.set_policy(&["team:ana wait=5m", "team:all wait=5m"], 0, &[]).await;
        world.begin_for(Some(person("ANA"))).await;
        assert_eq!(world.look().await, 2, "a step that reaches nobody is over at once");
        world
            .notes(expect![[r#"
                +0 It was opened.
                +0 People are paged by the policy platform.
                +0 Ana is not paged: it fires for what they did themselves.
                +0 Step 1 reaches nobody: the next one at once.
                +0 Ana is not paged: it fires for what they did themselves.
                +0 Step 2: Ben by direct message, by text message in 5 min; Chloe by direct message, by text message in 5 min.
            "#]])
            .await;
    })
    .await;
}

#[tokio::test]
async fn after_a_long_night_the_step_that_is_due_fires_once() {
    on_each(async |bench| {
        let world = World::new(&bench).await;
        world.set_policy(&["team:ana wait=5m", "team:ben wait=5m", "team:chloe wait=5m"], 5, &[]).await;
        world.begin().await;
        world.look().await;
        bench.clock.advance(Duration::from_secs(8 * 3600));
        assert_eq!(world.look().await, 1);
        assert_eq!(world.row().await.due, Some(bench.store.now() + Duration::from_secs(300)));
        world.after(299).await;
        assert_eq!(world.row().await.step, 2);
        world.after(1).await;
        assert_eq!(world.row().await.step, 3);
    })
    .await;
}

#[tokio::test]
async fn conditions_turns_and_more_help() {
    on_each(async |bench| {
        let world = World::new(&bench).await;
        // It is Monday, 09:00 in UTC.
        let steps = ["team:ana severity=critical", "team:ben hours=sat,sun", "team:all turn=next wait=5m", "team:nobody wait=5m"];
        world.set_policy(&steps, 3, &["team:chloe"]).await;
        world.begin().await;
        world.look().await;
        world.after(300).await;
        world.after(0).await;
        let mut tx = bench.store.begin().await.expect("a transaction");
        world.app.escalate_further(&mut tx, world.alert.get()).await.expect("more help");
        tx.commit().await.expect("committed");
        world.look().await;
        world
            .notes(expect![[r#"
                +0 It was opened.
                +0 People are paged by the policy platform.
                +0 2 steps of platform: passed over now, by its hours or its severity.
                +0 Step 3: Ana by direct message, by text message in 5 min.
                +300 There is no team `nobody`.
                +300 Step 4 reaches nobody: the next one at once.
                +300 2 steps of platform: passed over now, by its hours or its severity.
                +300 Step 3, once more (2 of 4): Ben by direct message, by text message in 5 min.
                +300 There is no team `nobody`.
                +300 Step 4 reaches nobody: the next one at once.
                +300 2 steps of platform: passed over now, by its hours or its severity.
                +300 Step 3, once more (3 of 4): Chloe by direct message, by text message in 5 min.
            "#]])
            .await;
    })
    .await;
}

#[tokio::test]
async fn a_rehearsal_pages_nobody_and_says_what_would_happen() {
    on_each(async |bench| {
        let world = World::new(&bench).await;
        world
            .set_policy(&["team:ana wait=5m", "team:all turn=next wait=10m severity=error", "team:nobody"], 1, &["slack:#ops"])
            .await;
        let plan = world.app.paging_plan(&[Recipient::Policy("platform".into())]);
        let found = world.app.rehearse_escalation(&plan, Severity::Critical, world.begin).await.expect("rehearsed");
        let mut text = String::new();
        for it in &found {
            let at = it.at.duration_since(world.begin).as_secs();
            text.push_str(&format!("+{at} {:?} {}\n", it.step, it.lines.join("; ")));
        }
        expect![[r#"
            +0 Some(0) Ana (in the team ana): by direct message, by text message after 5 min
            +300 Some(1) Ana (in the team all): by direct message, by text message after 5 min
            +900 Some(2) There is no team `nobody`.
            +900 Some(0) Ana (in the team ana): by direct message, by text message after 5 min
            +1200 Some(1) Ben (in the team all): by direct message, by text message after 5 min
            +1800 Some(2) There is no team `nobody`.
            +1800 None slack:#ops: there
        "#]]
        .assert_eq(&text);
        assert_eq!(world.app.pages(world.alert.get()).await.expect("pages"), []);
    })
    .await;
}

/// What administrators are to be told.
async fn told(world: &World<'_>) -> Vec<String> {
    let notes = sql("SELECT payload FROM job WHERE kind = 'note' ORDER BY id").all(world.app.store.read()).await.expect("notes");
    let reason = |it: &crate::store::Row| it.json::<serde_json::Value>(0).expect("a note")["reason"].to_string();
    notes.iter().map(reason).collect()
}

#[tokio::test]
async fn a_policy_that_is_not_there_pages_nobody_and_says_so() {
    on_each(async |bench| {
        let world = World::new(&bench).await;
        world.set_policy(&["team:ana"], 0, &[]).await;
        let missing = [Recipient::Policy("platfrom".into())];
        let new = NewAlert {
            title: "Disk full".into(),
            text: None,
            severity: Severity::Error,
            source: "prometheus".into(),
            fingerprint: "disk".into(),
            caused_by: None,
            policy: Some("platfrom".into()),
        };
        let mut tx = world.app.store.begin().await.expect("a transaction");
        world.alert.set(world.app.open_alert(&mut tx, &new).await.expect("opened"));
        // As often as that happens in a day, it is one note.
        let again = world.app.escalate(&mut tx, world.alert.get(), &missing).await.expect("written down");
        tx.commit().await.expect("committed");
        assert_eq!(
            again,
            Begun::Nobody("there is no escalation policy `platfrom`; did you mean `platform`?".into()),
            "nothing was begun"
        );
        world
            .notes(expect![[r#"
                +0 It was opened.
                +0 Nobody is paged: there is no escalation policy `platfrom`; did you mean `platform`? `/bellhop page` pages somebody by name.
            "#]])
            .await;
        assert_eq!(
            told(&world).await,
            [r#""Alert 1, Disk full: there is no escalation policy `platfrom`; did you mean `platform`?""#]
        );
    })
    .await;
}

#[tokio::test]
async fn administrators_hear_of_an_escalation_that_reached_nobody() {
    on_each(async |bench| {
        let world = World::new(&bench).await;
        world.set_policy(&["team:nobody wait=1m"], 0, &["team:ana"]).await;
        world.begin().await;
        world.look().await;
        assert_eq!(world.row().await.state, State::Ended);
        assert!(told(&world).await.is_empty(), "Ana may be reached still");
        for kind in [Kind::Dm, Kind::Sms] {
            let page = world.page("Ana", kind).await;
            world.land(&page, Landed::Failed { reason: "it refuses".into() }).await;
        }
        let unheard = "all of its steps were gone through, and nobody could be reached";
        assert_eq!(told(&world).await, [format!("\"Alert 1, Disk full: {unheard}.\"")]);
    })
    .await;
}

#[tokio::test]
async fn administrators_hear_of_an_escalation_that_found_nobody_to_page() {
    on_each(async |bench| {
        let world = World::new(&bench).await;
        world.set_policy(&["team:nobody wait=1m"], 0, &[]).await;
        world.begin().await;
        world.look().await;
        assert_eq!((world.row().await.state, told(&world).await.len()), (State::Ended, 1));
    })
    .await;
}
