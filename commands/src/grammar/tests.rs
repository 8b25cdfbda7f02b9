use expect_test::expect;
use serde_json::json;

use crate::tracker::{parse_with, read, shown};

fn table(lines: &[&str]) -> String {
    lines.iter().map(|line| format!("{line}\n  {}\n", read(line))).collect()
}

#[test]
fn the_line_of_the_manual() {
    expect![[]].assert_eq(&table(&[
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
    expect![[]].assert_eq(&table(&[
        "redmine comment 42 Look:\n\n    let x = 1;\nprivate=yes\nthe  end  ",
        "redmine comment --private #42 \"one word\"",
        "redmine comment https://redmine.example.org/issues/42#note-3 Thanks “Ana” !",
        "redmine create Line one\nline two project=demo",
    ]));
}

#[test]
fn short_forms_and_links() {
    expect![[]].assert_eq(&table(&[
        "redmine 42",
        "redmine #42",
        "redmine https://redmine.example.org/issues/42#note-3",
        "redmine <https://redmine.example.org/projects/demo/issues/42?tab=1|Demo #42: it burns>",
        "redmine <https://redmine.example.org/issues/42>",
        "redmine https://redmine.example.org/projects/demo",
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
    expect![[]].assert_eq(&table(&[
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
    expect![[]].assert_eq(&table(&[
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
    expect![[]].assert_eq(&table(&[
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
    ] {
        let said = read(line);
        assert!(!said.contains("hunter2"), "{line}: {said}");
    }
}

#[test]
fn defaults_fill_what_was_not_typed() {
    let read = |line: &str| shown(parse_with(json!({"project": "demo", "limit": 3, "password": "x"}), line));
    expect![[]].assert_eq(
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
    expect![[]].assert_eq(&read(&format!("redmine comment 1 {}", "x".repeat(20_000))));
}
