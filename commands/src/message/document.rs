//! Text that may be long: output of a command, a log, a table with many rows.
//!
//! A chat shows all of what is short. Of what is long it shows the first lines, and holds all of it as a file; the bot keeps
//! the text for a day, to show it page by page or only the lines that fit a filter. A table is a document in CSV
//! ([RFC 4180](https://www.rfc-editor.org/rfc/rfc4180)), a record a line, so that a filtered one is still a table.

use super::{Block, Message, Text};

/// Lines that are shown of a document; no more are no reason for a file.
pub const LINES: usize = 30;
/// Characters that are shown of a document.
pub const CHARS: usize = 2_500;
/// The longest line that is shown whole, in characters.
pub const LINE: usize = 300;
/// A table with more rows than this, or wider than [`WIDTH`], is a document.
const ROWS: usize = 40;
/// Columns of characters: what a window of usual size shows without wrapping.
const WIDTH: usize = 120;
/// The widest that a column counts: renderers cut what is wider.
const COLUMN: usize = 40;

/// A file that goes with a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    pub name: String,
    pub title: String,
    pub text: String,
}

impl From<File> for crate::File {
    fn from(file: File) -> crate::File {
        crate::File { name: file.name, title: file.title, content: file.text.into_bytes() }
    }
}

/// Whether a message shows all of it.
pub fn is_short(text: &str) -> bool {
    let (mut count, mut chars) = (0, 0);
    for line in lines(text) {
        let width = line.chars().count();
        (count, chars) = (count + 1, chars + width + 1);
        if count > LINES || chars > CHARS || width > LINE {
            return false;
        }
    }
    true
}

/// The lines of a document, without empty ones at its end.
pub fn lines(text: &str) -> std::str::Lines<'_> {
    text.trim_end().lines()
}

/// Whether it holds records, of which the first names the columns.
pub fn is_table(name: &str) -> bool {
    name.to_ascii_lowercase().ends_with(".csv")
}

/// How many lines, from the first, a message shows.
pub fn shown(lines: &[&str]) -> usize {
    let mut chars = 0;
    let fits = lines.iter().take(LINES).take_while(|line| {
        chars += line.chars().count().min(LINE) + 1;
        chars <= CHARS
    });
    // A first line that is too long for all is shown cut.
    fits.count().max(1).min(lines.len())
}

/// Lines as a block: a table where they are records, else code. Lines that are too long are cut.
pub fn excerpt(name: &str, lines: &[&str]) -> Block {
    match lines.split_first() {
        Some((header, rows)) if is_table(name) => {
            let header = fields(header);
            let row = |it: &&str| {
                let mut cells = fields(it);
                cells.resize(header.len(), String::new());
                cells.into_iter().map(Text::from).collect()
            };
            Block::Table { rows: rows.iter().map(row).collect(), header }
        }
        _ => Block::Code(lines.iter().map(|it| cut(it)).collect::<Vec<_>>().join("\n")),
    }
}

fn cut(line: &str) -> String {
    match line.char_indices().nth(LINE) {
        Some(_) => line.chars().take(LINE - 1).chain(['…']).collect(),
        None => line.to_owned(),
    }
}

impl Message {
    /// The message with each document as the blocks that show it, and the files that hold the long ones.
    pub fn with_files(&self) -> (Message, Vec<File>) {
        let (mut blocks, mut files) = (Vec::new(), Vec::new());
        for block in &self.blocks {
            let Block::Document { name, title, text } = block else {
                blocks.push(block.clone());
                continue;
            };
            if !title.is_empty() {
                blocks.push(Block::Paragraph(Text::new().bold(title.clone())));
            }
            let lines: Vec<&str> = lines(text).collect();
            if lines.is_empty() {
                blocks.push(Block::Context("It is empty.".into()));
                continue;
            }
            if is_short(text) {
                blocks.push(excerpt(name, &lines));
                continue;
            }
            let shown = shown(&lines);
            blocks.push(excerpt(name, &lines[..shown]));
            let (first, total) = match is_table(name) {
                true => (shown - 1, format!("{} rows", lines.len() - 1)),
                false => (shown, format!("{} lines", lines.len())),
            };
            let of = if lines.len() == 1 {
                "The beginning of one long line".to_owned()
            } else {
                format!("The first {first} of {total}")
            };
            blocks.push(Block::Context(Text::from(format!("{of}; ")).code(name.clone()).plain(" holds all of it.")));
            files.push(File {
                name: name.clone(),
                title: if title.is_empty() { name.clone() } else { title.clone() },
                text: text.clone(),
            });
        }
        (Message { blocks, tone: self.tone, object: self.object.clone() }, files)
    }

