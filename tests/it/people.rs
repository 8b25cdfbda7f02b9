//! People: the tour, help for one person, linked accounts, teams and user groups, quiet hours and mutes, in both chats.

use std::time::Duration;

use jiff::{Timestamp, ToSpan, tz::TimeZone};
use serde_json::Value;
use tests::{
    ANA, Answer, BEN, CHLOE, TestBot,
    far_end::Recorded,
    slack::{Filled, Post},
};

/// What was answered at once, as a message to press a button of.
fn said(answer: &Answer) -> Post {
    Post { text: answer.body.clone(), channel: None, private: true, raw: answer.json() }
}

/// As whom Redmine was asked to make this issue; none: as the bot itself.
async fn made_as(bot: &TestBot, subject: &str) -> Option<String> {
    bot.redmine.issue(subject).await;
    let requests = bot.redmine.far_end.as_ref().expect("the stand-in").requests();
    let is_it = |it: &&Recorded| it.method == "POST" && it.path() == "/issues.json" && it.body.contains(subject);
    let request = requests.iter().find(is_it).expect("the request that made it");
    request.headers.get("x-redmine-switch-user").cloned()
}

/// Looks again and again until this is so.
async fn until(what: &str, mut is_so: impl AsyncFnMut() -> bool) {
    let mut looks = tokio::time::interval(Duration::from_millis(50));
    for _ in 0..1200 {
        looks.tick().await;
        if is_so().await {
            return;
        }
    }
    panic!("{what} never came about");
}

#[tokio::test]
async fn a_newcomer_is_offered_the_tour_and_walks_it_in_slack() {
    let bot = TestBot::start().await;
    let help = bot.slack_command(ANA, "/bellhop help").await.accepted();
    assert!(help.body.contains("New here?") && help.body.contains("/bellhop tour"), "{}", help.body);
    bot.slack_press(ANA, &said(&help), "Take the tour").await.accepted();
    let mut step = bot.slack.post("What you can do here").await;
    assert!(step.text.contains("Step 1 of 5") && step.text.contains("Redmine"), "{}", step.text);
    for (number, heading) in [(2, "Try it"), (3, "Your accounts"), (4, "Your settings"), (5, "This channel")] {
        bot.slack_press(ANA, &step, "Next").await.accepted();
        step = bot.slack.post(heading).await;
        assert!(step.text.contains(&format!("Step {number} of 5")), "{}", step.text);
        if number == 3 {
            assert!(step.text.contains("`redmine`: *ana*, found by email address"), "{}", step.text);
        }
        if number == 4 {
            assert!(step.text.contains("Europe/Berlin (your chat says so)"), "{}", step.text);
        }
    }
    bot.slack_press(ANA, &step, "Back").await.accepted();
    bot.slack.post("Step 4 of 5").await;
    let help = bot.slack_command(ANA, "/bellhop help").await.accepted();
    assert!(!help.body.contains("New here?"), "she has used it by now: {}", help.body);
}

#[tokio::test]
async fn a_newcomer_is_offered_the_tour_and_walks_it_in_zulip() {
    let bot = TestBot::start().await;
    let answer = bot.zulip_direct(BEN, "help").await.accepted();
    let help = bot.zulip.hears(&answer, "New here?").await;
    assert!(help.contains("bellhop tour"), "{help}");
    bot.zulip_direct(BEN, "tour").await.accepted();
    bot.zulip.post("What you can do here").await;
    bot.zulip_direct(BEN, "bellhop tour step=3").await.accepted();
    let accounts = bot.zulip.post("Your accounts").await;
    assert!(accounts.content.contains("ben") && accounts.content.contains("found by email address"), "{}", accounts.content);
    let answer = bot.zulip_direct(BEN, "help").await.accepted();
    let help = bot.zulip.hears(&answer, "What can be done here").await;
    assert!(!help.contains("New here?"), "{help}");
}

