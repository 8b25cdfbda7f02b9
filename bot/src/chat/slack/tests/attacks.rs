//! What strangers write, as Slack reads what is sent: <https://docs.slack.dev/messaging/formatting-message-text>.

use commands::{Message, Press, message::Button};
use serde_json::Value;

use crate::chat::{slack::drawn, tests::place};

/// Something that is more than words in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Mark {
    Mention(String),
    Link(String),
    Date,
    Bold,
    Italic,
    Struck,
    Code,
    Fence,
    Quote,
    Emoji,
}

/// Reads mrkdwn as Slack's clients do: `<…>` first, fences and code before the rest; what is within these is text.
fn read(text: &str) -> Vec<Mark> {
    let mut marks = Vec::new();
    let mut rest = text;
    let mut shown = String::new();
    while let Some(at) = rest.find('<') {
        shown.push_str(&rest[..at]);
        let Some(length) = rest[at..].find('>') else {
            marks.push(Mark::Link("an open bracket".into()));
            break;
        };
        let inside = &rest[at + 1..at + length];
        let (target, label) = inside.split_once('|').unwrap_or((inside, ""));
        marks.push(match target.chars().next() {
            Some('!') if target.starts_with("!date^") => Mark::Date,
            Some('@' | '#' | '!') => Mark::Mention(target.into()),
            _ => Mark::Link(target.into()),
        });
        if inside.matches('|').count() > 1 || label.contains('\n') {
            marks.push(Mark::Link("a border in a label".into()));
        }
        // Formatting goes on around a link, and not into it.
        shown.push('x');
        marks.extend(formats(label).into_iter().filter(|it| *it != Mark::Quote));
        rest = &rest[at + length + 1..];
    }
    shown.push_str(rest);
    marks.extend(formats(&shown));
    marks
}

fn formats(text: &str) -> Vec<Mark> {
    let mut marks = Vec::new();
    let mut rest = text;
    let mut plain = String::new();
    while let Some(at) = rest.find('`') {
        plain.push_str(&rest[..at]);
        let (fence, mark) = if rest[at..].starts_with("```") { ("```", Mark::Fence) } else { ("`", Mark::Code) };
        let after = &rest[at + fence.len()..];
        match after.find(fence) {
            Some(end) if end > 0 => {
                marks.push(mark);
                plain.push('x');
                rest = &after[end + fence.len()..];
            }
            _ => {
                plain.push('x');
                rest = after;
            }
        }
    }
    plain.push_str(rest);
    for line in plain.lines() {
        if line.starts_with('>') || line.starts_with("&gt;") {
            marks.push(Mark::Quote);
        }
        let chars: Vec<char> = line.chars().collect();
        for (char, mark) in [('*', Mark::Bold), ('_', Mark::Italic), ('~', Mark::Struck)] {
            let mut at = 0;
            while at < chars.len() {
                let opens = chars[at] == char
                    && (at == 0 || !chars[at - 1].is_alphanumeric())
                    && chars.get(at + 1).is_some_and(|it| !it.is_whitespace() && *it != char && *it != '\u{200b}');
                let end = opens.then(|| {
                    (at + 2..chars.len()).find(|end| {
                        chars[*end] == char
                            && !chars[end - 1].is_whitespace()
                            && chars.get(end + 1).is_none_or(|it| !it.is_alphanumeric())
                    })
                });
                match end.flatten() {
                    Some(end) => {
                        marks.push(mark.clone());
                        at = end + 1;
                    }
                    None => at += 1,
                }
            }
        }
        let mut from = 0;
        while let Some(start) = line[from..].find(':').map(|it| from + it) {
            let name: String = line[start + 1..]
                .chars()
                .take_while(|it| it.is_ascii_lowercase() || it.is_ascii_digit() || "_+-'".contains(*it))
                .collect();
            let closed = line[start + 1 + name.len()..].starts_with(':');
            let is_time = line[..start].ends_with(|it: char| it.is_ascii_digit()) && name.bytes().all(|it| it.is_ascii_digit());
            if closed && !name.is_empty() && !is_time {
                marks.push(Mark::Emoji);
            }
            from = start + 1;
        }
    }
    marks
}

