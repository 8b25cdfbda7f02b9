//! From what people type to what Notion knows: pages, databases and people, by link, id or name.

use std::sync::Arc;

use commands::{Ctx, ErrorKind, Result};
use futures::TryStreamExt;

use super::{
    Notion,
    problem::{all_of, at},
    wire::{self, Found},
};
use crate::http::pages::{Part, first};

/// Results of a search that are looked at for a name.
const SEARCHED: usize = 100;

/// Where a page goes.
pub(super) enum Place {
    Page(Box<wire::Page>),
    Source(Arc<wire::Source>),
}

impl Notion {
    /// The page that `text` means.
    ///
    /// # Errors
    /// At `field`: no such page, or more than one of that title.
    pub(super) async fn page(&self, field: &str, text: &str) -> Result<wire::Page> {
        let typed = text.trim();
        if let Some(id) = id_in(typed) {
            return self.get(&format!("/v1/pages/{id}")).await.map_err(|error| match error.kind {
                ErrorKind::NotFound | ErrorKind::Validation => at(field, format!("There is no page `{typed}` in Notion that is shared with the integration. Open it, •••, Connections, and add it there.")),
                _ => error,
            });
        }
        let Part { items, more } = first(SEARCHED, self.search(typed, Some("page"))).await?;
        let pages: Vec<wire::Page> =
            items.into_iter().filter_map(|it| if let Found::Page(it) = it { Some(it) } else { None }).collect();
        let titles: Vec<String> = pages.iter().map(wire::Page::title).collect();
        pick(field, "page", typed, Part { items: pages, more }, &titles)
    }

    /// The data source that `text` means; of a database, its only one.
    ///
    /// # Errors
    /// As [`Notion::page`].
    pub(super) async fn source(&self, field: &str, text: &str) -> Result<Arc<wire::Source>> {
        let typed = text.trim();
        if let Some(id) = id_in(typed) {
            // A link leads to the database, whose rows are its data source's.
            let id = match self.get::<wire::Database>(&format!("/v1/databases/{id}")).await {
                Ok(database) => match database.data_sources.as_slice() {
                    [only] => only.id.clone(),
                    several => {
                        let names: Vec<&str> = several.iter().filter_map(|it| it.name.as_deref()).collect();
                        return Err(at(
                            field,
                            format!("That database has several data sources: {}. Write the title of one.", all_of(&names)),
                        ));
                    }
                },
                Err(error) if matches!(error.kind, ErrorKind::NotFound | ErrorKind::Validation) => id,
                Err(error) => return Err(error),
            };
            return self.source_by_id(&id).await.map_err(|error| match error.kind {
                ErrorKind::NotFound | ErrorKind::Validation => at(field, format!("There is no database `{typed}` in Notion that is shared with the integration. Open it, •••, Connections, and add it there.")),
                _ => error,
            });
        }
        let all = self.sources(typed).await?;
        let titles: Vec<String> = all.items.iter().map(wire::Source::name).collect();
        let source = pick(field, "database", typed, all, &titles)?;
        self.source_by_id(&source.id).await
    }

    pub(super) async fn source_by_id(&self, id: &str) -> Result<Arc<wire::Source>> {
        let path = format!("/v1/data_sources/{id}");
        self.sources.or_ask(id.to_owned(), async { self.get(&path).await.map(Arc::new) }).await
    }

    /// Data sources that are shared with the integration.
    pub(super) async fn sources(&self, words: &str) -> Result<Part<wire::Source>> {
        let Part { items, more } = first(SEARCHED, self.search(words, Some("data_source"))).await?;
        let sources = items.into_iter().filter_map(|it| if let Found::DataSource(it) = it { Some(it) } else { None });
        Ok(Part { items: sources.collect(), more })
    }

