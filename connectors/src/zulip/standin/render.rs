//! Zulip's Markdown, as far as a sandbox needs it, to `rendered_content`: nothing a person typed
//! reaches the page unescaped. It also finds who is mentioned, which starts outgoing webhooks.

use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TagEnd};

use super::state::State;

/// A rendered message.
#[derive(Debug, Default, PartialEq)]
pub struct Rendered {
    pub html: String,
    /// Whom it mentions aloud: not silently, not in code, not in a quotation.
    pub mentioned: Vec<i64>,
}

/// Around the number of a mention while Markdown is parsed; private-use characters mean nothing else.
const OPEN: char = '\u{E000}';
const CLOSE: char = '\u{E001}';
/// Stands for `<` while Markdown is parsed: Zulip knows no raw HTML, so none may be recognised.
const LESS: char = '\u{E002}';

/// <https://zulip.com/help/format-your-message-using-markdown>
pub fn render(state: &State, content: &str) -> Rendered {
    let (marked, marks) = mark(content);
    let mut writer = Writer { state, marks, out: Rendered::default(), in_code: 0, in_quote: 0, in_head: 0, ends: Vec::new() };
    writer.write(&marked);
    writer.out
}

/// `&`, `<`, `>`, `"` made harmless.
pub fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace(['<', LESS], "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// Takes mentions, channel links and times out of the way of the Markdown parser.
fn mark(content: &str) -> (String, Vec<String>) {
    let (mut marked, mut marks) = (String::new(), Vec::new());
    let content = content.replace([OPEN, CLOSE, LESS], "");
    let mut rest = content.as_str();
    while !rest.is_empty() {
        let found = [("@**", "**"), ("@_**", "**"), ("#**", "**"), ("<time:", ">")].into_iter().find_map(|(start, end)| {
            let inside = rest.strip_prefix(start)?;
            let length = inside.find(end).filter(|it| *it > 0 && !inside[..*it].contains('\n'))?;
            Some(start.len() + length + end.len())
        });
        let length = match found {
            Some(length) => {
                marked.push_str(&format!("{OPEN}{}{CLOSE}", marks.len()));
                marks.push(rest[..length].to_owned());
                length
            }
            None => {
                let next = rest.chars().next().map_or(1, char::len_utf8);
                match &rest[..next] {
                    "<" => marked.push(LESS),
                    other => marked.push_str(other),
                }
                next
            }
        };
        rest = &rest[length..];
    }
    (marked, marks)
}

struct Writer<'a> {
    state: &'a State,
    marks: Vec<String>,
    out: Rendered,
    in_code: usize,
    in_quote: usize,
    in_head: usize,
    /// How each open element ends.
    ends: Vec<&'static str>,
}

