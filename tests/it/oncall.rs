//! Who is on call: made, asked, changed for a while, swapped, followed by user groups and a channel's topic, and read by a calendar.

use std::time::Duration;

use tests::{ANA, BEN, CHLOE, TestBot, slack::CHANNEL};

/// Looks again and again until this is so.
async fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let mut looks = tokio::time::interval(Duration::from_millis(50));
    for _ in 0..1200 {
        looks.tick().await;
        if is_so() {
            return;
        }
    }
    panic!("{what} never came about");
}

/// A bot with the schedule `platform`: Ana for a week from today's midnight, then Ben.
async fn with_schedule() -> TestBot {
    let bot = TestBot::start().await;
    bot.slack.set_topic("All about the platform");
    bot.slack.set_group(&[CHLOE]);
    let line = format!(
        "/oncall create platform @ana @ben turn=daily every=7 handoff=00:00 start=today zone=Europe/Berlin channel=<#{CHANNEL}|dev> \
         groups=slack:@oncall groups=zulip:@oncall"
    );
    let refused = bot.slack_command(BEN, &line).await.accepted();
    assert!(refused.body.contains("for administrators"), "{}", refused.body);
    bot.slack_command(CHLOE, &line).await.accepted();
    bot.slack.post("The schedule is there").await;
    until("Ana in the user groups", || bot.slack.group() == [ANA.slack] && bot.zulip.on_call() == [ANA.zulip]).await;
    bot
}

#[tokio::test]
async fn a_schedule_is_followed_by_groups_topic_and_people() {
    let bot = with_schedule().await;
    until("the topic", || bot.slack.topic().starts_with("All about the platform | On call: ana until ")).await;
    let answer = bot.slack_command(ANA, "/oncall now").await.accepted();
    let now = bot.slack.post("On call now").await;
    assert!(now.text.contains("platform") && now.text.contains("ana"), "{} {}", now.text, answer.body);
    let answer = bot.zulip_direct(BEN, "oncall now platform").await.accepted();
    bot.zulip.hears(&answer, "Two weeks").await;
    bot.slack_command(ANA, "/oncall show").await.accepted();
    let shown = bot.slack.post("On call: platform").await;
    assert!(shown.text.contains('█') && shown.text.contains("every 7 days at 00:00"), "{}", shown.text);

    bot.slack_command(ANA, "/oncall override @ben to=+2h").await.accepted();
    let made = bot.slack.post("Take it back").await;
    until("Ben in the user groups", || bot.slack.group() == [BEN.slack] && bot.zulip.on_call() == [BEN.zulip]).await;
    bot.slack.post("You are on call for").await;
    bot.slack.post("Your shift on call for").await;
    until("Ben in the topic", || bot.slack.topic().contains("| On call: ben until ")).await;
    bot.slack_press(ANA, &made, "Take it back").await.accepted();
    bot.slack.post("does not stand in any more").await;
    until("Ana in the user groups", || bot.slack.group() == [ANA.slack] && bot.zulip.on_call() == [ANA.zulip]).await;

    // By hand: said once, and left alone until somebody decides.
    bot.slack.set_group(&[CHLOE]);
    bot.slack_command(ANA, "/oncall override @ben to=+1h").await.accepted();
    let found = bot.slack.post("Somebody changed the user group").await;
    until("Ben in Zulip's", || bot.zulip.on_call() == [BEN.zulip]).await;
    assert_eq!(bot.slack.group(), [CHLOE.slack]);
    bot.slack_press(CHLOE, &found, "Put who is on call back").await.accepted();
    until("Ben in the user group", || bot.slack.group() == [BEN.slack]).await;

    bot.slack_command(CHLOE, "/oncall delete platform").await.accepted();
    let sure = bot.slack.post("Nobody would be on call").await;
    bot.slack_press(CHLOE, &sure, "Remove it").await.accepted();
    bot.slack.post("is gone").await;
    bot.slack_command(ANA, "/oncall now").await.accepted();
    bot.slack.post("There is no schedule yet").await;
}

