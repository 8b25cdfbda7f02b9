use expect_test::expect;

use super::{complete, completing, message, page, usage};
use crate::{Choice, tracker::groups};

fn said(group: Option<&str>, action: Option<&str>) -> String {
    message(&groups(), &|name| format!("/{name}"), group, action).to_plain(&groups())
}

#[test]
fn usage_lines() {
    let groups = groups();
    let all: Vec<_> = groups[0].actions.iter().map(|it| usage("redmine", it)).collect();
    expect![[r#"
        redmine issue create <subject…> project=… [tracker=bug|feature|support] [priority=low|normal|very_high] [assignee=…] [due_date=…] [hours=…] [done=…] [description=…] [watchers=…] [versions=…] [fields=…] [files=…] [see=…] [private]
        redmine issue show <issue>
        redmine issue comment <issue> <text…> [private]
        redmine issue rank <issue> <priority>
        redmine issue list [project=…] [limit=…] [all]
        redmine issue close <issues…>
        redmine user add <login> password=(in the form) [loud]"#]].assert_eq(&all.join("\n"));
}

#[test]
fn help_from_the_whole_to_one_command() {
    expect![[r#"
        What can be done here
        =====================

        Redmine: /redmine issue create, /redmine issue show, /redmine issue comment, /redmine issue rank, /redmine issue list, /redmine issue close, /redmine user add

        A command whose required values are missing opens its form. Details: /redmine help issue create."#]].assert_eq(&said(None, None));
    expect![[r#"
        Redmine
        =======

        - /redmine issue create: Creates an issue in a project.
        - /redmine issue show: Shows an issue.
        - /redmine issue comment: Says something about an issue.
        - /redmine issue rank: Gives an issue another priority.
        - /redmine issue list: Lists issues.
        - /redmine issue close: Closes issues.
        - /redmine user add: Adds a person. (administrators)

        For example: /redmine issue create Printer on fire project=demo

        /redmine help issue create tells more. A bare number or a pasted link, as in /redmine 42, does the same as /redmine issue show 42."#]].assert_eq(&said(Some("redmine"), None));
    expect![[r#"
        /redmine issue create
        =====================

        Creates an issue in a project.

            /redmine issue create <subject…> project=… [tracker=bug|feature|support] [priority=low|normal|very_high] [assignee=…] [due_date=…] [hours=…] [done=…] [description=…] [watchers=…] [versions=…] [fields=…] [files=…] [see=…] [private]

        subject:     What is wrong, in a line. (required)
        project:     Where it belongs. (required)
        tracker:     What sort of work it is. (one of bug, feature, support)
        priority:    How soon. (one of low, normal, very_high)
        assignee:    Who does it. (a person: a mention, an email address, a login or me)
        due_date:    By when. (a date: 2026-11-21, tomorrow, friday, +3d)
        hours:       How long it takes. (a number)
        done:        How much is done. (a whole number from 0 to 100)
        description: More about it.
        watchers:    Who is told. (a person: a mention, an email address, a login or me; can be given several times)
        versions:    Versions it concerns. (a whole number; can be given several times)
        fields:      name=value of custom fields. (can be given several times)
        files:       Files to add. (a file: attached, or a link to one; can be given several times)
        see:         More on the web. (a link: https://…)
        private:     Only members see it. (a flag)

        - /redmine issue create Printer on fire project=demo

        [Open the form] redmine issue create --form"#]].assert_eq(&said(Some("redmine"), Some("issue create")));
    assert_eq!(said(Some("redmine"), Some("create")), said(Some("redmine"), Some("issue create")));
    assert_eq!(said(None, Some("redmine create")), said(Some("redmine"), Some("issue create")));
    assert_eq!(said(None, Some("user add")), said(Some("redmine"), Some("user add")));
}

#[test]
fn an_unknown_topic_is_guessed() {
    let first = |text: String| text.lines().next().unwrap_or_default().to_owned();
    let all = [
        first(said(Some("redmine"), Some("issue craete"))),
        first(said(Some("redmin"), None)),
        first(said(None, Some("quantum chromodynamics"))),
    ];
    expect![[r#"
        There is no help on issue craete. Did you mean /redmine help issue create?
        There is no help on redmin. Did you mean help redmine?
        There is no help on quantum chromodynamics."#]]
    .assert_eq(&all.join("\n"));
}

#[test]
fn completion_goes_word_by_word() {
    let groups = groups();
    let lines = [
        "",
        "r",
        "redmine ",
        "redmine is",
        "redmine issue c",
        "redmine cr",
        "redmine create ",
        "redmine create Printer pr",
        "redmine create Printer project=demo tr",
        "redmine create Printer priority=",
        "redmine create Printer --priority ve",
        "redmine create Printer due_date=t",
        "redmine rank 42 n",
        "redmine user add ana p",
        "redmine help ",
        "nonsense x",
    ];
    let all: String = lines
        .iter()
        .map(|line| {
            let found = complete(&groups, line, 4);
            let shown: Vec<_> = found.iter().map(|it| format!("  {:?} ({}) {}\n", it.line, it.label, it.help)).collect();
            format!("{line:?}\n{}", shown.concat())
        })
        .collect();
    expect![[r#"
        ""
          "redmine " (redmine) Redmine
          "bellhop " (bellhop) Bellhop
          "help" (help) What can be done here.
        "r"
          "redmine " (redmine) Redmine
        "redmine "
          "redmine issue create " (issue create) Creates an issue in a project.
          "redmine issue show " (issue show) Shows an issue.
          "redmine issue comment " (issue comment) Says something about an issue.
          "redmine issue rank " (issue rank) Gives an issue another priority.
        "redmine is"
          "redmine issue create " (issue create) Creates an issue in a project.
          "redmine issue show " (issue show) Shows an issue.
          "redmine issue comment " (issue comment) Says something about an issue.
          "redmine issue rank " (issue rank) Gives an issue another priority.
        "redmine issue c"
          "redmine issue create " (issue create) Creates an issue in a project.
          "redmine issue comment " (issue comment) Says something about an issue.
          "redmine issue close " (issue close) Closes issues.
        "redmine cr"
          "redmine create " (create) Creates an issue in a project.
        "redmine create "
          "redmine create project=" (project=) Where it belongs.
          "redmine create tracker=" (tracker=) What sort of work it is.
          "redmine create priority=" (priority=) How soon.
          "redmine create assignee=" (assignee=) Who does it.
        "redmine create Printer pr"
          "redmine create Printer project=" (project=) Where it belongs.
          "redmine create Printer priority=" (priority=) How soon.
          "redmine create Printer --private " (--private) Only members see it.
        "redmine create Printer project=demo tr"
          "redmine create Printer project=demo tracker=" (tracker=) What sort of work it is.
        "redmine create Printer priority="
          "redmine create Printer priority=low " (low) Whenever there is time.
          "redmine create Printer priority=normal " (normal) In its turn.
          "redmine create Printer priority=very_high " (very_high) Now.
        "redmine create Printer --priority ve"
          "redmine create Printer --priority very_high " (very_high) Now.
        "redmine create Printer due_date=t"
          "redmine create Printer due_date=today " (today) By when.
          "redmine create Printer due_date=tomorrow " (tomorrow) By when.
        "redmine rank 42 n"
          "redmine rank 42 normal " (normal) In its turn.
          "redmine rank 42 very_high " (very_high) Now.
        "redmine user add ana p"
        "redmine help "
        "nonsense x"
    "#]]
    .assert_eq(&all);
}

#[test]
fn a_value_being_typed_is_found() {
    let groups = groups();
    let lines = [
        "redmine create Printer tracker=bug project=de",
        "redmine create --project ",
        "redmine create --project=\"de",
        "redmine create Printer project=“my pro",
        "redmine create Printer project=\"my pro\"",
        "redmine create Pri",
        "redmine show ",
        "redmine cre",
        "redmine list ",
    ];
    let all: String = lines
        .iter()
        .map(|line| match completing(&groups, line) {
            Some(it) => format!("{line:?}\n  {} {:?} after {:?}, given {:?}\n", it.field.name, it.typed, it.before, it.given),
            None => format!("{line:?}\n  nothing\n"),
        })
        .collect();
    expect![[r#"
        "redmine create Printer tracker=bug project=de"
          project "de" after "redmine create Printer tracker=bug project=", given {"tracker": String("bug"), "subject": String("Printer")}
        "redmine create --project "
          project "" after "redmine create --project ", given {}
        "redmine create --project=\"de"
          project "de" after "redmine create --project=", given {}
        "redmine create Printer project=“my pro"
          project "my pro" after "redmine create Printer project=", given {"subject": String("Printer")}
        "redmine create Printer project=\"my pro\""
          project "my pro" after "redmine create Printer project=", given {"subject": String("Printer")}
        "redmine create Pri"
          subject "Pri" after "redmine create ", given {}
        "redmine show "
          issue "" after "redmine show ", given {}
        "redmine cre"
          nothing
        "redmine list "
          nothing
    "#]].assert_eq(&all);
}

#[test]
fn a_looked_up_value_is_quoted_where_needed() {
    let at = completing(&groups(), "redmine create Printer project=\"my").unwrap();
    let offered = at.offer(&Choice::new("my project", "My project"));
    assert_eq!(offered.line, "redmine create Printer project=\"my project\" ");
    assert_eq!(at.offer(&Choice::new("demo", "Demo")).line, "redmine create Printer project=demo ");
}

#[test]
fn the_reference_page() {
    let mut group = groups().remove(0);
    group.actions.retain(|it| ["issue create", "user add"].contains(&it.name));
    expect![[r#"
        # Redmine commands

        ## redmine issue create

        Creates an issue in a project. Changes are audited.

        ```text
        redmine issue create <subject…> project=… [tracker=bug|feature|support] [priority=low|normal|very_high] [assignee=…] [due_date=…] [hours=…] [done=…] [description=…] [watchers=…] [versions=…] [fields=…] [files=…] [see=…] [private]
        ```

        | field | what it is |
        |---|---|
        | `subject` | What is wrong, in a line. (required) |
        | `project` | Where it belongs. (required) |
        | `tracker` | What sort of work it is. (one of bug, feature, support) |
        | `priority` | How soon. (one of low, normal, very_high) |
        | `assignee` | Who does it. (a person: a mention, an email address, a login or me) |
        | `due_date` | By when. (a date: 2026-11-21, tomorrow, friday, +3d) |
        | `hours` | How long it takes. (a number) |
        | `done` | How much is done. (a whole number from 0 to 100) |
        | `description` | More about it. |
        | `watchers` | Who is told. (a person: a mention, an email address, a login or me; can be given several times) |
        | `versions` | Versions it concerns. (a whole number; can be given several times) |
        | `fields` | `name=value` of custom fields. (can be given several times) |
        | `files` | Files to add. (a file: attached, or a link to one; can be given several times) |
        | `see` | More on the web. (a link: https://…) |
        | `private` | Only members see it. (a flag) |

        For example:

            redmine issue create Printer on fire project=demo

        ## redmine user add

        Adds a person. For administrators.

        ```text
        redmine user add <login> password=(in the form) [loud]
        ```

        | field | what it is |
        |---|---|
        | `login` | What they sign in with. (required) |
        | `password` | What proves it. (required; a secret: only in the form) |
        | `loud` | Whether to say so. (a flag) |
    "#]].assert_eq(&page(&group));
}
