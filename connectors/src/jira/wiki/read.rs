//! Markup → document. What is not markup after all is text: nobody's words are lost.

use serde_json::{Value, json};

use crate::jira::adf::{document, is_safe, link, linked, mark, node, text, with_attrs};

pub(in crate::jira) fn read(markup: &str) -> Value {
    let markup = markup.replace("\r\n", "\n");
    let lines: Vec<&str> = markup.lines().collect();
    document(blocks(&lines))
}

fn blocks(lines: &[&str]) -> Vec<Value> {
    let mut all = Vec::new();
    let mut paragraph: Vec<&str> = Vec::new();
    let mut at = 0;
    while at < lines.len() {
        let line = lines[at].trim();
        let found = block(&lines[at..]);
        if found.is_some() || line.is_empty() {
            end(&mut paragraph, &mut all);
        }
        match found {
            Some((nodes, used)) => {
                all.extend(nodes);
                at += used.max(1);
            }
            None => {
                if !line.is_empty() {
                    paragraph.push(line);
                }
                at += 1;
            }
        }
    }
    end(&mut paragraph, &mut all);
    all
}

fn end(paragraph: &mut Vec<&str>, all: &mut Vec<Value>) {
    if !paragraph.is_empty() {
        all.push(node("paragraph", inline(&paragraph.join("\n"))));
        paragraph.clear();
    }
}

/// The blocks that begin with the first line, and how many lines they take.
fn block(lines: &[&str]) -> Option<(Vec<Value>, usize)> {
    let line = lines.first()?.trim();
    if let Some(level) = line.strip_prefix('h').and_then(|it| it.chars().next()?.to_digit(10)).filter(|it| (1..=6).contains(it))
        && let Some(rest) = line.get(2..).and_then(|it| it.strip_prefix(". "))
    {
        return Some((vec![with_attrs(node("heading", inline(rest)), json!({ "level": level }))], 1));
    }
    if let Some(rest) = line.strip_prefix("bq. ") {
        return Some((vec![node("blockquote", vec![node("paragraph", inline(rest))])], 1));
    }
    if line.len() >= 4 && line.bytes().all(|it| it == b'-') {
        return Some((vec![json!({ "type": "rule" })], 1));
    }
    for name in ["code", "noformat", "quote", "panel"] {
        if let Some(found) = fenced(lines, name) {
            return Some(found);
        }
    }
    if marker(line).is_some() {
        let count = lines.iter().take_while(|it| marker(it.trim()).is_some()).count();
        let items: Vec<(&str, &str)> = lines[..count].iter().filter_map(|it| marker(it.trim())).collect();
        return Some((lists(&items, 1), count));
    }
    if line.starts_with('|') && line.len() > 1 {
        let count = lines.iter().take_while(|it| it.trim().starts_with('|')).count();
        let rows = lines[..count].iter().map(|it| row(it.trim())).collect();
        return Some((vec![node("table", rows)], count));
    }
    None
}

/// `{code:rust}` … `{code}`; one that does not end is none.
fn fenced(lines: &[&str], name: &str) -> Option<(Vec<Value>, usize)> {
    let first = lines.first()?.trim();
    let rest = first.strip_prefix('{')?.strip_prefix(name)?;
    let (attributes, rest) = match rest.strip_prefix(':') {
        Some(rest) => rest.split_once('}')?,
        None => ("", rest.strip_prefix('}')?),
    };
    let closing = format!("{{{name}}}");
    let mut inner: Vec<&str> = Vec::new();
    let mut used = None;
    let body = std::iter::once(rest).chain(lines[1..].iter().copied());
    for (at, line) in body.enumerate() {
        if let Some((before, after)) = line.split_once(&closing) {
            if !before.trim().is_empty() {
                inner.push(before);
            }
            used = Some((at + 1, after.trim()));
            break;
        }
        if at > 0 || !line.trim().is_empty() {
            inner.push(line);
        }
    }
    let (used, after) = used?;
    let mut found = match name {
        "code" | "noformat" => {
            let code = inner.join("\n");
            let content = if code.is_empty() { Vec::new() } else { vec![text(&code, &[])] };
            let block = node("codeBlock", content);
            let language = attributes.split('|').find(|it| !it.contains('=') && !it.is_empty());
            vec![match language {
                Some(language) => with_attrs(block, json!({ "language": language })),
                None => block,
            }]
        }
        _ => {
            let title = attributes.split('|').find_map(|it| it.strip_prefix("title=")).filter(|it| !it.is_empty());
            let title = title.map(|it| node("paragraph", vec![text(it, &[mark("strong")])]));
            vec![node("blockquote", title.into_iter().chain(blocks(&inner)).collect())]
        }
    };
    if !after.is_empty() {
        found.push(node("paragraph", inline(after)));
    }
    Some((found, used))
}