    /// A database or a page.
    ///
    /// # Errors
    /// As [`Notion::page`].
    pub(super) async fn place(&self, field: &str, text: &str) -> Result<Place> {
        let typed = text.trim();
        if id_in(typed).is_some() {
            return match self.source(field, typed).await {
                Ok(source) => Ok(Place::Source(source)),
                Err(error) if error.kind == ErrorKind::BadInput => {
                    self.page(field, typed).await.map(|it| Place::Page(Box::new(it)))
                }
                Err(error) => Err(error),
            };
        }
        let mut found = first(SEARCHED, self.search(typed, None)).await?;
        found.items.retain(|it| !matches!(it, Found::Other));
        let title = |it: &Found| match it {
            Found::Page(page) => page.title(),
            Found::DataSource(source) => source.name(),
            Found::Other => String::new(),
        };
        let titles: Vec<String> = found.items.iter().map(title).collect();
        match pick(field, "database or page", typed, found, &titles)? {
            Found::Page(page) => Ok(Place::Page(Box::new(page))),
            Found::DataSource(source) => self.source_by_id(&source.id).await.map(Place::Source),
            Found::Other => Err(commands::Error::internal("a place that is none was found")),
        }
    }

    /// Everybody in the workspace, as far as the integration may know.
    pub(super) async fn people(&self) -> Result<Arc<Vec<wire::User>>> {
        self.people.or_ask((), async { self.all("/v1/users".into(), Vec::new()).try_collect().await.map(Arc::new) }).await
    }

    /// The person that `text` means: `me`, an email address, a name, an id.
    ///
    /// # Errors
    /// At `field`: nobody, or more than one.
    pub(super) async fn person(&self, field: &str, text: &str, ctx: &Ctx) -> Result<wire::User> {
        let typed = text.trim().trim_start_matches('@').trim();
        if same(typed, "me") || same(typed, "myself") {
            return self.asker(ctx).await?.ok_or_else(|| {
                at(
                    field,
                    "I do not know who you are in Notion, so I cannot take `me`. Write your address there, or link the account.",
                )
            });
        }
        let people = self.people().await?;
        let people: Vec<&wire::User> = people.iter().filter(|it| it.is_person()).collect();
        let exact =
            |it: &&&wire::User| same(it.name(), typed) || it.email().is_some_and(|it| same(it, typed)) || same(&it.id, typed);
        let has_word = |it: &&&wire::User| it.name().split_whitespace().any(|word| same(word, typed));
        let mut found: Vec<&wire::User> = people.iter().filter(exact).copied().collect();
        if found.is_empty() {
            found = people.iter().filter(has_word).copied().collect();
        }
        let names = |all: &[&wire::User]| all_of(&all.iter().map(|it| it.name()).collect::<Vec<_>>());
        match found.as_slice() {
            [one] => Ok((*one).clone()),
            [] => Err(at(field, format!("Nobody in Notion is called `{typed}`. There are {}.", names(&people)))),
            some => Err(at(
                field,
                format!("`{typed}` can be {}. Write the whole name or the email address.", names(some).replace(" and ", " or ")),
            )),
        }
    }

    /// The asker: the account that is linked to them, else the one with their email address.
    pub(super) async fn asker(&self, ctx: &Ctx) -> Result<Option<wire::User>> {
        let people = self.people().await?;
        let email = ctx.actor.email.as_deref().filter(|it| !it.is_empty());
        let is_it = |it: &&wire::User| match (&ctx.account, email) {
            (Some(account), _) => it.id == *account,
            (None, Some(email)) => it.email().is_some_and(|it| same(it, email)),
            (None, None) => false,
        };
        Ok(people.iter().find(is_it).cloned())
    }
}

