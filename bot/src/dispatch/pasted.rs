//! Secrets that people paste where others read them.
//!
//! Whatever is said to the bot is held against the shapes of the tokens that vendors give out, and against the secrets of the
//! connections there are, before any of it is stored, logged or run: a message with a secret in it does nothing but tell its
//! author to make a new one. What is heard before it is understood ([`Dispatch::hear`]) is kept with a mark in the secret's place,
//! by which it is known again.

use std::sync::LazyLock;

use commands::{Field, FieldKind, FieldProblem, Message, Text, Tone};
use regex::{Regex, RegexSet};
use secrecy::ExposeSecret;
use serde_json::{Map, Value};

use super::Dispatch;
use crate::app::App;

/// A secret that was found in what somebody said, without the secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pasted {
    /// `a GitHub token`
    pub what: String,
    /// Where its owner makes a new one, and ends the old one.
    pub page: Option<&'static str>,
}

/// What became of the message that it stood in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fate {
    /// The bot deleted it.
    Deleted,
    /// The chat showed it to nobody.
    Unseen,
    /// It is still there, in words with the way out.
    Stays(String),
}

struct Shape {
    what: &'static str,
    pattern: &'static str,
    page: Option<&'static str>,
}

/// What tokens look like, as their vendors say: prefixes are there to be found by. Their letters are ASCII, and so is what ends
/// them: `regex` looks for bounds of other words many times more slowly
/// (<https://docs.rs/regex/latest/regex/#unicode-can-impact-memory-usage-and-search-speed>).
const SHAPES: &[Shape] = &[
    // <https://docs.slack.dev/authentication/tokens>
    Shape {
        what: "a Slack token",
        pattern: r"(?-u:\b)(?:xox[a-z](?:\.xox[a-z])?|xapp)-[A-Za-z0-9-]{8,}",
        page: Some("https://api.slack.com/apps"),
    },
    Shape {
        what: "a Slack webhook address",
        pattern: r"(?-u:\b)hooks\.slack\.com/(?:services|workflows|triggers)/[A-Za-z0-9/_-]{12,}",
        page: Some("https://api.slack.com/apps"),
    },
    // <https://docs.github.com/en/authentication/keeping-your-account-and-data-secure/about-authentication-to-github>
    Shape {
        what: "a GitHub token",
        pattern: r"(?-u:\b)(?:gh[opsur]_[A-Za-z0-9]{20,}|github_pat_[A-Za-z0-9_]{20,})",
        page: Some("https://github.com/settings/tokens"),
    },
    // <https://docs.gitlab.com/security/tokens/#token-prefixes>
    Shape {
        what: "a GitLab token",
        pattern: r"(?-u:\b)gl(?:pat|dt|rt|cbt|ptt|ft|imt|agent|oas|soat|ffct)-[A-Za-z0-9_.-]{16,}",
        page: Some("https://gitlab.com/-/user_settings/personal_access_tokens"),
    },
    // <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-unique-ids>
    Shape {
        what: "an AWS access key",
        pattern: r"(?-u:\b)(?:AKIA|ASIA)[A-Z0-9]{16}(?-u:\b)",
        page: Some("https://console.aws.amazon.com/iam/home#/security_credentials"),
    },
    // <https://developers.notion.com/reference/authentication>
    Shape {
        what: "a Notion token",
        pattern: r"(?-u:\b)(?:secret_[A-Za-z0-9]{32,}|ntn_[A-Za-z0-9]{32,})",
        page: Some("https://www.notion.so/profile/integrations"),
    },
    // <https://github.com/standard-webhooks/standard-webhooks>
    Shape { what: "a webhook's secret", pattern: r"(?-u:\b)whsec_[A-Za-z0-9+/=_-]{16,}", page: None },
    // <https://support.atlassian.com/atlassian-account/docs/manage-api-tokens-for-your-atlassian-account/>
    Shape {
        what: "an Atlassian token",
        pattern: r"(?-u:\b)(?:ATATT3|ATCTT3|ATBB)[A-Za-z0-9_=-]{16,}",
        page: Some("https://id.atlassian.com/manage-profile/security/api-tokens"),
    },
    Shape { what: "a Trello token", pattern: r"(?-u:\b)ATTA[0-9A-Fa-f]{32,}", page: Some("https://trello.com/my/account") },
    // <https://cloud.google.com/docs/authentication/api-keys>
    Shape {
        what: "a Google key",
        pattern: r"(?-u:\b)(?:GOCSPX-[A-Za-z0-9_-]{20,}|AIza[A-Za-z0-9_-]{35}|ya29\.[A-Za-z0-9_-]{20,}|1//0[A-Za-z0-9_-]{30,})",
        page: Some("https://console.cloud.google.com/apis/credentials"),
    },
    // <https://learn.microsoft.com/en-us/azure/devops/organizations/accounts/use-personal-access-tokens-to-authenticate>
    Shape {
        what: "an Azure DevOps token",
        pattern: r"(?-u:\b)[A-Za-z0-9]{76}AZDO[A-Za-z0-9]{4}(?-u:\b)",
        page: Some("https://dev.azure.com/"),
    },
    // RFC 7468; a message may have been cut before its end.
    Shape {
        what: "a private key",
        pattern: r"-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY-----[\s\S]*?(?:-----END (?:[A-Z0-9]+ )*PRIVATE KEY-----|\z)",
        page: None,
    },
    // RFC 7519: two JSON objects and a signature.
    Shape {
        what: "a signed token (JWT)",
        pattern: r"(?-u:\b)eyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}",
        page: None,
    },
];