impl Writer<'_> {
    fn write(&mut self, markdown: &str) {
        let options = Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH;
        let mut fence: Option<(String, String)> = None;
        for event in Parser::new_ext(markdown, options) {
            match event {
                Event::Start(Tag::CodeBlock(kind)) => {
                    let info = if let CodeBlockKind::Fenced(info) = kind { info.to_string() } else { String::new() };
                    fence = Some((info, String::new()));
                }
                Event::Text(text) if fence.is_some() => {
                    if let Some((_, code)) = &mut fence {
                        code.push_str(&text);
                    }
                }
                Event::End(TagEnd::CodeBlock) => {
                    let (info, code) = fence.take().unwrap_or_default();
                    self.fenced(&info, &code);
                }
                Event::Start(tag) => self.start(&tag),
                Event::End(tag) => {
                    match tag {
                        TagEnd::BlockQuote(_) => self.in_quote -= 1,
                        TagEnd::TableHead => self.in_head -= 1,
                        _ => {}
                    }
                    self.out.html.push_str(self.ends.pop().unwrap_or_default());
                }
                Event::Text(text) => self.text(&text),
                Event::Code(code) => {
                    self.out.html.push_str("<code>");
                    self.in_code += 1;
                    self.text(&code);
                    self.in_code -= 1;
                    self.out.html.push_str("</code>");
                }
                Event::SoftBreak | Event::HardBreak => self.out.html.push_str("<br>\n"),
                Event::Rule => self.out.html.push_str("<hr>\n"),
                _ => {}
            }
        }
        while self.out.html.ends_with('\n') {
            self.out.html.pop();
        }
    }

    fn fenced(&mut self, info: &str, code: &str) {
        match info.split_whitespace().next() {
            Some("quote") => {
                self.out.html.push_str("<blockquote>\n");
                self.in_quote += 1;
                self.write(code.trim_end());
                self.in_quote -= 1;
                self.out.html.push_str("\n</blockquote>\n");
            }
            Some("spoiler") => {
                let header = escape(info.trim_start_matches("spoiler").trim());
                self.out.html.push_str(&format!("<div class=\"spoiler-block\"><div class=\"spoiler-header\">\n<p>{header}</p>\n</div><div class=\"spoiler-content\" aria-hidden=\"true\">\n"));
                self.write(code.trim_end());
                self.out.html.push_str("\n</div></div>\n");
            }
            language => {
                let language = language.map(|it| format!(" data-code-language=\"{}\"", escape(it))).unwrap_or_default();
                self.out.html.push_str(&format!("<div class=\"codehilite\"{language}><pre><span></span><code>"));
                self.in_code += 1;
                self.text(code);
                self.in_code -= 1;
                self.out.html.push_str("</code></pre></div>\n");
            }
        }
    }

    fn start(&mut self, tag: &Tag<'_>) {
        let (start, end): (String, &'static str) = match tag {
            Tag::Paragraph => ("<p>".into(), "</p>\n"),
            Tag::Heading { level, .. } => match *level as usize {
                1 => ("<h1>".into(), "</h1>\n"),
                2 => ("<h2>".into(), "</h2>\n"),
                3 => ("<h3>".into(), "</h3>\n"),
                4 => ("<h4>".into(), "</h4>\n"),
                5 => ("<h5>".into(), "</h5>\n"),
                _ => ("<h6>".into(), "</h6>\n"),
            },
            Tag::BlockQuote(_) => {
                self.in_quote += 1;
                ("<blockquote>\n".into(), "</blockquote>\n")
            }
            Tag::List(Some(first)) if *first != 1 => (format!("<ol start=\"{first}\">\n"), "</ol>\n"),
            Tag::List(Some(_)) => ("<ol>\n".into(), "</ol>\n"),
            Tag::List(None) => ("<ul>\n".into(), "</ul>\n"),
            Tag::Item => ("<li>".into(), "</li>\n"),
            Tag::Emphasis => ("<em>".into(), "</em>"),
            Tag::Strong => ("<strong>".into(), "</strong>"),
            Tag::Strikethrough => ("<del>".into(), "</del>"),
            Tag::Table(_) => ("<table>\n".into(), "</tbody>\n</table>\n"),
            Tag::TableHead => {
                self.in_head += 1;
                ("<thead>\n<tr>\n".into(), "</tr>\n</thead>\n<tbody>\n")
            }
            Tag::TableRow => ("<tr>\n".into(), "</tr>\n"),
            Tag::TableCell if self.in_head > 0 => ("<th>".into(), "</th>\n"),
            Tag::TableCell => ("<td>".into(), "</td>\n"),
            Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. } if safe(dest_url) => {
                (format!("<a href=\"{}\">", escape(dest_url)), "</a>")
            }
            _ => (String::new(), ""),
        };
        self.out.html.push_str(&start);
        self.ends.push(end);
    }

    /// Text with its mentions put back: as links, or as they were typed inside code.
    fn text(&mut self, text: &str) {
        let mut rest = text;
        while let Some((before, from)) = rest.split_once(OPEN) {
            self.plain(before);
            let Some((number, after)) = from.split_once(CLOSE) else { break };
            let mark = number.parse::<usize>().ok().and_then(|it| self.marks.get(it)).cloned().unwrap_or_default();
            let html = if self.in_code > 0 { escape(&mark) } else { self.special(&mark) };
            self.out.html.push_str(&html);
            rest = after;
        }
        self.plain(rest);
    }

    /// Text with bare addresses made links.
    fn plain(&mut self, text: &str) {
        for word in text.split_inclusive(char::is_whitespace) {
            let bare = word.trim_end();
            if self.in_code == 0 && (bare.starts_with("https://") || bare.starts_with("http://")) && !self.ends.contains(&"</a>")
            {
                self.out.html.push_str(&format!("<a href=\"{0}\">{0}</a>{1}", escape(bare), &word[bare.len()..]));
            } else {
                self.out.html.push_str(&escape(word));
            }
        }
    }

    fn special(&mut self, mark: &str) -> String {
        if let Some(time) = mark.strip_prefix("<time:") {
            let time = time.trim_end_matches('>');
            let parsed = time
                .parse::<jiff::Timestamp>()
                .ok()
                .or_else(|| time.parse::<i64>().ok().and_then(|seconds| jiff::Timestamp::from_second(seconds).ok()));
            return match parsed {
                Some(at) => format!("<time datetime=\"{at}\">{}</time>", escape(time)),
                None => format!("<span class=\"timestamp-error\">Invalid time format: {}</span>", escape(time)),
            };
        }
        let inside = mark.trim_start_matches(['@', '#', '_']).trim_matches('*');
        if mark.starts_with('#') {
            let (channel, topic) = inside.split_once('>').map_or((inside, None), |(channel, topic)| (channel, Some(topic)));
            let Some(stream) = self.state.stream_named(channel) else { return escape(mark) };
            let link = super::state::narrow(stream, topic);
            let shown = topic.map_or(format!("#{channel}"), |topic| format!("#{channel} > {topic}"));
            return format!("<a class=\"stream\" data-stream-id=\"{}\" href=\"/{link}\">{}</a>", stream.id, escape(&shown));
        }
        let silent = mark.starts_with("@_");
        if matches!(inside, "all" | "everyone" | "channel" | "stream") {
            return format!("<span class=\"user-mention\" data-user-id=\"*\">{}{inside}</span>", if silent { "" } else { "@" });
        }
        let (name, id) = inside.split_once('|').map_or((inside, None), |(name, id)| (name, id.parse::<i64>().ok()));
        let found = self.state.users.iter().find(|it| match id {
            Some(id) => it.id == id && (name.is_empty() || it.full_name == name),
            None => it.full_name.eq_ignore_ascii_case(name),
        });
        let Some(user) = found else { return escape(mark) };
        if !silent && self.in_quote == 0 && !self.out.mentioned.contains(&user.id) {
            self.out.mentioned.push(user.id);
        }
        let (class, sign) = if silent || self.in_quote > 0 { ("user-mention silent", "") } else { ("user-mention", "@") };
        format!("<span class=\"{class}\" data-user-id=\"{}\">{sign}{}</span>", user.id, escape(&user.full_name))
    }
}

fn safe(address: &str) -> bool {
    let scheme = address.split([':', '/', '?', '#']).next().unwrap_or_default();
    !address[scheme.len()..].starts_with(':') || matches!(scheme.to_ascii_lowercase().as_str(), "http" | "https" | "mailto")
}
