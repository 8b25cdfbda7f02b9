//! What people agree to on Atlassian's own page (OAuth 2.0 3LO). Its tokens are good at `api.atlassian.com` alone, which is what
//! `api_url` is for; each refresh token is good for once
//! (<https://developer.atlassian.com/cloud/oauth/getting-started/refresh-tokens/>), and one that is not good any more is refused
//! with 403. Atlassian takes no token back: people do it at <https://id.atlassian.com/manage-profile/apps>.

use crate::auth::{
    Consent,
    consent::{Addresses, People, Proof, Scope, Written},
    oauth::Shown,
};

pub(super) const CONSENT: Consent = Consent {
    page: "https://developer.atlassian.com/cloud/jira/platform/oauth-2-3lo-apps/",
    addresses: |settings| {
        settings.get("api_url")?;
        let server = settings.get("auth_url")?.trim_end_matches('/');
        let at = |path: &str| format!("{server}/{path}");
        Some(Addresses { authorize: at("authorize"), token: at("oauth/token"), revoke: None })
    },
    scopes: &[
        Scope { name: "read:jira-work", why: "see issues, boards and projects where you may" },
        Scope { name: "write:jira-work", why: "make and change issues, comments and worklogs" },
        Scope { name: "read:jira-user", why: "know who people are" },
        Scope { name: "offline_access", why: "go on without asking you each hour" },
    ],
    extra: &[("audience", "api.atlassian.com"), ("prompt", "consent")],
    proof: Proof::Secret,
    shown: Shown::Form,
    written: Written::Json,
    headers: &[],
    ended: &[],
    own: |settings| settings.lack(&["token"]),
    people: People::Themselves,
    steps: "*developer.atlassian.com/console/myapps → Create → OAuth 2.0 integration*; *Permissions → Jira API → Add*, with the classic \
            scopes `read:jira-work`, `write:jira-work` and `read:jira-user`; *Authorization → OAuth 2.0 (3LO) → Add*, callback URL \
            `{redirect}`; *Distribution → Sharing*, so that others than you can agree. `client_id` and `client_secret` are under *Settings*. \
            Set `api_url` to `https://api.atlassian.com/ex/jira/CLOUD-ID`; the id is what `https://YOUR-SITE.atlassian.net/_edge/tenant_info` \
            shows.",
};
