use expect_test::expect;
use serde_json::json;

use crate::tracker::{parse_with, read, shown};

fn table(lines: &[&str]) -> String {
    lines.iter().map(|line| format!("{line}\n  {}\n", read(line))).collect()
}

#[test]
fn the_line_of_the_manual() {
    expect![[r#"
        redmine issue create Printer on fire project=demo tracker=Bug assignee=@ana
          redmine issue create {"subject":"Printer on fire","project":"demo","tracker":"bug","assignee":"@ana"}
        Redmine CREATE Printer on fire --project demo --tracker=bug
          redmine issue create {"subject":"Printer on fire","project":"demo","tracker":"bug"}
        redmine create Printer —project demo on fire priority=“very high”
          redmine issue create {"subject":"Printer on fire","project":"demo","priority":"very_high"}
        redmine create “Printer on fire” project=‘demo’ due-date=tomorrow DueDate=friday
          BadInput: `due_date` is given twice: keep one of them. It goes `redmine issue create <subject…> project=… …`; `redmine help issue create` tells all.
        redmine create Printer project=demo duedate=friday --private hours=1,5 done=40
          redmine issue create {"subject":"Printer","project":"demo","due_date":"2026-11-27","hours":1.5,"done":40,"private":true}
        redmine create private project=demo Printer private
          redmine issue create {"subject":"Printer private","project":"demo","private":true}
        redmine create I don’t know what's "wrong with" it project=demo
          redmine issue create {"subject":"I don’t know what's \"wrong with\" it","project":"demo"}
        redmine create Printer project=demo watchers=@**Ana B**,<@U1|ben b> watchers=me versions=1,#2 fields=a=b,c fields=d=1
          redmine issue create {"subject":"Printer","project":"demo","watchers":["@**Ana B**","<@U1|ben b>","me"],"versions":[1,2],"fields":["a=b,c","d=1"]}
        redmine create tom=5 https://x.org/?project=apollo -- 3 > 2 project=demo
          redmine issue create {"subject":"tom=5 https://x.org/?project=apollo -- 3 > 2","project":"demo"}
        redmine create subject="a \"b\" c:\d" project=demo
          redmine issue create {"subject":"a \"b\" c:\\d","project":"demo"}
    "#]].assert_eq(&table(&[
        "redmine issue create Printer on fire project=demo tracker=Bug assignee=@ana",
        "Redmine CREATE Printer on fire --project demo --tracker=bug",
        "redmine create Printer —project demo on fire priority=“very high”",
        "redmine create “Printer on fire” project=‘demo’ due-date=tomorrow DueDate=friday",
        "redmine create Printer project=demo duedate=friday --private hours=1,5 done=40",
        "redmine create private project=demo Printer private",
        "redmine create I don’t know what's \"wrong with\" it project=demo",
        "redmine create Printer project=demo watchers=@**Ana B**,<@U1|ben b> watchers=me versions=1,#2 fields=a=b,c fields=d=1",
        "redmine create tom=5 https://x.org/?project=apollo -- 3 > 2 project=demo",
        "redmine create subject=\"a \\\"b\\\" c:\\d\" project=demo",
    ]));
}

