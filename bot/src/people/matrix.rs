//! Role × action × channel × door, over all groups: every cell against a table written from the rules.
//!
//! The doors are those that people come in by: a typed line, a button, a form, a picker, help, a person's own page, the job
//! when it is run, and the command line. No chat is needed: each person is known by their id, and given their role by a
//! document.

use std::{collections::BTreeMap, sync::Arc};

use bytes::Bytes;
use commands::{ActionSpec, Call, Effect, Group};
use futures::{StreamExt, stream};
use serde_json::{Map, json};

use super::{authority::COMMAND_LINE, roles::Role, stranger};
use crate::{
    app::{App, OWN},
    chat::{Answering, Place},
    cli::start,
    config,
    connections::{Live, Origin},
    dispatch::{
        Answer, Dispatch, Line, Options, Submission, Submitted, home,
        run::{Run, RunJob},
    },
    store::testing::Bench,
};

const DOCUMENTS: &str = r#"
[server]
listen = "127.0.0.1:0"

[[role]]
name = "viewers"
role = "viewer"
to = ["slack:T1:VIEWER"]

[[role]]
name = "members"
role = "member"
to = ["slack:T1:MEMBER"]

[[role]]
name = "operators"
role = "operator"
to = ["slack:T1:OPERATOR"]

[[role]]
name = "admins"
role = "admin"
to = ["slack:T1:ADMIN"]

[[role]]
name = "owners"
role = "owner"
to = ["slack:T1:OWNER"]

[[grant]]
name = "freeze"
effect = "deny"
actions = ["* delete", "github *", "bellhop audit *"]
to = ["everybody"]
in = ["slack:FROZEN"]

[[grant]]
name = "helpers"
effect = "allow"
actions = ["redmine *"]
to = ["role:viewer"]
"#;

const CHANNELS: [&str; 2] = ["FREE", "FROZEN"];

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Door {
    Line,
    Button,
    Form,
    Picker,
    Help,
    Home,
    Job,
    Say,
}

const DOORS: [Door; 8] = [Door::Line, Door::Button, Door::Form, Door::Picker, Door::Help, Door::Home, Door::Job, Door::Say];

/// The rules, as the documents and docs/permission.md say them.
fn expected(role: Role, group: &str, spec: &ActionSpec, channel: &str, door: Door) -> bool {
    // Whoever runs the program may do everything.
    if door == Door::Say {
        return true;
    }
    let deletes = spec.name == "delete" || spec.name.ends_with(" delete");
    let is_frozen = deletes || group == "github" || (group == "bellhop" && spec.name.starts_with("audit "));
    let is_exempt = role == Role::Owner && group == "bellhop";
    // A person's own page belongs to no channel.
    if channel == "FROZEN" && door != Door::Home && is_frozen && !is_exempt {
        return false;
    }
    if group == "redmine" {
        return true;
    }
    let asks = spec.fields().iter().any(|it| it.name == "sure" || it.name == "confirm");
    match spec.effect {
        Effect::Read => true,
        Effect::Write if deletes || asks => role >= Role::Operator,
        Effect::Write => role >= Role::Member,
        Effect::Admin => role >= Role::Admin,
    }
}

/// A bot without chats, with a connection of each kind that nobody answers.
async fn app(bench: &Bench) -> Arc<App> {
    let config = config::read(DOCUMENTS, &|_| None).unwrap_or_else(|problems| panic!("{problems:?}"));
    let (app, _) = start::assemble_on(bench.store.clone(), config).await.expect("a bot");
    for kind in connectors::ALL {
        let settings = (kind.standin)().connection("http://127.0.0.1:9");
        let live = Live::open(kind.name, kind, settings, Origin::File, Vec::new(), None);
        app.connections.put(live.unwrap_or_else(|err| panic!("{}: {err}", kind.name)));
    }
    app
}

fn to(role: Role, channel: &str) -> Answering {
    let place = Place { platform: "slack".into(), workspace: "T1".into(), channel: channel.into(), thread: None };
    Answering { place, asker: role.name().to_uppercase(), response_url: None, pressed: None }
}

fn is_refusal(text: &str) -> bool {
    (text.contains(" is for ") && text.contains("Ask ")) || text.contains(" is denied to you here")
}

