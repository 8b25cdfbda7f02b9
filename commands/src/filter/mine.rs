//! `me` in a filter: whoever it is for.
//!
//! A filter knows nobody, so whoever keeps one says whose it is: [`Filter::mine`] finds the word, [`Filter::of_account`] puts a
//! person's account in its place. A filter that was not told goes by an account that is called `me`.

use super::{Expr, Filter, key::Key};
use crate::Error;

const ME: &str = "me";

impl Filter {
    /// The first condition that speaks of whoever the filter is for: `author:me`.
    pub fn mine(&self) -> Option<String> {
        self.0.first_of_me().map(|it| it.to_string())
    }

    /// The same with `account` where it says `me`.
    ///
    /// # Errors
    /// Where the account cannot stand in a filter, or makes it too long.
    pub fn of_account(&self, account: &str) -> Result<Filter, Error> {
        let told = Filter(self.0.of_account(account)?);
        // Read again, so that what is too long is refused here.
        Filter::parse(&told.to_string())
    }
}

impl Expr {
    fn is_of_me(&self) -> bool {
        matches!(self, Expr::Has(Key::Author | Key::Concern(_), pattern) if pattern.text.eq_ignore_ascii_case(ME))
    }

    fn first_of_me(&self) -> Option<&Expr> {
        match self {
            Expr::Not(inner) => inner.first_of_me(),
            Expr::And(parts) | Expr::Or(parts) => parts.iter().find_map(Expr::first_of_me),
            _ => self.is_of_me().then_some(self),
        }
    }

    fn of_account(&self, account: &str) -> Result<Expr, Error> {
        let all = |parts: &[Expr]| parts.iter().map(|it| it.of_account(account)).collect::<Result<Vec<Expr>, Error>>();
        Ok(match self {
            Expr::Has(key, _) if self.is_of_me() => Expr::Has(key.clone(), key.quoted(account)?),
            Expr::Not(inner) => Expr::Not(Box::new(inner.of_account(account)?)),
            Expr::And(parts) => Expr::And(all(parts)?),
            Expr::Or(parts) => Expr::Or(all(parts)?),
            other => other.clone(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        Event,
        event::{Concern, Why},
    };

    fn filter(text: &str) -> Filter {
        Filter::parse(text).expect("a filter")
    }

    #[test]
    fn me_is_found_where_it_means_somebody() {
        for (text, expected) in [
            ("pulls author:me", Some("author:me")),
            ("(issues assignee:ME) or pulls", Some("assignee:ME")),
            ("pulls review:me", Some("reviewer:me")),
            ("-by:me", Some("author:me")),
            ("mentions:me", Some("mentions:me")),
            ("label:me text:me in:me", None),
            ("author:ana", None),
            ("", None),
        ] {
            assert_eq!(filter(text).mine().as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn an_account_takes_its_place() {
        let told = filter("pulls (review:me or assignee:me) -author:me label:me").of_account("Ana B").expect("a filter");
        let text = "pulls (reviewer:\"Ana B\" or assignee:\"Ana B\") -author:\"Ana B\" label:me";
        assert_eq!((told.to_string().as_str(), told.mine()), (text, None));
        let concern = |why| vec![Concern { name: "Ana B".into(), id: Some("7".into()), why }];
        let event = |actor: &str, why| Event {
            kind: "pull.review_requested".into(),
            actor: Some(actor.into()),
            labels: vec!["me".into()],
            concerns: concern(why),
            ..Event::default()
        };
        assert!(told.matches(&event("ben", Why::ReviewAsked)));
        assert!(!told.matches(&event("ana b", Why::ReviewAsked)), "it is her own");
        assert!(!told.matches(&event("ben", Why::Mentioned)));
        let long = "x".repeat(100_000);
        filter("author:me").of_account(&long).expect_err("it is too long");
    }
}
