//! Boards, sprints, the backlog: what Jira Software adds.

use axum::http::Method;
use serde_json::{Value, json};

use super::{
    Answer, Asked,
    state::{Board, Issue, POINTS, STATUSES, Sprint, State},
    values,
};
use crate::jira::moment;

pub fn route(state: &mut State, method: &Method, path: &[&str], asked: &Asked<'_>) -> Answer {
    let board = match path {
        ["board", id, ..] => match state.boards.iter().find(|it| it.id.to_string() == *id) {
            Some(board) => Some(board.clone()),
            None => {
                return Answer::not_found(
                    "The requested board cannot be viewed because it either does not exist or you do not have permission to view it.",
                );
            }
        },
        _ => None,
    };
    let sprint = match path {
        ["sprint", id, ..] => match state.sprints.iter().position(|it| it.id.to_string() == *id) {
            Some(at) => at,
            None => return Answer::not_found("Sprint does not exist"),
        },
        _ => 0,
    };
    match (method.as_str(), path, board) {
        ("GET", ["board"], _) => {
            let wanted = |it: &&Board| asked.get("projectKeyOrId").is_none_or(|key| it.project == key);
            asked.page("values", state.boards.iter().filter(wanted).map(|it| value(state, it)).collect())
        }
        ("GET", ["board", _], Some(board)) => Answer::json(value(state, &board)),
        ("GET", ["board", _, "configuration"], Some(board)) => configuration(&board),
        ("GET", ["board", _, "sprint"], Some(board)) => {
            if board.kind == "kanban" {
                return Answer::invalid("The board does not support sprints");
            }
            let states: Vec<&str> = asked.get("state").unwrap_or("future,active,closed").split(',').collect();
            let wanted = |it: &&Sprint| it.board == board.id && states.contains(&it.state);
            asked.page("values", state.sprints.iter().filter(wanted).map(values::sprint).collect())
        }
        ("GET", ["board", _, "backlog"], Some(board)) => {
            let open = |it: &&Issue| {
                let scheduled = state.sprints.iter().any(|sprint| sprint.state != "closed" && it.sprints.contains(&sprint.id));
                it.project == board.project
                    && STATUSES[it.status].2 != "done"
                    && !scheduled
                    && it.kind != "Epic"
                    && it.kind != "Sub-task"
            };
            issues(state, asked, open)
        }
        ("GET", ["board", _, "issue"], Some(board)) => issues(state, asked, |it| it.project == board.project),
        ("GET", ["board", _, "sprint", id, "issue"], Some(_)) => {
            issues(state, asked, |it| it.sprints.iter().any(|it| it.to_string() == *id))
        }
        ("POST", ["sprint"], _) => create(state, asked),
        ("GET", ["sprint", _], _) => Answer::json(values::sprint(&state.sprints[sprint])),
        ("POST" | "PUT", ["sprint", _], _) => update(state, sprint, asked),
        ("DELETE", ["sprint", _], _) => {
            let id = state.sprints.remove(sprint).id;
            state.issues.iter_mut().for_each(|it| it.sprints.retain(|it| *it != id));
            Answer::no_content()
        }
        ("GET", ["sprint", _, "issue"], _) => {
            let id = state.sprints[sprint].id;
            issues(state, asked, |it| it.sprints.contains(&id))
        }
        ("POST", ["sprint", _, "issue"], _) => {
            let target = state.sprints[sprint].clone();
            if target.state == "closed" {
                return Answer::invalid("Issues cannot be moved to a closed sprint.");
            }
            schedule(state, asked, Some(target.id))
        }
        ("POST", ["backlog", "issue"], _) => schedule(state, asked, None),
        ("PUT", ["issue", "rank"], _) => rank(state, asked),
        ("POST", ["epic", epic, "issue"], _) => {
            let parent = (*epic != "none").then(|| (*epic).to_owned());
            if parent.as_deref().is_some_and(|it| state.issue(it).is_none_or(|at| state.issues[at].kind != "Epic")) {
                return Answer::not_found("The requested epic does not exist.");
            }
            match keys(state, asked) {
                Ok(all) => all.into_iter().for_each(|at| state.issues[at].parent.clone_from(&parent)),
                Err(answer) => return answer,
            }
            Answer::no_content()
        }
        _ => Answer::nowhere(),
    }
}

fn value(state: &State, it: &Board) -> Value {
    let project = state.project(&it.project);
    let name = project.map(|it| format!("{} ({})", it.name, it.key));
    json!({ "id": it.id, "name": it.name, "type": it.kind, "location": { "projectKey": it.project, "displayName": name } })
}

fn configuration(board: &Board) -> Answer {
    let column = |name: &str, ids: &[usize]| json!({ "name": name, "statuses": ids.iter().map(|at| json!({ "id": STATUSES[*at].0 })).collect::<Vec<_>>() });
    let mut doing = column("In Progress", &[1, 2]);
    doing["max"] = json!(3);
    let columns = vec![column("To Do", &[0]), doing, column("Done", &[3])];
    let mut value = json!({ "id": board.id, "name": board.name, "type": board.kind, "columnConfig": { "columns": columns, "constraintType": "issueCount" } });
    if board.kind == "scrum" {
        value["estimation"] = json!({ "type": "field", "field": { "fieldId": POINTS, "displayName": "Story point estimate" } });
    }
    Answer::json(value)
}

