//! Ways to reach somebody, and what becomes of them.

use super::*;

#[tokio::test]
async fn a_way_that_fails_brings_the_next_forward_and_who_is_out_of_reach_the_next_step() {
    on_each(async |bench| {
        let world = World::new(&bench).await;
        world.set_policy(&["team:ana wait=30m", "team:ben"], 0, &[]).await;
        world.begin().await;
        world.look().await;
        bench.clock.advance(Duration::from_secs(10));
        let (dm, down) = (world.page("Ana", Kind::Dm).await, || Landed::Troubled { reason: "Slack is down.".into() });
        world.land(&dm, down()).await;
        world.land(&dm, down()).await;
        world
            .pages(expect![[r#"
            +0 Ana dm waiting
            +10 Ana sms waiting
        "#]])
            .await;
        let sms = world.page("Ana", Kind::Sms).await;
        world.land(&sms, Landed::Failed { reason: "It is no number.".into() }).await;
        assert_eq!(world.look().await, 0, "the direct message may still get through");
        world.land(&dm, Landed::Failed { reason: "Slack is down.".into() }).await;
        assert_eq!(world.look().await, 1);
        world
            .notes(expect![[r#"
                +0 It was opened.
                +0 People are paged by the policy platform.
                +0 Step 1: Ana by direct message, by text message in 5 min.
                +10 Ana could not be paged yet by direct message: Slack is down. Ana is paged by text message now.
                +10 Ana cannot be paged by text message: It is no number.
                +10 Ana cannot be paged by direct message: Slack is down.
                +10 Ana cannot be reached. Nobody of this step can: the next one at once.
                +10 Step 2: Ben by direct message, by text message in 5 min.
            "#]])
            .await;
    })
    .await;
}

#[tokio::test]
async fn who_is_reached_keeps_the_step_for_those_who_are_not() {
    on_each(async |bench| {
        let world = World::new(&bench).await;
        world.set_policy(&["team:ana team:ben wait=30m", "team:chloe"], 0, &[]).await;
        world.begin().await;
        world.look().await;
        world.land(&world.page("Ben", Kind::Dm).await, Landed::Sent { message: None }).await;
        for kind in [Kind::Dm, Kind::Sms] {
            world.land(&world.page("Ana", kind).await, Landed::Failed { reason: "No.".into() }).await;
        }
        assert_eq!(world.look().await, 0);
        // Twilio's words come in any order.
        let sms = world.page("Ben", Kind::Sms).await;
        world.land(&sms, Landed::Delivered).await;
        world.land(&sms, Landed::Sent { message: None }).await;
        assert_eq!(world.page("Ben", Kind::Sms).await.state, PageState::Delivered);
        world.after(1800).await;
        assert_eq!(world.page("Chloe", Kind::Dm).await.state, PageState::Waiting);
    })
    .await;
}

#[tokio::test]
async fn a_number_is_its_owners_voice() {
    on_each(async |bench| {
        let world = World::new(&bench).await;
        world.set_policy(&["team:ana wait=5m"], 0, &[]).await;
        assert_eq!(world.app.person_at("+41790000001").await.expect("read"), Some(person("ANA")));
        assert_eq!(world.app.acknowledged_from("+41790000001").await.expect("read"), None, "nobody was paged there");
        world.begin().await;
        world.look().await;
        let sms = world.page("Ana", Kind::Sms).await;
        assert_eq!(world.app.acknowledged_from("+41790000001").await.expect("read"), None, "it has not left yet");
        assert_eq!(world.app.page_told(&format!("page-{}", sms.id), Landed::Delivered).await, Ok(true));
        let answered = world.app.acknowledged_from("+41790000001").await.expect("read").expect("a page");
        assert_eq!((answered.line.as_str(), answered.title.as_str()), ("bellhop alert ack 1", "Disk full"));
        // Two who say that it is theirs: nobody's.
        let mut tx = bench.store.begin().await.expect("a transaction");
        let reach = Reach { number: Some("+41790000001".into()), verified: Some(begin_of_time()), ..Reach::default() };
        world.app.set_reach(&mut tx, &person("BEN"), &reach).await.expect("set");
        tx.commit().await.expect("committed");
        assert_eq!(world.app.person_at("+41790000001").await.expect("read"), None);
        assert_eq!(world.app.page_told("redmine:42", Landed::Delivered).await, Ok(false), "it is no page");
    })
    .await;
}

#[tokio::test]
async fn a_number_is_used_once_its_code_was_typed_back() {
    on_each(async |bench| {
        let world = World::new(&bench).await;
        let (ana, number) = (person("ANA"), "+41790000007");
        let unverified = Reach { number: Some(number.into()), ..Reach::default() };
        let mut tx = bench.store.begin().await.expect("a transaction");
        world.app.set_reach(&mut tx, &ana, &unverified).await.expect("set");
        tx.commit().await.expect("committed");
        let kinds = async || world.app.ways(&ana, Severity::Error).await.iter().map(|it| it.kind).collect::<Vec<_>>();
        assert_eq!(kinds().await, [Kind::Dm], "neither text nor call");
        assert_eq!(world.app.person_at(number).await.expect("read"), None, "what anybody claims is nobody's");
        let code = |tries: i64, at: Timestamp| verify::kept(&ana, number, "123456", tries, at);
        let put = async |tries: i64, at: Timestamp| {
            let mut tx = bench.store.begin().await.expect("a transaction");
            verify::store::put_code(&mut tx, &ana, &code(tries, at)).await.expect("kept");
            tx.commit().await.expect("committed");
        };
        let typed = async |text: &str| world.app.take_code(&ana, text).await.map_err(|it| it.message);
        let said = async |text: &str| typed(text).await.expect_err("refused");
        assert!(said("123456").await.starts_with("No code is waiting"), "nothing was sent");
        put(0, bench.store.now()).await;
        for left in ["4 tries are left", "3 tries are left", "2 tries are left", "one try is left", "sends another one"] {
            assert!(said("654321").await.contains(left), "{left}");
        }
        assert!(said("123456").await.starts_with("That was tried too often"), "even the right one");
        put(0, bench.store.now()).await;
        bench.clock.advance(Duration::from_secs(601));
        assert!(said("123456").await.starts_with("No code is waiting"), "it is too old");
        put(4, bench.store.now()).await;
        assert_eq!(typed(" 123 456 ").await.as_deref(), Ok(number));
        assert_eq!(kinds().await, [Kind::Dm, Kind::Sms, Kind::Voice]);
        assert_eq!(world.app.person_at(number).await.expect("read"), Some(ana.clone()));
        assert!(said("123456").await.starts_with("No code is waiting"), "it opens nothing a second time");
    })
    .await;
}

#[tokio::test]
async fn a_channel_mentions_the_people_of_its_step_who_are_in_its_chat() {
    on_each(async |bench| {
        let world = World::new(&bench).await;
        world.set_policy(&["slack:#ops team:ana zulip:10 wait=1m", "team:ben"], 0, &[]).await;
        world.begin().await;
        world.look().await;
        let alert = world.app.alert(world.alert.get()).await.expect("read").expect("an alert");
        let first = async |world: &World<'_>, name: &str, kind: Kind| {
            let page = world.page(name, kind).await;
            page::written(&world.app, &page, &alert).await.expect("a page").blocks.swap_remove(0)
        };
        let text = commands::Text::new().person("ANA", "Ana").plain(": you are paged.");
        assert_eq!(first(&world, "slack:#ops", Kind::Place).await, commands::Block::Paragraph(text));
        let hers = first(&world, "Ana", Kind::Dm).await;
        assert!(!format!("{hers:?}").contains("Person"), "who is written to is not mentioned: {hers:?}");
    })
    .await;
}