#[tokio::test]
async fn nobody_is_led_to_what_is_not_for_them() {
    let bot = TestBot::start().await;
    let answer = |person, line: &'static str| {
        let bot = &bot;
        async move { bot.slack_command(person, line).await.accepted().body }
    };
    for line in ["/bellhop help", "/bellhop disconect redmine", "/bellhop conect redmine"] {
        let (ben, chloe) = (answer(BEN, line).await, answer(CHLOE, line).await);
        assert!(!ben.contains("disconnect") && !ben.contains("connect redmine"), "{line}: {ben}");
        let is_overview = line == "/bellhop help";
        assert!(is_overview || chloe.contains("connect"), "{line}: {chloe}");
    }
    // All of the bot's own commands are more than fits an answer: it is several messages.
    let ben = answer(BEN, "/bellhop help bellhop").await;
    let led = |word: &str| ben.contains(word) || bot.slack.posts().iter().any(|it| it.text.contains(word));
    assert!(!led("disconnect") && !led("connect redmine"), "{ben}");
    bot.slack_command(CHLOE, "/bellhop help bellhop").await.accepted();
    bot.slack.post("disconnect").await;
    // What they ask for by name says who may.
    for line in ["/bellhop disconnect redmine", "/bellhop help disconnect", "/bellhop team create oncall"] {
        let refusal = answer(BEN, line).await;
        assert!(refusal.contains("for administrators of this Slack workspace. Ask chloe to do it."), "{line}: {refusal}");
    }
    let direct = bot.zulip_direct(BEN, "disconect redmine").await.accepted();
    assert!(!bot.zulip.hears(&direct, "disconect").await.contains("`bellhop disconnect`"));
    let refused = bot.zulip_direct(BEN, "disconnect redmine").await.accepted();
    bot.zulip.hears(&refused, "Ask Chloe Cole to do it.").await;
}

#[tokio::test]
async fn aliases_are_shown_and_shadow_nothing() {
    let bot = TestBot::start().await;
    for (line, refusal) in [
        ("/bellhop alias add team redmine issue list", "is a command already"),
        ("/bellhop alias add redmine bellhop whoami", "is a command already"),
        ("/bellhop alias add help bellhop whoami", "is a command already"),
        ("/bellhop alias add again nothing like it", "none starts with"),
    ] {
        bot.slack_command(ANA, line).await.accepted();
        bot.slack.post(refusal).await;
    }
    bot.slack_command(ANA, "/bellhop alias add bug redmine issue create").await.accepted();
    bot.slack.post("You can now type").await;
    // An alias of an alias could stand for itself.
    bot.slack_command(ANA, "/bellhop alias add fault bug").await.accepted();
    bot.slack.post("is an alias itself").await;
    let help = bot.slack_command(ANA, "/bellhop help").await.accepted().body;
    assert!(help.contains("Short names") && help.contains("bug") && help.contains("redmine issue create"), "{help}");
    assert!(bot.slack_command(ANA, "/bellhop help bug").await.accepted().body.contains("stands for"));
    assert!(!bot.slack_command(BEN, "/bellhop help").await.accepted().body.contains("Short names"), "it is hers alone");
    bot.slack_command(ANA, "/bellhop default set project demo").await.accepted();
    bot.slack.post("In this channel").await;
    bot.slack_command(ANA, "/bellhop bug Broken by alias").await.accepted();
    assert!(bot.slack.post("Created #").await.text.contains("Broken by alias"));
    // What the channel fills in says so in the form.
    bot.slack_command(ANA, "/bellhop bug").await.accepted();
    let view = bot.slack.view().await;
    assert!(view.to_string().contains("Filled in by this channel's default."), "{view:#}");
}

#[tokio::test]
async fn a_claim_is_nothing_until_an_administrator_confirms_it() {
    let bot = TestBot::start().await;
    bot.slack_command(ANA, "/bellhop link redmine ben").await.accepted();
    let told = bot.slack.post("may be somebody else's").await;
    assert!(told.text.contains("An administrator was asked"), "{}", told.text);
    let asked = bot.slack.post("says to be").await;
    assert!(!asked.private && asked.channel.as_deref() == Some("D0DIRECT1"), "{asked:#?}");
    bot.slack_command(ANA, "/redmine issue create Still as Ana project=demo").await.accepted();
    bot.slack.post("Still as Ana").await;
    assert_eq!(made_as(&bot, "Still as Ana").await.as_deref(), Some("ana"));
    // Nobody else may press it.
    let refused = bot.slack_press(BEN, &asked, "Confirm").await.accepted();
    let refused = if refused.body.is_empty() { bot.slack.post("for administrators").await.text } else { refused.body };
    assert!(refused.contains("for administrators"), "{refused}");
    bot.slack_press(CHLOE, &asked, "Confirm").await.accepted();
    bot.slack.post("says that you are").await;
    bot.slack_command(ANA, "/redmine issue create As Ben project=demo").await.accepted();
    bot.slack.post("As Ben").await;
    assert_eq!(made_as(&bot, "As Ben").await.as_deref(), Some("ben"));
    bot.slack_command(ANA, "/bellhop whoami").await.accepted();
    let whoami = bot.slack.post("Who you are elsewhere").await;
    assert!(whoami.text.contains("`redmine`: *ben*, linked by an administrator"), "{}", whoami.text);
    bot.slack_command(CHLOE, "/bellhop links").await.accepted();
    bot.slack.post("Linked accounts").await;
    bot.slack_command(ANA, "/bellhop unlink redmine").await.accepted();
    let back = bot.slack.post("The link is forgotten").await;
    assert!(back.text.contains("`redmine`: *ana*, found by email address"), "{}", back.text);
}