#[tokio::test]
async fn the_form_of_a_schedule_is_filled_in_and_rehearsals_name_channels() {
    let bot = with_schedule().await;
    bot.slack_command(CHLOE, "/oncall edit platform").await.accepted();
    let asked = bot.slack.post("Say what to change").await;
    bot.slack_press(CHLOE, &asked, "Change it…").await.accepted();
    let form = bot.slack.view().await.to_string();
    for said in [
        format!("\"initial_conversation\":\"{CHANNEL}\""),
        format!("\"initial_users\":[\"{}\",\"{}\"]", ANA.slack, BEN.slack),
        "\"initial_value\":\"7\"".to_owned(),
        "\"initial_time\":\"00:00\"".to_owned(),
        "Europe/Berlin".to_owned(),
    ] {
        assert!(form.contains(&said), "{said} is not in {form}");
    }
    bot.slack_command(CHLOE, "/oncall edit platform people=@chloe people=@ben turn=weekly every=2 handoff=09:30")
        .await
        .accepted();
    bot.slack.post("The schedule is changed").await;
    bot.slack_command(CHLOE, "/oncall show platform").await.accepted();
    let shown = bot.slack.post("On call: platform").await;
    assert!(shown.text.contains("chloe") && shown.text.contains("09:30"), "{}", shown.text);

    bot.slack_command(CHLOE, &format!("/bellhop escalation create ops slack:<#{CHANNEL}|dev> wait=5m")).await.accepted();
    let made = bot.slack.post("Who would be paged?").await;
    assert!(made.text.contains("slack:#dev") && !made.text.contains(CHANNEL), "{}", made.text);
    bot.slack_command(CHLOE, "/bellhop escalation test ops").await.accepted();
    let rehearsed = bot.slack.post("if something fired now").await;
    assert!(rehearsed.text.contains("slack:#dev") && !rehearsed.text.contains(CHANNEL), "{}", rehearsed.text);
}

#[tokio::test]
async fn a_channel_of_zulip_says_in_its_description_who_is_on_call() {
    let bot = TestBot::start().await;
    bot.zulip.set_description("All about the platform");
    let line = "/oncall create platform people=@ana,@ben turn=daily every=7 handoff=00:00 start=today zone=Europe/Berlin";
    bot.slack_command(CHLOE, line).await.accepted();
    bot.slack.post("The schedule is there").await;
    bot.slack_command(CHLOE, "/oncall edit platform channel=zulip:dev").await.accepted();
    bot.slack.post("The schedule is changed").await;
    until("Ana in the description", || {
        bot.zulip.description().to_lowercase().starts_with("all about the platform | on call: ana")
    })
    .await;
    bot.slack_command(ANA, "/oncall override @ben to=+2h").await.accepted();
    until("Ben in the description", || {
        let text = bot.zulip.description().to_lowercase();
        text.starts_with("all about the platform | on call: ben") && text.matches("on call").count() == 1
    })
    .await;
    // What people write there stays theirs, and is told before it is changed.
    bot.zulip.set_description("Ours alone");
    bot.slack_command(CHLOE, "/oncall push platform").await.accepted();
    bot.slack.post("Somebody took who is on call for").await;
    assert_eq!(bot.zulip.description(), "Ours alone");
    bot.slack_command(CHLOE, "/oncall push platform").await.accepted();
    until("Ben again", || bot.zulip.description().to_lowercase().starts_with("ours alone | on call: ben")).await;
}

#[tokio::test]
async fn a_swap_is_asked_and_accepted_in_chat() {
    let bot = with_schedule().await;
    bot.slack_command(ANA, "/oncall swap @ben").await.accepted();
    bot.slack.post("was asked to take your shift").await;
    let asked = bot.slack.post("to swap shifts on call for").await;
    // Who asked cannot answer it.
    bot.slack_command(ANA, "/oncall accept 1").await.accepted();
    bot.slack.post("can answer this request").await;
    bot.slack_press(BEN, &asked, "Accept").await.accepted();
    bot.slack.post("agreed with").await;
    until("Ben in the user groups", || bot.slack.group() == [BEN.slack] && bot.zulip.on_call() == [BEN.zulip]).await;
    // Once more, and the other way: it was decided.
    bot.slack_press(BEN, &asked, "Decline").await.accepted();
    bot.slack.post("was accepted already").await;
    bot.slack_command(BEN, "/oncall mine").await.accepted();
    bot.slack.post("Your shifts").await;
    bot.slack_command(ANA, "/oncall overrides").await.accepted();
    let overrides = bot.slack.post("Overrides of platform").await;
    assert_eq!(overrides.text.matches("swap 1").count(), 2, "{}", overrides.text);
}

