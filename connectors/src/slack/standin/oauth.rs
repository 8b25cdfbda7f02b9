//! Installing the app by OAuth: who granted what, and what a token is worth.
//!
//! <https://docs.slack.dev/authentication/installing-with-oauth>,
//! <https://docs.slack.dev/authentication/using-token-rotation>. One app for all workspaces that one server serves, and for
//! the organization that they are in.

use std::collections::HashMap;

use serde_json::{Value, json};

use super::{
    SlackSim,
    web_api::{Answer, ApiError, Args},
};

/// How long a code may be exchanged: ten minutes.
const CODE_LASTS: i64 = 600 * 1_000_000;

/// The app's credentials, and what was granted with them.
pub struct Grants {
    pub client_id: String,
    pub client_secret: String,
    /// Seconds that a token lasts, with token rotation; none: it does not expire.
    pub rotation: Option<i64>,
    /// What the next exchanges are refused with, whatever they ask.
    pub refusals: Vec<&'static str>,
    codes: HashMap<String, Code>,
    issued: Vec<Issued>,
}

struct Code {
    /// The workspace, or the organization.
    of: String,
    redirect: String,
    scope: String,
    who: String,
    at: i64,
    used: bool,
}

struct Issued {
    token: String,
    /// Good for one renewal.
    refresh: Option<String>,
    of: String,
    scope: String,
    who: String,
    expires: Option<i64>,
    /// What it is refused with.
    over: Option<&'static str>,
}

/// A token that works.
pub struct Allowed {
    /// The workspace, or the organization.
    pub of: String,
    pub scope: String,
}

impl Grants {
    pub fn new(client_id: String, client_secret: String) -> Grants {
        Grants { client_id, client_secret, rotation: None, refusals: Vec::new(), codes: HashMap::new(), issued: Vec::new() }
    }

    /// What a token is worth; none when it was never issued here.
    pub fn check(&self, token: &str, now: i64) -> Option<Result<Allowed, ApiError>> {
        let issued = self.issued.iter().find(|it| it.token == token)?;
        Some(match (issued.over, issued.expires) {
            (Some(code), _) => Err(ApiError::new(code)),
            (None, Some(expires)) if expires <= now => Err(ApiError::new("token_expired")),
            _ => Ok(Allowed { of: issued.of.clone(), scope: issued.scope.clone() }),
        })
    }

    /// Every token of a workspace or an organization is refused with `code` from now on; whether there was one.
    pub fn end(&mut self, of: &str, code: &'static str) -> bool {
        let mut any = false;
        for issued in self.issued.iter_mut().filter(|it| it.of == of && it.over.is_none()) {
            (issued.over, issued.refresh, any) = (Some(code), None, true);
        }
        any
    }

    /// From now on no token is good for longer than until `now`.
    pub fn expire(&mut self, now: i64) {
        for issued in self.issued.iter_mut().filter(|it| it.expires.is_some()) {
            issued.expires = Some(now);
        }
    }

    /// Uses up the refresh token of a workspace, as a renewal does whose answer is lost.
    pub fn lose_answer(&mut self, of: &str) {
        for issued in self.issued.iter_mut().filter(|it| it.of == of) {
            issued.refresh = issued.refresh.take().map(|_| "used".into());
        }
    }
}

impl SlackSim {
    /// A code for whoever allowed the app in.
    pub(super) fn grant(&self, of: &str, redirect: &str, scope: &str, who: &str) -> String {
        let (code, at) = self.with(|state| {
            let ids = &mut state.ids;
            (format!("{}.{}.{}", ids.digits(13), ids.digits(13), ids.hexadecimal(64)), state.now)
        });
        let granted = Code {
            of: of.to_owned(),
            redirect: redirect.to_owned(),
            scope: scope.to_owned(),
            who: who.to_owned(),
            at,
            used: false,
        };
        self.grants(|it| it.codes.insert(code.clone(), granted));
        code
    }

    /// `oauth.v2.access`, `auth.revoke`, `auth.teams.list`, `apps.uninstall`: what is about tokens and not about a workspace.
    pub(super) fn about_tokens(&self, name: &str, token: Option<&str>, args: &Args) -> Option<Answer> {
        let now = self.0.options.clock.micros();
        match name {
            "oauth.v2.access" => Some(self.access(args)),
            "auth.revoke" | "auth.teams.list" | "apps.uninstall" => {
                let allowed = match self.grants(|it| it.check(token?, now))? {
                    Ok(allowed) => allowed,
                    Err(error) => return Some(Err(error)),
                };
                match name {
                    "auth.revoke" => Some(Ok(json!({"revoked": self.revoke(&allowed.of)}))),
                    "apps.uninstall" => Some(self.credentials_of(args).map(|()| {
                        self.uninstall(&allowed.of);
                        json!({})
                    })),
                    _ => {
                        let teams: Vec<Value> = self
                            .workspaces()
                            .iter()
                            .map(|it| it.look(|state| json!({"id": state.team, "name": state.team_name})))
                            .collect();
                        Some(Ok(json!({"teams": teams, "response_metadata": {"next_cursor": ""}})))
                    }
                }
            }
            _ => None,
        }
    }