#[test]
fn text_keeps_its_shape() {
    expect![[r#"
        redmine comment 42 Look:

            let x = 1;
        private=yes
        the  end  
          redmine issue comment {"issue":42,"text":"Look:\n\n    let x = 1;\nthe  end","private":true}
        redmine comment --private #42 "one word"
          redmine issue comment {"issue":42,"text":"one word","private":true}
        redmine comment https://redmine.example.org/issues/42#note-3 Thanks “Ana” !
          redmine issue comment {"issue":42,"text":"Thanks “Ana” !"}
        redmine create Line one
        line two project=demo
          redmine issue create {"subject":"Line one line two","project":"demo"}
    "#]]
    .assert_eq(&table(&[
        "redmine comment 42 Look:\n\n    let x = 1;\nprivate=yes\nthe  end  ",
        "redmine comment --private #42 \"one word\"",
        "redmine comment https://redmine.example.org/issues/42#note-3 Thanks “Ana” !",
        "redmine create Line one\nline two project=demo",
    ]));
}

#[test]
fn what_was_attached_is_the_commands_file_wherever_it_stands() {
    expect![[r#"
        redmine create Printer on fire project=demo slack-file:F1 zulip-file:/user_uploads/2/ab/a.png
          redmine issue create {"subject":"Printer on fire","project":"demo","files":["slack-file:F1","zulip-file:/user_uploads/2/ab/a.png"]}
        redmine create Printer slack-file:F1 on fire project=demo
          redmine issue create {"subject":"Printer on fire","project":"demo","files":["slack-file:F1"]}
        redmine create Printer on "fire project=demo slack-file:F1
          redmine issue create {"subject":"Printer on \"fire","project":"demo","files":["slack-file:F1"]}
        redmine create "slack-file:F1" project=demo
          redmine issue create {"subject":"slack-file:F1","project":"demo"}
        redmine create slack-file: is no file project=demo
          redmine issue create {"subject":"slack-file: is no file","project":"demo"}
        redmine show 42 slack-file:F1
          BadInput: `redmine issue show` takes no file. Leave the file out, or use `redmine issue create`.
    "#]].assert_eq(&table(&[
        "redmine create Printer on fire project=demo slack-file:F1 zulip-file:/user_uploads/2/ab/a.png",
        "redmine create Printer slack-file:F1 on fire project=demo",
        "redmine create Printer on \"fire project=demo slack-file:F1",
        "redmine create \"slack-file:F1\" project=demo",
        "redmine create slack-file: is no file project=demo",
        "redmine show 42 slack-file:F1",
    ]));
}

#[test]
fn short_forms_and_links() {
    expect![[r#"
        redmine 42
          redmine issue show {"issue":42}
        redmine #42
          redmine issue show {"issue":42}
        redmine https://redmine.example.org/issues/42#note-3
          redmine issue show {"issue":42}
        redmine <https://redmine.example.org/projects/demo/issues/42?tab=1|Demo #42: it burns>
          redmine issue show {"issue":42}
        redmine <https://redmine.example.org/issues/42>
          redmine issue show {"issue":42}
        redmine https://redmine.example.org/projects/demo
          BadInput: That Redmine link has no number in it that could be shown. `redmine help` lists the commands.
        redmine https://redmine.example.org/browse/APO-7
          BadInput: That Redmine link has no number in it that could be shown. `redmine help` lists the commands.
        redmine https://redmine.example.org.evil.org/issues/42
          BadInput: That link does not lead into Redmine (https://redmine.example.org/). `redmine help` lists the commands.
        redmine 42 43
          BadInput: `redmine issue show` has no place for `43`. It goes `redmine issue show <issue>`.
        redmine close 42 43,44
          redmine issue close {"issues":[42,43,44]}
        redmine rank 42 very high
          redmine issue rank {"issue":42,"priority":"very_high"}
        redmine list all limit=5
          redmine issue list {"limit":5,"all":true}
        redmine list
          redmine issue list {}
    "#]]
    .assert_eq(&table(&[
        "redmine 42",
        "redmine #42",
        "redmine https://redmine.example.org/issues/42#note-3",
        "redmine <https://redmine.example.org/projects/demo/issues/42?tab=1|Demo #42: it burns>",
        "redmine <https://redmine.example.org/issues/42>",
        "redmine https://redmine.example.org/projects/demo",
        "redmine https://redmine.example.org/browse/APO-7",
        "redmine https://redmine.example.org.evil.org/issues/42",
        "redmine 42 43",
        "redmine close 42 43,44",
        "redmine rank 42 very high",
        "redmine list all limit=5",
        "redmine list",
    ]));
}

#[test]
fn help_is_asked_for_in_many_ways() {
    expect![[r#"

          help None None
        help
          help None None
        redmine
          help Some("redmine") None
        redmine help
          help Some("redmine") None
        redmine --help
          help Some("redmine") None
        redmine help create
          help Some("redmine") Some("issue create")
        help redmine issue create
          help Some("redmine") Some("issue create")
        bellhop help redmine
          help Some("redmine") None
        redmine issue create --help
          help Some("redmine") Some("issue create")
        redmine help nonsense
          help Some("redmine") Some("nonsense")
    "#]]
    .assert_eq(&table(&[
        "",
        "help",
        "redmine",
        "redmine help",
        "redmine --help",
        "redmine help create",
        "help redmine issue create",
        "bellhop help redmine",
        "redmine issue create --help",
        "redmine help nonsense",
    ]));
}

#[test]
fn what_is_missing_opens_the_form() {
    expect![[r#"
        redmine create
          form redmine issue create {} missing ["subject", "project"] problems []
        redmine create Printer on fire tracker=bug
          form redmine issue create {"subject":"Printer on fire","tracker":"bug"} missing ["project"] problems []
        redmine create project=demo --form Printer
          form redmine issue create {"subject":"Printer","project":"demo"} missing [] problems []
        redmine create Printer project=demo tracker=Bugg due=x
          BadInput: `redmine issue create` has no `due`. Did you mean `due_date=…`? Put quotes around it if it is part of the text.
        redmine create Printer project=demo tracker=Bugg due_date=soon done=140 hours=1,000 see=x
          form redmine issue create {"subject":"Printer","project":"demo","tracker":"Bugg","due_date":"soon","hours":"1,000","done":"140","see":"x"} missing [] problems ["tracker: `Bugg` is not one of bug, feature, support. Did you mean bug?", "due_date: `soon` is not a date: write one like 2026-11-21, today, tomorrow, friday, +3d or -1w.", "hours: `1,000` can be read in two ways: write 1000 or 1.000.", "done: 140 is out of range: write a number from 0 to 100.", "see: `x` is not a web address: write one that starts with https://."]
        redmine user add ana
          form redmine user add {"login":"ana","loud":false} missing ["password"] problems []
        redmine rank 42
          form redmine issue rank {"issue":42} missing ["priority"] problems []
        redmine comment 42
          form redmine issue comment {"issue":42} missing ["text"] problems []
        redmine create Printer project=
          form redmine issue create {"subject":"Printer"} missing ["project"] problems []
    "#]].assert_eq(&table(&[
        "redmine create",
        "redmine create Printer on fire tracker=bug",
        "redmine create project=demo --form Printer",
        "redmine create Printer project=demo tracker=Bugg due=x",
        "redmine create Printer project=demo tracker=Bugg due_date=soon done=140 hours=1,000 see=x",
        "redmine user add ana",
        "redmine rank 42",
        "redmine comment 42",
        "redmine create Printer project=",
    ]));
}

#[test]
fn refusals_name_the_way_out() {
    expect![[r#"
        redmin issue create
          BadInput: There is no `redmin` here. Did you mean `redmine`? `help` lists what there is.
        issue create
          BadInput: There is no `issue` here. Did you mean `redmine issue create`? `help` lists what there is.
        redmine isue create x
          BadInput: Redmine has no command `isue create`. Did you mean `redmine issue create`? `redmine help` lists them all.
        redmine crate x
          BadInput: Redmine has no command `crate x`. Did you mean `redmine issue create`? `redmine help` lists them all.
        redmine issue
          BadInput: Redmine has no command `issue`. There is `redmine issue create`, `redmine issue show`, `redmine issue comment`, `redmine issue rank`, `redmine issue list`, `redmine issue close`. `redmine help` lists them all.
        redmine nonsense
          BadInput: Redmine has no command `nonsense`. `redmine help` lists them all.
        bellhop nonsense
          BadInput: Bellhop has no command `nonsense`. `bellhop help` lists them all.
        redmine create Printer project=demo trakcer=Bug
          BadInput: `redmine issue create` has no `trakcer`. Did you mean `tracker=…`? Put quotes around it if it is part of the text.
        redmine create Printer project=demo --assinee ana
          BadInput: `redmine issue create` has no `assinee`. Did you mean `assignee=…`? Put quotes around it if it is part of the text.
        redmine create Printer project=demo desc=x
          BadInput: `redmine issue create` has no `desc`. Did you mean `description=…`? Put quotes around it if it is part of the text.
        redmine create Printer --project
          BadInput: `--project` needs a value after it, as in `project=…`. It goes `redmine issue create <subject…> project=… …`; `redmine help issue create` tells all.
        redmine create Printer project=demo project=apollo
          BadInput: `project` is given twice: keep one of them. It goes `redmine issue create <subject…> project=… …`; `redmine help issue create` tells all.
        redmine list everything
          BadInput: `redmine issue list` has no place for `everything`. It goes `redmine issue list [project=…] [limit=…] [all]`.
        redmine list colour=red
          BadInput: `redmine issue list` has no `colour`. It goes `redmine issue list [project=…] [limit=…] [all]`.
        redmine user add ana password=hunter2
          BadInput: `password` is a secret and must not be typed in chat. Change it where it came from, because others may have seen it, then fill in the new one in the form: `redmine user add --form`.
        redmine user add ana --password hunter2
          BadInput: `password` is a secret and must not be typed in chat. Change it where it came from, because others may have seen it, then fill in the new one in the form: `redmine user add --form`.
        redmine user add ana hunter2
          BadInput: `redmine user add` does not take that many words. It goes `redmine user add <login> password=(in the form) [loud]`.
        redmine show 99999999999
          form redmine issue show {"issue":"99999999999"} missing [] problems ["issue: 99999999999 is out of range: write a number from 0 to 4294967295."]
    "#]].assert_eq(&table(&[
        "redmin issue create",
        "issue create",
        "redmine isue create x",
        "redmine crate x",
        "redmine issue",
        "redmine nonsense",
        "bellhop nonsense",
        "redmine create Printer project=demo trakcer=Bug",
        "redmine create Printer project=demo --assinee ana",
        "redmine create Printer project=demo desc=x",
        "redmine create Printer --project",
        "redmine create Printer project=demo project=apollo",
        "redmine list everything",
        "redmine list colour=red",
        "redmine user add ana password=hunter2",
        "redmine user add ana --password hunter2",
        "redmine user add ana hunter2",
        "redmine show 99999999999",
    ]));
}

#[test]
fn a_secret_is_never_repeated() {
    for line in [
        "redmine user add ana password=hunter2",
        "redmine user add ana --password hunter2",
        "redmine user add ana —password=“hunter2”",
        "redmine user add ana pasword=hunter2",
        "redmine user add ana loud hunter2",
        "redmine user add ana hunter2=x",
    ] {
        let said = read(line);
        assert!(!said.contains("hunter2"), "{line}: {said}");
    }
}

#[test]
fn a_connections_own_default_comes_before_everybodys() {
    let read = |defaults: serde_json::Value| shown(parse_with(defaults, "redmine create Printer"));
    assert_eq!(
        read(json!({"project": "demo", "redmine.project": "apollo"})),
        r#"redmine issue create {"subject":"Printer","project":"apollo"}"#
    );
    assert_eq!(
        read(json!({"project": "demo", "jira.project": "apollo"})),
        r#"redmine issue create {"subject":"Printer","project":"demo"}"#
    );
}

#[test]
fn defaults_fill_what_was_not_typed() {
    let read = |line: &str| shown(parse_with(json!({"project": "demo", "limit": 3, "password": "x"}), line));
    expect![[r#"
        redmine issue create {"subject":"Printer","project":"demo"}
        redmine issue create {"subject":"Printer","project":"apollo"}
        redmine issue list {"limit":3}
        redmine issue show {"issue":1}
        form redmine user add {"login":"ana","loud":false} missing ["password"] problems []"#]]
    .assert_eq(
        &[
            read("redmine create Printer"),
            read("redmine create Printer project=apollo"),
            read("redmine list project="),
            read("redmine show 1"),
            read("redmine user add ana"),
        ]
        .join("\n"),
    );
}

#[test]
fn a_long_line_is_refused() {
    expect!["BadInput: That command is 20 KiB long, and the longest that can be read is 16 KiB: shorten it, or attach the text as a file."].assert_eq(&read(&format!("redmine comment 1 {}", "x".repeat(20_000))));
}

#[test]
fn a_day_and_its_time_need_no_quotes() {
    let schema = serde_json::json!({"type": "object", "required": ["text"], "properties": {
        "text": {"type": "string"}, "until": {"type": "string", "format": "date-time"}}});
    let groups = super::properties::groups(&schema);
    let now = crate::tracker::TODAY;
    let read = |line: &str| match super::parse(&groups, &super::Setting { defaults: &serde_json::Map::new(), today: now }, line) {
        Ok(super::Parsed::Call(call)) => serde_json::Value::Object(call.params).to_string(),
        other => format!("{other:?}"),
    };
    expect_test::expect![[r#"
        {"text":"standup in room 2","until":"2026-11-22T09:00:00Z"}
        {"text":"standup","until":"2026-11-22T09:00:00Z"}
        {"text":"9:00 standup","until":"2026-11-21T17:30:00Z"}"#]]
    .assert_eq(
        &[
            "redmine issue create until=tomorrow 9:00 standup in room 2",
            "redmine issue create standup until=\"tomorrow 9:00\"",
            "redmine issue create until=17:30 9:00 standup",
        ]
        .map(read)
        .join("\n"),
    );
}

#[test]
fn a_link_that_the_system_knows_itself_is_shown() {
    expect![[r#"
        redmine https://tracker.example.org/t/printer
          form redmine issue show {"issue":"https://tracker.example.org/t/printer"} missing [] problems ["issue: `https://tracker.example.org/t/printer` is not a whole number: write one such as 42."]
        redmine https://example.org/t/printer
          BadInput: That link does not lead into Redmine (https://redmine.example.org/). `redmine help` lists the commands.
    "#]].assert_eq(&table(&["redmine https://tracker.example.org/t/printer", "redmine https://example.org/t/printer"]));
}
