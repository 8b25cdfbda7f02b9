use super::*;
use crate::http::Policy;
use serde_json::json;
use wiremock::{Mock, MockServer, ResponseTemplate, matchers::path};

const CONSENT: Consent = Consent {
    page: "https://example.org/docs/oauth",
    addresses: |_| None,
    scopes: &[Scope { name: "api", why: "see and change what you can" }, Scope { name: "email", why: "know you" }],
    extra: &[("audience", "api.example.org")],
    proof: Proof::S256,
    shown: Shown::Form,
    written: Written::Form,
    headers: &[],
    ended: &["bad_refresh_token"],
    own: |_| false,
    people: People::Themselves,
    steps: "",
};
static PLAIN: Consent = Consent {
    proof: Proof::Secret,
    shown: Shown::Header,
    written: Written::Json,
    headers: &[("notes-version", "7")],
    ended: &[],
    ..CONSENT
};
static PROVED: Consent = CONSENT;

fn asks(consent: &'static Consent, base: &str) -> Asks {
    let client = Client { id: "app".into(), secret: Secret::from("canary-of-app".to_owned()), shown: consent.shown };
    let at = Addresses {
        authorize: format!("{base}/authorize?prompt=consent"),
        token: format!("{base}/token"),
        revoke: Some(Revoke::Standard(format!("{base}/revoke"))),
    };
    Asks { consent, client, at, own: false }
}

async fn far_end(status: u16, body: Value) -> (MockServer, Http) {
    let server = MockServer::start().await;
    Mock::given(path("/token")).respond_with(ResponseTemplate::new(status).set_body_json(body)).mount(&server).await;
    Mock::given(path("/revoke")).respond_with(ResponseTemplate::new(200)).mount(&server).await;
    Mock::given(path("/applications/app/grant")).respond_with(ResponseTemplate::new(204)).mount(&server).await;
    let http = Http::new("notes", "Notes", &server.uri(), Policy { retries: 0, ..Policy::default() }).unwrap();
    (server, http)
}

fn verifier() -> Verifier {
    // RFC 7636, appendix B.
    Verifier("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk".to_owned().into())
}

#[test]
fn the_page_is_asked_as_the_standards_say() {
    let page = asks(&PROVED, "https://id.example.org").page("https://bot.example.org/oauth/callback", "s1", &verifier());
    expect_test::expect!["https://id.example.org/authorize?prompt=consent&response_type=code&client_id=app&redirect_uri=https%3A%2F%2Fbot.example.org%2Foauth%2Fcallback&scope=api+email&state=s1&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256&audience=api.example.org"].assert_eq(&page.unwrap());
    let page = asks(&PLAIN, "https://id.example.org").page("https://bot.example.org/oauth/callback", "s1", &verifier());
    assert!(!page.unwrap().contains("code_challenge"));
}