#[tokio::test]
async fn an_account_is_proved_by_its_address_or_its_own_key() {
    const KEY: &str = "redmine-key-of-ben";
    let bot = TestBot::start().await;
    bot.zulip_direct(ANA, "link redmine ANA").await.accepted();
    bot.zulip.post("from now on, and what you ask for is done under that account").await;
    bot.zulip_direct(ANA, "link redmine nobody").await.accepted();
    bot.zulip.post("has no account").await;
    bot.slack_command(ANA, "/bellhop link prove redmine").await.accepted();
    let view = bot.slack.view().await;
    let wrong = [("Connection", Filled::Text("redmine".into())), ("Api key", Filled::Text("redmine-key-of-nobody".into()))];
    let answer = bot.slack_submit(ANA, &view, &wrong).await.json();
    assert!(answer["errors"]["field-api_key"].as_str().is_some_and(|it| it.contains("does not know this key")), "{answer}");
    let right = [("Connection", Filled::Text("redmine".into())), ("Api key", Filled::Text(KEY.into()))];
    bot.slack_submit(ANA, &view, &right).await.accepted();
    let done = bot.slack.post("You are").await;
    assert!(done.text.contains("ben"), "{}", done.text);
    bot.slack_command(ANA, "/redmine issue create By key project=demo").await.accepted();
    bot.slack.post("By key").await;
    assert_eq!(made_as(&bot, "By key").await.as_deref(), Some("ben"));
    // It was used for this alone.
    assert!(!bot.log().contains(KEY), "the key is in the log");
    for file in std::fs::read_dir(bot.folder()).expect("the folder").flatten() {
        let bytes = std::fs::read(file.path()).unwrap_or_default();
        assert!(!bytes.windows(KEY.len()).any(|it| it == KEY.as_bytes()), "the key is in {:?}", file.path());
    }
}

#[tokio::test]
async fn a_slack_group_follows_its_team_and_what_is_done_by_hand_is_said() {
    let bot = TestBot::start().await;
    bot.slack.set_group(&[BEN]);
    bot.slack_command(CHLOE, "/bellhop team create oncall").await.accepted();
    bot.slack.post("with nobody in it yet").await;
    bot.slack_command(CHLOE, "/bellhop team add oncall @ana").await.accepted();
    bot.slack.post("Team oncall").await;
    bot.slack_command(CHLOE, "/bellhop team bind oncall slack:@oncall").await.accepted();
    let which = bot.slack.post("Whose shall count?").await;
    assert!(which.text.contains("ana") && which.text.contains("ben"), "{}", which.text);
    assert_eq!(bot.slack.group(), [BEN.slack], "nothing was changed yet");
    bot.slack_press(CHLOE, &which, "The team's").await.accepted();
    until("the team in the group", async || bot.slack.group() == [ANA.slack]).await;
    bot.slack_command(CHLOE, "/bellhop team add oncall @ben").await.accepted();
    until("both in the group", async || bot.slack.group() == [ANA.slack, BEN.slack]).await;

    bot.slack.set_group(&[CHLOE]);
    bot.slack_command(CHLOE, "/bellhop team remove oncall @ben").await.accepted();
    let note = bot.slack.post("by hand, so that it holds others").await;
    assert!(note.text.contains("Only in the group") && note.text.contains("chloe"), "{}", note.text);
    assert_eq!(bot.slack.group(), [CHLOE.slack], "nobody said which it shall be");
    bot.slack_press(CHLOE, &note, "Put the team's people back").await.accepted();
    until("the team in the group again", async || bot.slack.group() == [ANA.slack]).await;
    bot.slack_command(CHLOE, "/bellhop schedules").await.accepted();
    bot.slack.post("teams and user groups").await;
}

#[tokio::test]
async fn a_zulip_group_gives_its_people_to_a_new_team_and_follows_it() {
    let bot = TestBot::start().await;
    bot.zulip.set_group(&[BEN]);
    bot.zulip_direct(CHLOE, "team create oncall").await.accepted();
    bot.zulip.post("with nobody in it yet").await;
    bot.zulip_direct(CHLOE, "team bind oncall @*oncall*").await.accepted();
    let team = bot.zulip.post("Team oncall").await;
    assert!(team.content.contains("Ben Berg"), "{}", team.content);
    bot.zulip_direct(CHLOE, "team add oncall @**Ana Abel|10**").await.accepted();
    until("both in the group", async || bot.zulip.on_call() == [BEN.zulip, ANA.zulip]).await;
    bot.zulip.set_group(&[BEN, CHLOE]);
    bot.zulip_direct(CHLOE, "team push oncall").await.accepted();
    bot.zulip.post("by hand, so that it holds others").await;
    bot.zulip_direct(CHLOE, "team take oncall").await.accepted();
    until("the group's people in the team", async || {
        let said = bot.bellhop(&["say", "bellhop team show oncall"]).await.done().out;
        said.contains("Chloe Cole") && !said.contains("Ana Abel")
    })
    .await;
    assert_eq!(bot.zulip.on_call(), [BEN.zulip, CHLOE.zulip]);
}

