//! Document → Markdown.

use serde_json::Value;

use super::{Mark, children, escaped, kind, marks, said};

/// What a document says. What Markdown has no form for is said in words.
pub(in crate::jira) fn to_markdown(document: &Value) -> String {
    blocks(children(document)).trim().to_owned()
}

/// All text of a node, without any markup.
pub(super) fn plain(node: &Value) -> String {
    match children(node) {
        [] => said(node),
        all => {
            let apart = if all.iter().any(is_block) { " " } else { "" };
            all.iter().map(plain).collect::<Vec<_>>().join(apart)
        }
    }
}

fn is_block(node: &Value) -> bool {
    !matches!(
        kind(node),
        "text"
            | "hardBreak"
            | "mention"
            | "emoji"
            | "status"
            | "date"
            | "inlineCard"
            | "mediaInline"
            | "inlineExtension"
            | "placeholder"
    )
}

fn blocks(all: &[Value]) -> String {
    let mut text = String::new();
    let mut before = "";
    for node in all {
        let written = block(node);
        if written.trim().is_empty() {
            continue;
        }
        if !text.is_empty() {
            // Two lists that follow one another would be one.
            let same_list = before == kind(node) && before.ends_with("List");
            text.push_str(if same_list { "\n\n<!-- -->\n\n" } else { "\n\n" });
        }
        text.push_str(&written);
        before = kind(node);
    }
    text
}

fn block(node: &Value) -> String {
    let all = children(node);
    match kind(node) {
        "paragraph" => inline(all).split('\n').map(str::trim).collect::<Vec<_>>().join("\n"),
        "heading" => {
            let level = node["attrs"]["level"].as_u64().unwrap_or(1).clamp(1, 6);
            format!("{} {}", "#".repeat(level as usize), inline(all).replace('\n', " "))
        }
        "blockquote" | "panel" => prefixed(&blocks(all), "> ", "> "),
        "bulletList" | "decisionList" => items(all, |_| "- ".to_owned()),
        "orderedList" => {
            let first = node["attrs"]["order"].as_u64().unwrap_or(1);
            items(all, |at| format!("{}. ", first + at as u64))
        }
        "taskList" => {
            let tick = |it: &Value| if it["attrs"]["state"] == "DONE" { "- [x] " } else { "- [ ] " };
            let item = |it: &Value| match kind(it) {
                "taskItem" => prefixed(&inline(children(it)), tick(it), "  "),
                // A list within it.
                _ => prefixed(&block(it), "  ", "  "),
            };
            all.iter().map(item).collect::<Vec<_>>().join("\n")
        }
        "codeBlock" => {
            let code: String = all.iter().map(said).collect();
            let longest = code.split(|it| it != '`').map(str::len).max().unwrap_or(0);
            let fence = "`".repeat(longest.max(2) + 1);
            format!("{fence}{}\n{code}\n{fence}", node["attrs"]["language"].as_str().unwrap_or_default())
        }
        "rule" => "---".to_owned(),
        "table" => table(all),
        "expand" | "nestedExpand" => {
            let title = escaped(node["attrs"]["title"].as_str().unwrap_or_default());
            let title = if title.is_empty() { title } else { format!("**{title}**\n\n") };
            format!("{title}{}", blocks(all))
        }
        "listItem" | "decisionItem" | "taskItem" if all.first().is_some_and(|it| !is_block(it)) => inline(all),
        "blockCard" | "embedCard" => format!("<{}>", said(node)),
        "media" => escaped(&said(node)),
        _ if all.first().is_some_and(|it| !is_block(it)) => inline(all),
        _ if all.is_empty() => escaped(&said(node)),
        // Layouts, extensions and what comes after our time.
        _ => blocks(all),
    }
}

fn items(all: &[Value], marker: impl Fn(usize) -> String) -> String {
    let item = |(at, it): (usize, &Value)| {
        let marker = marker(at);
        let inner = children(it);
        let text = if inner.first().is_some_and(|it| !is_block(it)) { inline(inner) } else { tight(inner) };
        prefixed(&text, &marker, &" ".repeat(marker.len()))
    };
    all.iter().enumerate().map(item).collect::<Vec<_>>().join("\n")
}

/// A list right below the paragraph that it belongs to.
fn tight(all: &[Value]) -> String {
    match all {
        [first, rest @ ..] if kind(first) == "paragraph" && rest.iter().all(|it| kind(it).ends_with("List")) => {
            all.iter().map(block).filter(|it| !it.is_empty()).collect::<Vec<_>>().join("\n")
        }
        _ => blocks(all),
    }
}

fn prefixed(text: &str, first: &str, others: &str) -> String {
    let line = |(at, line): (usize, &str)| {
        let prefix = if at == 0 { first } else { others };
        format!("{prefix}{line}").trim_end().to_owned()
    };
    if text.is_empty() {
        return first.trim_end().to_owned();
    }
    text.split('\n').enumerate().map(line).collect::<Vec<_>>().join("\n")
}

