//! Fetches what a person linked to, as carefully as a link of a stranger deserves.

use std::time::Duration;

use commands::{Download, Error, ErrorKind, Result};
use reqwest::{
    Response, StatusCode,
    header::{self, HeaderMap},
};
use url::Url;

use super::{
    Tls,
    address::{Guard, Refused},
    client,
    errors::Lost,
    exchange::{Unread, how_lost, read},
    redact::Redactor,
};

const REDIRECTS: usize = 3;
/// File names longer than this are cut, in bytes: file systems take 255.
const LONGEST_NAME: usize = 200;

/// Fetches `link`, following redirects that `guard` lets through; `timeout` is for each.
pub(super) async fn fetch(guard: Guard, link: &str, limit: usize, timeout: Duration) -> Result<Download> {
    let shown = Redactor::default().clean(link);
    let mut url = Url::parse(link).map_err(|_| refused(&shown, Refused::NotWeb))?;
    let client = client(guard.clone(), timeout, Tls::default())?;
    for _ in 0..=REDIRECTS {
        // A literal address is not resolved, so the resolver's check does not see it.
        guard.check(&url).map_err(|why| refused(&shown, why))?;
        let response = client.get(url.clone()).send().await.map_err(|err| lost(&shown, how_lost(&err).0))?;
        match next(&url, &response) {
            Some(Ok(to)) => url = to,
            Some(Err(())) => break,
            None => return download(&url, response, &shown, limit).await,
        }
    }
    let message = format!("{shown} leads from one address to the next. Use the address of the file itself.");
    Err(Error::bad_input(message))
}

/// Where a redirect leads; an error when it does not say.
fn next(url: &Url, response: &Response) -> Option<Result<Url, ()>> {
    let status = response.status();
    (status.is_redirection() && status != StatusCode::NOT_MODIFIED).then(|| {
        let to = response.headers().get(header::LOCATION).and_then(|it| it.to_str().ok());
        to.and_then(|to| url.join(to).ok()).ok_or(())
    })
}

async fn download(url: &Url, response: Response, shown: &str, limit: usize) -> Result<Download> {
    let (kind, message) = match response.status().as_u16() {
        200..=299 => {
            let headers = response.headers().clone();
            let bytes = read(response, limit).await.map_err(|err| match err {
                Unread::TooLong => Error::bad_input(format!(
                    "The file at {shown} has more than {} KiB, which is the most.",
                    limit.div_ceil(1024)
                )),
                Unread::Lost(err) => lost(shown, how_lost(&err).0),
            })?;
            let content_type =
                headers.get(header::CONTENT_TYPE).and_then(|it| it.to_str().ok()).unwrap_or("application/octet-stream");
            return Ok(Download { name: name(&headers, url), content_type: content_type.into(), bytes: bytes.into() });
        }
        401 | 403 => (ErrorKind::Permission, format!("The file at {shown} is not public. Attach it instead.")),
        404 | 410 => (ErrorKind::NotFound, format!("There is no file at {shown}. Check the link.")),
        429 => (ErrorKind::RateLimited, format!("The server of {shown} asks to slow down. Try again in a minute.")),
        400..=499 => (ErrorKind::BadInput, format!("The server of {shown} refuses to send the file. Attach it instead.")),
        _ => (ErrorKind::Server, format!("The server of {shown} failed. Try again in a minute, or attach the file.")),
    };
    Err(Error::new(kind, message))
}

fn refused(shown: &str, why: Refused) -> Error {
    Error::bad_input(format!("{shown} cannot be fetched: {why}. Attach the file, or use a public link."))
}

fn lost(shown: &str, how: Lost) -> Error {
    match how {
        Lost::Refused(why) => refused(shown, why),
        Lost::Timeout => Error::new(ErrorKind::Timeout, format!("{shown} did not arrive in time. Try again in a minute.")),
        _ => Error::new(ErrorKind::Network, format!("{shown} cannot be reached. Check the link, or attach the file.")),
    }
}

