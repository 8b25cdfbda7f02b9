//! What people agree to on Microsoft Entra's own page, for Azure DevOps Services. A server of one's own takes no such tokens. How
//! the page and the token server are asked: <https://learn.microsoft.com/entra/identity-platform/v2-oauth2-auth-code-flow>. A
//! refresh token stays good beside the next one; Entra takes none back.

use super::api;
use crate::auth::{
    Consent,
    consent::{Addresses, People, Proof, Scope, Written},
    oauth::Shown,
};

pub(super) const CONSENT: Consent = Consent {
    page: "https://learn.microsoft.com/azure/devops/integrate/get-started/authentication/entra-oauth",
    addresses: |settings| {
        let (login, tenant) = (settings.get("login_url")?.trim_end_matches('/'), settings.get("tenant")?);
        let at = |path: &str| format!("{login}/{}/oauth2/v2.0/{path}", api::segment(tenant));
        Some(Addresses { authorize: at("authorize"), token: at("token"), revoke: None })
    },
    scopes: &[
        Scope {
            name: "499b84ac-1321-427f-aa17-267ca6975798/user_impersonation",
            why: "see and change work items, pull requests and pipelines where you may",
        },
        Scope { name: "offline_access", why: "go on without asking you each hour" },
    ],
    extra: &[],
    proof: Proof::S256,
    shown: Shown::Form,
    written: Written::Form,
    headers: &[],
    // "Retry the /authorize request": another proof of who one is, or a right that was taken away.
    ended: &["interaction_required", "consent_required"],
    own: |settings| settings.get("sign_in") == Some("link") && settings.lack(&["token"]),
    people: People::Themselves,
    steps: "*Entra admin center → App registrations → New registration*, with the redirect URI (Web) `{redirect}`; *API permissions → Add → \
            Azure DevOps → Delegated → user_impersonation*; *Certificates & secrets → New client secret*. `client_id` is the Application id, \
            `tenant` the Directory id.",
};
