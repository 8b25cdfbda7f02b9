//! What people agree to on GitLab's own page. A token is good for two hours, a refresh token for once; either of them is given
//! back at `/oauth/revoke`, and ends both.

use crate::auth::{
    Consent,
    consent::{Addresses, People, Proof, Revoke, Scope, Written},
    oauth::Shown,
};

pub(super) const CONSENT: Consent = Consent {
    page: "https://docs.gitlab.com/api/oauth2/",
    addresses: |settings| {
        let at = |path: &str| Some(format!("{}/oauth/{path}", settings.url()?));
        Some(Addresses { authorize: at("authorize")?, token: at("token")?, revoke: at("revoke").map(Revoke::Standard) })
    },
    scopes: &[Scope { name: "api", why: "see and change issues, merge requests, pipelines and releases where you may" }],
    extra: &[],
    proof: Proof::S256,
    shown: Shown::Form,
    written: Written::Form,
    headers: &[],
    ended: &[],
    own: |settings| settings.lack(&["token"]),
    people: People::Themselves,
    steps: "*Group → Settings → Applications* (or *Admin area → Applications* for a whole server) → *Add new application*: redirect URI \
            `{redirect}`, *Confidential* ticked, the scope *api*. `client_id` is the Application ID, `client_secret` the Secret.",
};