#[tokio::test]
async fn a_calendar_follows_a_schedule() {
    let bot = with_schedule().await;
    bot.slack_command(ANA, "/oncall ical").await.accepted();
    let told = bot.slack.post("Follow this address").await;
    let start = told.text.find("/oncall/platform.ics").expect("an address");
    let path: String = told.text[start..].chars().take_while(|it| !it.is_whitespace() && !"`>".contains(*it)).collect();
    let calendar = bot.get(&path).await;
    assert_eq!(calendar.status, 200, "{}", calendar.body);
    let events = events(&calendar.body);
    assert!(events.len() > 20, "{}", calendar.body);
    for (number, event) in events.iter().enumerate() {
        let value = |name: &str| {
            let found: Vec<&str> = event.iter().filter_map(|it| it.strip_prefix(name)?.strip_prefix(':')).collect();
            assert_eq!(found.len(), 1, "{name} once in {event:?}");
            found[0].to_owned()
        };
        let name = if number % 2 == 0 { "ana" } else { "ben" };
        assert_eq!(value("SUMMARY"), format!("{name}: on call for platform"));
        for name in ["DTSTAMP", "DTSTART", "DTEND"] {
            let time = value(name);
            jiff::civil::DateTime::strptime("%Y%m%dT%H%M%SZ", &time).unwrap_or_else(|err| panic!("{name} {time}: {err}"));
        }
        assert!(value("UID").ends_with("@bellhop") && value("DTSTART") < value("DTEND"));
    }
    let read = bot::oncall::ical::read(&calendar.body, &jiff::tz::TimeZone::UTC, jiff::Timestamp::MIN, jiff::Timestamp::MAX);
    let read = read.expect("a calendar that we read ourselves");
    assert_eq!((read.events.len(), read.problems.len()), (events.len(), 0));
    for wrong in ["/oncall/platform.ics", "/oncall/platform.ics?token=0", "/oncall/other.ics?token=0"] {
        assert_eq!(bot.get(wrong).await.status, 404, "{wrong}");
    }
    bot.slack_command(CHLOE, "/oncall ical renew").await.accepted();
    bot.slack.post_where("another address", |it| it.text.contains("/oncall/platform.ics") && !it.text.contains(&path)).await;
    assert_eq!(bot.get(&path).await.status, 404, "it was made invalid");
}

/// The properties of each event of a calendar, read as strictly as RFC 5545 is written: lines of 75 octets that end in CRLF and are
/// folded by a space, components within one another, nothing outside of them.
fn events(text: &str) -> Vec<Vec<String>> {
    let folded = text.strip_suffix("\r\n").expect("a last line that ends").split("\r\n");
    let mut lines: Vec<String> = Vec::new();
    for line in folded {
        assert!(line.len() <= 75 && !line.is_empty() && !line.contains(['\r', '\n']), "{line:?}");
        match line.strip_prefix(' ') {
            Some(rest) => lines.last_mut().expect("a line to go on").push_str(rest),
            None => lines.push(line.to_owned()),
        }
    }
    assert_eq!((lines[0].as_str(), lines[1].as_str()), ("BEGIN:VCALENDAR", "VERSION:2.0"));
    assert_eq!(lines.iter().filter(|it| it.starts_with("PRODID:")).count(), 1);
    let (mut open, mut events) = (Vec::new(), Vec::new());
    for line in &lines {
        let (name, value) = line.split_once(':').expect("a name and a value");
        match name {
            "BEGIN" => {
                open.push(value);
                if value == "VEVENT" {
                    events.push(Vec::new());
                }
            }
            "END" => assert_eq!(open.pop(), Some(value)),
            _ if open == ["VCALENDAR", "VEVENT"] => events.last_mut().expect("an event").push(line.clone()),
            _ => assert_eq!(open, ["VCALENDAR"], "{line}"),
        }
    }
    assert!(open.is_empty());
    events
}
