//! Values for pickers; what is chosen is checked again when the action runs.

use commands::{Choice, ErrorKind, Result};

use super::{Nextcloud, dav::Wanted, listeners, param, path};
use crate::{LookupDef, Query};

/// As many as Slack shows.
const MOST: usize = 100;

pub(super) const ALL: &[LookupDef<Nextcloud>] = &[
    LookupDef { name: "file", run: |on, query| Box::pin(files(on, query, Kind::Any)) },
    LookupDef { name: "folder", run: |on, query| Box::pin(files(on, query, Kind::Folder)) },
    LookupDef { name: "group", run: |on, query| Box::pin(groups(on, query)) },
    LookupDef { name: "tag", run: |on, query| Box::pin(tags(on, query)) },
    LookupDef { name: "share", run: |on, query| Box::pin(shares(on, query)) },
    LookupDef { name: "version", run: |on, query| Box::pin(versions(on, query)) },
    LookupDef { name: "trash", run: |on, query| Box::pin(trash(on, query)) },
    LookupDef { name: "template", run: |on, query| Box::pin(templates(on, query)) },
    LookupDef { name: "provider", run: |on, query| Box::pin(providers(on, query)) },
    LookupDef { name: "webhook", run: |on, query| Box::pin(webhooks(on, query)) },
];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Any,
    Folder,
}

/// What stands at the top while nothing is typed; then what is called so.
async fn files(on: &Nextcloud, query: &Query, kind: Kind) -> Result<Vec<Choice>> {
    let typed = query.typed.trim();
    let name = path::name(typed);
    let found = if name.is_empty() {
        on.entries("/").await?
    } else {
        let mime = (kind == Kind::Folder).then(|| "httpd/unix-directory".to_owned());
        on.search(&Wanted { folder: "/".into(), text: Some(name.to_owned()), mime, limit: MOST, ..Wanted::default() }).await?
    };
    let found = found.into_iter().filter(|it| kind == Kind::Any || it.is_folder);
    Ok(matching(query, found.map(|it| (it.path.clone(), it.path))))
}

async fn groups(on: &Nextcloud, query: &Query) -> Result<Vec<Choice>> {
    Ok(matching(query, on.groups(query.typed.trim(), MOST).await?.into_iter().map(|it| (it.id, it.name))))
}

async fn tags(on: &Nextcloud, query: &Query) -> Result<Vec<Choice>> {
    Ok(matching(query, on.tags().await?.into_iter().map(|it| (it.name.clone(), it.name))))
}

/// Those of the file that the form names, where it names one.
async fn shares(on: &Nextcloud, query: &Query) -> Result<Vec<Choice>> {
    let shares = match file(query) {
        Some(file) => match on.resolve("file", &file).await {
            Ok(entry) => on.shares_of(&entry.path).await?,
            Err(error) if error.kind == ErrorKind::BadInput => return Ok(Vec::new()),
            Err(error) => return Err(error),
        },
        None => on.all_shares().await?,
    };
    let label = |it: &super::shares::Share| format!("#{} {} · {}", it.id, on.shared_path(it), it.whom());
    Ok(matching(query, shares.iter().map(|it| (it.id.clone(), label(it)))))
}

async fn versions(on: &Nextcloud, query: &Query) -> Result<Vec<Choice>> {
    let Some(file) = file(query) else { return Ok(Vec::new()) };
    let entry = match on.resolve("file", &file).await {
        Ok(entry) if !entry.is_folder => entry,
        Ok(_) => return Ok(Vec::new()),
        Err(error) if error.kind == ErrorKind::BadInput => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let label = |it: &super::versions::Version| {
        let at = it.at.map_or_else(|| it.name.clone(), |at| at.strftime("%Y-%m-%d %H:%M UTC").to_string());
        it.label.as_ref().map_or(at.clone(), |label| format!("{at} · {label}"))
    };
    Ok(matching(query, on.versions(&entry).await?.iter().map(|it| (it.name.clone(), label(it)))))
}

async fn trash(on: &Nextcloud, query: &Query) -> Result<Vec<Choice>> {
    Ok(matching(query, on.trash().await?.into_iter().map(|it| (it.name, it.from))))
}

async fn templates(on: &Nextcloud, query: &Query) -> Result<Vec<Choice>> {
    Ok(matching(query, on.template_names().await?.into_iter().map(|it| (it.clone(), it))))
}

async fn providers(on: &Nextcloud, query: &Query) -> Result<Vec<Choice>> {
    Ok(matching(query, on.providers().await?.into_iter().map(|it| (it.id, it.name))))
}

async fn webhooks(on: &Nextcloud, query: &Query) -> Result<Vec<Choice>> {
    let label =
        |it: &listeners::Registered| format!("#{} {} → {}", it.id, it.name(), it.uri.split('?').next().unwrap_or_default());
    Ok(matching(query, listeners::registered(on).await?.iter().map(|it| (it.id.clone(), label(it)))))
}

fn file(query: &Query) -> Option<param::FileRef> {
    let text = query.given.get("file")?.as_str()?.trim();
    (!text.is_empty()).then(|| param::FileRef(text.to_owned()))
}

fn matching(query: &Query, all: impl Iterator<Item = (String, String)>) -> Vec<Choice> {
    let typed = query.typed.trim().to_lowercase();
    let contains =
        |(value, label): &(String, String)| value.to_lowercase().contains(&typed) || label.to_lowercase().contains(&typed);
    all.filter(contains).take(MOST).map(|(value, label)| Choice::new(value, label)).collect()
}