#[tokio::test]
async fn a_code_and_a_refresh_token_are_exchanged() {
    let answer =
        json!({ "access_token": "a-2", "refresh_token": "r-2", "expires_in": 7200, "token_type": "bearer", "scope": "api" });
    let (server, http) = far_end(200, answer).await;
    let given = asks(&PROVED, &server.uri()).exchange(&http, "c-1", "https://bot.example.org/oauth/callback", &verifier()).await;
    let given = given.unwrap();
    assert_eq!((given.access.expose(), given.refresh.as_ref().map(Secret::expose)), ("a-2", Some("r-2")));
    assert_eq!((given.lasts, given.scopes.as_deref()), (Some(Duration::from_secs(7200)), Some("api")));
    asks(&PLAIN, &server.uri()).renew(&http, &"r-1".to_owned().into()).await.unwrap();
    let (access, refresh): (Secret, Secret) = ("a-2".to_owned().into(), "r-2".to_owned().into());
    let address = |path: &str| format!("{}{path}", server.uri());
    let ways = [
        (&PROVED, Some(&refresh), Some(Revoke::Standard(address("/revoke")))),
        (&PROVED, None, Some(Revoke::Standard(address("/revoke")))),
        (&PLAIN, Some(&refresh), Some(Revoke::Json(address("/revoke")))),
        (&PROVED, Some(&refresh), Some(Revoke::Grant(address("/applications/app/grant")))),
        (&PROVED, Some(&refresh), Some(Revoke::Itself(address("/revoke"), ("ocs-apirequest", "true")))),
        (&PROVED, Some(&refresh), None),
    ];
    for (consent, refresh, revoke) in ways {
        let mut asks = asks(consent, &server.uri());
        let takes = revoke.is_some();
        asks.at.revoke = revoke;
        assert_eq!(asks.revoke(&http, &access, refresh).await, Ok(takes));
    }
    let sent: Vec<String> = server
        .received_requests()
        .await
        .unwrap()
        .into_iter()
        .map(|it| {
            let shown = ["authorization", "notes-version", "ocs-apirequest"];
            let headers = shown.iter().filter_map(|name| Some(format!(" ({})", it.headers.get(*name)?.to_str().unwrap())));
            let headers: String = headers.collect();
            format!("{} {} {}{headers}", it.method, it.url.path(), String::from_utf8(it.body).unwrap())
        })
        .collect();
    expect_test::expect![[r#"
        POST /token client_id=app&client_secret=canary-of-app&code=c-1&code_verifier=dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk&grant_type=authorization_code&redirect_uri=https%3A%2F%2Fbot.example.org%2Foauth%2Fcallback
        POST /token {"grant_type":"refresh_token","refresh_token":"r-1"} (Basic YXBwOmNhbmFyeS1vZi1hcHA=) (7)
        POST /revoke client_id=app&client_secret=canary-of-app&token=r-2
        POST /revoke client_id=app&client_secret=canary-of-app&token=a-2
        POST /revoke {"token":"a-2"} (Basic YXBwOmNhbmFyeS1vZi1hcHA=) (7)
        DELETE /applications/app/grant {"access_token":"a-2"} (Basic YXBwOmNhbmFyeS1vZi1hcHA=)
        DELETE /revoke  (Bearer a-2) (true)"#]]
    .assert_eq(&sent.join("\n"));
}

#[test]
fn a_vendor_may_have_words_of_its_own_for_the_end() {
    let says = |consent, code| asks(consent, "https://id.example.org").has_ended(code);
    assert!(says(&PROVED, "invalid_grant") && says(&PROVED, "bad_refresh_token") && says(&PLAIN, "invalid_grant"));
    assert!(!says(&PLAIN, "bad_refresh_token") && !says(&PROVED, "invalid_client"));
}

#[tokio::test]
async fn a_refusal_tells_its_word_and_nothing_else() {
    for (status, body, code) in [
        (400, json!({ "error": "invalid_grant", "error_description": "revoked" }), Some("invalid_grant")),
        (401, json!({ "error": "invalid_client" }), Some("invalid_client")),
        // As GitHub does.
        (200, json!({ "error": "bad_verification_code" }), Some("bad_verification_code")),
        // As Notion does.
        (400, json!({ "object": "error", "code": "invalid_grant", "message": "canary" }), Some("invalid_grant")),
        // As Atlassian does.
        (
            403,
            json!({ "error": "invalid_grant", "error_description": "Unknown or invalid refresh token." }),
            Some("invalid_grant"),
        ),
        (200, json!({ "token_type": "bearer" }), Some("no_access_token")),
        (400, json!({ "error": "<script>alert(1)</script>" }), None),
    ] {
        let (server, http) = far_end(status, body).await;
        let error = asks(&PROVED, &server.uri()).renew(&http, &"r-canary".to_owned().into()).await.map(drop).unwrap_err();
        assert_eq!(error.code.as_deref(), code, "{error:?}");
        assert!(!error.message.contains("canary"), "{error:?}");
        assert!(code.is_none() || (error.kind == ErrorKind::Auth && !error.maybe_done), "{error:?}");
    }
    // What nobody knows the end of: it left, and came back broken.
    let (server, http) = far_end(502, json!({})).await;
    let error = asks(&PROVED, &server.uri()).renew(&http, &"r-canary".to_owned().into()).await.map(drop).unwrap_err();
    assert!(error.maybe_done, "{error:?}");
}
