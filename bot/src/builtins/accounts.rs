//! `accounts import`: who is who elsewhere, many at once, from a table.

use std::collections::BTreeSet;

use commands::{Action, Block, Ctx, Effect, Error, FieldProblem, Message, Reply, Result, Text, Tone, param::File};
use schemars::JsonSchema;
use serde::Deserialize;

use super::{unreadable, whom};
use crate::{
    app::App,
    people::{
        PersonId,
        links::{Found, Linked},
    },
};

/// Rows of one file: each asks the system whether there is such an account.
const MOST: usize = 1_000;
/// Refusals that are shown; all are counted.
const SHOWN: usize = 30;

/// Say who many people are in the connected systems, with a CSV file: person, connection, account. All of it, or none.
#[derive(Deserialize, JsonSchema)]
pub struct Import {
    /// A line each: the person's email address in this chat or their name, the connection, their login there.
    #[schemars(extend("x-positional" = true))]
    file: File,
    /// Only look whether all rows could be taken.
    #[serde(default)]
    dry_run: bool,
}

/// A row that may be taken.
struct Row {
    person: PersonId,
    name: String,
    connection: String,
    linked: Linked,
}

/// A row that may not: where it stands in the file, and why.
struct Refused {
    line: usize,
    why: String,
}

impl Action for Import {
    type On = App;
    const NAME: &str = "accounts import";
    const EFFECT: Effect = Effect::Admin;
    const EXAMPLES: &[&str] = &["accounts import https://files.example.org/accounts.csv"];

    async fn run(self, app: &App, ctx: &Ctx) -> Result<Reply> {
        let at_file = |message: String| Error::bad_input(message.clone()).with_fields(vec![FieldProblem::new("file", message)]);
        let file = ctx.host.download(&self.file.0).await?;
        let text = String::from_utf8(file.bytes)
            .map_err(|_| at_file(format!("`{}` is not text in UTF-8: export the table as CSV with that encoding.", file.name)))?;
        let table = read(text.trim_start_matches('\u{feff}')).map_err(|line| {
            at_file(format!("`{}` breaks off inside quotes that begin in line {line}: close them.", file.name))
        })?;
        let rows: Vec<&(usize, Vec<String>)> = table.iter().filter(|(_, cells)| !is_header(cells)).collect();
        match rows.len() {
            0 => return Err(at_file(format!("`{}` has no rows. Write a line each: person,connection,account.", file.name))),
            count if count > MOST => {
                return Err(at_file(format!(
                    "`{}` has {count} rows: at most {MOST} are taken at once. Cut it in parts.",
                    file.name
                )));
            }
            _ => {}
        }
        let (mut taken, mut refused) = (Vec::new(), Vec::new());
        let mut seen = BTreeSet::new();
        for (line, cells) in rows {
            match row(app, ctx, cells).await {
                Ok(row) if !seen.insert((row.person.clone(), row.connection.clone())) => {
                    let why = format!("{} has a row for {} already.", row.name, row.connection);
                    refused.push(Refused { line: *line, why });
                }
                Ok(row) => taken.push(row),
                // What is out of reach is no fault of the file: it is tried again as a whole.
                Err(err) if err.is_temporary() => return Err(err),
                Err(err) => refused.push(Refused { line: *line, why: err.message }),
            }
        }
        if !refused.is_empty() {
            return Ok(Reply::to_asker(none_taken(&refused, taken.len())));
        }
        if !self.dry_run {
            let who = PersonId::from(&ctx.actor);
            let links: Vec<_> = taken.iter().map(|it| (it.person.clone(), it.connection.clone(), it.linked.clone())).collect();
            app.people.set_links(&links, &who).await.map_err(unreadable)?;
            app.know_people().await.map_err(unreadable)?;
        }
        let header = ["Who", "Where", "Account"].map(str::to_owned).to_vec();
        let rows = taken
            .iter()
            .map(|it| vec![it.name.clone().into(), Text::new().code(&it.connection), Text::new().code(&it.linked.account)])
            .collect();
        let text = match self.dry_run {
            true => format!("All rows could be taken: {} in number. Nothing was changed.", taken.len()),
            false if taken.len() == 1 => "1 account is linked.".into(),
            false => format!("{} accounts are linked.", taken.len()),
        };
        Ok(Reply::to_asker(Message::text(text).block(Block::Table { header, rows }).tone(Tone::Good)))
    }
}

fn none_taken(refused: &[Refused], others: usize) -> Message {
    let header = ["Line", "Why not"].map(str::to_owned).to_vec();
    let rows = refused.iter().take(SHOWN).map(|it| vec![it.line.to_string().into(), Text::marked(&it.why)]).collect();
    let text = format!(
        "Nothing was taken: {} of {} rows cannot be. Mend them, and give the whole file again.",
        refused.len(),
        refused.len() + others
    );
    let message = Message::text(text).block(Block::Table { header, rows }).tone(Tone::Bad);
    match refused.len().checked_sub(SHOWN).filter(|it| *it > 0) {
        Some(more) => message.context(format!("{more} more are not shown.")),
        None => message,
    }
}

