//! Roles: how much somebody may do, and what it takes to run an action.
//!
//! What an action takes is read off its declaration ([`Role::needed`]), so that there is no second list of actions. Who has
//! which role is a document of kind `role` ([`Given`]); without any, the chats' administrators are administrators, who
//! installed the bot is its owner, and everybody else is a member.

use commands::{ActionSpec, Effect, FieldProblem};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::who::Who;
use crate::resources::Declared;

/// From the least to the most; each may do what those before it may.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Looks, and changes nothing.
    Viewer,
    /// Does what people do every day.
    Member,
    /// Also deletes, and does what asks to be confirmed.
    Operator,
    /// Also says how the bot works, and who may do what.
    Admin,
    /// Also says who owns it, and is never shut out of the bot's own commands.
    Owner,
}

/// Fields by which an action asks whether somebody is sure: who declares one says that the action cannot be taken back.
const ASKS: [&str; 2] = ["sure", "confirm"];
/// The verb of actions that leave nothing behind.
const DELETES: &str = "delete";

impl Role {
    pub const ALL: [Role; 5] = [Role::Viewer, Role::Member, Role::Operator, Role::Admin, Role::Owner];

    /// As it is typed and stored.
    pub fn name(self) -> &'static str {
        match self {
            Role::Viewer => "viewer",
            Role::Member => "member",
            Role::Operator => "operator",
            Role::Admin => "admin",
            Role::Owner => "owner",
        }
    }

    pub fn named(name: &str) -> Option<Role> {
        Role::ALL.into_iter().find(|it| it.name().eq_ignore_ascii_case(name.trim()))
    }

    /// `a viewer`, `an operator`
    pub fn one(self) -> String {
        let article = if self.name().starts_with(['a', 'o']) { "an" } else { "a" };
        format!("{article} {}", self.name())
    }

    /// What it takes to run `spec` where nothing else is said.
    pub fn needed(spec: &ActionSpec) -> Role {
        match spec.effect {
            Effect::Read => Role::Viewer,
            Effect::Write if is_destructive(spec) => Role::Operator,
            Effect::Write => Role::Member,
            Effect::Admin => Role::Admin,
        }
    }
}

/// Whether an action destroys something: it deletes, or asks whether whoever runs it is sure.
pub fn is_destructive(spec: &ActionSpec) -> bool {
    let deletes = spec.name.split(' ').next_back() == Some(DELETES);
    spec.effect > Effect::Read && (deletes || spec.fields().iter().any(|it| ASKS.contains(&it.name.as_str())))
}

/// `[[role]]`: who has a role.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Given {
    pub role: Role,
    /// Who has it: `slack:T0123:U0123`, `ana@example.org`, `team:oncall`, `group:@oncall` (of a chat) or `everybody`.
    pub to: Vec<String>,
    /// Only for these connections, such as `redmine`; `bellhop` for the bot's own commands. For all when left out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub on: Vec<String>,
    /// Only in these channels, such as `slack:C0123` or `zulip:dev`. Everywhere when left out.
    #[serde(rename = "in", default, skip_serializing_if = "Vec::is_empty")]
    pub within: Vec<String>,
}

impl Declared for Given {
    const KIND: &str = "role";

    fn problems(&self) -> Vec<FieldProblem> {
        let mut problems = super::who::problems("to", &self.to);
        for (at, text) in self.to.iter().enumerate() {
            let field = format!("to.{at}");
            match Who::parse(text) {
                Some(Who::Role(_)) => problems.push(FieldProblem::new(field, "a role is given to people, not to a role")),
                Some(who) if self.role == Role::Owner && !who.is_a_person() => {
                    // A team that is emptied, a group that somebody else fills, must not decide who owns the bot.
                    problems.push(FieldProblem::new(field, "the bot is owned by people: name each of them"));
                }
                _ => {}
            }
        }
        if self.role == Role::Owner && !(self.on.is_empty() && self.within.is_empty()) {
            problems
                .push(FieldProblem::new("role", "an owner owns all of the bot: leave out `on` and `in`, or give the role admin"));
        }
        problems
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_an_action_takes_is_read_off_its_declaration() {
        let kind = connectors::find("redmine").expect("the connector is there");
        let group = kind.group("redmine", None);
        let needed = |name: &str| Role::needed(group.find(name).expect("the action is there"));
        assert_eq!(needed("issue show"), Role::Viewer);
        assert_eq!(needed("issue create"), Role::Member);
        let own = crate::builtins::group();
        let needed = |name: &str| Role::needed(own.find(name).expect("the action is there"));
        assert_eq!((needed("whoami"), needed("cancel"), needed("disconnect")), (Role::Viewer, Role::Member, Role::Admin));
        let jira = connectors::find("jira").expect("the connector is there").group("jira", None);
        assert_eq!(Role::needed(jira.find("issue delete").expect("the action is there")), Role::Operator);
    }

    #[test]
    fn roles_are_in_order_and_have_names() {
        assert!(Role::ALL.is_sorted());
        for role in Role::ALL {
            assert_eq!(Role::named(&role.name().to_uppercase()), Some(role));
            assert_eq!(serde_json::to_value(role).expect("text"), role.name());
        }
        assert_eq!((Role::named("root"), Role::Operator.one().as_str()), (None, "an operator"));
    }

    #[test]
    fn a_document_says_what_is_wrong_with_it() {
        let given = |role, to: &[&str], on: &[&str]| Given {
            role,
            to: to.iter().map(|it| (*it).to_owned()).collect(),
            on: on.iter().map(|it| (*it).to_owned()).collect(),
            within: Vec::new(),
        };
        let fields = |it: &Given| it.problems().into_iter().map(|it| it.field).collect::<Vec<_>>();
        assert!(fields(&given(Role::Operator, &["team:oncall", "ana@example.org", "everybody"], &["redmine"])).is_empty());
        assert_eq!(fields(&given(Role::Member, &[], &[])), ["to"]);
        assert_eq!(fields(&given(Role::Member, &["role:admin", "Ana"], &[])), ["to.1", "to.0"]);
        assert_eq!(fields(&given(Role::Owner, &["slack:T1:U1"], &["redmine"])), ["role"]);
        assert_eq!(fields(&given(Role::Owner, &["team:oncall", "group:@oncall", "everybody"], &[])), ["to.0", "to.1", "to.2"]);
    }
}
