//! Lists that come in pages, as a stream that asks for the next page when it is needed.

use std::{future::Future, pin::pin};

use commands::Result;
use futures::{Stream, TryStreamExt, stream};
use reqwest::header::{self, HeaderMap};

/// One page of a list.
#[derive(Debug)]
pub struct Page<T> {
    pub items: Vec<T>,
    /// What `fetch` takes to get the next one: a cursor, an offset, a path; none at the end.
    pub next: Option<String>,
}

/// Some of a list, and whether there is more of it.
#[derive(Debug, PartialEq)]
pub struct Part<T> {
    pub items: Vec<T>,
    pub more: bool,
}

/// All items of a list. `fetch` is given none for the first page.
pub fn pages<T, F, Fetched>(fetch: F) -> impl Stream<Item = Result<T>>
where
    F: FnMut(Option<String>) -> Fetched,
    Fetched: Future<Output = Result<Page<T>>>,
{
    // None when the last page is read.
    let start = Some(None);
    stream::try_unfold((start, fetch), async |(cursor, mut fetch)| {
        let Some(cursor) = cursor else { return Ok(None) };
        let Page { items, next } = fetch(cursor).await?;
        let items = stream::iter(items.into_iter().map(Ok));
        Ok(Some((items, (next.map(Some), fetch))))
    })
    .try_flatten()
}

/// The first `most` items of a stream.
///
/// # Errors
/// The first of the stream.
pub async fn first<T>(most: usize, all: impl Stream<Item = Result<T>>) -> Result<Part<T>> {
    let mut all = pin!(all);
    let mut items = Vec::new();
    while let Some(item) = all.try_next().await? {
        if items.len() == most {
            return Ok(Part { items, more: true });
        }
        items.push(item);
    }
    Ok(Part { items, more: false })
}

/// The address of the next page, by a `Link: <…>; rel="next"` header (RFC 8288).
pub fn next_link(headers: &HeaderMap) -> Option<String> {
    let links = headers.get_all(header::LINK).iter().filter_map(|it| it.to_str().ok());
    links.flat_map(|it| it.split(",")).find_map(|link| {
        let (address, parameters) = link.trim().strip_prefix('<')?.split_once('>')?;
        let is_next = parameters.split(';').any(|it| matches!(it.trim(), "rel=\"next\"" | "rel=next"));
        is_next.then(|| address.to_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use commands::Error;

    /// Pages of ten, which count how often they are asked for.
    fn numbers(asked: &mut u32, last: u32) -> impl Stream<Item = Result<u32>> {
        pages(move |cursor: Option<String>| {
            *asked += 1;
            let from: u32 = cursor.map_or(0, |it| it.parse().unwrap());
            let next = (from + 10 < last).then(|| (from + 10).to_string());
            std::future::ready(Ok(Page { items: (from..last.min(from + 10)).collect(), next }))
        })
    }

    #[tokio::test]
    async fn pages_are_read_as_far_as_they_are_needed() {
        let mut asked = 0;
        let part = first(12, numbers(&mut asked, 45)).await.unwrap();
        assert_eq!((part.items.len(), part.more, asked), (12, true, 2));
        let mut asked = 0;
        let part = first(100, numbers(&mut asked, 45)).await.unwrap();
        assert_eq!((part.items, part.more, asked), ((0..45).collect(), false, 5));
        let mut asked = 0;
        assert!(!first(45, numbers(&mut asked, 45)).await.unwrap().more);
        assert_eq!(first(5, numbers(&mut asked, 0)).await.unwrap().items, [0; 0]);
    }

    #[tokio::test]
    async fn a_page_that_fails_fails_the_list() {
        let all = pages(|cursor: Option<String>| {
            let page = Page { items: vec![1], next: Some("2".into()) };
            std::future::ready(cursor.map_or(Ok(page), |_| Err(Error::not_found("gone"))))
        });
        assert_eq!(first(9, all).await.unwrap_err().message, "gone");
    }

    #[test]
    fn next_links_are_found() {
        let headers = |value: &str| HeaderMap::from_iter([(header::LINK, value.parse().unwrap())]);
        let github = r#"<https://api.example.org/items?page=1>; rel="prev", <https://api.example.org/items?page=3>; rel="next""#;
        assert_eq!(next_link(&headers(github)).as_deref(), Some("https://api.example.org/items?page=3"));
        assert_eq!(next_link(&headers(r#"<https://api.example.org/items?page=1>; rel="first""#)), None);
        assert_eq!(next_link(&HeaderMap::new()), None);
    }
}
