//! What the bot's account agrees to on Nextcloud's own page. Nextcloud has no scopes: the token is as good as the account, for an
//! hour, and a refresh token is good for once. Its words are not in the manual but in its code
//! (<https://github.com/nextcloud/server/blob/master/apps/oauth2/lib/Controller/OauthApiController.php>): what it does not know
//! any more it calls `invalid_request`; versions without PKCE pass it over. Behind a token is an app password, which can end
//! itself (<https://docs.nextcloud.com/server/latest/developer_manual/client_apis/LoginFlow/index.html>).

use crate::auth::{
    Consent,
    consent::{Addresses, People, Proof, Revoke, Written},
    oauth::Shown,
};

pub(super) const CONSENT: Consent = Consent {
    page: "https://docs.nextcloud.com/server/latest/admin_manual/configuration_server/oauth2.html",
    addresses: |settings| {
        // With `index.php`, so that it is right with pretty addresses and without.
        let url = settings.url()?;
        let at = |path: &str| format!("{url}/index.php/apps/oauth2/{path}");
        let revoke = Revoke::Itself(format!("{url}/ocs/v2.php/core/apppassword"), ("ocs-apirequest", "true"));
        Some(Addresses { authorize: at("authorize"), token: at("api/v1/token"), revoke: Some(revoke) })
    },
    scopes: &[],
    extra: &[],
    proof: Proof::S256,
    shown: Shown::Form,
    written: Written::Form,
    headers: &[],
    ended: &["invalid_request"],
    own: |settings| settings.lack(&["app_password"]),
    people: People::Not("People reach files through the bot's own account, below the folder that an administrator chose."),
    steps: "*Administration settings → Security → OAuth 2.0 clients → Add client*: redirection URI `{redirect}`. `client_id` is the Client \
            Identifier, `client_secret` the Secret; `user` is the account that agrees.",
};