async fn row(app: &App, ctx: &Ctx, cells: &[String]) -> Result<Row> {
    let [person, connection, account] = cells else {
        return Err(Error::bad_input(format!("It has {} columns; three are wanted: person, connection, account.", cells.len())));
    };
    for (what, cell) in [("person", person), ("connection", connection), ("account", account)] {
        if cell.is_empty() {
            return Err(Error::bad_input(format!("It names no {what}.")));
        }
    }
    let actor = match app.platforms.get(&ctx.actor.platform).filter(|_| person.contains('@') && !person.starts_with('@')) {
        Some(platform) => platform.person_of(person).await?.ok_or_else(|| {
            Error::not_found(format!("Nobody active here has the address {person}, or the chat does not tell whose it is."))
        })?,
        None => whom(app, ctx, "file", person).await?,
    };
    let live = app.connections.get(&connection.to_lowercase())?;
    let found = app.account_named(&live.name, account).await?;
    let linked = Linked { account: found.login, found: Found::Administrator };
    Ok(Row { person: PersonId::from(&actor), name: actor.name, connection: live.name.clone(), linked })
}

/// A first line that says what the columns are.
fn is_header(cells: &[String]) -> bool {
    matches!(cells, [first, second, third] if matches!(first.to_lowercase().as_str(), "person" | "email")
        && second.eq_ignore_ascii_case("connection") && matches!(third.to_lowercase().as_str(), "account" | "login"))
}

/// The rows of a CSV file (RFC 4180, or with semicolons, as some programs write it), each with the line it begins in; empty lines
/// and those that begin with `#` are none.
///
/// # Errors
/// The line of quotes that are never closed.
fn read(text: &str) -> std::result::Result<Vec<(usize, Vec<String>)>, usize> {
    let first = text.lines().find(|it| !it.trim().is_empty() && !it.starts_with('#')).unwrap_or_default();
    let separator = if first.contains(';') && !first.contains(',') { ';' } else { ',' };
    let mut rows = Vec::new();
    let (mut line, mut begun) = (1, 1);
    let (mut cells, mut cell, mut quoted) = (Vec::new(), String::new(), None);
    let mut chars = text.chars().peekable();
    let mut end = |cells: &mut Vec<String>, cell: &mut String, begun: usize| {
        cells.push(std::mem::take(cell).trim().to_owned());
        let cells = std::mem::take(cells);
        if cells.iter().any(|it| !it.is_empty()) && !cells[0].starts_with('#') {
            rows.push((begun, cells));
        }
    };
    while let Some(char) = chars.next() {
        match (char, quoted) {
            ('"', Some(_)) if chars.peek() == Some(&'"') => {
                chars.next();
                cell.push('"');
            }
            ('"', Some(_)) => quoted = None,
            ('"', None) if cell.trim().is_empty() => {
                cell.clear();
                quoted = Some(line);
            }
            ('\n', None) => {
                end(&mut cells, &mut cell, begun);
                line += 1;
                begun = line;
            }
            (char, None) if char == separator => cells.push(std::mem::take(&mut cell).trim().to_owned()),
            (char, _) => {
                line += usize::from(char == '\n');
                cell.push(char);
            }
        }
    }
    if let Some(line) = quoted {
        return Err(line);
    }
    end(&mut cells, &mut cell, begun);
    Ok(rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(text: &str) -> Vec<(usize, String)> {
        read(text).expect("a table").into_iter().map(|(line, cells)| (line, cells.join("|"))).collect()
    }

    #[test]
    fn tables_are_read_as_programs_write_them() {
        let expected = vec![(1, "ana@example.org|redmine|ana".to_owned()), (3, "ben@example.org|github|ben".to_owned())];
        assert_eq!(rows("ana@example.org,redmine,ana\n\nben@example.org,github,ben\n"), expected);
        assert_eq!(rows("ana@example.org;redmine; ana\r\n\r\n\"ben@example.org\";github;ben"), expected);
        assert_eq!(rows("\"Ana \"\"A\"\" K, Dr\",redmine,ana"), [(1, "Ana \"A\" K, Dr|redmine|ana".to_owned())]);
        assert_eq!(
            rows("# a remark\n\"two\nlines\",x,y\nlast,x,y"),
            [(2, "two\nlines|x|y".to_owned()), (4, "last|x|y".to_owned())]
        );
        assert_eq!(rows("# of today\na;b;c"), [(2, "a|b|c".to_owned())]);
        assert_eq!(read("a,b,c\n\"never closed,b"), Err(2));
        assert!(rows(" \n , ,\n").is_empty());
    }

    #[test]
    fn a_line_that_names_the_columns_is_no_row() {
        let cells = |text: &str| text.split(',').map(str::to_owned).collect::<Vec<_>>();
        assert!(is_header(&cells("Person,Connection,Account")) && is_header(&cells("email,connection,login")));
        assert!(!is_header(&cells("person,redmine,ana")));
    }
}
