//! Tables as aligned text, for a block of code.

use super::escape::{Within, units, width};

/// The widest a column gets, in characters.
const COLUMN: usize = 40;

/// The table as escaped lines, the header first, then a rule.
pub fn lines(header: &[String], rows: &[Vec<String>]) -> Vec<String> {
    let columns = header.len();
    let cell = |text: &String| -> String {
        let one_line = text.replace(['\n', '\r', '\t'], " ");
        match one_line.chars().count() {
            length if length > COLUMN => one_line.chars().take(COLUMN - 1).chain(['…']).collect(),
            _ => one_line,
        }
    };
    let header: Vec<String> = header.iter().map(cell).collect();
    let rows: Vec<Vec<String>> = rows.iter().map(|row| row.iter().take(columns).map(cell).collect()).collect();
    let widths: Vec<usize> = (0..columns)
        .map(|column| {
            let cells = rows.iter().filter_map(|row| row.get(column)).chain([&header[column]]);
            cells.map(|it| it.chars().count()).max().unwrap_or(0)
        })
        .collect();
    let line = |cells: &[String]| -> String {
        let padded: Vec<String> = cells.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}")).collect();
        units(padded.join("  ").trim_end(), Within::Code).concat()
    };
    let rule: Vec<String> = widths.iter().map(|width| "─".repeat(*width)).collect();
    let mut lines = vec![line(&header), rule.join("  ")];
    lines.extend(rows.iter().map(|row| line(row)));
    lines
}

/// Lines in groups that are at most `limit` wide; a longer line is cut.
pub fn groups(lines: impl IntoIterator<Item = String>, limit: usize) -> Vec<String> {
    let mut groups: Vec<String> = Vec::new();
    for line in lines {
        let line = if width(&line) > limit { line.chars().take(limit / 2).collect() } else { line };
        match groups.last_mut() {
            Some(group) if width(group) + 1 + width(&line) <= limit => {
                group.push('\n');
                group.push_str(&line);
            }
            _ => groups.push(line),
        }
    }
    groups
}