/// Whether somebody gets in by that door.
async fn gets_in(app: &Arc<App>, role: Role, group: &Group, spec: &ActionSpec, channel: &str, door: Door) -> bool {
    let cell = format!("{} {} {} {channel} {door:?}", role.name(), group.name, spec.name);
    let (dispatch, to) = (Dispatch::new(app.clone()), to(role, channel));
    let call = Call::new(group.name.clone(), spec.name, json!({}));
    let line = |text: String| Line {
        key: format!("{cell} {text}"),
        raw: Bytes::new(),
        to: to.clone(),
        text,
        trigger: None,
        request_id: cell.clone(),
    };
    let actor = stranger("slack", "T1", &to.asker);
    match door {
        Door::Line | Door::Button => {
            let mut line = line(format!("{} {}", group.name, spec.name));
            if door == Door::Button {
                line.to.pressed = Some(crate::chat::Pressed { id: "1.0".into(), card: None });
            }
            match dispatch.line(line).await.expect("the store takes it") {
                Answer::Accepted | Answer::Form(..) => true,
                Answer::Say(message) if is_refusal(&message.summary()) => false,
                other => panic!("{cell}: {other:?}"),
            }
        }
        Door::Form => {
            let form = app.new_form(call, Vec::new(), to.clone());
            app.forms.save(&form).await.expect("the store takes it");
            let sent = Submission {
                form: form.id,
                key: cell.clone(),
                raw: Bytes::new(),
                platform: "slack".into(),
                workspace: "T1".into(),
                person: to.asker.clone(),
                values: Map::new(),
                request_id: cell.clone(),
            };
            match dispatch.submit(sent).await.expect("the store takes it") {
                Submitted::Refused(problems) => !problems.iter().any(|it| it.field.is_empty() && is_refusal(&it.message)),
                Submitted::Next(_) | Submitted::Accepted => true,
                // What takes no values has no form.
                Submitted::Gone(_) => app.fields(&form.call).is_empty(),
            }
        }
        Door::Picker => {
            let form = app.new_form(call, Vec::new(), to.clone());
            app.forms.save(&form).await.expect("the store takes it");
            let wanted = Options {
                form: form.id,
                person: to.asker.clone(),
                field: "no such field".into(),
                typed: String::new(),
                given: Map::new(),
            };
            !dispatch.options(wanted).await.remark.is_some_and(|it| is_refusal(&it))
        }
        Door::Help => match dispatch.line(line(format!("help {} {}", group.name, spec.name))).await.expect("an answer") {
            Answer::Say(message) => {
                let text = message.to_plain(&[]);
                assert!(is_refusal(&text) || text.contains(spec.name), "{cell}: {text}");
                !is_refusal(&text)
            }
            other => panic!("{cell}: {other:?}"),
        },
        Door::Home => {
            let authority = app.authority(&actor, None).await;
            let groups = app.groups();
            !home::offered(&authority, &groups, &[vec![format!("{} {}", group.name, spec.name)]]).is_empty()
        }
        Door::Job => {
            let job = RunJob::new(call, to.clone(), cell.clone());
            let run = Run { app: app.clone() };
            match run.admit(&job, &actor, spec).await {
                Ok(_) => true,
                Err(err) if is_refusal(&err.message) => false,
                Err(err) => panic!("{cell}: {err}"),
            }
        }
        Door::Say => {
            let operator = stranger(COMMAND_LINE, "", "root");
            let visible = app.authority(&operator, None).await.visible(std::slice::from_ref(group));
            visible.iter().any(|it| it.find(spec.name).is_some())
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_role_gets_in_by_every_door_to_what_the_rules_say_and_to_nothing_else() {
    let bench = Bench::sqlite().await;
    let app = app(&bench).await;
    let groups = app.groups();
    assert_eq!(groups.len(), connectors::ALL.len() + 1, "all groups are there");
    let mut cells = Vec::new();
    for (at, group) in groups.iter().enumerate() {
        for spec in &group.actions {
            for role in Role::ALL {
                for channel in CHANNELS {
                    for door in DOORS {
                        // A person's own page offers what connections do, and nothing that is for administrators; it and the
                        // command line are in no channel.
                        let has_no_home = group.name == OWN || spec.effect == Effect::Admin;
                        if (door == Door::Home && has_no_home) || (door >= Door::Home && door != Door::Job && channel != "FREE") {
                            continue;
                        }
                        cells.push((role, at, *spec, channel, door));
                    }
                }
            }
        }
    }
    let count = cells.len();
    let asked = cells.into_iter().map(|(role, at, spec, channel, door)| {
        let (app, groups) = (app.clone(), groups.clone());
        async move {
            let group = &groups[at];
            let is = gets_in(&app, role, group, &spec, channel, door).await;
            let should = expected(role, &group.name, &spec, channel, door);
            (is != should).then(|| format!("{door:?}: {} {} as {} in {channel}: {is}", group.name, spec.name, role.name()))
        }
    });
    // On all cores, and as many at once as share a commit: this is the longest of all tests.
    let asked = stream::iter(asked).map(tokio::spawn).buffer_unordered(256);
    let wrong: Vec<String> = asked.filter_map(|it| async move { it.expect("no panic") }).collect().await;
    let mut by_door: BTreeMap<&str, usize> = BTreeMap::new();
    for it in &wrong {
        *by_door.entry(it.split(':').next().unwrap_or_default()).or_default() += 1;
    }
    assert!(wrong.is_empty(), "{} of {count} cells: {by_door:?} {:#?}", wrong.len(), &wrong[..wrong.len().min(30)]);
    assert!(count > 10_000, "{count} cells are too few for all groups");
}

/// An action without a declared effect does not compile; that each has a role that may run it, and none is open to more than
/// its effect says, is looked at here, over all there are.
#[test]
fn every_action_has_a_policy() {
    let mut destructive = Vec::new();
    for group in start::all_groups() {
        for spec in &group.actions {
            let needed = Role::needed(spec);
            let least = match spec.effect {
                Effect::Read => Role::Viewer,
                Effect::Write => Role::Member,
                Effect::Admin => Role::Admin,
            };
            assert!(needed >= least, "{} {}", group.name, spec.name);
            if super::roles::is_destructive(spec) {
                assert!(needed >= Role::Operator, "{} {}", group.name, spec.name);
                destructive.push(format!("{} {}", group.name, spec.name));
            }
        }
    }
    // By its name or by what it asks: both sorts are there, and what only looks is not among them.
    for known in ["jira issue delete", "slack message delete", "openproject project delete"] {
        assert!(destructive.iter().any(|it| it == known), "{known} is not in {destructive:?}");
    }
}
