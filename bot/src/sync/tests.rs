//! Mappings as people write them, and what is written where.

use commands::ErrorKind;
use connectors::{FieldKind, Task, TaskField, Values};
use expect_test::expect;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{
    Definition, Make, Spot, cursor,
    mapping::{self, FieldMap, Fields, Mapped, Side, Way},
    merge::{Base, Conflict, Merge, is_taken, merge, settled},
    store::{self, Pair},
};
use crate::{
    people::PersonId,
    store::testing::{Bench, on_each},
};

fn field(name: &str, kind: FieldKind) -> TaskField {
    TaskField { name: name.into(), label: name.into(), kind, required: name == "subject" || name == "summary", writable: true }
}

fn choice(options: &[&str]) -> FieldKind {
    FieldKind::Choice(options.iter().map(|it| (*it).to_owned()).collect())
}

/// Redmine's fields and Jira's.
fn fields() -> Fields {
    Fields {
        left: vec![
            field("subject", FieldKind::Text),
            field("description", FieldKind::Markdown),
            field("status", choice(&["New", "In Progress", "Closed"])),
            field("priority", choice(&["Low", "Normal", "High"])),
            field("assignee", FieldKind::Person),
            field("due_date", FieldKind::Date),
            TaskField { writable: false, ..field("comments", FieldKind::Number) },
        ],
        right: vec![
            field("summary", FieldKind::Text),
            field("description", FieldKind::Markdown),
            field("status", choice(&["To Do", "In Progress", "Done"])),
            field("priority", choice(&["Low", "Medium", "High", "Highest"])),
            field("assignee", FieldKind::Person),
            field("duedate", FieldKind::Date),
            field("labels", FieldKind::Labels),
        ],
    }
}

fn lines(maps: &[FieldMap]) -> String {
    maps.iter().map(|it| format!("{it}\n")).collect()
}

fn task(key: &str, updated: &str, values: Value) -> Task {
    let Value::Object(values) = values else { panic!("values are an object") };
    Task { key: key.into(), url: None, updated: updated.parse().expect("a time"), values }
}