/// What stands in a secret's place in what is kept of a message.
const MARK: &str = "[secret removed: ";
/// Shorter ones are words that people use: a test's password.
const SHORTEST: usize = 8;

/// Whether there is any; which is asked only then, since a set is not searched as fast.
static ANY: LazyLock<Regex> = LazyLock::new(|| {
    let all: Vec<&str> = SHAPES.iter().map(|it| it.pattern).collect();
    Regex::new(&format!("(?:{})", all.join(")|(?:"))).expect("the patterns above are regular expressions")
});
static WHICH: LazyLock<RegexSet> =
    LazyLock::new(|| RegexSet::new(SHAPES.iter().map(|it| it.pattern)).expect("the patterns above are regular expressions"));
static EACH: LazyLock<Vec<Regex>> = LazyLock::new(|| {
    SHAPES.iter().map(|it| Regex::new(it.pattern).expect("the patterns above are regular expressions")).collect()
});
static MARKED: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"\[secret removed: ([^\]\n]{1,80})\]").expect("the pattern is a regular expression"));

/// `text` with marks in the places of what looks like a vendor's token; none when there is none.
fn unshaped(text: &str) -> Option<(String, Vec<Pasted>)> {
    if !ANY.is_match(text) {
        return None;
    }
    let found = WHICH.matches(text);
    let mut clean = text.to_owned();
    let mut pasted = Vec::new();
    for at in found.iter() {
        let shape = &SHAPES[at];
        clean = EACH[at].replace_all(&clean, mark(shape.what)).into_owned();
        pasted.push(Pasted { what: shape.what.into(), page: shape.page });
    }
    Some((clean, pasted))
}