fn issues(state: &State, asked: &Asked<'_>, wanted: impl Fn(&&Issue) -> bool) -> Answer {
    let fields: Vec<&str> = asked.get("fields").unwrap_or("*navigable").split(',').collect();
    let expand = asked.get("expand").unwrap_or_default();
    let mut all: Vec<&Issue> = state.issues.iter().filter(wanted).collect();
    all.sort_by(|a, b| a.rank.total_cmp(&b.rank));
    asked.page("issues", all.into_iter().map(|it| values::issue(state, it, &fields, expand)).collect())
}

fn create(state: &mut State, asked: &Asked<'_>) -> Answer {
    let name = asked.body["name"].as_str().unwrap_or_default().to_owned();
    if name.chars().count() > 30 {
        return Answer::field("name", "Sprint name must be shorter than 30 characters");
    }
    let Some(board) =
        state.boards.iter().find(|it| Some(it.id) == asked.body["originBoardId"].as_u64() && it.kind == "scrum").map(|it| it.id)
    else {
        return Answer::not_found("The board does not exist, or has no sprints.");
    };
    let at = |key: &str| asked.body[key].as_str().and_then(moment::read);
    let goal = asked.body["goal"].as_str().unwrap_or_default().to_owned();
    let (start, end) = (at("startDate"), at("endDate"));
    let id = state.sprints.iter().map(|it| it.id).max().unwrap_or(0) + 1;
    let sprint = Sprint { id, board, name, state: "future", goal, start, end, complete: None };
    let answer = values::sprint(&sprint);
    state.sprints.push(sprint);
    Answer::created(answer)
}

fn update(state: &mut State, at: usize, asked: &Asked<'_>) -> Answer {
    let now = state.now();
    let board = state.sprints[at].board;
    let others = state.sprints.iter().any(|it| it.board == board && it.state == "active" && it.id != state.sprints[at].id);
    let sprint = &mut state.sprints[at];
    for (key, place) in [("startDate", &mut sprint.start), ("endDate", &mut sprint.end)] {
        if let Some(at) = asked.body[key].as_str().and_then(moment::read) {
            *place = Some(at);
        }
    }
    if let Some(name) = asked.body["name"].as_str() {
        sprint.name = name.to_owned();
    }
    if let Some(goal) = asked.body["goal"].as_str() {
        sprint.goal = goal.to_owned();
    }
    match (asked.body["state"].as_str(), sprint.state) {
        (Some("active"), "future") if others => return Answer::invalid("There is already an active sprint on this board."),
        (Some("active"), "future") if sprint.start.is_none() || sprint.end.is_none() => {
            return Answer::invalid("A sprint needs a start and an end to be started.");
        }
        (Some("active"), "future") => sprint.state = "active",
        (Some("closed"), "active") => {
            sprint.state = "closed";
            sprint.complete = Some(now);
        }
        (Some(_), _) => return Answer::invalid("The sprint cannot be moved to that state."),
        (None, _) => {}
    }
    Answer::json(values::sprint(&state.sprints[at]))
}

fn keys(state: &State, asked: &Asked<'_>) -> Result<Vec<usize>, Answer> {
    let keys = asked.body["issues"].as_array().into_iter().flatten().filter_map(Value::as_str);
    keys.map(|key| {
        state
            .issue(key)
            .ok_or_else(|| Answer::not_found(format!("Issue {key} does not exist or you do not have permission to see it.")))
    })
    .collect()
}

/// Into a sprint, or out of all that are open.
fn schedule(state: &mut State, asked: &Asked<'_>, target: Option<u64>) -> Answer {
    if !state.may("SCHEDULE_ISSUES") {
        return Answer::forbidden("You do not have permission to schedule issues.");
    }
    let all = match keys(state, asked) {
        Ok(all) => all,
        Err(answer) => return answer,
    };
    let closed: Vec<u64> = state.sprints.iter().filter(|it| it.state == "closed").map(|it| it.id).collect();
    for at in all {
        let said = |ids: &[u64]| ids.iter().map(u64::to_string).collect::<Vec<_>>().join(", ");
        let before = said(&state.issues[at].sprints);
        let sprints = &mut state.issues[at].sprints;
        sprints.retain(|it| closed.contains(it));
        sprints.extend(target);
        let after = said(sprints);
        let item = json!({ "field": "Sprint", "fieldId": super::state::SPRINT, "fieldtype": "custom", "from": before, "fromString": before, "to": after, "toString": after });
        state.note(at, asked.caller, vec![item]);
    }
    Answer::no_content()
}

fn rank(state: &mut State, asked: &Asked<'_>) -> Answer {
    let all = match keys(state, asked) {
        Ok(all) => all,
        Err(answer) => return answer,
    };
    let (other, by) = match (asked.body["rankBeforeIssue"].as_str(), asked.body["rankAfterIssue"].as_str()) {
        (Some(key), _) => (state.issue(key), -0.5),
        (_, key) => (key.and_then(|it| state.issue(it)), 0.5),
    };
    let Some(other) = other else { return Answer::not_found("Issue does not exist or you do not have permission to see it.") };
    let rank = state.issues[other].rank + by;
    all.into_iter().for_each(|at| state.issues[at].rank = rank);
    Answer::no_content()
}
