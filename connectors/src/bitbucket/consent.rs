//! What people agree to on Bitbucket Cloud's own page. What a token is good for is ticked at the OAuth consumer, and not asked
//! for. Since May 2026 a refresh token is good for once, and for three months unused
//! (<https://community.developer.atlassian.com/t/oauth-2-0-and-api-authentication-changes-for-bitbucket-cloud/99003>). Bitbucket
//! takes no token back: people do it in their settings.

use super::config::is_cloud_of;
use crate::auth::{
    Consent,
    consent::{Addresses, People, Proof, Written},
    oauth::Shown,
};

pub(super) const CONSENT: Consent = Consent {
    page: "https://developer.atlassian.com/cloud/bitbucket/oauth-2/",
    addresses: |settings| {
        // Data Center has incoming links instead, which are made for one application each.
        let url = settings.url().filter(|url| is_cloud_of(url, settings.get("edition")))?;
        let at = |path: &str| format!("{url}/site/oauth2/{path}");
        Some(Addresses { authorize: at("authorize"), token: at("access_token"), revoke: None })
    },
    scopes: &[],
    extra: &[],
    proof: Proof::Secret,
    shown: Shown::Header,
    written: Written::Form,
    headers: &[],
    ended: &[],
    own: |settings| settings.get("sign_in") == Some("link") && settings.lack(&["token"]),
    people: People::Themselves,
    steps: "*Workspace settings → OAuth consumers → Add consumer*: callback URL `{redirect}`, *This is a private consumer* ticked, the \
            permissions *Account: Read*, *Repositories: Write*, *Pull requests: Write*, *Issues: Write*, *Pipelines: Write*. `client_id` is \
            its Key, `client_secret` its Secret.",
};
