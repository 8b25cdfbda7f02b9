//! What people agree to on GitHub's own page: for an OAuth app, or for a GitHub App, whose tokens of people
//! (<https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app/generating-a-user-access-token-for-a-github-app>)
//! go by its permissions and not by scopes. They end after eight hours, and a refresh token is good for once
//! (<https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app/refreshing-user-access-tokens>); those
//! of an OAuth app do not end. PKCE since July 2025
//! (<https://github.blog/changelog/2025-07-14-pkce-support-for-oauth-and-github-app-authentication>); an older Enterprise Server
//! passes it over. What somebody agreed to is given back as a whole
//! (<https://docs.github.com/en/rest/apps/oauth-applications#delete-an-app-authorization>).

use super::api;
use crate::{
    auth::{
        Consent,
        consent::{Addresses, People, Proof, Revoke, Scope, Written},
        oauth::Shown,
    },
    words::segment,
};

pub(super) const CONSENT: Consent = Consent {
    page: "https://docs.github.com/en/apps/oauth-apps/building-oauth-apps/authorizing-oauth-apps",
    addresses: |settings| {
        let url = settings.url()?;
        let site = api::site(url);
        let app = segment(settings.get("client_id")?);
        let at = |path: &str| format!("{site}/login/oauth/{path}");
        Some(Addresses {
            authorize: at("authorize"),
            token: at("access_token"),
            revoke: Some(Revoke::Grant(format!("{url}/applications/{app}/grant"))),
        })
    },
    scopes: &[
        Scope { name: "repo", why: "see and change issues, pull requests, runs and releases where you may" },
        Scope { name: "read:org", why: "know which teams you are in, of which some review deployments" },
    ],
    extra: &[],
    proof: Proof::S256,
    shown: Shown::Form,
    written: Written::Form,
    headers: &[],
    // Its word for what is used up or over: <https://github.com/orgs/community/discussions/24745>.
    ended: &["bad_refresh_token"],
    own: |settings| settings.lack(&["token", "app_id", "private_key"]),
    people: People::Themselves,
    steps: "Of a **GitHub App** that the bot is already: the App's settings → *Callback URL* → `{redirect}`, keep *Expire user \
            authorization tokens* on, then *Generate a new client secret*; `client_id` is the App's client id. Otherwise an **OAuth \
            app**: *Organization → Settings → Developer settings → OAuth Apps → New OAuth app*, *Authorization callback URL* \
            `{redirect}`, *Register application*, *Generate a new client secret*.",
};