    /// The message with each table that a chat would show badly as a document of that `name`, without its ending.
    pub fn with_long_tables_as_documents(mut self, name: &str) -> Message {
        let mut number = 0;
        for block in &mut self.blocks {
            let Block::Table { header, rows } = block else { continue };
            let texts: Vec<Vec<String>> = rows.iter().map(|row| row.iter().map(Text::to_plain).collect()).collect();
            if rows.len() <= ROWS && width(header, &texts) <= WIDTH {
                continue;
            }
            number += 1;
            let ending = if number == 1 { String::new() } else { format!("-{number}") };
            *block = Block::Document { name: format!("{name}{ending}.csv"), title: String::new(), text: csv(header, &texts) };
        }
        self
    }
}

fn width(header: &[String], rows: &[Vec<String>]) -> usize {
    let column = |at: usize| {
        let cells = rows.iter().filter_map(|row| row.get(at)).chain(header.get(at));
        cells.map(|it| it.chars().count().min(COLUMN)).max().unwrap_or_default() + 2
    };
    (0..header.len()).map(column).sum()
}

/// Records in CSV. A cell is one line, and none is a formula to a spreadsheet
/// (<https://owasp.org/www-community/attacks/CSV_Injection>).
pub fn csv(header: &[String], rows: &[Vec<String>]) -> String {
    let record = |cells: &[String]| cells.iter().map(|it| field(it)).collect::<Vec<_>>().join(",");
    std::iter::once(record(header)).chain(rows.iter().map(|it| record(it))).collect::<Vec<_>>().join("\r\n") + "\r\n"
}

fn field(cell: &str) -> String {
    let cell = cell.split(['\n', '\r', '\t']).collect::<Vec<_>>().join(" ");
    let is_number = cell.parse::<f64>().is_ok();
    let cell = if cell.starts_with(['=', '+', '-', '@']) && !is_number { format!("'{cell}") } else { cell };
    if cell.contains([',', '"']) || cell != cell.trim() { format!("\"{}\"", cell.replace('"', "\"\"")) } else { cell }
}

