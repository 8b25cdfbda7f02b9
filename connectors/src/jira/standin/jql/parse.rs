//! A query's words and what they ask for, or Jira's sentence about what is wrong with them.

use super::Test;
use crate::jira::standin::state::{PRIORITIES, STATUSES, State, TYPES};

const FIELDS: &[&str] = &[
    "project",
    "issuetype",
    "type",
    "status",
    "statuscategory",
    "priority",
    "assignee",
    "reporter",
    "creator",
    "watcher",
    "labels",
    "resolution",
    "fixversion",
    "component",
    "parent",
    "epic link",
    "sprint",
    "key",
    "issue",
    "id",
    "summary",
    "description",
    "comment",
    "text",
    "created",
    "updated",
    "resolved",
    "resolutiondate",
    "due",
    "duedate",
    "rank",
];

#[derive(Clone, Debug)]
struct Word {
    text: String,
    quoted: bool,
}

fn words(jql: &str) -> Result<Vec<Word>, String> {
    let mut all = Vec::new();
    let mut chars = jql.chars().peekable();
    while let Some(char) = chars.next() {
        match char {
            it if it.is_whitespace() => {}
            '"' | '\'' => {
                let mut text = String::new();
                loop {
                    match chars.next() {
                        Some('\\') => text.extend(chars.next()),
                        Some(it) if it == char => break,
                        Some(it) => text.push(it),
                        None => return Err("Error in the JQL Query: The quoted string has not been completed.".into()),
                    }
                }
                all.push(Word { text, quoted: true });
            }
            '(' | ')' | ',' => all.push(Word { text: char.to_string(), quoted: false }),
            '=' | '!' | '<' | '>' | '~' => {
                let mut text = char.to_string();
                text.extend(chars.next_if(|it| matches!(it, '=' | '~')));
                all.push(Word { text, quoted: false });
            }
            first => {
                let mut text = first.to_string();
                while let Some(next) =
                    chars.next_if(|it| !it.is_whitespace() && !matches!(it, '(' | ')' | ',' | '=' | '!' | '<' | '>' | '~' | '"'))
                {
                    text.push(next);
                }
                all.push(Word { text, quoted: false });
            }
        }
    }
    Ok(all)
}

pub(super) struct Parser<'a> {
    state: &'a State,
    caller: usize,
    words: Vec<Word>,
    at: usize,
}

