//! Mappings as people write them, and what is written where.

use connectors::{FieldKind, Task, TaskField, Values};
use expect_test::expect;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{
    mapping::{self, FieldMap, Fields, Mapped, Side, Way},
    merge::{Base, Conflict, Merge, mapped, merge},
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
    assert_eq!(mapping::problems(&mapping::suggestion(&fields()), &fields()), [""; 0]);
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
    .assert_eq(&mapping::problems(&maps, &fields()).join("\n"));
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
        summary: `summary` is required there, and nothing is mapped to it: give it a field or a default"#]]
    .assert_eq(&why.join("\n"));
}

fn merged(rule: Conflict, base: (Value, Value), left: &Task, right: &Task) -> Merge {
    let maps = mapping::suggestion(&fields());
    let base = Base { left: base.0.as_object().unwrap().clone(), right: base.1.as_object().unwrap().clone() };
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
    };
    let left = task("42", "2026-11-21T10:00:00Z", json!({"subject": "a"}));
    let right = task("APO-7", "2026-11-21T10:01:00Z", json!({"summary": "b"}));
    assert_eq!(merge(&maps, &fields(), Conflict::Newest, &base, (&left, &right)), Merge::default());
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
        let base = Base { left: of_left(&base).as_object().unwrap().clone(), right: of_right(&base).as_object().unwrap().clone() };
        let found = merge(&maps, &fields, rule, &base, (&one, &other));
        prop_assert!(found.unfit.is_empty());
        one.values.extend(found.left);
        other.values.extend(found.right);
        let base = Base { left: mapped(&maps, Side::Left, &one.values), right: mapped(&maps, Side::Right, &other.values) };
        let again = merge(&maps, &fields, rule, &base, (&one, &other));
        prop_assert_eq!(again, Merge::default());
        // And both say the same now, in each field that either changed.
        let fresh = merge(&maps, &fields, rule, &Base::default(), (&one, &other));
        prop_assert!(fresh.left.is_empty() || fresh.right.is_empty());
    }
}
