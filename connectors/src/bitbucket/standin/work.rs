//! What happens in the simulated Bitbucket, whichever door it is asked at.

use super::{
    Outcome, Refusal,
    state::{Comment, Commit, Opinion, Pull, Ref, Repo, Review, State, Task, hash},
};

/// A pull request to be.
pub struct Opening {
    pub title: String,
    pub description: String,
    pub source: String,
    pub target: Option<String>,
    pub reviewers: Vec<usize>,
    pub close_source: bool,
    pub draft: bool,
}

pub fn open(state: &mut State, who: usize, slug: &str, opening: Opening) -> Outcome<u64> {
    let now = state.now();
    let repo = state.repo_mut(slug)?;
    let Opening { title, description, source, target, reviewers, close_source, draft } = opening;
    let target = target.unwrap_or_else(|| repo.main.clone());
    if title.trim().is_empty() {
        return Err(Refusal::Invalid("title", "This field is required.".into()));
    }
    let Some(from) = repo.branch(&source).cloned() else {
        return Err(Refusal::Invalid("source", format!("branch not found: {source}")));
    };
    let Some(into) = repo.branch(&target).cloned() else {
        return Err(Refusal::Invalid("destination", format!("branch not found: {target}")));
    };
    if from.hash == into.hash {
        return Err(Refusal::Invalid("source", "There are no changes to be pulled".into()));
    }
    if reviewers.contains(&who) {
        return Err(Refusal::Invalid("reviewers", "The author is not a valid reviewer".into()));
    }
    if repo.pulls.iter().any(|it| it.state == "OPEN" && it.source == from.name && it.target == into.name) {
        return Err(Refusal::Conflict("Only one pull request may be open for a given source and target branch".into()));
    }
    let id = repo.pulls.iter().map(|it| it.id).max().unwrap_or(0) + 1;
    let reviews = reviewers.into_iter().map(|who| Review { who, opinion: Opinion::Waiting, asked: true }).collect();
    repo.pulls.push(Pull {
        id,
        version: 0,
        title,
        description,
        state: "OPEN",
        draft,
        author: who,
        source: from.name,
        source_hash: from.hash,
        fork: None,
        target: into.name,
        reviews,
        comments: Vec::new(),
        tasks: Vec::new(),
        close_source,
        merge_commit: None,
        merge_strategy: None,
        conflicts: false,
        files: Vec::new(),
        created: now,
        updated: now,
    });
    Ok(id)
}

/// The pull request, to be changed, where it is open.
pub fn open_pull<'a>(state: &'a mut State, slug: &str, id: &str) -> Outcome<&'a mut Pull> {
    let now = state.now();
    let pull = state.repo_mut(slug)?.pull_mut(id)?;
    if pull.state != "OPEN" {
        return Err(Refusal::Conflict("This pull request is already closed.".into()));
    }
    pull.updated = now;
    pull.version += 1;
    Ok(pull)
}

pub fn review(state: &mut State, who: usize, slug: &str, id: &str, opinion: Opinion) -> Outcome<()> {
    let pull = open_pull(state, slug, id)?;
    if pull.author == who {
        return Err(Refusal::Conflict("Authors may not update their status.".into()));
    }
    match pull.reviews.iter_mut().find(|it| it.who == who) {
        Some(review) => review.opinion = opinion,
        None => pull.reviews.push(Review { who, opinion, asked: false }),
    }
    Ok(())
}

pub fn set_reviewers(pull: &mut Pull, all: &[usize]) -> Outcome<()> {
    if all.contains(&pull.author) {
        return Err(Refusal::Invalid("reviewers", "The author is not a valid reviewer".into()));
    }
    pull.reviews.retain(|it| all.contains(&it.who) || !it.asked);
    for who in all {
        match pull.reviews.iter_mut().find(|it| it.who == *who) {
            Some(review) => review.asked = true,
            None => pull.reviews.push(Review { who: *who, opinion: Opinion::Waiting, asked: true }),
        }
    }
    Ok(())
}