/// The marks of a list's item, and what it says.
fn marker(line: &str) -> Option<(&str, &str)> {
    let (marks, rest) = line.split_once(' ')?;
    let is_mark = !marks.is_empty() && marks.len() <= 6 && marks.bytes().all(|it| matches!(it, b'*' | b'#' | b'-'));
    (is_mark && !rest.trim().is_empty() && (marks.bytes().all(|it| it != b'-') || marks.len() == 1))
        .then_some((marks, rest.trim()))
}

/// Items of this depth and below.
fn lists(items: &[(&str, &str)], depth: usize) -> Vec<Value> {
    let kind = |marks: &str| if marks.as_bytes().get(depth - 1) == Some(&b'#') { "orderedList" } else { "bulletList" };
    let mut all: Vec<(&str, Vec<Value>)> = Vec::new();
    let mut at = 0;
    while at < items.len() {
        let (marks, said) = items[at];
        let deeper = items[at + 1..].iter().take_while(|(marks, _)| marks.len() > depth).count();
        let mut content = vec![node("paragraph", inline(said))];
        content.extend(lists(&items[at + 1..at + 1 + deeper], depth + 1));
        let item = node("listItem", content);
        match all.last_mut().filter(|(before, _)| *before == kind(marks)) {
            Some((_, list)) => list.push(item),
            None => all.push((kind(marks), vec![item])),
        }
        at += 1 + deeper;
    }
    let list = |(kind, items): (&str, Vec<Value>)| match kind {
        "orderedList" => with_attrs(node(kind, items), json!({ "order": 1 })),
        _ => node(kind, items),
    };
    all.into_iter().map(list).collect()
}

/// `||Name||Age||`, `|Ana|42|`. A bar in a link or after a backslash ends no cell.
fn row(line: &str) -> Value {
    let mut cells: Vec<(bool, String)> = Vec::new();
    let mut chars = line.chars().peekable();
    let mut depth = 0_u32;
    while let Some(char) = chars.next() {
        match char {
            '|' if depth == 0 => {
                let header = chars.next_if_eq(&'|').is_some();
                cells.push((header, String::new()));
            }
            other => {
                match other {
                    '[' | '{' => depth += 1,
                    ']' | '}' => depth = depth.saturating_sub(1),
                    _ => {}
                }
                if let Some((_, cell)) = cells.last_mut() {
                    cell.push(other);
                    if other == '\\'
                        && let Some(next) = chars.next()
                    {
                        cell.push(next);
                    }
                }
            }
        }
    }
    // What stands after the last bar is no cell.
    if cells.last().is_some_and(|(_, it)| it.trim().is_empty()) {
        cells.pop();
    }
    let cell = |(header, said): (bool, String)| {
        let said = inline(said.trim());
        node(if header { "tableHeader" } else { "tableCell" }, vec![node("paragraph", said)])
    };
    node("tableRow", cells.into_iter().map(cell).collect())
}

fn inline(markup: &str) -> Vec<Value> {
    let mut reader = Reader { out: Vec::new(), plain: String::new() };
    reader.read(markup, &[]);
    reader.flush(&[]);
    reader.out
}

struct Reader {
    out: Vec<Value>,
    plain: String,
}

impl Reader {
    fn flush(&mut self, marks: &[Value]) {
        let plain = std::mem::take(&mut self.plain);
        for (at, line) in plain.split('\n').enumerate() {
            if at > 0 {
                self.out.push(json!({ "type": "hardBreak" }));
            }
            linked(line, marks, &mut self.out);
        }
    }

    fn read(&mut self, markup: &str, marks: &[Value]) {
        let mut at = 0;
        while at < markup.len() {
            let rest = &markup[at..];
            let before = markup[..at].chars().next_back();
            if let Some(used) = self.special(rest, marks).or_else(|| self.marked(rest, before, marks)) {
                at += used;
                continue;
            }
            let Some(char) = rest.chars().next() else { break };
            self.plain.push(char);
            at += char.len_utf8();
        }
    }