    fn credentials_of(&self, args: &Args) -> Result<(), ApiError> {
        let (id, secret) = (args.text("client_id").unwrap_or_default(), args.text("client_secret").unwrap_or_default());
        self.grants(|it| match (it.client_id == id, it.client_secret == secret) {
            (false, _) => Err(ApiError::new("invalid_client_id")),
            (_, false) => Err(ApiError::new("bad_client_secret")),
            _ => Ok(()),
        })
    }

    fn access(&self, args: &Args) -> Answer {
        self.credentials_of(args)?;
        if let Some(code) = self.grants(|it| (!it.refusals.is_empty()).then(|| it.refusals.remove(0))) {
            return Err(ApiError::new(code));
        }
        let now = self.0.options.clock.micros();
        let (of, scope, who, refreshable) = match args.text("grant_type").as_deref() {
            None | Some("authorization_code") => {
                let code = args.text("code").unwrap_or_default();
                let redirect = args.text("redirect_uri").unwrap_or_default();
                self.grants(|it| {
                    let rotation = it.rotation.is_some();
                    let code =
                        it.codes.get_mut(&code).filter(|it| now - it.at < CODE_LASTS).ok_or(ApiError::new("invalid_code"))?;
                    if code.redirect != redirect {
                        return Err(ApiError::new("bad_redirect_uri"));
                    }
                    if std::mem::replace(&mut code.used, true) {
                        return Err(ApiError::new("code_already_used"));
                    }
                    Ok((code.of.clone(), code.scope.clone(), code.who.clone(), rotation))
                })?
            }
            Some("refresh_token") => {
                let refresh = args.text("refresh_token").unwrap_or_default();
                self.grants(|it| {
                    let issued = it.issued.iter_mut().find(|it| it.refresh.as_ref() == Some(&refresh));
                    let issued = issued.filter(|it| it.over.is_none()).ok_or(ApiError::new("invalid_refresh_token"))?;
                    issued.refresh = None;
                    // The old token goes on working until its own end.
                    Ok((issued.of.clone(), issued.scope.clone(), issued.who.clone(), true))
                })?
            }
            Some(_) => return Err(ApiError::new("invalid_grant_type")),
        };
        let (token, next) = self.with(|state| {
            let token = format!("xoxb-{}-{}", state.ids.digits(12), state.ids.alphanumeric(24));
            let next = format!("xoxe-1-{}", state.ids.alphanumeric(40));
            if refreshable { (format!("xoxe.{token}"), Some(next)) } else { (token, None) }
        });
        [Some(&token), next.as_ref()].into_iter().flatten().for_each(|it| self.0.traffic.mask(None, it));
        let lasts = self.grants(|it| {
            let lasts = it.rotation.filter(|_| refreshable);
            let expires = lasts.map(|it| now + it * 1_000_000);
            it.issued.push(Issued {
                token: token.clone(),
                refresh: next.clone(),
                of: of.clone(),
                scope: scope.clone(),
                who: who.clone(),
                expires,
                over: None,
            });
            lasts
        });
        let (team, organization) = (self.workspace(&of), self.organization());
        let is_organization = organization.as_ref().is_some_and(|(id, _)| *id == of);
        let (app_id, bot_user) =
            team.as_ref().unwrap_or(self).look(|state| (state.app.app_id.clone(), state.app.bot_user.clone()));
        let mut answer = json!({
            "ok": true, "access_token": token, "token_type": "bot", "scope": scope, "bot_user_id": bot_user, "app_id": app_id,
            "team": team.map(|it| it.look(|state| json!({"id": state.team, "name": state.team_name}))),
            "enterprise": organization.map(|(id, name)| json!({"id": id, "name": name})),
            "is_enterprise_install": is_organization, "authed_user": {"id": who},
        });
        if let (Some(lasts), Some(next)) = (lasts, next) {
            (answer["expires_in"], answer["refresh_token"]) = (json!(lasts), json!(next));
        }
        Ok(answer)
    }

    /// Takes a workspace's token away; the app stays, and hears of it.
    pub fn revoke(&self, of: &str) -> bool {
        let ended = self.grants(|it| it.end(of, "token_revoked"));
        if ended && let Some(workspace) = self.workspace(of) {
            workspace.with(|state| {
                let bot = state.app.bot_user.clone();
                state.event("tokens_revoked", json!({"type": "tokens_revoked", "tokens": {"oauth": [], "bot": [bot]}}));
            });
        }
        ended
    }

    /// Removes the app from a workspace, or from the organization; the app hears of both, in no promised order.
    pub fn uninstall(&self, of: &str) -> bool {
        let ended = self.grants(|it| it.end(of, "account_inactive"));
        if ended {
            let workspace = self.workspace(of).unwrap_or_else(|| self.clone());
            workspace.with(|state| {
                let bot = state.app.bot_user.clone();
                state.event("tokens_revoked", json!({"type": "tokens_revoked", "tokens": {"oauth": [], "bot": [bot]}}));
                state.event("app_uninstalled", json!({"type": "app_uninstalled"}));
            });
        }
        ended
    }
}