pub fn merge(
    state: &mut State,
    who: usize,
    slug: &str,
    id: &str,
    message: Option<&str>,
    strategy: Option<&str>,
    close_source: Option<bool>,
) -> Outcome<()> {
    let now = state.now();
    let pull = open_pull(state, slug, id)?;
    if pull.conflicts {
        return Err(Refusal::Vetoed("The pull request has merge conflicts".into()));
    }
    if pull.reviews.iter().any(|it| it.opinion == Opinion::ChangesRequested) {
        return Err(Refusal::Vetoed("A reviewer has requested changes".into()));
    }
    pull.state = "MERGED";
    pull.merge_strategy = strategy.map(str::to_owned);
    let (source, target, title, close) =
        (pull.source.clone(), pull.target.clone(), pull.title.clone(), close_source.unwrap_or(pull.close_source));
    let message = message.map_or_else(|| format!("Merged in {source} (pull request #{id})\n\n{title}"), str::to_owned);
    let merged = hash(&format!("{slug}#{id} {message}"));
    pull.merge_commit = Some(merged.clone());
    let source_hash = pull.source_hash.clone();
    let repo = state.repo_mut(slug)?;
    let parents = repo.branch(&target).map(|it| it.hash.clone()).into_iter().chain([source_hash]).collect();
    repo.commits.insert(0, Commit { hash: merged.clone(), message, author: who, at: now, parents, paths: Vec::new() });
    if let Some(branch) = repo.branches.iter_mut().find(|it| it.name == target) {
        branch.hash = merged;
    }
    if close {
        repo.branches.retain(|it| it.name != source);
    }
    Ok(())
}

pub fn comment(
    state: &mut State,
    who: usize,
    slug: &str,
    id: &str,
    text: &str,
    parent: Option<u64>,
    place: Option<(String, Option<u64>)>,
) -> Outcome<u64> {
    let (at, number) = (state.now(), state.next_id());
    let pull = state.repo_mut(slug)?.pull_mut(id)?;
    if text.trim().is_empty() {
        return Err(Refusal::Invalid("content", "This field is required.".into()));
    }
    if parent.is_some_and(|it| !pull.comments.iter().any(|known| known.id == it)) {
        return Err(Refusal::Invalid("parent", "The comment that it answers does not exist.".into()));
    }
    pull.comments.push(Comment { id: number, author: who, text: text.to_owned(), parent, place, at });
    pull.updated = at;
    Ok(number)
}

pub fn add_task(state: &mut State, who: usize, slug: &str, id: &str, text: &str) -> Outcome<u64> {
    let (at, number) = (state.now(), state.next_id());
    let pull = state.repo_mut(slug)?.pull_mut(id)?;
    pull.tasks.push(Task { id: number, version: 0, author: who, text: text.to_owned(), done: false, at });
    Ok(number)
}

pub fn create_ref(repo: &mut Repo, kind: Kind, name: &str, target: &str, message: Option<&str>) -> Outcome<Ref> {
    if name.trim().is_empty() || name.contains(' ') || name.contains("..") {
        return Err(Refusal::Invalid("name", format!("`{name}` is not a valid name")));
    }
    let all = match kind {
        Kind::Branch => &repo.branches,
        Kind::Tag => &repo.tags,
    };
    if all.iter().any(|it| it.name == name) {
        return Err(Refusal::Conflict(format!("{} \"{name}\" already exists.", kind.title())));
    }
    let Some(commit) = repo.at(target) else {
        return Err(Refusal::Missing(format!("Commit '{target}' does not exist in this repository.")));
    };
    let made = Ref { name: name.to_owned(), hash: commit.hash.clone(), message: message.map(str::to_owned) };
    match kind {
        Kind::Branch => repo.branches.push(made.clone()),
        Kind::Tag => repo.tags.push(made.clone()),
    }
    Ok(made)
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Branch,
    Tag,
}

impl Kind {
    pub fn title(self) -> &'static str {
        match self {
            Kind::Branch => "Branch",
            Kind::Tag => "Tag",
        }
    }
}

pub fn delete_ref(repo: &mut Repo, kind: Kind, name: &str) -> Outcome<()> {
    if kind == Kind::Branch && name == repo.main {
        return Err(Refusal::Forbidden("The main branch cannot be deleted.".into()));
    }
    let all = match kind {
        Kind::Branch => &mut repo.branches,
        Kind::Tag => &mut repo.tags,
    };
    let before = all.len();
    all.retain(|it| it.name != name);
    if all.len() == before { Err(Refusal::Missing(format!("{} {name} does not exist.", kind.title()))) } else { Ok(()) }
}

/// What lies in a folder: its files, and its folders with a slash at their end. None where there is no such folder.
pub fn folder(repo: &Repo, path: &str) -> Option<Vec<String>> {
    let prefix = if path.is_empty() { String::new() } else { format!("{path}/") };
    let mut found: Vec<String> = Vec::new();
    for name in repo.files.keys().filter_map(|it| it.strip_prefix(&prefix)) {
        let entry = match name.split_once('/') {
            Some((folder, _)) => format!("{prefix}{folder}/"),
            None => format!("{prefix}{name}"),
        };
        if !found.contains(&entry) {
            found.push(entry);
        }
    }
    (!found.is_empty() || path.is_empty()).then_some(found)
}