    /// Escapes, breaks, code, links, pictures: how much of `rest` it took.
    fn special(&mut self, rest: &str, marks: &[Value]) -> Option<usize> {
        if let Some(after) = rest.strip_prefix('\\') {
            if let Some(rest) = after.strip_prefix('\\') {
                self.plain.push('\n');
                let blank = rest.len() - rest.trim_start_matches(' ').len();
                return Some(2 + blank);
            }
            let next = after.chars().next().filter(char::is_ascii_punctuation)?;
            self.plain.push(next);
            return Some(2);
        }
        if rest.starts_with("&#92;") {
            self.plain.push('\\');
            return Some(5);
        }
        if let Some(inner) = rest.strip_prefix("{{") {
            let (code, _) = inner.split_once("}}").filter(|(code, _)| !code.is_empty() && !code.contains('\n'))?;
            self.flush(marks);
            self.out.push(text(code, &[marks, &[mark("code")]].concat()));
            return Some(code.len() + 4);
        }
        if let Some(inner) = rest.strip_prefix("{color") {
            return inner.split_once('}').map(|(it, _)| 7 + it.len());
        }
        if let Some(inner) = rest.strip_prefix('[') {
            let (inside, _) = inner.split_once(']').filter(|(it, _)| !it.is_empty() && !it.contains('\n'))?;
            self.link(inside, marks)?;
            return Some(inside.len() + 2);
        }
        if let Some(inner) = rest.strip_prefix('!') {
            let (inside, _) = inner.split_once('!').filter(|(it, _)| it.contains('.') && !it.contains([' ', '\n']))?;
            let name = inside.split('|').next().unwrap_or(inside);
            self.plain.push_str(&format!("({name})"));
            return Some(inside.len() + 2);
        }
        None
    }

    fn link(&mut self, inside: &str, marks: &[Value]) -> Option<()> {
        if let Some(user) = inside.strip_prefix('~') {
            self.plain.push_str(&format!("@{}", user.trim_start_matches("accountid:")));
            return Some(());
        }
        if let Some(file) = inside.strip_prefix('^') {
            self.plain.push_str(&format!("({file})"));
            return Some(());
        }
        let (label, target) = match inside.split_once('|') {
            // A third part says how the link is shown.
            Some((label, target)) => (label, target.split('|').next().unwrap_or(target)),
            None => (inside, inside),
        };
        if !is_safe(target) {
            return None;
        }
        self.flush(marks);
        let marks = [marks, &[link(target)]].concat();
        if label == target {
            self.out.push(text(target, &marks));
        } else {
            self.read(label, &marks);
            self.flush(&marks);
        }
        Some(())
    }

    /// `*strong*` at the borders of words, `{*}strong{*}` anywhere.
    fn marked(&mut self, rest: &str, before: Option<char>, marks: &[Value]) -> Option<usize> {
        for (sign, kind) in [("*", "strong"), ("_", "em"), ("-", "strike"), ("+", ""), ("^", ""), ("~", ""), ("??", "em")] {
            let braced = format!("{{{sign}}}");
            let (fence, loose) = match rest.starts_with(&braced) {
                true => (braced.as_str(), true),
                false => (sign, false),
            };
            let Some(inner) = rest.strip_prefix(fence) else { continue };
            if !loose
                && (before.is_some_and(|it| it.is_alphanumeric() || it == '\\')
                    || !inner.starts_with(|it: char| !it.is_whitespace()))
            {
                continue;
            }
            let Some(end) = closing(inner, fence, loose) else { continue };
            self.flush(marks);
            let mark = (!kind.is_empty()).then(|| mark(kind));
            let marks: Vec<Value> = marks.iter().cloned().chain(mark).collect();
            self.read(&inner[..end], &marks);
            self.flush(&marks);
            return Some(fence.len() * 2 + end);
        }
        None
    }
}

/// Where what `fence` marks up ends: not at a blank, not within a word, not escaped, and on the same line.
fn closing(inner: &str, fence: &str, loose: bool) -> Option<usize> {
    let line = inner.split('\n').next().unwrap_or(inner);
    line.match_indices(fence).map(|(at, _)| at).find(|at| {
        let before = line[..*at].chars().next_back();
        let after = line[at + fence.len()..].chars().next();
        let fits = loose || (before.is_some_and(|it| !it.is_whitespace()) && !after.is_some_and(char::is_alphanumeric));
        *at > 0 && before != Some('\\') && fits
    })
}