/// What a secret is called that stands in a configuration which somebody pastes.
const CONFIGURED: &str = "a secret that is written into a configuration file";
/// A section of a configuration that has secrets.
const SECTIONS: [&str; 2] = ["[[connection]]", "[[hook]]"];
/// A key of a configuration that holds a secret, and what it is set to, other than a name of the environment.
static SET: LazyLock<Regex> = LazyLock::new(|| {
    let fields = connectors::ALL.iter().flat_map(|it| it.config_fields());
    let mut keys: Vec<String> = fields.filter(|it| it.kind == FieldKind::Secret).map(|it| regex::escape(&it.name)).collect();
    keys.push("secret".into());
    keys.sort();
    keys.dedup();
    let pattern = format!(r#"(?:^|[\s,{{])(?:{})[ \t]*=[ \t]*(?:"([^"\n]+)"|'([^'\n]+)')"#, keys.join("|"));
    Regex::new(&pattern).expect("names of fields make a regular expression")
});

/// `text` with marks in the places of secrets that are written into a configuration; none when it is none, or names them.
fn unconfigured(text: &str) -> Option<String> {
    if !SECTIONS.iter().any(|it| text.contains(it)) {
        return None;
    }
    let mut clean = String::new();
    let mut end = 0;
    for found in SET.captures_iter(text) {
        let Some(value) = found.get(1).or(found.get(2)) else { continue };
        if value.as_str().starts_with("${") || value.as_str().starts_with(MARK) {
            continue;
        }
        clean.push_str(&text[end..value.start()]);
        clean.push_str(&mark(CONFIGURED));
        end = value.end();
    }
    (end > 0).then(|| clean + &text[end..])
}

/// What marks in `text` say was there.
fn marked(text: &str) -> Vec<Pasted> {
    let whats = MARKED.captures_iter(text).map(|it| it[1].to_owned());
    whats.map(|what| Pasted { page: SHAPES.iter().find(|it| it.what == what).and_then(|it| it.page), what }).collect()
}

/// What stands in the place of a secret.
pub fn mark(what: &str) -> String {
    format!("{MARK}{what}]")
}

impl App {
    /// `text` without the secrets in it, and what they were; none when there is none.
    pub fn without_pasted(&self, text: &str) -> Option<(String, Vec<Pasted>)> {
        let (mut clean, mut pasted) = unshaped(text).unwrap_or_else(|| (text.to_owned(), Vec::new()));
        if let Some(without) = unconfigured(&clean) {
            clean = without;
            pasted.push(Pasted { what: CONFIGURED.into(), page: None });
        }
        let mut take = |secret: &str, what: &dyn Fn() -> String| {
            let secret = secret.trim();
            if secret.len() >= SHORTEST && clean.contains(secret) {
                clean = clean.replace(secret, &mark(&what()));
                pasted.push(Pasted { what: what(), page: None });
            }
        };
        for live in self.connections.all() {
            for secret in live.secrets() {
                take(secret.expose_secret(), &|| format!("a secret of the connection {}", live.name));
            }
        }
        for hook in self.hooks.all() {
            for secret in hook.secret.iter().chain(hook.previous.iter().map(|it| &it.0)) {
                take(secret.expose(), &|| format!("the secret of the hook {}", hook.name));
            }
        }
        pasted.extend(marked(text).into_iter().filter(|it| !pasted.contains(it)).collect::<Vec<_>>());
        (!pasted.is_empty()).then_some((clean, pasted))
    }

    /// A value without the secrets in its texts; none when there is none.
    pub(super) fn value_without_pasted(&self, value: &Value) -> Option<Value> {
        match value {
            Value::String(text) => self.without_pasted(text).map(|(clean, _)| clean.into()),
            Value::Array(all) => {
                let clean: Vec<Option<Value>> = all.iter().map(|it| self.value_without_pasted(it)).collect();
                let whole = || clean.iter().zip(all).map(|(clean, before)| clean.clone().unwrap_or_else(|| before.clone()));
                clean.iter().any(Option::is_some).then(|| whole().collect())
            }
            Value::Object(all) => {
                let clean: Map<String, Value> =
                    all.iter().filter_map(|(key, it)| Some((key.clone(), self.value_without_pasted(it)?))).collect();
                if clean.is_empty() {
                    return None;
                }
                let mut whole = all.clone();
                whole.extend(clean);
                Some(Value::Object(whole))
            }
            _ => None,
        }
    }

    /// Secrets in boxes that are not for them, each as a problem at its field.
    pub(super) fn misplaced(&self, fields: &[Field], values: &Map<String, Value>) -> Vec<FieldProblem> {
        let open = fields.iter().filter(|it| it.kind != FieldKind::Secret);
        let found = open.filter_map(|field| {
            let text = match values.get(&field.name)? {
                Value::String(text) => text.clone(),
                other => other.to_string(),
            };
            let (_, pasted) = self.without_pasted(&text)?;
            Some(FieldProblem::new(
                &field.name,
                format!("This box is not for secrets, and others see what stands in it. {}", spoken(&pasted)),
            ))
        });
        found.collect()
    }
}

impl Dispatch {
    /// What secrets somebody said; none when there are none. Nothing of such a message is stored or run.
    pub fn pasted(&self, text: &str) -> Option<Vec<Pasted>> {
        self.app.without_pasted(text).map(|it| it.1)
    }
}

/// The way out for who pastes a configuration.
const NAMED_SECRETS: &str = " In a configuration write `key = \"${NAME}\"`, which means the one that is kept already; a new one is \
                             typed into the form of `bellhop connect`.";

/// In plain sentences: what it looks like, and what to do.
fn spoken(pasted: &[Pasted]) -> String {
    let whats: Vec<&str> = pasted.iter().map(|it| it.what.as_str()).collect();
    let pages: Vec<&str> = pasted.iter().filter_map(|it| it.page).collect();
    let at = if pages.is_empty() { "where it came from".to_owned() } else { format!("at {}", pages.join(" and ")) };
    let way = if whats.contains(&CONFIGURED) { NAMED_SECRETS } else { "" };
    format!("It looks like {}. Nothing was stored. Make a new one {at}, and end this one.{way}", whats.join(" and "))
}

/// What the person is told, and nobody else.
pub fn advice(pasted: &[Pasted], fate: &Fate) -> Message {
    let whats: Vec<&str> = pasted.iter().map(|it| it.what.as_str()).collect();
    let mut text = Text::new().plain("Your message holds what looks like ").bold(whats.join(" and "));
    text = text.plain(". Nothing was done with it, and Bellhop stored none of it. ");
    text = match fate {
        Fate::Deleted => text.plain("The message is deleted, but others may have read it before."),
        Fate::Unseen => text.plain("The chat showed it to nobody, but keeps it in its records."),
        Fate::Stays(way) => text.bold(way.clone()),
    };
    let mut ways: Vec<Text> = pasted
        .iter()
        .map(|it| match it.page {
            Some(page) => Text::new().plain("Make a new one and end this one: ").link(page, page),
            None => Text::new().plain(format!("Make a new one in place of {} where it came from, and end this one.", it.what)),
        })
        .collect();
    ways.dedup();
    if whats.contains(&CONFIGURED) {
        ways.push(Text::marked(NAMED_SECRETS.trim()));
    }
    ways.push(
        Text::new()
            .plain("Give the new one to Bellhop in a form, never in a message: ")
            .code("bellhop setup")
            .plain(" leads there."),
    );
    Message::text(text).list(ways).tone(Tone::Warning)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Put together here, so that nothing that looks for tokens in this file finds one.
    fn tokens() -> Vec<(&'static str, String)> {
        let long = "0123456789abcdefABCDEF0123456789abcdefABCD";
        vec![
            ("a Slack token", format!("xoxb-{}", "1234567890-abcdef")),
            ("a Slack token", format!("xoxe.{}", "xoxb-1-abcdefghij")),
            ("a Slack token", format!("xapp-{}", "1-A012-abcdef")),
            ("a GitHub token", format!("ghp_{long}")),
            ("a GitHub token", format!("github_pat_{long}")),
            ("a GitLab token", format!("glpat-{}", "abcdefghij_1234567-8")),
            ("an AWS access key", format!("AKIA{}", "IOSFODNN7EXAMPLE")),
            ("a Notion token", format!("secret_{long}")),
            ("a Notion token", format!("ntn_{long}")),
            ("a webhook's secret", format!("whsec_{}", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")),
            ("an Atlassian token", format!("ATATT3{long}")),
            ("a Trello token", format!("ATTA{}", "0123456789abcdef0123456789abcdef")),
            ("a Google key", format!("GOCSPX-{long}")),
            ("a private key", format!("-----BEGIN RSA {}-----\nMIIE\n-----END RSA {}-----", "PRIVATE KEY", "PRIVATE KEY")),
            ("a private key", format!("-----BEGIN {}-----\nMIIE cut off", "PRIVATE KEY")),
            (
                "a signed token (JWT)",
                "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9P".to_owned(),
            ),
        ]
    }

    #[test]
    fn every_vendors_token_is_found_wherever_it_stands() {
        for (what, token) in tokens() {
            for text in [token.clone(), format!("here: `{token}`, ok?"), format!("key={token}\nthanks"), format!("<{token}>")] {
                let (clean, pasted) = unshaped(&text).unwrap_or_else(|| panic!("{what} is not seen in {text}"));
                assert_eq!(pasted.iter().map(|it| it.what.as_str()).collect::<Vec<_>>(), [what], "{text}");
                assert!(!clean.contains(&token) && clean.contains(&mark(what)), "{clean}");
                // What is kept of it is known again.
                assert_eq!(marked(&clean)[0], pasted[0]);
            }
        }
    }

    #[test]
    fn a_secret_in_a_pasted_configuration_is_found_and_a_name_of_one_is_not() {
        let section = "[[connection]]\nname = \"redmine\"\nkind = \"redmine\"\n";
        for secret in ["api_key = \"hunter2\"", "api_key='hunter2'", "  api_key   =  \"hunter2\"  # mine"] {
            let clean = unconfigured(&format!("{section}{secret}\nurl = \"https://redmine.example.org\"\n")).expect("found");
            assert!(!clean.contains("hunter2") && clean.contains(&mark(CONFIGURED)) && clean.contains("url ="), "{clean}");
            assert_eq!(marked(&clean)[0].what, CONFIGURED);
            assert_eq!(unconfigured(&clean), None, "what is kept of it is found once");
        }
        // In one line, as a slash command has it.
        let line = "apply text=\"[[hook]] name = 'ci' secret = 'hunter2'\"";
        assert!(unconfigured(line).is_some_and(|it| !it.contains("hunter2")));
        for fine in ["api_key = \"${REDMINE_API_KEY}\"", "", "# api_key"] {
            assert_eq!(unconfigured(&format!("{section}{fine}")), None, "{fine}");
        }
        assert_eq!(unconfigured("secret = \"of success\""), None, "this is no configuration");
    }

    #[test]
    fn what_only_resembles_one_is_left_alone() {
        for text in [
            "redmine issue create The secret_santa list is gone project=demo",
            "github pulls list octo/ghp_helper",
            "AKIA is a prefix, and so are ghp_ and glpat-",
            "eyJust.kidding.you",
            "the PRIVATE KEY is not here",
            "https://hooks.slack.com/ is down",
            "see whsec_ in the docs",
        ] {
            assert!(unshaped(text).is_none(), "{text}");
        }
    }

    #[test]
    fn the_person_reads_what_to_do_and_never_the_secret() {
        let found = marked(&mark("a GitHub token"));
        let told = advice(&found, &Fate::Deleted).summary();
        assert!(told.contains("a GitHub token"), "{told}");
        assert_eq!(found[0].page, Some("https://github.com/settings/tokens"));
        assert!(spoken(&found).contains("https://github.com/settings/tokens"));
    }
}
