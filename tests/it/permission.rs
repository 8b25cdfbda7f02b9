//! Who may do what: roles, grants, what a second person has to agree to, and the log of all of it.

use std::time::Duration;

use tests::{ANA, BEN, CHLOE, SECRETS, TestBot};

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

/// Whether Redmine was asked to make it.
async fn is_there(bot: &TestBot, subject: &str) -> bool {
    let requests = bot.redmine.far_end.as_ref().expect("the stand-in").requests();
    requests.iter().any(|it| it.method == "POST" && it.path() == "/issues.json" && it.body.contains(subject))
}

#[tokio::test]
async fn a_role_is_given_and_taken_and_every_door_knows() {
    let bot = TestBot::start().await;
    bot.slack_command(CHLOE, "/bellhop roles give @ben viewer why=\"He left the team\"").await.accepted();
    bot.slack.post("is a viewer everywhere from now on").await;
    let refused = bot.slack_command(BEN, "/redmine issue create Not mine project=demo").await.accepted().body;
    assert!(
        refused.contains("`redmine issue create` is for members, and you are a viewer here. Ask chloe to do it."),
        "{refused}"
    );
    // Nor by a form, and help does not lead there.
    let refused = bot.slack_command(BEN, "/redmine issue create").await.accepted().body;
    assert!(refused.contains("is for members"), "{refused}");
    let help = bot.slack_command(BEN, "/redmine help").await.accepted().body;
    assert!(help.contains("issue list") && !help.contains("issue create"), "{help}");
    bot.slack_command(BEN, "/redmine issue list project=demo").await.accepted();
    bot.slack_command(BEN, "/bellhop whoami").await.accepted();
    let whoami = bot.slack.post("Who you are elsewhere").await.text;
    assert!(whoami.contains("viewer, by the document"), "{whoami}");
    bot.slack_command(ANA, "/bellhop may @ben redmine issue create").await.accepted();
    let answer = bot.slack.post("may not run").await.text;
    assert!(answer.contains("It takes a member; they are a viewer, by the document"), "{answer}");
    bot.slack_command(CHLOE, "/bellhop roles take @ben").await.accepted();
    bot.slack.post("is not a viewer any more").await;
    bot.slack_command(BEN, "/redmine issue create Mine again project=demo").await.accepted();
    bot.slack.post("Mine again").await;
    assert!(!is_there(&bot, "Not mine").await);
    // What was refused is written down as well, and found.
    bot.slack_command(CHLOE, "/bellhop audit command=\"redmine issue create\" text=refused since=1h").await.accepted();
    let log = bot.slack.post("Audit log").await.text;
    assert!(log.contains("[refused] redmine issue create"), "{log}");
}

#[tokio::test]
async fn what_denies_goes_before_what_allows_and_a_form_that_was_open_is_refused() {
    let bot = TestBot::start().await;
    bot.slack_command(BEN, "/redmine issue create").await.accepted();
    let view = bot.slack.view().await;
    bot.slack_command(CHLOE, "/bellhop grant allow @ben redmine *").await.accepted();
    bot.slack.post("may run").await;
    bot.slack_command(CHLOE, "/bellhop grant deny everybody redmine issue create name=freeze").await.accepted();
    bot.slack.post("may not run").await;
    let answer = bot.slack_submit(BEN, &view, &[("Subject", "From an open form".into())]).await.body;
    assert!(answer.contains("denied to you here, by the grant"), "{answer}");
    let refused = bot.slack_command(CHLOE, "/redmine issue create Frozen project=demo").await.accepted().body;
    assert!(refused.contains("`freeze`"), "an administrator is denied as well: {refused}");
    let zulip = bot.zulip_direct(BEN, "redmine issue create Frozen project=demo").await.accepted();
    bot.zulip.hears(&zulip, "denied to you here").await;
    bot.slack_command(CHLOE, "/bellhop grants remove freeze").await.accepted();
    bot.slack.post("roles say again").await;
    bot.slack_command(BEN, "/redmine issue create Thawed project=demo").await.accepted();
    bot.slack.post("Thawed").await;
    assert!(!is_there(&bot, "Frozen").await && !is_there(&bot, "From an open form").await);
}

#[tokio::test]
async fn nobody_locks_out_the_last_owner_and_the_command_line_mends() {
    let bot = TestBot::start().await;
    let owner = format!("slack:{}:{}", tests::slack::TEAM, CHLOE.slack);
    bot.slack_command(ANA, "/bellhop roles give @ana owner").await.accepted();
    bot.slack_command(CHLOE, "/bellhop roles give @chloe owner").await.accepted();
    bot.slack.post("is an owner everywhere").await;
    bot.slack_command(CHLOE, "/bellhop roles take @chloe").await.accepted();
    bot.slack.post("is the last owner").await;
    bot.slack_command(CHLOE, "/bellhop roles give @chloe viewer").await.accepted();
    bot.slack.post_where("a second refusal", |it| it.text.contains("is the last owner")).await;
    // Who denies everything to everybody can still take it back.
    bot.slack_command(CHLOE, "/bellhop grant deny everybody * name=all").await.accepted();
    bot.slack.post("may not run").await;
    assert!(bot.slack_command(ANA, "/bellhop whoami").await.accepted().body.contains("`all`"));
    bot.slack_command(CHLOE, "/bellhop grants remove all").await.accepted();
    bot.slack.post("roles say again").await;
    // Whoever runs the program mends what chat cannot.
    let said = bot.bellhop(&["say", &format!("bellhop roles give {owner} viewer")]).await;
    assert!(said.out.contains("is the last owner"), "{said:#?}");
    let ana = format!("slack:{}:{}", tests::slack::TEAM, ANA.slack);
    bot.bellhop(&["say", &format!("bellhop roles give {ana} owner")]).await.done();
    bot.bellhop(&["say", &format!("bellhop roles take {owner}")]).await.done();
    until("the new owner is known", async || {
        let answer = bot.slack_command(ANA, "/bellhop disconnect nothing").await.accepted().body;
        !answer.contains("is for administrators")
    })
    .await;
}