fn table(rows: &[Value]) -> String {
    let cell = |it: &Value| blocks(children(it)).replace('\n', " ").replace('|', "\\|").replace("\\\\|", "\\|");
    let rows: Vec<Vec<String>> = rows.iter().map(|row| children(row).iter().map(cell).collect()).collect();
    let width = rows.iter().map(Vec::len).max().unwrap_or(0);
    let line = |row: &Vec<String>| {
        let cells = (0..width).map(|at| row.get(at).map_or("", String::as_str)).collect::<Vec<_>>();
        format!("| {} |", cells.join(" | "))
    };
    let mut lines: Vec<String> = rows.iter().map(line).collect();
    if !lines.is_empty() {
        lines.insert(1, format!("|{}", " --- |".repeat(width)));
    }
    lines.join("\n")
}

/// A stretch of text with the same marks.
struct Run {
    text: String,
    marks: Vec<Mark>,
}

fn inline(all: &[Value]) -> String {
    let runs = apart(all);
    let mut text = String::new();
    let mut open: Vec<(Mark, &'static str)> = Vec::new();
    let is_word = |it: Option<char>| it.is_some_and(char::is_alphanumeric);
    for (at, run) in runs.iter().enumerate() {
        let kept = open.iter().zip(&run.marks).take_while(|((open, _), wanted)| open == *wanted).count();
        while open.len() > kept {
            if let Some((mark, sign)) = open.pop() {
                close(&mut text, &mark, sign);
            }
        }
        for mark in &run.marks[kept..] {
            let after = runs[at..].iter().take_while(|it| it.marks.contains(mark)).count();
            let next = runs.get(at + after).and_then(|it| it.text.chars().next());
            let sign = match mark {
                Mark::Strong => "**",
                // Within a word only the star is emphasis.
                Mark::Emphasis if is_word(text.chars().next_back()) || is_word(next) => "*",
                Mark::Emphasis => "_",
                Mark::Strike => "~~",
                Mark::Link(_) | Mark::Code => "",
            };
            match mark {
                Mark::Link(href) if run.text == *href && after == 1 && run.marks.len() == 1 => text.push('<'),
                Mark::Link(_) => text.push('['),
                _ => text.push_str(sign),
            }
            open.push((mark.clone(), sign));
        }
        let is_address = |it: &Mark| matches!(it, Mark::Link(href) if *href == run.text);
        if run.marks.contains(&Mark::Code) {
            text.push_str(&code(&run.text));
        } else if run.marks.len() == 1 && run.marks.iter().any(is_address) && text.ends_with('<') {
            text.push_str(&run.text);
        } else {
            let fresh = text.is_empty() || text.ends_with('\n');
            // Only the beginning of a line can begin a block.
            let written = if fresh { escaped(&run.text) } else { escaped(&format!("x{}", run.text))[1..].to_owned() };
            text.push_str(&written);
        }
    }
    while let Some((mark, sign)) = open.pop() {
        close(&mut text, &mark, sign);
    }
    text
}

fn close(text: &mut String, mark: &Mark, sign: &str) {
    match mark {
        Mark::Link(href) if text.ends_with(href.as_str()) && text[..text.len() - href.len()].ends_with('<') => text.push('>'),
        Mark::Link(href) if href.contains(['(', ')', ' ']) => text.push_str(&format!("](<{href}>)")),
        Mark::Link(href) => text.push_str(&format!("]({href})")),
        _ => text.push_str(sign),
    }
}

fn code(text: &str) -> String {
    let longest = text.split(|it| it != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    let pad = if text.starts_with('`') || text.ends_with('`') { " " } else { "" };
    format!("{fence}{pad}{text}{pad}{fence}")
}

/// The text in runs, with the blanks at the ends of marks outside of them, where Markdown wants them.
fn apart(all: &[Value]) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    for node in all {
        let (text, mut marks) = (said(node), marks(node));
        if kind(node) == "inlineCard" {
            marks = vec![Mark::Link(text.clone())];
        }
        if text.is_empty() {
            continue;
        }
        let is_code = marks.contains(&Mark::Code);
        let core = if is_code { text.as_str() } else { text.trim() };
        let start = if core.is_empty() { text.len() } else { text.find(core).unwrap_or(0) };
        let end = start + core.len();
        for (part, marks) in [(&text[..start], None), (core, Some(marks)), (&text[end..], None)] {
            if !part.is_empty() {
                // A blank belongs to what is on both sides of it, which is seen below.
                runs.push(Run { text: part.to_owned(), marks: marks.unwrap_or_default() });
            }
        }
    }
    for at in 1..runs.len().saturating_sub(1) {
        if runs[at].text.trim().is_empty() && !runs[at].marks.contains(&Mark::Code) {
            let neighbour =
                runs[at + 1..].iter().find(|it| !it.text.trim().is_empty()).map(|it| it.marks.clone()).unwrap_or_default();
            let common = runs[at - 1].marks.iter().filter(|it| neighbour.contains(it) && **it != Mark::Code).cloned().collect();
            runs[at].marks = common;
        }
    }
    let mut merged: Vec<Run> = Vec::new();
    for run in runs {
        match merged.last_mut() {
            Some(last) if last.marks == run.marks && !run.marks.contains(&Mark::Code) => last.text.push_str(&run.text),
            _ => merged.push(run),
        }
    }
    merged
}
