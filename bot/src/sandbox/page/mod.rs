//! The sandbox's web page: the simulated workspaces side by side, what was said on the wire, and the
//! stand-in systems. Hand-written modules and styles, embedded in the binary; nothing comes from elsewhere.
//!
//! The page draws what the simulators' client routes say (see [`crate::sandbox`]) and hears of every
//! change through one stream, [`live()`].

mod live;

pub use live::live;

use axum::{
    Router,
    extract::Path,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use rust_embed::RustEmbed;

#[derive(RustEmbed)]
#[folder = "src/sandbox/page/assets/"]
struct Assets;

/// Nothing inline and nothing from elsewhere, so text that slips through somewhere is still no script.
const POLICY: &str = "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'; object-src 'none'";

/// `GET /` and `GET /assets/{path}`.
pub fn routes() -> Router {
    Router::new()
        .route("/", get(|| async { asset("index.html") }))
        .route("/assets/{*path}", get(|Path(path): Path<String>| async move { asset(&path) }))
}

fn asset(path: &str) -> Response {
    let Some(file) = Assets::get(path) else { return (StatusCode::NOT_FOUND, "There is no such file.").into_response() };
    let kind = HeaderValue::from_str(file.metadata.mimetype());
    let headers = [
        (header::CONTENT_TYPE, kind.unwrap_or(HeaderValue::from_static("application/octet-stream"))),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY)),
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    ];
    (headers, file.data.into_owned()).into_response()
}

#[cfg(test)]
mod tests {
    use axum::{body::Body, http::Request};
    use tower::ServiceExt;

    use super::*;

    async fn fetch(path: &str) -> (StatusCode, String, String) {
        let request = Request::get(path).body(Body::empty()).unwrap();
        let (parts, body) = routes().oneshot(request).await.unwrap().into_parts();
        let header = |name| parts.headers.get(name).map(|it: &HeaderValue| it.to_str().unwrap().to_owned()).unwrap_or_default();
        let body = axum::body::to_bytes(body, 1 << 20).await.unwrap();
        if parts.status == StatusCode::OK {
            assert_eq!(header(header::CACHE_CONTROL), "no-store", "{path}");
            assert!(header(header::CONTENT_SECURITY_POLICY).starts_with("default-src 'self';"), "{path}");
        }
        (parts.status, header(header::CONTENT_TYPE), String::from_utf8(body.to_vec()).unwrap())
    }

    #[tokio::test]
    async fn every_file_is_served_under_its_type() {
        for path in Assets::iter() {
            let (status, kind, body) = fetch(&format!("/assets/{path}")).await;
            assert_eq!(status, StatusCode::OK, "{path}");
            let expected = match path.rsplit_once('.').unwrap().1 {
                "js" => "text/javascript",
                "css" => "text/css",
                "svg" => "image/svg+xml",
                "html" => "text/html",
                other => panic!("{path}: .{other}"),
            };
            assert_eq!(kind, expected, "{path}");
            assert!(body.lines().count() < 400, "{path} is long: split it");
        }
        assert_eq!(fetch("/assets/../mod.rs").await.0, StatusCode::NOT_FOUND);
        assert_eq!(fetch("/").await.1, "text/html");
    }

    /// What the policy forbids would silently not run; and whatever a module imports must be there.
    #[test]
    fn the_page_needs_nothing_inline_and_nothing_missing() {
        for path in Assets::iter() {
            let text = String::from_utf8(Assets::get(&path).unwrap().data.into_owned()).unwrap();
            for wrong in ["innerHTML", "eval(", " onclick=", " style=\"", "<style"] {
                assert!(!text.contains(wrong), "{path}: {wrong}");
            }
            for line in text.lines().filter(|it| it.contains(" from \"./") || it.starts_with("@import")) {
                let name = line.rsplit("\"./").next().unwrap().split('"').next().unwrap();
                assert!(Assets::get(name).is_some(), "{path} needs {name}");
            }
        }
    }
}