#[tokio::test]
async fn a_second_person_agrees_and_it_is_done_as_the_first() {
    let bot = TestBot::start().await;
    bot.slack_command(CHLOE, "/bellhop approvals require making redmine issue create approvers=@ben expires=2h").await.accepted();
    bot.slack.post("has to agree before").await;
    bot.slack_command(ANA, "/redmine issue create Agreed to project=demo").await.accepted();
    let told = bot.slack.post("You will be told").await.text;
    assert!(told.contains("Approval 1") && told.contains("1 person") && told.contains("ben"), "{told}");
    let asked = bot.slack.post("asks to run").await;
    assert!(asked.text.contains("redmine issue create"), "{}", asked.text);
    assert!(!is_there(&bot, "Agreed to").await);
    // Not by who asks, nor by who was not asked.
    bot.slack_command(ANA, "/bellhop approve 1").await.accepted();
    bot.slack.post("somebody else has to agree").await;
    bot.slack_command(CHLOE, "/bellhop approve 1").await.accepted();
    bot.slack.post("is for others to give").await;
    // Nor by the one who asks, in another chat.
    bot.zulip_direct(ANA, "approve 1").await.accepted();
    bot.zulip.post("somebody else has to agree").await;
    assert!(!is_there(&bot, "Agreed to").await);
    bot.slack_press(BEN, &asked, "Approve").await.accepted();
    bot.slack.post("Created #").await;
    until("the issue", async || is_there(&bot, "Agreed to").await).await;
    until("the message without buttons", async || {
        bot.slack.seen_in(tests::slack::DIRECT).iter().any(|(_, text)| text.contains("Approved: it is run"))
    })
    .await;
    bot.slack_press(BEN, &asked, "Approve").await.accepted();
    bot.slack.post("was given before, by").await;
    let made = bot.redmine.far_end.as_ref().expect("the stand-in").requests();
    let made = made.iter().filter(|it| it.method == "POST" && it.body.contains("Agreed to")).count();
    assert_eq!(made, 1, "decided once, done once");
}

#[tokio::test]
async fn what_is_denied_or_withdrawn_is_not_done_and_all_of_it_is_in_the_log() {
    let bot = TestBot::start().await;
    bot.slack_command(CHLOE, "/bellhop approvals require making redmine issue create approvers=@ben").await.accepted();
    bot.slack.post("has to agree before").await;
    bot.slack_command(ANA, "/redmine issue create Denied project=demo").await.accepted();
    bot.slack.post("Approval 1").await;
    bot.slack_command(BEN, "/bellhop deny 1 Not before the release").await.accepted();
    let told = bot.slack.post("is not done. ben denied it").await.text;
    assert!(told.contains("Not before the release"), "{told}");
    bot.slack_command(ANA, "/redmine issue create Withdrawn project=demo").await.accepted();
    bot.slack.post("Approval 2").await;
    bot.slack_command(ANA, "/bellhop deny 2 I found another way").await.accepted();
    bot.slack.post("Approval 2 is decided").await;
    bot.slack_command(BEN, "/bellhop approve 2").await.accepted();
    bot.slack.post("was decided before").await;
    assert!(!is_there(&bot, "Denied").await && !is_there(&bot, "Withdrawn").await);

    let printed = bot.bellhop(&["audit", "export", "--json"]).await.done().out;
    for mark in ["[asked for approval 1, sha256 ", "[denied 1: Not before the release] redmine issue create", "[withdrew 2: "] {
        assert!(printed.contains(mark), "{mark}: {printed}");
    }
    for (name, secret) in SECRETS {
        assert!(!printed.contains(secret), "{name} is in the log");
    }
    let lines: Vec<serde_json::Value> = printed.lines().map(|it| serde_json::from_str(it).expect("a line of JSON")).collect();
    assert!(lines.windows(2).all(|it| it[1]["previous"] == it[0]["hash"]), "each holds the hash of the one before");
    let verified = bot.bellhop(&["audit", "verify", "--json"]).await.done().json();
    assert_eq!((&verified["whole"], &verified["last"]), (&serde_json::json!(true), &lines[lines.len() - 1]["hash"]));
    let noted = format!("{}:{}", verified["lines"], "00".repeat(32));
    assert_eq!(bot.bellhop(&["audit", "verify", "--noted", &noted]).await.status, Some(1), "another log than the one noted");
    bot.slack_command(CHLOE, "/bellhop audit verify").await.accepted();
    bot.slack.post("are as they were written").await;
}

#[tokio::test]
async fn routes_refuse_strangers_as_their_policy_says() {
    let bot = TestBot::start().await;
    let ask = async |method: reqwest::Method, path: &str| {
        let answer =
            bot.client.request(method, format!("http://{}{path}", bot.address())).body("{}").send().await.expect("an answer");
        answer.status().as_u16()
    };
    for path in ["/slack/commands", "/slack/interactions", "/slack/events", "/zulip", "/hooks/nobody"] {
        let status = ask(reqwest::Method::POST, path).await;
        assert!([400, 401, 403, 404].contains(&status), "{path}: {status}");
    }
    for path in ["/act/forged", "/form/forged"] {
        let status = ask(reqwest::Method::POST, path).await;
        assert!((400..500).contains(&status), "{path}: {status}");
    }
    for path in ["/healthz", "/readyz", "/health", "/metrics"] {
        assert_eq!(ask(reqwest::Method::GET, path).await, 200, "{path}");
    }
}
