//! Labels and milestones of a repository.

use serde_json::Value;

use super::{Answer, Asked, State, shown, state::Milestone};

pub fn route(state: &mut State, at: usize, method: &str, path: &[&str], asked: &Asked<'_>) -> Answer {
    match (method, path) {
        ("GET", ["labels"]) => asked.page(state.repos[at].labels.iter().map(shown::label).collect()),
        ("POST", ["labels"]) => create_label(state, at, asked),
        (_, ["labels", name]) => label(state, at, method, name),
        ("GET", ["milestones"]) => {
            let wanted = asked.get("state").unwrap_or("open");
            let repo = &state.repos[at];
            let mut all: Vec<&Milestone> = repo.milestones.iter().filter(|it| wanted == "all" || it.state == wanted).collect();
            all.sort_by_key(|it| (it.due_on.is_none(), it.due_on, it.number));
            asked.page(all.into_iter().map(|it| shown::milestone(repo, it, asked)).collect())
        }
        ("POST", ["milestones"]) => create_milestone(state, at, asked),
        ("PATCH", ["milestones", number]) => {
            let repo = &mut state.repos[at];
            let Some(found) = repo.milestones.iter().position(|it| it.number.to_string() == *number) else {
                return Answer::not_found();
            };
            if let Some(to) = asked.text("state") {
                repo.milestones[found].state = to.to_owned();
            }
            let repo = &state.repos[at];
            Answer::ok(shown::milestone(repo, &repo.milestones[found], asked))
        }
        _ => Answer::not_found(),
    }
}

fn create_label(state: &mut State, at: usize, asked: &Asked<'_>) -> Answer {
    let Some(name) = asked.text("name") else { return Answer::invalid("Label", "name", "missing_field") };
    let repo = &mut state.repos[at];
    if repo.labels.iter().any(|(it, _, _)| it.eq_ignore_ascii_case(name)) {
        return Answer::invalid("Label", "name", "already_exists");
    }
    let text = |key: &str, otherwise: &str| asked.text(key).unwrap_or(otherwise).to_owned();
    let made = (name.to_owned(), text("color", "ededed"), text("description", ""));
    let answer = shown::label(&made);
    repo.labels.push(made);
    Answer::created(answer)
}

fn label(state: &mut State, at: usize, method: &str, name: &str) -> Answer {
    let repo = &mut state.repos[at];
    let Some(found) = repo.labels.iter().position(|(it, _, _)| it.eq_ignore_ascii_case(name)) else { return Answer::not_found() };
    match method {
        "GET" => Answer::ok(shown::label(&repo.labels[found])),
        "DELETE" => {
            let (name, _, _) = repo.labels.remove(found);
            repo.issues.iter_mut().for_each(|it| it.labels.retain(|label| *label != name));
            Answer::no_content()
        }
        _ => Answer::not_found(),
    }
}

fn create_milestone(state: &mut State, at: usize, asked: &Asked<'_>) -> Answer {
    let Some(title) = asked.text("title") else { return Answer::invalid("Milestone", "title", "missing_field") };
    let due_on = match asked.body.get("due_on").and_then(Value::as_str).map(str::parse) {
        Some(Ok(due)) => Some(due),
        Some(Err(_)) => return Answer::invalid("Milestone", "due_on", "invalid"),
        None => None,
    };
    let repo = &mut state.repos[at];
    if repo.milestones.iter().any(|it| it.title == title) {
        return Answer::invalid("Milestone", "title", "already_exists");
    }
    let made = Milestone {
        number: repo.milestones.iter().map(|it| it.number).max().unwrap_or(0) + 1,
        title: title.to_owned(),
        description: asked.text("description").unwrap_or_default().to_owned(),
        state: "open".into(),
        due_on,
    };
    let answer = shown::milestone(repo, &made, asked);
    repo.milestones.push(made);
    Answer::created(answer)
}
