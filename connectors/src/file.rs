//! Files that a system keeps, handed over in the chat: what is attached to its objects, and what builds leave behind.

use bytes::Bytes;
use commands::{Error, File, Reply, Result, Text};

use crate::words::{at, instead, same, size};

/// The one that is meant: by its name, in the field `name`, else the only one there is. Of several of one name the last one
/// is meant, which is the newest where the oldest comes first.
///
/// `word` is what they are, `file`, and `of` what they belong to, `#42`.
pub(crate) fn chosen<'a, T>(all: &'a [T], word: &str, of: &str, named: Option<&str>, name: impl Fn(&T) -> &str) -> Result<&'a T> {
    let names = || all.iter().map(&name).collect::<Vec<_>>();
    match (named.map(str::trim).filter(|it| !it.is_empty()), all) {
        (_, []) => Err(Error::not_found(format!("{of} has no {word}s."))),
        (Some(named), all) => all
            .iter()
            .rev()
            .find(|it| same(name(it), named))
            .ok_or_else(|| at("name", format!("{of} has no {word} `{named}`.{}", instead(word, named, &names())))),
        (None, [one]) => Ok(one),
        (None, _) => Err(at("name", format!("Which one? {of} has {}.", names().join(", ")))),
    }
}

/// Hands a file over, below what is `said` of it, which holds the link to it. One that is known to be too large is left where
/// it is; of one whose size nobody knew, `fetch` fails.
///
/// # Errors
/// Those of `fetch`.
pub(crate) async fn handed(
    said: Text,
    name: &str,
    bytes: Option<u64>,
    fetch: impl Future<Output = Result<Bytes>>,
) -> Result<Reply> {
    if bytes.is_some_and(|it| it > File::LIMIT as u64) {
        let most = size(File::LIMIT as u64);
        return Ok(Reply::to_channel(said.plain(format!(" is larger than the {most} that I bring into a chat: open the link."))));
    }
    let content = fetch.await?.to_vec();
    Ok(Reply::to_channel(said).with_file(File { name: name.to_owned(), title: name.to_owned(), content }))
}

#[cfg(test)]
mod tests {
    use commands::ErrorKind;

    use super::*;

    #[test]
    fn a_file_is_meant_by_its_name_or_by_being_the_only_one() {
        let pick = |all: &[&'static str], named: Option<&str>| {
            chosen(all, "file", "#42", named, |it| it).copied().map_err(|it| (it.kind, it.message))
        };
        assert_eq!(pick(&["fire.jpg"], None).unwrap(), "fire.jpg");
        assert_eq!(pick(&["a.txt", "Fire.jpg"], Some(" fire.JPG ")).unwrap(), "Fire.jpg");
        let wrong = |all: &[&'static str], named| pick(all, named).unwrap_err();
        assert_eq!(wrong(&[], None), (ErrorKind::NotFound, "#42 has no files.".to_owned()));
        assert_eq!(wrong(&["a", "b"], None), (ErrorKind::BadInput, "Which one? #42 has a, b.".to_owned()));
        assert_eq!(
            wrong(&["a.txt", "fire.jpg"], Some("fire.jpeg")).1,
            "#42 has no file `fire.jpeg`. Did you mean `fire.jpg`? It can be a.txt or fire.jpg."
        );
        let twice = [("fire.jpg", 1), ("fire.jpg", 2)];
        assert_eq!(chosen(&twice, "file", "#42", Some("fire.jpg"), |it| it.0).unwrap().1, 2);
    }

    #[tokio::test]
    async fn what_is_too_large_stays_where_it_is() {
        let link = || Text::new().link("https://example.org/1", "fire.jpg");
        let reply = handed(link(), "fire.jpg", Some(9), async { Ok(Bytes::from_static(b"It burns.")) }).await.unwrap();
        assert_eq!(reply.files[0].content, b"It burns.");
        let never = async { panic!("it is not fetched") };
        let reply = handed(link(), "fire.jpg", Some(File::LIMIT as u64 + 1), never).await.unwrap();
        assert!(reply.files.is_empty());
        assert_eq!(reply.message, link().plain(" is larger than the 8 MB that I bring into a chat: open the link.").into());
    }
}