/// The only one of that title, or whose title begins so.
fn pick<T>(field: &str, what: &str, typed: &str, all: Part<T>, titles: &[String]) -> Result<T> {
    let exact: Vec<usize> = (0..titles.len()).filter(|at| same(&titles[*at], typed)).collect();
    if exact.is_empty() && all.more {
        let message = format!(
            "None of the first {SEARCHED} that Notion finds is called `{typed}`, and there are more. Paste the link of the {what}."
        );
        return Err(at(field, message));
    }
    let begins = |at: &usize| !typed.is_empty() && titles[*at].to_lowercase().starts_with(&typed.to_lowercase());
    let found = if exact.is_empty() { (0..titles.len()).filter(begins).collect() } else { exact };
    match found.as_slice() {
        [one] => all.items.into_iter().nth(*one).ok_or_else(|| commands::Error::internal("a title without its object")),
        [] => {
            let names: Vec<&str> = titles.iter().map(String::as_str).collect();
            let hint = if names.is_empty() { String::new() } else { format!(" There are {}.", all_of(&names)) };
            Err(at(field, format!("No {what} that is shared with the integration is called `{typed}`.{hint}")))
        }
        some => {
            let names: Vec<&str> = some.iter().map(|at| titles[*at].as_str()).collect();
            Err(at(field, format!("`{typed}` can be any of {}: {}. Paste the link.", some.len(), all_of(&names))))
        }
    }
}

/// The id in a link such as `https://www.notion.so/demo/Tuscan-kale-be633bf1dfa0436db259571129a590e5?pvs=4`, or an id by itself.
pub(super) fn id_in(text: &str) -> Option<String> {
    let link = text.split_once("://").map(|(_, rest)| rest);
    let candidate = match link {
        Some(rest) => {
            // A page that is opened beside a database is named in the query.
            let peeked = rest.split(['?', '&']).find_map(|it| it.strip_prefix("p="));
            let path = rest.split(['?', '#']).next().unwrap_or(rest);
            peeked.unwrap_or_else(|| path.trim_end_matches('/').rsplit('/').next().unwrap_or(path))
        }
        None => text,
    };
    let digits: String = candidate.chars().filter(|it| *it != '-').collect();
    let tail = if link.is_some() { digits.get(digits.len().checked_sub(32)?..)? } else { digits.as_str() };
    if tail.len() != 32 || !tail.bytes().all(|it| it.is_ascii_hexdigit()) {
        return None;
    }
    let tail = tail.to_lowercase();
    Some(format!("{}-{}-{}-{}-{}", &tail[..8], &tail[8..12], &tail[12..16], &tail[16..20], &tail[20..]))
}

/// Whether a link leads to a page: of Notion, or of a simulated one on this machine.
pub(super) fn is_page(link: &str) -> bool {
    let host = link.split_once("://").map(|(_, rest)| rest.split(['/', ':']).next().unwrap_or(rest)).unwrap_or_default();
    let is_notion = matches!(host, "notion.so" | "www.notion.so" | "app.notion.com" | "127.0.0.1" | "localhost");
    (is_notion || host.ends_with(".notion.site")) && id_in(link).is_some()
}

pub(super) fn same(one: &str, other: &str) -> bool {
    one.to_lowercase() == other.to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::{id_in, is_page};

    #[test]
    fn ids_are_found_in_links() {
        let id = Some("be633bf1-dfa0-436d-b259-571129a590e5".to_owned());
        for text in [
            "be633bf1dfa0436db259571129a590e5",
            "BE633BF1-dfa0-436d-b259-571129a590e5",
            "https://www.notion.so/Tuscan-kale-be633bf1dfa0436db259571129a590e5",
            "https://www.notion.so/demo/be633bf1dfa0436db259571129a590e5?v=11111111111111111111111111111111",
            "https://demo.notion.site/Kale-be633bf1dfa0436db259571129a590e5/#x",
            "https://www.notion.so/demo/11111111111111111111111111111111?v=2&p=be633bf1dfa0436db259571129a590e5&pm=s",
        ] {
            assert_eq!(id_in(text), id, "{text}");
        }
        for text in [
            "Tuscan kale",
            "",
            "https://www.notion.so/",
            "be633bf1",
            "xbe633bf1dfa0436db259571129a590e5",
            "https://www.notion.so/é",
        ] {
            assert_eq!(id_in(text), None, "{text}");
        }
        assert!(is_page("https://demo.notion.site/Kale-be633bf1dfa0436db259571129a590e5"));
        assert!(!is_page("https://example.org/Kale-be633bf1dfa0436db259571129a590e5"));
    }
}