#[test]
fn a_mapping_is_proposed_by_what_fields_and_values_mean() {
    expect![[r#"
        subject = summary
        description = description
        status = status (New: To Do, Closed: Done)
        priority = priority (Normal: Medium)
        assignee = assignee
        due_date = duedate
    "#]]
    .assert_eq(&lines(&mapping::suggestion(&fields())));
    assert_eq!(mapping::problems(&mapping::suggestion(&fields()), &fields(), Make::Both), [""; 0]);
}

#[test]
fn a_mapping_is_read_as_it_is_printed() {
    let text = "subject = summary\n\"Story points\"->estimate\ncomments <- notes ; status=status (New: To Do, Closed: Done) default Normal work";
    let maps = mapping::parse(text).expect("readable");
    expect![[r#"
        subject = summary
        "Story points" -> estimate
        comments <- notes
        status = status (New: To Do, Closed: Done) default Normal work
    "#]]
    .assert_eq(&lines(&maps));
    assert_eq!(mapping::parse(&lines(&maps)), Ok(maps));
}

#[test]
fn what_is_wrong_with_a_mapping_is_said_line_by_line() {
    let problems = mapping::parse("subject summary\n= summary\nstatus = status (New)\na = b c").expect_err("wrong");
    expect![[r#"
        `subject summary`: between the two fields stands `=`, `->` or `<-`
        `= summary`: a field's name is missing
        `status = status (New)`: `New` is no pair `left: right`
        `a = b c`: `c` is too much; after the fields come values in parentheses and `default …`"#]]
    .assert_eq(&problems.join("\n"));
    let maps = mapping::parse(
        "subjekt = summary\nstatus = status (New: Todo)\ncomments = labels\npriority -> priority\nassignee -> priority",
    )
    .expect("readable");
    expect![[r#"
        `subjekt` is no field on the left. There is: subject, description, status, priority, assignee, due_date, comments
        `comments` on the left cannot be set: let it go the other way only
        `Todo` is no value of `status` on the right: To Do, In Progress, Done
        `priority` on the right is set by two lines: keep one
        the titles have to be the same: add the line `subject = summary`"#]]
    .assert_eq(&mapping::problems(&maps, &fields(), Make::Both).join("\n"));
}

#[test]
fn what_new_tasks_have_to_have_is_given_where_the_other_side_knows_nothing_of_it() {
    let mut fields = fields();
    fields.left.push(TaskField { required: true, ..field("tracker", choice(&["Bug", "Feature"])) });
    fields.right.push(TaskField { required: true, ..field("Issue Kind", choice(&["Story", "Task"])) });
    let proposed = mapping::suggestion(&fields);
    let said = lines(&proposed[6..]);
    expect![[r#"
        tracker <- default Bug
        -> "Issue Kind" default Task
    "#]]
    .assert_eq(&said);
    assert_eq!(mapping::parse(&said).expect("readable"), proposed[6..]);
    assert_eq!(mapping::problems(&proposed, &fields, Make::Both), [""; 0]);

    let made = mapping::made_of(&proposed, &fields, Side::Left, json!({"subject": "Fire"}).as_object().unwrap());
    assert_eq!(Value::Object(made.values), json!({"summary": "Fire", "Issue Kind": "Task"}));
    // What is made stays as people set it.
    let left = task("42", "2026-11-21T10:00:00Z", json!({"subject": "Fire", "tracker": "Feature"}));
    let right = task("APO-7", "2026-11-21T10:01:00Z", json!({"summary": "Fire", "Issue Kind": "Story"}));
    let merged = merge(&proposed, &fields, Conflict::Newest, &Base::default(), (&left, &right));
    assert!(merged.left.is_empty() && merged.right.is_empty(), "{merged:?}");

    let lacking = mapping::parse("subject = summary").expect("readable");
    expect![[r#"
        `tracker` is required on the left, and nothing is mapped to it: add the line `tracker <- default Bug`
        `Issue Kind` is required on the right, and nothing is mapped to it: add the line `-> "Issue Kind" default Task`"#]]
    .assert_eq(&mapping::problems(&lacking, &fields, Make::Both).join("\n"));
    assert_eq!(mapping::problems(&lacking, &fields, Make::None), [""; 0]);
    let wrong = mapping::parse("subject = summary\ntracker <- default Bug\n-> \"Issue Kind\" default Chore").expect("readable");
    expect![[r#"
        `Chore` does not fit `Issue Kind` on the right: `Chore` is none of Story, Task: say in the mapping what it is called there"#]]
    .assert_eq(&mapping::problems(&wrong, &fields, Make::Both).join("\n"));
    assert!(mapping::parse("-> issuetype").expect_err("nothing to set")[0].contains("-> field default value"));
}

#[test]
fn a_new_task_is_made_of_what_is_mapped() {
    let maps = mapping::parse(
        "subject = summary\nstatus = status (New: To Do)\npriority -> priority default Medium\ndue_date = duedate",
    )
    .unwrap();
    let issue = json!({"subject": "Printer on fire", "status": "New", "due_date": "2026-12-01", "description": "Smoke."});
    let made = mapping::made_of(&maps, &fields(), Side::Left, issue.as_object().unwrap());
    let expected = json!({"summary": "Printer on fire", "status": "To Do", "priority": "Medium", "duedate": "2026-12-01"});
    assert_eq!(made, Mapped { values: expected.as_object().unwrap().clone(), unfit: Vec::new() });
    let nameless = json!({"status": "Closed"});
    let made = mapping::made_of(&maps, &fields(), Side::Left, nameless.as_object().unwrap());
    let why: Vec<String> = made.unfit.iter().map(|it| format!("{}: {}", it.field, it.why)).collect();
    expect![[r#"
        status: `Closed` is none of To Do, In Progress, Done: say in the mapping what it is called there
        summary: `summary` is required there, and nothing is mapped to it, or that is empty: give it a field or a default"#]]
    .assert_eq(&why.join("\n"));
}

fn base_of(left: &Value, right: &Value) -> Base {
    let values = |it: &Value| it.as_object().cloned().unwrap_or_default();
    Base { left: values(left), right: values(right), ..Base::default() }
}

fn merged(rule: Conflict, base: (Value, Value), left: &Task, right: &Task) -> Merge {
    let maps = mapping::suggestion(&fields());
    let base = base_of(&base.0, &base.1);
    merge(&maps, &fields(), rule, &base, (left, right))
}

#[test]
fn what_a_side_changed_goes_to_the_other() {
    let base = (json!({"subject": "Fire", "status": "New"}), json!({"summary": "Fire", "status": "To Do"}));
    let left = task("42", "2026-11-21T10:00:00Z", json!({"subject": "Fire", "status": "Closed"}));
    let right = task("APO-7", "2026-11-21T10:01:00Z", json!({"summary": "Fire!", "status": "To Do"}));
    let found = merged(Conflict::Newest, base, &left, &right);
    assert_eq!(Value::Object(found.left), json!({"subject": "Fire!"}));
    assert_eq!(Value::Object(found.right), json!({"status": "Done"}));
    assert_eq!((found.lost.len(), found.unfit.len()), (0, 0));
}

#[test]
fn where_both_changed_the_rule_decides_and_the_loser_is_named() {
    let base = || (json!({"subject": "Fire"}), json!({"summary": "Fire"}));
    let left = task("42", "2026-11-21T10:00:00Z", json!({"subject": "Big fire"}));
    let right = task("APO-7", "2026-11-21T10:01:00Z", json!({"summary": "Small fire"}));
    for (rule, to_left, to_right) in [
        (Conflict::Newest, json!({"subject": "Small fire"}), json!({})),
        (Conflict::Right, json!({"subject": "Small fire"}), json!({})),
        (Conflict::Left, json!({}), json!({"summary": "Big fire"})),
    ] {
        let found = merged(rule, base(), &left, &right);
        assert_eq!((Value::Object(found.left), Value::Object(found.right)), (to_left, to_right), "{rule:?}");
        assert_eq!(found.lost.len(), 1);
    }
    // The same change on both sides is none.
    let right = task("APO-7", "2026-11-21T10:01:00Z", json!({"summary": "Big fire"}));
    assert_eq!(merged(Conflict::Newest, base(), &left, &right), Merge::default());
}

#[test]
fn a_field_that_goes_one_way_is_not_brought_back() {
    let maps = [FieldMap { left: "subject".into(), right: "summary".into(), way: Way::ToRight, values: vec![], default: None }];
    let same = |it: &str| Value::from(it);
    let base = Base {
        left: Values::from_iter([("subject".into(), same("a"))]),
        right: Values::from_iter([("summary".into(), same("a"))]),
        ..Base::default()
    };
    let left = task("42", "2026-11-21T10:00:00Z", json!({"subject": "a"}));
    let right = task("APO-7", "2026-11-21T10:01:00Z", json!({"summary": "b"}));
    assert_eq!(merge(&maps, &fields(), Conflict::Newest, &base, (&left, &right)), Merge::default());
}

#[test]
fn what_a_side_did_not_take_is_a_change_still() {
    let (maps, fields) = (mapping::suggestion(&fields()), fields());
    let base = base_of(&json!({"subject": "Fire", "status": "New"}), &json!({"summary": "Fire", "status": "To Do"}));
    let left = task("42", "2026-11-21T10:00:00Z", json!({"subject": "Fire!", "status": "Closed"}));
    let mut right = task("APO-7", "2026-11-21T09:00:00Z", json!({"summary": "Fire", "status": "To Do"}));
    let found = merge(&maps, &fields, Conflict::Newest, &base, (&left, &right));
    assert_eq!(Value::Object(found.right), json!({"summary": "Fire!", "status": "Done"}));
    // The workflow forbids it, the title is taken, and somebody changes the description meanwhile, which is not read.
    right.values.insert("summary".into(), json!("Fire!"));
    let open = [(Side::Right, "status".to_owned())];
    let base = settled(&maps, &base, (&left.values, &right.values), &open);
    right.values.insert("description".into(), json!("Smoke."));
    let again = merge(&maps, &fields, Conflict::Newest, &base, (&left, &right));
    assert_eq!(Value::Object(again.right), json!({"status": "Done"}));
    assert_eq!(Value::Object(again.left), json!({"description": "Smoke."}));

    // Of a new pair nothing was known before: the side that did not take it has not changed it.
    let base = settled(&maps, &Base::default(), (&left.values, &right.values), &open);
    assert_eq!((base.left.get("status"), base.right.get("status")), (None, Some(&json!("To Do"))));
    let newer = task("APO-7", "2026-11-21T11:00:00Z", Value::Object(right.values));
    let again = merge(&maps, &fields, Conflict::Newest, &base, (&left, &newer));
    assert_eq!((Value::Object(again.left), Value::Object(again.right)), (json!({}), json!({"status": "Done"})));
}

#[test]
fn what_does_not_fit_is_a_change_until_the_mapping_fits_it() {
    let fields = fields();
    let maps = |text: &str| mapping::parse(text).expect("readable");
    let (narrow, wide) =
        (maps("subject = summary\nstatus = priority (New: Low)"), maps("status = priority (New: Low, Closed: High)"));
    let base = base_of(&json!({"subject": "Fire", "status": "New"}), &json!({"summary": "Fire", "priority": "Low"}));
    let left = task("42", "2026-11-21T10:00:00Z", json!({"subject": "Fire", "status": "Closed"}));
    let right = task("APO-7", "2026-11-21T10:00:00Z", json!({"summary": "Fire", "priority": "Low"}));
    let found = merge(&narrow, &fields, Conflict::Newest, &base, (&left, &right));
    let open: Vec<(Side, String)> = found.unfit.into_iter().map(|(side, it)| (side, it.field)).collect();
    assert_eq!(open, [(Side::Right, "priority".to_owned())]);
    let base = settled(&narrow, &base, (&left.values, &right.values), &open);
    let found = merge(&wide, &fields, Conflict::Newest, &base, (&left, &right));
    assert_eq!(Value::Object(found.right), json!({"priority": "High"}));
}

#[test]
fn a_base_of_before_is_read_and_written_as_it_was() {
    let text = r#"{"left":{"subject":"Fire"},"right":{"summary":"Fire"}}"#;
    let base: Base = serde_json::from_str(text).expect("readable");
    assert_eq!(serde_json::to_string(&base).expect("JSON"), text);
}

#[test]
fn a_system_takes_a_value_in_its_own_words_or_not_at_all() {
    let status = || choice(&["New", "Closed"]);
    let cases = [
        (status(), json!("New"), json!("Closed"), json!("Closed"), true),
        (status(), json!("New"), json!("Closed"), json!("closed"), true),
        (status(), json!("New"), json!("Closed"), json!("New"), false),
        (status(), json!("New"), json!(null), json!("New"), false),
        (FieldKind::Markdown, json!(""), json!("* one\n"), json!("- one"), true),
        (FieldKind::Markdown, json!("- one"), json!("* one"), json!("- one"), true),
        (FieldKind::Markdown, json!("- one"), json!("- two"), json!("- one"), false),
        (FieldKind::Person, json!(null), json!("ana@example.org"), json!("ana"), true),
        (FieldKind::Person, json!(null), json!("ana@example.org"), json!(null), false),
        (FieldKind::Person, json!("carl"), json!("ana@example.org"), json!("carl"), false),
        (FieldKind::Person, json!("carl"), json!("ana@example.org"), json!("a-example"), true),
        (FieldKind::Person, json!("ana"), json!("ana@example.org"), json!("ana"), true),
        (FieldKind::Person, json!(null), json!("ana@example.org"), json!("ben@example.org"), false),
        (FieldKind::Labels, json!([]), json!(["a", "Bug"]), json!(["bug", "a"]), true),
        (FieldKind::Labels, json!([]), json!(["a", "b"]), json!(["a"]), false),
        (FieldKind::Number, json!(1), json!(2.333), json!(2.33), true),
        (FieldKind::Number, json!(1), json!(2), json!(1), false),
        (FieldKind::Number, json!(3), json!(null), json!(0), true),
        (FieldKind::Date, json!(null), json!("2026-12-01"), json!("2026-12-02"), false),
    ];
    for (kind, before, asked, now, expected) in cases {
        assert_eq!(is_taken(&kind, &before, &asked, &now), expected, "{kind:?}: {before}, asked {asked}, now {now}");
    }
}

fn defined(right: &str, fields: &str) -> Definition {
    let spot = |text: &str| Spot::parse(text).expect("a place");
    let fields = mapping::parse(fields).expect("readable");
    let (conflict, make, report) = (Conflict::Newest, Make::Both, None);
    Definition { left: spot("redmine:demo"), right: spot(right), fields, conflict, make, every: 60, report }
}

#[tokio::test]
async fn other_fields_try_again_and_other_places_begin_anew() {
    on_each(|bench: Bench| async move {
        let store = &bench.store;
        let who: PersonId = PersonId::new("slack", "T1", "U1");
        let old = defined("jira:APO", "subject = summary");
        store::save(store, "apollo", &old, &who).await.expect("saved");
        let before = store::find(store, "apollo").await.expect("readable").expect("there");
        let full = |left: &str, right: &str, problem: Option<&str>| Pair {
            left: Some(left.into()),
            right: Some(right.into()),
            problem: problem.map(str::to_owned),
            ..Pair::default()
        };
        let half = Pair { right: None, ..full("3", "", Some("`status`: refused")) };
        for pair in [full("1", "APO-1", None), full("2", "APO-2", Some("`status`: Jira kept `Done`")), half] {
            store::put(store, &before, &pair).await.expect("stored");
        }
        let mut tx = store.begin().await.expect("a transaction");
        tx.set_cursor(&cursor("apollo", Side::Left), "{}").await.expect("written");
        tx.commit().await.expect("committed");

        // The same definition again changes nothing; other fields have what was in trouble looked at again.
        store::save(store, "apollo", &old, &who).await.expect("saved");
        assert_eq!(store::troubled(store, "apollo", 9).await.expect("readable").len(), 2);
        store::save(store, "apollo", &defined("jira:APO", "subject = summary; status = status"), &who).await.expect("saved");
        assert!(store::troubled(store, "apollo", 9).await.expect("readable").is_empty());
        let keys = |pairs: Vec<Pair>| pairs.into_iter().filter_map(|it| it.left).collect::<Vec<_>>();
        assert_eq!(keys(store::unfinished(store, "apollo").await.expect("readable")), ["2"]);
        assert_eq!(keys(store::owed(store, "apollo", Side::Right).await.expect("readable")), ["3"]);
        assert!(store.cursor(&cursor("apollo", Side::Left)).await.expect("readable").is_some());

        // A run of before leaves nothing behind.
        let late = store::put(store, &before, &full("4", "APO-4", None)).await;
        assert_eq!(late.expect_err("refused").kind, ErrorKind::Conflict);

        store::save(store, "apollo", &defined("github:octo/other", "subject = summary"), &who).await.expect("saved");
        assert_eq!(store::counts(store, "apollo").await.expect("readable"), store::Counts::default());
        assert!(store.cursor(&cursor("apollo", Side::Left)).await.expect("readable").is_none());
    })
    .await;
}

fn values() -> impl Strategy<Value = (usize, usize, String)> {
    (0..3_usize, 0..3_usize, "[a-c]{0,3}")
}

proptest! {
    /// After the writes of a merge, the next merge finds nothing to do: nothing goes in circles.
    #[test]
    fn a_merge_comes_to_rest(left in values(), right in values(), base in values(), newer in any::<bool>(), rule in 0..3_usize) {
        let rule = [Conflict::Newest, Conflict::Left, Conflict::Right][rule];
        let of_left = |(status, priority, text): &(usize, usize, String)| json!({
            "subject": format!("x{text}"), "description": text, "status": (["New", "In Progress", "Closed"][*status]),
            "priority": (["Low", "Normal", "High"][*priority]) });
        let of_right = |(status, priority, text): &(usize, usize, String)| json!({
            "summary": format!("x{text}"), "description": text, "status": (["To Do", "In Progress", "Done"][*status]),
            "priority": (["Low", "Medium", "High"][*priority]) });
        let (maps, fields) = (mapping::suggestion(&fields()), fields());
        let mut one = task("1", "2026-11-21T10:00:00Z", of_left(&left));
        let mut other = task("2", if newer { "2026-11-21T11:00:00Z" } else { "2026-11-21T09:00:00Z" }, of_right(&right));
        let base = base_of(&of_left(&base), &of_right(&base));
        let found = merge(&maps, &fields, rule, &base, (&one, &other));
        prop_assert!(found.unfit.is_empty());
        one.values.extend(found.left);
        other.values.extend(found.right);
        let base = settled(&maps, &base, (&one.values, &other.values), &[]);
        let again = merge(&maps, &fields, rule, &base, (&one, &other));
        prop_assert_eq!(again, Merge::default());
        // And both say the same now, in each field that either changed.
        let fresh = merge(&maps, &fields, rule, &Base::default(), (&one, &other));
        prop_assert!(fresh.left.is_empty() || fresh.right.is_empty());
    }
}
