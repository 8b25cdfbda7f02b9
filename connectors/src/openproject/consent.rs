//! What people agree to on OpenProject's own page, which is Doorkeeper's: tokens of two hours, refresh tokens that are good for
//! once, a form and nothing else at the token server, and RFC 7009 to give them back
//! (<https://github.com/opf/openproject/blob/dev/config/initializers/doorkeeper.rb>).

use crate::auth::{
    Consent,
    consent::{Addresses, People, Proof, Revoke, Scope, Written},
    oauth::Shown,
};

pub(super) const CONSENT: Consent = Consent {
    page: "https://www.openproject.org/docs/system-admin-guide/authentication/oauth-applications/",
    addresses: |settings| {
        let at = |path: &str| Some(format!("{}/oauth/{path}", settings.url()?));
        Some(Addresses { authorize: at("authorize")?, token: at("token")?, revoke: at("revoke").map(Revoke::Standard) })
    },
    scopes: &[Scope { name: "api_v3", why: "see and change work packages, time and projects where you may" }],
    extra: &[],
    proof: Proof::S256,
    shown: Shown::Form,
    written: Written::Form,
    headers: &[],
    ended: &[],
    own: |settings| settings.get("sign_in") == Some("link") && settings.lack(&["api_key"]),
    people: People::Themselves,
    steps: "*Administration → Authentication → OAuth applications → + OAuth application*: redirect URI `{redirect}`, scope *api_v3*, \
            *Confidential* ticked. `client_id` and `client_secret` are shown once.",
};
