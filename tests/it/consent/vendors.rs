//! What each vendor's own documentation says of its consent page and its token server. Written from those pages, and from nothing
//! of ours: what the bot sends is held against it.

use serde_json::{Map, Value, json};

/// The secret of the app in all of them: no way of writing it down leaves it as it is.
pub const SECRET: &str = "app/secret+of=everybody&more";
pub const APP: &str = "the-app-of-bellhop";

/// How the app says who it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shown {
    /// `Authorization: Basic`.
    Header,
    /// `client_id` and `client_secret` beside the rest.
    Fields,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Body {
    Form,
    Json,
}

/// How tokens are given back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Back {
    Nowhere,
    /// A form with the token: RFC 7009.
    Form(&'static str),
    /// JSON with the token.
    Json(&'static str),
    /// `DELETE` with JSON that holds the access token, from the app.
    Grant(&'static str),
    /// `DELETE` with the token that is to end.
    Itself(&'static str, &'static str),
}

pub struct Vendor {
    pub kind: &'static str,
    /// The page where people agree, and what it is told beside `client_id`, `redirect_uri`, `response_type` and `state`.
    pub authorize: &'static str,
    pub asked: &'static [(&'static str, &'static str)],
    /// It checks a proof of who asked for a code (RFC 7636, S256).
    pub proof: bool,
    pub token: &'static str,
    pub shown: Shown,
    pub body: Body,
    /// What the token server wants beside each question.
    pub headers: &'static [(&'static str, &'static str)],
    /// What comes with a token beside it and the one for its renewal.
    pub told: fn() -> Value,
    /// A renewal brings a new refresh token, and the one before is over.
    pub rotates: bool,
    /// What is said of a refresh token that is over.
    pub over: (u16, fn() -> Value),
    pub back: Back,
    /// Where its API is, below its address.
    pub api: &'static str,
    /// The settings of a connection that has people in by it, or comes in by it itself.
    pub settings: fn(&mut Map<String, Value>, &str),
    /// Something to ask for, with `{}` for a name.
    pub command: &'static str,
}

fn with_app(settings: &mut Map<String, Value>) {
    settings.insert("client_id".into(), APP.into());
    settings.insert("client_secret".into(), SECRET.into());
}

/// Those in which people act as themselves.
pub const OF_PEOPLE: [&Vendor; 7] = [&GITHUB, &GITLAB, &BITBUCKET, &JIRA, &AZURE, &DRIVE, &OPENPROJECT];
/// Those that let only the bot itself in.
pub const OF_THE_BOT: [&Vendor; 2] = [&NOTION, &NEXTCLOUD];

/// <https://docs.github.com/en/apps/oauth-apps/building-oauth-apps/authorizing-oauth-apps>, and with tokens that end, as a GitHub
/// App's: <https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app/refreshing-user-access-tokens>;
/// `DELETE`: <https://docs.github.com/en/rest/apps/oauth-applications#delete-an-app-authorization>.
const GITHUB: Vendor = Vendor {
    kind: "github",
    authorize: "/login/oauth/authorize",
    asked: &[("scope", "repo read:org")],
    proof: true,
    token: "/login/oauth/access_token",
    shown: Shown::Fields,
    body: Body::Form,
    headers: &[("accept", "application/json")],
    told: || json!({ "expires_in": 28_800, "refresh_token_expires_in": 15_897_600, "scope": "", "token_type": "bearer" }),
    rotates: true,
    over: (
        200,
        || json!({ "error": "bad_refresh_token", "error_description": "The refresh token passed is incorrect or expired." }),
    ),
    back: Back::Grant("/applications/the-app-of-bellhop/grant"),
    api: "/",
    settings: |settings, _| with_app(settings),
    command: "/github issue create {} repo=example/demo",
};

/// <https://docs.gitlab.com/api/oauth2/>
pub const GITLAB: Vendor = Vendor {
    kind: "gitlab",
    authorize: "/oauth/authorize",
    asked: &[("scope", "api")],
    proof: true,
    token: "/oauth/token",
    shown: Shown::Fields,
    body: Body::Form,
    headers: &[],
    told: || json!({ "expires_in": 7200, "token_type": "bearer", "created_at": 1_607_635_748 }),
    rotates: true,
    over: (400, || json!({ "error": "invalid_grant", "error_description": "The provided authorization grant is invalid." })),
    back: Back::Form("/oauth/revoke"),
    api: "/",
    settings: |settings, _| with_app(settings),
    command: "/gitlab issue create {} project=demo/printer",
};

/// <https://developer.atlassian.com/cloud/bitbucket/oauth-2/>; rotation:
/// <https://community.developer.atlassian.com/t/oauth-2-0-and-api-authentication-changes-for-bitbucket-cloud/99003>.
const BITBUCKET: Vendor = Vendor {
    kind: "bitbucket",
    authorize: "/site/oauth2/authorize",
    asked: &[],
    proof: false,
    token: "/site/oauth2/access_token",
    shown: Shown::Header,
    body: Body::Form,
    headers: &[],
    told: || json!({ "expires_in": 7200, "token_type": "bearer", "scope": "account issue:write repository:write" }),
    rotates: true,
    over: (400, || json!({ "error": "invalid_grant", "error_description": "Invalid refresh_token" })),
    back: Back::Nowhere,
    api: "/2.0/",
    settings: |settings, _| {
        with_app(settings);
        settings.insert("sign_in".into(), "link".into());
    },
    command: "/bitbucket issue create {} repo=website",
};

/// <https://developer.atlassian.com/cloud/jira/platform/oauth-2-3lo-apps/>; renewal:
/// <https://developer.atlassian.com/cloud/oauth/getting-started/refresh-tokens/>.
const JIRA: Vendor = Vendor {
    kind: "jira",
    authorize: "/authorize",
    asked: &[
        ("audience", "api.atlassian.com"),
        ("prompt", "consent"),
        ("scope", "read:jira-work write:jira-work read:jira-user offline_access"),
    ],
    proof: false,
    token: "/oauth/token",
    shown: Shown::Fields,
    body: Body::Json,
    headers: &[],
    told: || json!({ "expires_in": 3600, "token_type": "Bearer", "scope": "read:jira-work write:jira-work read:jira-user" }),
    rotates: true,
    over: (403, || json!({ "error": "invalid_grant", "error_description": "Unknown or invalid refresh token." })),
    back: Back::Nowhere,
    api: "/ex/jira/cloud-1/",
    settings: |settings, url| {
        with_app(settings);
        settings.insert("api_url".into(), format!("{url}/ex/jira/cloud-1").into());
        settings.insert("auth_url".into(), url.into());
        settings.insert("deployment".into(), "cloud".into());
    },
    command: "/jira issue create {} project=APO",
};

/// <https://learn.microsoft.com/entra/identity-platform/v2-oauth2-auth-code-flow>; the scope:
/// <https://learn.microsoft.com/azure/devops/integrate/get-started/authentication/entra-oauth>.
const AZURE: Vendor = Vendor {
    kind: "azure-devops",
    authorize: "/directory-1/oauth2/v2.0/authorize",
    asked: &[("scope", "499b84ac-1321-427f-aa17-267ca6975798/user_impersonation offline_access")],
    proof: true,
    token: "/directory-1/oauth2/v2.0/token",
    shown: Shown::Fields,
    body: Body::Form,
    headers: &[],
    told: || json!({ "expires_in": 3599, "token_type": "Bearer", "scope": "499b84ac-1321-427f-aa17-267ca6975798/user_impersonation" }),
    rotates: true,
    over: (400, || {
        json!({ "error": "interaction_required", "error_description": "AADSTS50076: multi-factor authentication is required.",
            "error_codes": [50_076], "trace_id": "0000aaaa-11bb-cccc-dd22-eeeeee333333" })
    }),
    back: Back::Nowhere,
    api: "/example/",
    settings: |settings, url| {
        with_app(settings);
        settings.insert("sign_in".into(), "link".into());
        settings.insert("tenant".into(), "directory-1".into());
        settings.insert("login_url".into(), url.into());
    },
    command: "/azure-devops item create {} project=demo",
};

/// <https://developers.google.com/identity/protocols/oauth2/web-server>
const DRIVE: Vendor = Vendor {
    kind: "drive",
    authorize: "/o/oauth2/v2/auth",
    asked: &[("access_type", "offline"), ("prompt", "consent"), ("scope", "https://www.googleapis.com/auth/drive")],
    proof: true,
    token: "/token",
    shown: Shown::Fields,
    body: Body::Form,
    headers: &[],
    told: || json!({ "expires_in": 3599, "token_type": "Bearer", "scope": "https://www.googleapis.com/auth/drive" }),
    rotates: false,
    over: (400, || json!({ "error": "invalid_grant", "error_description": "Token has been expired or revoked." })),
    back: Back::Form("/revoke"),
    api: "/",
    settings: |settings, url| {
        with_app(settings);
        settings.insert("authorize_url".into(), format!("{url}/o/oauth2/v2/auth").into());
        settings.insert("token_url".into(), format!("{url}/token").into());
    },
    command: "/drive folder create {}",
};

/// <https://www.openproject.org/docs/system-admin-guide/authentication/oauth-applications/>, and of what Doorkeeper does:
/// <https://github.com/opf/openproject/blob/dev/config/initializers/doorkeeper.rb>.
const OPENPROJECT: Vendor = Vendor {
    kind: "openproject",
    authorize: "/oauth/authorize",
    asked: &[("scope", "api_v3")],
    proof: true,
    token: "/oauth/token",
    shown: Shown::Fields,
    body: Body::Form,
    headers: &[],
    told: || json!({ "expires_in": 7200, "token_type": "Bearer", "scope": "api_v3", "created_at": 1_607_635_748 }),
    rotates: true,
    over: (400, || json!({ "error": "invalid_grant", "error_description": "The provided authorization grant is invalid." })),
    back: Back::Form("/oauth/revoke"),
    api: "/",
    settings: |settings, _| {
        with_app(settings);
        settings.insert("sign_in".into(), "link".into());
    },
    command: "/openproject wp create {} project=demo",
};

/// <https://developers.notion.com/docs/authorization>, <https://developers.notion.com/reference/create-a-token>,
/// <https://developers.notion.com/reference/refresh-a-token>, <https://developers.notion.com/reference/revoke-token>.
const NOTION: Vendor = Vendor {
    kind: "notion",
    authorize: "/v1/oauth/authorize",
    asked: &[("owner", "user")],
    proof: false,
    token: "/v1/oauth/token",
    shown: Shown::Header,
    body: Body::Json,
    headers: &[("notion-version", "2025-09-03")],
    told: || json!({ "token_type": "bearer", "bot_id": "3c90c3cc-0d44-4b50-8888-8dd25736052a", "workspace_name": "Example" }),
    rotates: true,
    over: (
        400,
        || json!({ "object": "error", "status": 400, "code": "invalid_grant", "message": "The refresh token is invalid." }),
    ),
    back: Back::Json("/v1/oauth/revoke"),
    api: "/v1/",
    settings: |settings, _| with_app(settings),
    command: "/notion page create {} place=\"demo tasks\"",
};

/// <https://docs.nextcloud.com/server/latest/admin_manual/configuration_server/oauth2.html>, and what it does not say:
/// <https://github.com/nextcloud/server/blob/master/apps/oauth2/lib/Controller/OauthApiController.php>; the token's own end:
/// <https://docs.nextcloud.com/server/latest/developer_manual/client_apis/LoginFlow/index.html>.
const NEXTCLOUD: Vendor = Vendor {
    kind: "nextcloud",
    authorize: "/index.php/apps/oauth2/authorize",
    asked: &[],
    proof: true,
    token: "/index.php/apps/oauth2/api/v1/token",
    shown: Shown::Fields,
    body: Body::Form,
    headers: &[],
    told: || json!({ "expires_in": 3600, "token_type": "Bearer", "user_id": "bellhop" }),
    rotates: true,
    over: (400, || json!({ "error": "invalid_request" })),
    back: Back::Itself("/ocs/v2.php/core/apppassword", "ocs-apirequest"),
    api: "/",
    settings: |settings, _| with_app(settings),
    command: "/nextcloud folder create /{}",
};
