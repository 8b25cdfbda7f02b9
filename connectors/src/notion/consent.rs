//! What a member of a workspace agrees to on Notion's own page: which pages a public integration sees. It acts as itself all the
//! same, so that it is nothing for each person to do. A token does not say when it ends; it is renewed when it is refused, and
//! each refresh token is good for once (<https://developers.notion.com/reference/refresh-a-token>). Access tokens are given back
//! (<https://developers.notion.com/reference/revoke-token>).

use super::VERSION;
use crate::auth::{
    Consent,
    consent::{Addresses, People, Proof, Revoke, Written},
    oauth::Shown,
};

pub(super) const CONSENT: Consent = Consent {
    page: "https://developers.notion.com/docs/authorization",
    addresses: |settings| {
        let at = |path: &str| Some(format!("{}/v1/oauth/{path}", settings.url()?));
        Some(Addresses { authorize: at("authorize")?, token: at("token")?, revoke: at("revoke").map(Revoke::Json) })
    },
    scopes: &[],
    extra: &[("owner", "user")],
    proof: Proof::Secret,
    shown: Shown::Header,
    written: Written::Json,
    headers: &[("notion-version", VERSION)],
    ended: &[],
    own: |settings| settings.lack(&["token"]),
    people: People::Not("What an integration does is the integration's in Notion, whoever let it in."),
    steps: "*notion.so/profile/integrations → New integration*, type *Public*, redirect URI `{redirect}`, capabilities to read, update and \
            insert content, to read and insert comments, and to read users with their email addresses. `client_id` and `client_secret` are \
            the OAuth client's, under *Configuration*.",
};