impl<'a> Parser<'a> {
    pub fn new(state: &'a State, caller: usize, jql: &str) -> Result<Parser<'a>, String> {
        Ok(Parser { state, caller, words: words(jql)?, at: 0 })
    }

    /// Whether there is more than an order.
    pub fn is_bounded(&self) -> bool {
        !self.is_at("order") && self.at < self.words.len()
    }

    fn is_at(&self, word: &str) -> bool {
        self.words.get(self.at).is_some_and(|it| !it.quoted && it.text.eq_ignore_ascii_case(word))
    }

    fn take(&mut self, word: &str) -> bool {
        let is = self.is_at(word);
        self.at += usize::from(is);
        is
    }

    fn next(&mut self) -> Result<Word, String> {
        let word = self.words.get(self.at).cloned();
        self.at += 1;
        word.ok_or_else(|| "Error in the JQL Query: The query ends before it is complete.".to_owned())
    }

    pub fn any(&mut self) -> Result<Test, String> {
        let mut all = vec![self.all()?];
        while self.take("or") {
            all.push(self.all()?);
        }
        Ok(Test::Any(all))
    }

    fn all(&mut self) -> Result<Test, String> {
        let mut all = vec![self.one()?];
        while self.take("and") {
            all.push(self.one()?);
        }
        Ok(Test::All(all))
    }

    fn one(&mut self) -> Result<Test, String> {
        if self.take("not") {
            return Ok(Test::Not(Box::new(self.one()?)));
        }
        if self.take("(") {
            let test = self.any()?;
            return if self.take(")") {
                Ok(test)
            } else {
                Err("Error in the JQL Query: Expecting ')' before the end of the query.".into())
            };
        }
        let name = self.next()?.text;
        let field = name.to_lowercase();
        if !FIELDS.contains(&field.as_str()) {
            return Err(format!("Field '{name}' does not exist or you do not have permission to view it."));
        }
        let operator = self.operator(&name)?;
        let mut values = Vec::new();
        if operator.ends_with("in") && self.take("(") {
            while !self.take(")") {
                values.extend(self.value(&field)?);
                self.take(",");
            }
        } else {
            values = self.value(&field)?;
        }
        if operator.starts_with("is") {
            values.clear();
        }
        self.check(&field, &operator, &values)?;
        Ok(Test::Is { field, operator, values })
    }

    fn operator(&mut self, field: &str) -> Result<String, String> {
        let word = self.next()?.text.to_lowercase();
        Ok(match word.as_str() {
            "=" | "!=" | "<" | "<=" | ">" | ">=" | "~" => word,
            "in" => word,
            "not" if self.take("in") => "not in".to_owned(),
            "is" if self.take("not") => "is not".to_owned(),
            "is" => word,
            _ => {
                return Err(format!(
                    "Error in the JQL Query: Expecting operator but got '{word}'. The valid operators are '=', '!=', '<', '>', '<=', '>=', '~', '!~', 'IN', 'NOT IN', 'IS' and 'IS NOT'. (after {field})"
                ));
            }
        })
    }

    fn value(&mut self, field: &str) -> Result<Vec<String>, String> {
        let word = self.next()?;
        if word.quoted || !self.take("(") {
            return Ok(vec![word.text]);
        }
        while !self.take(")") {
            self.next()?;
        }
        let sprints =
            |state: &str| self.state.sprints.iter().filter(|it| it.state == state).map(|it| it.id.to_string()).collect();
        match word.text.to_lowercase().as_str() {
            "currentuser" => Ok(vec![self.state.person_id(self.caller).to_owned()]),
            "opensprints" => Ok(sprints("active")),
            "futuresprints" => Ok(sprints("future")),
            "closedsprints" => Ok(sprints("closed")),
            other => Err(format!("Unable to find JQL function '{other}()' for field '{field}'.")),
        }
    }

    /// Jira refuses names that nothing has.
    fn check(&self, field: &str, operator: &str, values: &[String]) -> Result<(), String> {
        for value in values {
            let known = match field {
                "project" => self.state.projects.iter().any(|it| {
                    it.key.eq_ignore_ascii_case(value) || it.name.eq_ignore_ascii_case(value) || it.id.to_string() == *value
                }),
                "status" => STATUSES.iter().any(|it| it.1.eq_ignore_ascii_case(value) || it.0 == value),
                "issuetype" | "type" => TYPES.iter().any(|it| it.eq_ignore_ascii_case(value)),
                "priority" => PRIORITIES.iter().any(|it| it.eq_ignore_ascii_case(value)),
                "key" | "issue" => {
                    if self.state.issue(value).is_none() {
                        return Err(format!("An issue with key '{value}' does not exist for field '{field}'."));
                    }
                    true
                }
                _ => true,
            };
            if !known && operator != "~" {
                return Err(format!("The value '{value}' does not exist for the field '{field}'."));
            }
        }
        Ok(())
    }

    pub fn order(&mut self) -> Result<Vec<(String, bool)>, String> {
        let mut orders = Vec::new();
        if self.take("order") {
            if !self.take("by") {
                return Err("Error in the JQL Query: Expecting 'by' after 'order'.".into());
            }
            loop {
                let field = self.next()?.text.to_lowercase();
                if !FIELDS.contains(&field.as_str()) {
                    return Err(format!("Not able to sort using field '{field}'."));
                }
                let down = self.take("desc");
                self.take("asc");
                orders.push((field, down));
                if !self.take(",") {
                    break;
                }
            }
        }
        match self.words.get(self.at) {
            None => Ok(orders),
            Some(word) => Err(format!("Error in the JQL Query: Expecting either 'OR' or 'AND' but got '{}'.", word.text)),
        }
    }
}