/// Two hours around this moment, as they are typed in Berlin.
fn around_now() -> String {
    let now = Timestamp::now().to_zoned(TimeZone::get("Europe/Berlin").expect("a time zone"));
    let clock = |hours: i64| now.checked_add(hours.hours()).expect("a moment").strftime("%H:%M").to_string();
    format!("{}-{}", clock(-2), clock(2))
}

/// What waits because of somebody's quiet hours.
async fn kept(bot: &TestBot) -> usize {
    let jobs = bot.bellhop(&["jobs", "list", "--kind", "post", "--json"]).await.done().json();
    let is_kept = |it: &&Value| it.to_string().contains("quiet hours of slack:");
    jobs.as_array().expect("a list").iter().filter(is_kept).count()
}

#[tokio::test]
async fn what_comes_in_quiet_hours_waits_and_is_told_together() {
    let bot = TestBot::start().await;
    bot.slack_command(CHLOE, &format!("/bellhop settings quiet_hours={} quiet_days=none", around_now())).await.accepted();
    let set = bot.slack.post("Your settings are changed").await;
    assert!(set.text.contains("every day; now, until"), "{}", set.text);
    bot.slack_command(ANA, "/bellhop link redmine ben").await.accepted();
    bot.slack.post("may be somebody else's").await;
    until("the first one kept", async || kept(&bot).await == 1).await;
    bot.slack_command(BEN, "/bellhop link redmine ana").await.accepted();
    bot.slack.post("may be somebody else's").await;
    // What she asks for herself does not wait.
    bot.slack_command(CHLOE, "/bellhop links").await.accepted();
    bot.slack.post("Linked accounts").await;
    assert!(bot.slack.posts().iter().all(|it| !it.text.contains("says to be ben in")), "it was kept");
    bot.slack_command(CHLOE, "/bellhop settings quiet_hours=off").await.accepted();
    let told = bot.slack.post("2 messages from your quiet hours").await;
    assert!(told.text.contains("ana") && told.text.contains("ben") && told.text.contains("Kept for you since"), "{}", told.text);
    assert_eq!(kept(&bot).await, 0);
}

#[tokio::test]
async fn settings_and_mutes_are_read_where_the_person_is() {
    let bot = TestBot::start().await;
    bot.zulip_direct(ANA, "settings time_zone=Pacific/Kiritimati dates=de-DE").await.accepted();
    let set = bot.zulip.post("Your settings are changed").await;
    assert!(set.content.contains("Pacific/Kiritimati (you said so)"), "{}", set.content);
    bot.zulip_direct(ANA, "mute redmine until=\"tomorrow 9:00\"").await.accepted();
    // As Zulip shows it: a dot that could make a link is written in another way.
    let muted = bot.zulip.post("Nothing of").await.content.replace("&#46;", ".");
    let tomorrow =
        Timestamp::now().to_zoned(TimeZone::get("Pacific/Kiritimati").expect("a time zone")).tomorrow().expect("a day");
    assert!(muted.contains(&tomorrow.strftime("%d.%m.%Y, 09:00").to_string()), "{muted}");
    bot.zulip_direct(ANA, "mute").await.accepted();
    bot.zulip.post("You muted").await;
    bot.zulip_direct(ANA, "unmute redmine").await.accepted();
    bot.zulip.post("again").await;
    // The date of a command as well.
    bot.zulip_direct(ANA, "redmine issue create Due there project=demo due_date=today").await.accepted();
    bot.zulip.post("Due there").await;
    let today = tomorrow.yesterday().expect("a day").date();
    assert_eq!(bot.redmine.issue("Due there").await["due_date"], today.to_string());
    for (line, problem) in [
        ("mute redmin", "did you mean `redmine`?"),
        ("mute redmine until=yesterday", "say a moment to come"),
        ("settings time_zone=Berlin", "Did you mean Europe/Berlin?"),
        ("settings quiet_hours=night", "are no hours of a day"),
        ("settings quiet_days=monday,tuesday,wednesday,thursday,friday,saturday,sunday", "Leave one out."),
    ] {
        bot.zulip_direct(ANA, line).await.accepted();
        bot.zulip.post(problem).await;
    }
}