/// Every text of a drawn message: what is read as mrkdwn, and the shapes of all that there is.
fn texts(value: &Value, found: &mut Vec<(String, Vec<Mark>)>) {
    match value {
        Value::Object(fields) => {
            let kind = fields.get("type").and_then(Value::as_str).unwrap_or_default();
            match kind {
                "mrkdwn" => {
                    assert_eq!(fields["verbatim"], true);
                    found.push((kind.into(), read(fields["text"].as_str().expect("text"))));
                }
                "plain_text" => {
                    // No markup is read here, and no name of an emoji.
                    assert_eq!(fields["emoji"], false);
                    found.push((kind.into(), Vec::new()));
                }
                _ => {
                    found.push((kind.into(), Vec::new()));
                    fields.values().for_each(|it| texts(it, found));
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|it| texts(it, found)),
        _ => {}
    }
}

fn command(button: &Button) -> String {
    let groups = [connectors::find("redmine").expect("a connector").group("redmine", None)];
    match button.press {
        Press::Run => commands::grammar::print(&groups, &button.call),
        Press::Form => commands::grammar::print_form(&groups, &button.call),
    }
}

/// What a message comes to: kinds of blocks and texts, and the marks in them. A link to our own site is one wherever it leads there.
fn shape(message: &Message) -> Vec<(String, Vec<Mark>)> {
    let drawn = drawn(message, &command);
    let mut found = Vec::new();
    for rendered in &drawn.messages {
        found.push(("text".into(), read(&rendered.text)));
        rendered.blocks.iter().for_each(|it| texts(it, &mut found));
    }
    for (_, marks) in &mut found {
        for mark in marks {
            if let Mark::Link(to) = mark
                && to.starts_with("https://ours.example/")
            {
                *to = "https://ours.example/".into();
            }
        }
    }
    // A long text is several blocks, and so is a short one beside others: how many is no matter.
    let empty = |it: &(String, Vec<Mark>)| {
        it.1.is_empty() && matches!(it.0.as_str(), "section" | "mrkdwn" | "context" | "header" | "plain_text")
    };
    found.retain(|it| !empty(it));
    found
}

#[test]
fn no_text_becomes_more_than_words() {
    place(|attack, word| {
        let (attack, word) = (shape(attack), shape(word));
        // What says nothing may be left out with its marks.
        let fewer = attack.iter().filter(|it| !word.contains(it)).collect::<Vec<_>>();
        let less = |it: &&(String, Vec<Mark>)| {
            word.iter().any(|word| word.0 == it.0 && it.1.iter().all(|mark| word.1.contains(mark)) && it.1.len() <= word.1.len())
        };
        match fewer.iter().find(|it| !less(it)) {
            Some(more) => Err(format!("{more:?} is not in {word:?}")),
            None => Ok(()),
        }
    });
}

/// The reader itself finds what there is.
#[test]
fn the_reader_reads_as_slack_does() {
    let link = |to: &str| Mark::Link(to.into());
    assert_eq!(
        read("<https://x.example|a> <!here> <@U1>"),
        [link("https://x.example"), Mark::Mention("!here".into()), Mark::Mention("@U1".into())]
    );
    assert_eq!(read("*b* _i_ ~s~ `c` ```f```"), [Mark::Code, Mark::Fence, Mark::Bold, Mark::Italic, Mark::Struck]);
    assert_eq!(read("> q\n&gt; q"), [Mark::Quote, Mark::Quote]);
    assert_eq!(read(":fire: 10:30:45"), [Mark::Emoji]);
    assert_eq!(read("due_date 2 * 3 * 4 `*not*`"), [Mark::Code]);
    assert_eq!(read("<!date^1^{time}|x>"), [Mark::Date]);
}
