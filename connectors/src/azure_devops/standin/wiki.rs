//! The simulated project's wiki.

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::{Answer, Asked, State};

pub fn answer(state: &mut State, method: &str, project: Option<&str>, path: &[&str], asked: &Asked) -> Answer {
    let site = format!("{}/{}/_wiki/wikis/demo.wiki", state.origin, project.unwrap_or_default());
    let shown = |state: &State, path: &str, content: bool| {
        let mut page = json!({ "path": path, "remoteUrl": format!("{site}?pagePath={path}"), "isParentPage": false });
        if content {
            page["content"] = json!(state.wiki.get(path).map(|(content, _)| content));
        }
        page
    };
    match (method, path) {
        ("GET", ["wikis"]) if project != Some("demo") => Answer::list(Vec::new()),
        ("GET", ["wikis"]) => {
            Answer::list(vec![json!({ "name": "demo.wiki", "type": "projectWiki", "remoteUrl": site, "id": "w-1" })])
        }
        (_, ["wikis", "demo.wiki", "pages"]) => {
            let path = asked.get("path").unwrap_or("/").to_owned();
            let known = state.wiki.get(&path).map(|(_, version)| version.to_string());
            let missing = || {
                let said = format!("The wiki page '{path}' is not found.");
                Answer::not_found("WikiPageNotFoundException", &said)
            };
            if method == "GET" {
                let Some(version) = known else { return missing() };
                let mut page = shown(state, &path, asked.get("includeContent") == Some("true"));
                let start = format!("{}/", path.trim_end_matches('/'));
                let is_below = |it: &&String| it.strip_prefix(&start).is_some_and(|it| !it.is_empty() && !it.contains('/'));
                let below: Vec<Value> = state.wiki.keys().filter(is_below).map(|it| shown(state, it, false)).collect();
                page["subPages"] = json!(below);
                return Answer { version: Some(version), ..Answer::json(page) };
            }
            match (&known, &asked.if_match) {
                (Some(_), None) => {
                    let said = format!("The page '{path}' specified in the add operation already exists in the wiki.");
                    return Answer::refused(StatusCode::CONFLICT, "WikiPageAlreadyExistsException", &said);
                }
                (Some(version), Some(given)) if given.trim_matches('"') != version => {
                    let said = "The version of the page is not the latest.";
                    return Answer::refused(StatusCode::PRECONDITION_FAILED, "WikiPageVersionMismatchException", said);
                }
                _ => {}
            }
            let above = path.rsplit_once('/').map_or("/", |(above, _)| if above.is_empty() { "/" } else { above });
            if !state.wiki.contains_key(above) {
                let said = format!("The ancestor page '{above}' is not found.");
                return Answer::not_found("WikiAncestorPageNotFoundException", &said);
            }
            let content = asked.body["content"].as_str().unwrap_or_default().to_owned();
            let version = known.and_then(|it| it.parse::<u64>().ok()).unwrap_or(0) + 1;
            state.wiki.insert(path.clone(), (content, version));
            let page = shown(state, &path, true);
            Answer { version: Some(version.to_string()), ..Answer::json(page) }
        }
        _ => Answer::empty(StatusCode::NOT_FOUND),
    }
}
