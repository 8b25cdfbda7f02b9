//! Values for pickers, as the person sees them who is choosing; what is chosen is checked again when the action runs.

use commands::{Choice, ErrorKind, Result};

use super::{
    Drive,
    api::{Acting, Wanted},
    card,
    names::quoted,
    param::{self, DriveRef, FileRef},
    share, wire,
};
use crate::{LookupDef, Query};

/// As many as Slack shows.
const MOST: usize = 100;

pub(super) const ALL: &[LookupDef<Drive>] = &[
    LookupDef { name: "file", run: |on, query| Box::pin(files(on, query, Wants::Anything)) },
    LookupDef { name: "folder", run: |on, query| Box::pin(files(on, query, Wants::Folders)) },
    LookupDef { name: "drive", run: |on, query| Box::pin(drives(on, query)) },
    LookupDef { name: "template", run: |on, query| Box::pin(templates(on, query)) },
    LookupDef { name: "comment", run: |on, query| Box::pin(comments(on, query)) },
    LookupDef { name: "version", run: |on, query| Box::pin(versions(on, query)) },
    LookupDef { name: "request", run: |on, query| Box::pin(requests(on, query)) },
    LookupDef { name: "access", run: |on, query| Box::pin(access(on, query)) },
];

/// By name, by a link or an id that was pasted, and without anything what was used last.
async fn files(on: &Drive, query: &Query, wanted: Wants) -> Result<Vec<Choice>> {
    let acting = acting(on, query).await?;
    let typed = query.typed.trim();
    if let Some(id) = param::id_in(typed).or_else(|| param::is_id(typed).then(|| typed.to_owned())) {
        return match acting.look(&id).await {
            Ok(file) if wanted == Wants::Anything || file.is_folder() => Ok(vec![Choice::new(typed, file.name)]),
            Ok(_) => Ok(Vec::new()),
            Err(error) if error.kind == ErrorKind::NotFound => Ok(Vec::new()),
            Err(error) => Err(error),
        };
    }
    let only = match wanted {
        Wants::Anything => String::new(),
        Wants::Folders => format!(" and mimeType = '{}'", wire::FOLDER),
    };
    let named = if typed.is_empty() { String::new() } else { format!(" and name contains {}", quoted(typed)) };
    let wanted = Wanted { query: format!("trashed = false{only}{named}"), order: Some("recency desc"), ..Wanted::default() };
    let found = acting.files(&wanted, MOST).await?;
    Ok(matching(query, found.items.into_iter().map(|it| (it.id, it.name))))
}

/// What a picker is for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Wants {
    Anything,
    Folders,
}

async fn drives(on: &Drive, query: &Query) -> Result<Vec<Choice>> {
    let all = acting(on, query).await?.drives().await?;
    Ok(matching(query, all.into_iter().map(|it| (it.id, it.name))))
}

async fn templates(on: &Drive, query: &Query) -> Result<Vec<Choice>> {
    Ok(matching(query, on.settings.templates.iter().map(|it| (it.name.clone(), it.name.clone()))))
}

/// The comments on the file that the form names.
async fn comments(on: &Drive, query: &Query) -> Result<Vec<Choice>> {
    let Some(file) = given(query, "file") else { return Ok(Vec::new()) };
    let acting = acting(on, query).await?;
    let file = acting.find("file", &FileRef(file)).await?;
    let all = acting.comments(&file.id, MOST).await?;
    let label = |it: &wire::Comment| format!("{}: {}", it.author.display_name, card::shorten(&it.content, 60));
    Ok(matching(query, all.items.into_iter().map(|it| (it.id.clone(), label(&it)))))
}

/// The versions of the file that the form names, the newest first.
async fn versions(on: &Drive, query: &Query) -> Result<Vec<Choice>> {
    let Some(file) = given(query, "file") else { return Ok(Vec::new()) };
    let acting = acting(on, query).await?;
    let file = acting.find("file", &FileRef(file)).await?;
    let all = acting.revisions(&file.id).await?;
    let label = |it: &wire::Revision| {
        let at = it.modified_time.map(|at| at.strftime("%Y-%m-%d %H:%M").to_string()).unwrap_or_default();
        let by = it.last_modifying_user.as_ref().map(|it| format!(" {}", it.display_name)).unwrap_or_default();
        format!("{at}{by}")
    };
    Ok(matching(query, all.into_iter().rev().map(|it| (it.id.clone(), label(&it)))))
}

/// Who asks for access to the file that the form names.
async fn requests(on: &Drive, query: &Query) -> Result<Vec<Choice>> {
    let Some(file) = given(query, "file") else { return Ok(Vec::new()) };
    let acting = acting(on, query).await?;
    let file = acting.find("file", &FileRef(file)).await?;
    let all = acting.proposals(&file.id).await?;
    Ok(matching(query, all.into_iter().map(|it| (it.proposal_id.clone(), format!("{}: {}", it.who(), param::role(it.role()))))))
}

/// Who has access to the file or is in the shared drive that the form names.
async fn access(on: &Drive, query: &Query) -> Result<Vec<Choice>> {
    let acting = acting(on, query).await?;
    let id = match (given(query, "file"), given(query, "drive")) {
        (Some(file), _) => acting.find("file", &FileRef(file)).await?.id,
        (None, Some(drive)) => acting.shared_drive("drive", &DriveRef(drive)).await?.id,
        (None, None) => return Ok(Vec::new()),
    };
    let all = acting.permissions(&id).await?;
    let holder = |it: &wire::Permission| (share::holder(it), share::line(it).to_plain());
    Ok(matching(query, all.iter().filter(|it| it.role != "owner").map(holder)))
}

/// Drive as the person sees it who is choosing.
async fn acting<'a>(on: &'a Drive, query: &Query) -> Result<Acting<'a>> {
    match &query.asker {
        Some(ctx) => on.acting(ctx).await,
        None => Ok(on.as_bot().await),
    }
}

fn given(query: &Query, key: &str) -> Option<String> {
    query.given.get(key)?.as_str().map(str::to_owned).filter(|it| !it.trim().is_empty())
}

fn matching(query: &Query, all: impl Iterator<Item = (String, String)>) -> Vec<Choice> {
    let typed = query.typed.trim().to_lowercase();
    let contains =
        |(value, label): &(String, String)| value.to_lowercase().contains(&typed) || label.to_lowercase().contains(&typed);
    all.filter(contains).take(MOST).map(|(value, label)| Choice::new(value, label)).collect()
}