/// What the server calls the file (RFC 6266), or what its address ends in; safe as a file name.
fn name(headers: &HeaderMap, url: &Url) -> String {
    let disposition = headers.get(header::CONTENT_DISPOSITION).map(|it| String::from_utf8_lossy(it.as_bytes()).into_owned());
    let given = disposition.as_deref().and_then(filename);
    let last = || url.path_segments().and_then(|mut it| it.next_back()).map(decoded);
    let name = given.or_else(last).unwrap_or_default();
    // Browsers of old sent whole paths, and attackers still do.
    let name = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let name: String = name.chars().filter(|it| !it.is_control()).collect();
    let name = name.trim().trim_start_matches('.');
    let end = (0..=name.len().min(LONGEST_NAME)).rev().find(|end| name.is_char_boundary(*end)).unwrap_or(0);
    if end == 0 { "file".into() } else { name[..end].into() }
}

/// The file name of a `Content-Disposition`; the extended form (RFC 8187) is preferred.
fn filename(disposition: &str) -> Option<String> {
    let mut plain = None;
    for part in parameters(disposition) {
        let Some((key, value)) = part.split_once('=') else { continue };
        let value = value.trim();
        match key.trim().to_ascii_lowercase().as_str() {
            "filename*" => {
                let encoded = value.get(..7).filter(|it| it.eq_ignore_ascii_case("utf-8''")).map(|it| &value[it.len()..]);
                if let Some(encoded) = encoded {
                    return Some(decoded(encoded));
                }
            }
            "filename" => {
                let quoted = value.strip_prefix('"').and_then(|it| it.strip_suffix('"'));
                plain = Some(quoted.map_or(value.to_owned(), |it| it.replace("\\\"", "\"")));
            }
            _ => {}
        }
    }
    plain
}

/// Splits at semicolons that are not within quotes.
fn parameters(text: &str) -> impl Iterator<Item = &str> {
    let mut quoted = false;
    text.split(move |it| {
        quoted ^= it == '"';
        it == ';' && !quoted
    })
}

/// Undoes percent-encoding; what is not UTF-8 becomes `\u{fffd}`.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        let byte = match (first, tail) {
            (b'%', [high, low, ..]) => hex::decode([*high, *low]).ok().map(|it| it[0]),
            _ => None,
        };
        bytes.push(byte.unwrap_or(*first));
        rest = if byte.is_some() { &tail[2..] } else { tail };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_get_a_safe_name() {
        for (disposition, path, expected) in [
            (None, "/a/report.pdf?x=1", "report.pdf"),
            (None, "/a/%C3%BCbersicht%201.txt", "übersicht 1.txt"),
            (None, "/a%2Fb/..%2F..%2Fetc%2Fpasswd", "passwd"),
            (None, "/", "file"),
            (None, "/100%/", "file"),
            (None, "/100%25%", "100%%"),
            (Some("attachment"), "/x.txt", "x.txt"),
            (Some("attachment; filename=log.txt"), "/x", "log.txt"),
            (Some("attachment; filename=\"a; b.txt\"; size=3"), "/x", "a; b.txt"),
            (Some("attachment; filename=\"e.txt\"; filename*=UTF-8''%e2%82%ac.txt"), "/x", "€.txt"),
            (Some("attachment; filename*=utf-16''x; filename=plain.txt"), "/x", "plain.txt"),
            (Some("attachment; filename=\"..\\\\..\\\\boot.ini\""), "/x", "boot.ini"),
            (Some("attachment; filename=\"../../.bashrc\""), "/x", "bashrc"),
            (Some("attachment; filename=\"\""), "/x", "file"),
        ] {
            let mut headers = HeaderMap::new();
            if let Some(disposition) = disposition {
                headers.insert(header::CONTENT_DISPOSITION, disposition.parse().unwrap());
            }
            let url = Url::parse(&format!("https://example.org{path}")).unwrap();
            assert_eq!(name(&headers, &url), expected, "{disposition:?} {path}");
        }
        let long = Url::parse(&format!("https://example.org/{}", "%C3%BC".repeat(300))).unwrap();
        assert_eq!(name(&HeaderMap::new(), &long), "ü".repeat(100));
    }
}
