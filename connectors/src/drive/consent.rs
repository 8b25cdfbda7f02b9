//! What people agree to on Google's own page. A token is good for an hour, a refresh token for as long as it is used now and
//! then; either is given back in a form at `/revoke`, and ends both
//! (<https://developers.google.com/identity/protocols/oauth2/javascript-implicit-flow#tokenrevoke>).

use super::credentials::SCOPE;
use crate::auth::{
    Consent,
    consent::{Addresses, People, Proof, Revoke, Scope, Written},
    oauth::Shown,
};

pub(super) const CONSENT: Consent = Consent {
    page: "https://developers.google.com/identity/protocols/oauth2/web-server",
    addresses: |settings| {
        let (authorize, token) = (settings.get("authorize_url")?, settings.get("token_url")?);
        // Beside the one that gives them: https://oauth2.googleapis.com/revoke.
        let revoke = token.strip_suffix("/token").map(|it| Revoke::Standard(format!("{it}/revoke")));
        Some(Addresses { authorize: authorize.to_owned(), token: token.to_owned(), revoke })
    },
    scopes: &[Scope { name: SCOPE, why: "see, make, move and share your files" }],
    // Without the second Google gives a refresh token on the first consent only.
    extra: &[("access_type", "offline"), ("prompt", "consent")],
    proof: Proof::S256,
    shown: Shown::Form,
    written: Written::Form,
    headers: &[],
    ended: &[],
    own: |settings| settings.lack(&["service_account", "refresh_token"]),
    people: People::Themselves,
    steps: "*Google Cloud → APIs & Services → OAuth consent screen*: *Internal*, with the scope `https://www.googleapis.com/auth/drive`; \
            *Credentials → Create credentials → OAuth client ID → Web application*, authorized redirect URI `{redirect}`. Switch on the \
            *Google Drive API* under *Library*.",
};