/// The cells of a record of [`csv`].
fn fields(record: &str) -> Vec<String> {
    let (mut cells, mut cell, mut quoted) = (Vec::new(), String::new(), false);
    let mut chars = record.chars().peekable();
    while let Some(char) = chars.next() {
        match char {
            '"' if quoted && chars.peek() == Some(&'"') => {
                chars.next();
                cell.push('"');
            }
            '"' => quoted = !quoted,
            ',' if !quoted => cells.push(std::mem::take(&mut cell)),
            it => cell.push(it),
        }
    }
    cells.push(cell);
    cells
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn shown_of(message: &Message) -> (Vec<Block>, Vec<File>) {
        let (shown, files) = message.with_files();
        (shown.blocks, files)
    }

    #[test]
    fn a_short_document_is_shown_whole_and_a_long_one_begun() {
        let (blocks, files) = shown_of(&Message::new().document("log.txt", "Log", "one\ntwo\n\n"));
        assert_eq!(blocks, [Block::Paragraph(Text::new().bold("Log")), Block::Code("one\ntwo".into())]);
        assert!(files.is_empty());

        let text = (1..=500).map(|it| format!("line {it}\n")).collect::<String>();
        let (blocks, files) = shown_of(&Message::new().document("log.txt", "", text.clone()));
        assert!(matches!(&blocks[0], Block::Code(code) if code.starts_with("line 1\n") && code.ends_with("\nline 30")));
        assert_eq!(
            blocks[1],
            Block::Context(Text::from("The first 30 of 500 lines; ").code("log.txt").plain(" holds all of it."))
        );
        assert_eq!(files, [File { name: "log.txt".into(), title: "log.txt".into(), text }]);

        let (blocks, files) = shown_of(&Message::new().document("one.txt", "", "x".repeat(5_000)));
        assert!(matches!(&blocks[0], Block::Code(code) if code.chars().count() == LINE && code.ends_with('…')));
        assert!(matches!(&blocks[1], Block::Context(text) if text.to_plain().starts_with("The beginning of one long line;")));
        assert_eq!(files.len(), 1);
        assert_eq!(shown_of(&Message::new().document("none.txt", "", " \n")).0, [Block::Context("It is empty.".into())]);
    }

    #[test]
    fn a_long_table_is_a_document_that_shows_a_table() {
        let table = |rows: usize| {
            Message::new().block(Block::Table {
                header: vec!["Issue".into(), "Subject".into()],
                rows: (0..rows).map(|it| vec![Text::from(format!("#{it}")), Text::from("Printer, \"hot\"")]).collect(),
            })
        };
        assert_eq!(table(40).with_long_tables_as_documents("issues"), table(40));
        let long = table(41).with_long_tables_as_documents("issues");
        assert!(
            matches!(&long.blocks[0], Block::Document { name, text, .. } if name == "issues.csv" && text.starts_with("Issue,Subject\r\n#0,\"Printer, \"\"hot\"\"\"\r\n"))
        );
        let (blocks, files) = shown_of(&long);
        let Block::Table { header, rows } = &blocks[0] else { panic!("{blocks:?}") };
        assert_eq!((header.len(), rows.len(), rows[0][1].to_plain().as_str()), (2, 29, "Printer, \"hot\""));
        assert!(matches!(&blocks[1], Block::Context(text) if text.to_plain().starts_with("The first 29 of 41 rows;")));
        assert_eq!(files[0].name, "issues.csv");
        let wide = Message::new().block(Block::Table { header: vec!["x".repeat(39); 4], rows: Vec::new() });
        assert!(matches!(&wide.with_long_tables_as_documents("w").blocks[0], Block::Document { .. }));
    }

    #[test]
    fn no_cell_is_a_formula() {
        let cell = |text: &str| csv(&["a".into()], &[vec![text.into()]]);
        assert_eq!(cell("=HYPERLINK(\"https://evil.example\")"), "a\r\n\"'=HYPERLINK(\"\"https://evil.example\"\")\"\r\n");
        assert_eq!(cell("-5"), "a\r\n-5\r\n");
        assert_eq!(cell("@SUM(1)"), "a\r\n'@SUM(1)\r\n");
    }

    proptest! {
        #[test]
        fn records_come_back(cells in prop::collection::vec("[a-z,\" é]{0,12}", 1..6)) {
            let text = csv(&cells, std::slice::from_ref(&cells));
            let records: Vec<&str> = text.lines().collect();
            prop_assert_eq!(records.len(), 2);
            prop_assert_eq!(fields(records[1]), cells);
        }

        #[test]
        fn what_is_shown_fits(text in "(?s).{0,4000}|([a-z ]{0,400}\n){0,60}") {
            let (blocks, files) = shown_of(&Message::new().document("a.txt", "", text.clone()));
            for block in &blocks {
                if let Block::Code(code) = block {
                    prop_assert!(code.lines().count() <= LINES && code.chars().count() <= CHARS);
                    prop_assert!(!files.is_empty() || *code == lines(&text).collect::<Vec<_>>().join("\n"));
                }
            }
        }
    }
}
