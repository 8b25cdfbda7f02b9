//! Markdown → document.

use pulldown_cmark::{CodeBlockKind, Event, HeadingLevel, Options, Parser, Tag, TagEnd};
use serde_json::{Value, json};

use super::{children, document, is_safe, kind, link, linked, mark, node, text, with_attrs};

/// A document of what people wrote; of nothing, an empty one.
pub(in crate::jira) fn from_markdown(markdown: &str) -> Value {
    let options = Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TASKLISTS;
    let mut writer = Writer { open: vec![Open::new("doc")], ..Writer::default() };
    Parser::new_ext(markdown, options).for_each(|event| writer.event(event));
    while writer.open.len() > 1 {
        writer.close();
    }
    document(writer.open.pop().map(|it| it.content).unwrap_or_default())
}

#[derive(Default)]
struct Writer {
    /// From the document to what is being written.
    open: Vec<Open>,
    marks: Vec<Value>,
    /// How many boxes to tick there were: each has an id.
    boxes: usize,
    /// Links that lead nowhere we may write: their end closes nothing.
    unlinked: usize,
}

/// A node that is not complete yet.
struct Open {
    kind: &'static str,
    attrs: Option<Value>,
    content: Vec<Value>,
    /// Whether it is a paragraph that Markdown did not write out, as in a tight list.
    implied: bool,
}

impl Open {
    fn new(kind: &'static str) -> Open {
        Open { kind, attrs: None, content: Vec::new(), implied: false }
    }

    fn with(kind: &'static str, attrs: Value) -> Open {
        Open { attrs: Some(attrs), ..Open::new(kind) }
    }
}

fn holds_blocks(kind: &str) -> bool {
    matches!(kind, "doc" | "blockquote" | "listItem" | "tableCell" | "tableHeader")
}

impl Writer {
    fn event(&mut self, event: Event<'_>) {
        match event {
            Event::Start(tag) => self.start(tag),
            Event::End(tag) => self.end(tag),
            Event::Text(text) | Event::FootnoteReference(text) | Event::Html(text) | Event::InlineHtml(text) => self.say(&text),
            Event::Code(code) | Event::InlineMath(code) | Event::DisplayMath(code) => {
                self.marks.push(mark("code"));
                self.inline(|marks| text(&code, marks));
                self.marks.pop();
            }
            // People who write in a chat mean their line breaks.
            Event::SoftBreak | Event::HardBreak => self.inline(|_| json!({ "type": "hardBreak" })),
            Event::Rule => {
                self.end_implied();
                self.append(json!({ "type": "rule" }));
            }
            Event::TaskListMarker(done) => {
                if let Some(item) = self.open.iter_mut().rev().find(|it| it.kind == "listItem") {
                    item.attrs = Some(json!({ "done": done }));
                }
            }
        }
    }

    fn say(&mut self, said: &str) {
        if said.is_empty() {
            return;
        }
        if self.open.last().is_some_and(|it| it.kind == "codeBlock") {
            self.append(text(said, &[]));
            return;
        }
        self.begin_inline();
        let marks = self.marks.clone();
        let mut nodes = Vec::new();
        linked(said, &marks, &mut nodes);
        for node in nodes {
            self.append(node);
        }
    }

    fn inline(&mut self, make: impl FnOnce(&[Value]) -> Value) {
        self.begin_inline();
        let node = make(&self.marks);
        self.append(node);
    }

    /// Text stands in paragraphs.
    fn begin_inline(&mut self) {
        if self.open.last().is_some_and(|it| holds_blocks(it.kind)) {
            self.open.push(Open { implied: true, ..Open::new("paragraph") });
        }
    }

    fn end_implied(&mut self) {
        if self.open.last().is_some_and(|it| it.implied) {
            self.close();
        }
    }

    fn start(&mut self, tag: Tag<'_>) {
        match tag {
            Tag::Strong => return self.marks.push(mark("strong")),
            Tag::Emphasis => return self.marks.push(mark("em")),
            Tag::Strikethrough => return self.marks.push(mark("strike")),
            Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. } => {
                let nested = self.marks.iter().any(|it| it["type"] == "link");
                return if is_safe(&dest_url) && !nested { self.marks.push(link(&dest_url)) } else { self.unlinked += 1 };
            }
            _ => {}
        }
        self.end_implied();
        let open = match tag {
            Tag::Paragraph => Open::new("paragraph"),
            Tag::Heading { level, .. } => Open::with("heading", json!({ "level": number(level) })),
            Tag::BlockQuote(_) => Open::new("blockquote"),
            Tag::CodeBlock(CodeBlockKind::Fenced(language)) if !language.trim().is_empty() => {
                let language = language.split_whitespace().next().unwrap_or_default();
                Open::with("codeBlock", json!({ "language": language }))
            }
            Tag::CodeBlock(_) => Open::new("codeBlock"),
            Tag::List(Some(first)) => Open::with("orderedList", json!({ "order": first })),
            Tag::List(None) => Open::new("bulletList"),
            Tag::Item => Open::new("listItem"),
            Tag::Table(_) => Open::new("table"),
            Tag::TableHead | Tag::TableRow => Open::new("tableRow"),
            Tag::TableCell => {
                let rows = self.open.iter().rev().find(|it| it.kind == "table").map_or(0, |it| it.content.len());
                Open::new(if rows == 0 { "tableHeader" } else { "tableCell" })
            }
            // Of the rest we switched none on; HTML comes as text.
            _ => return,
        };
        self.open.push(open);
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Strong | TagEnd::Emphasis | TagEnd::Strikethrough => drop(self.marks.pop()),
            TagEnd::Link | TagEnd::Image if self.unlinked > 0 => self.unlinked -= 1,
            TagEnd::Link | TagEnd::Image => drop(self.marks.pop()),
            TagEnd::HtmlBlock => self.end_implied(),
            TagEnd::Paragraph
            | TagEnd::Heading(_)
            | TagEnd::BlockQuote(_)
            | TagEnd::CodeBlock
            | TagEnd::List(_)
            | TagEnd::Item
            | TagEnd::Table
            | TagEnd::TableHead
            | TagEnd::TableRow
            | TagEnd::TableCell => {
                self.end_implied();
                self.close();
            }
            _ => {}
        }
    }

    /// Completes what is being written, in a form that may stand where it stands.
    fn close(&mut self) {
        let Some(Open { kind, attrs, mut content, .. }) = self.open.pop() else { return };
        match kind {
            "codeBlock" => {
                let code: String = content.iter().filter_map(|it| it["text"].as_str()).collect();
                let code = code.strip_suffix('\n').unwrap_or(&code);
                content = if code.is_empty() { Vec::new() } else { vec![text(code, &[])] };
            }
            "listItem" if content.first().is_none_or(|it| !matches!(super::kind(it), "paragraph" | "codeBlock")) => {
                content.insert(0, node("paragraph", Vec::new()));
            }
            "tableCell" | "tableHeader" if content.is_empty() => content.push(node("paragraph", Vec::new())),
            "bulletList" => {
                let list = self.list(content);
                return self.append(list);
            }
            _ => {}
        }
        let node = node(kind, content);
        self.append(match attrs {
            Some(attrs) => with_attrs(node, attrs),
            None => node,
        });
    }

    /// Items with boxes to tick are a list of their own kind, where each is one paragraph and it stands by itself.
    fn list(&mut self, mut items: Vec<Value>) -> Value {
        let is_box = |it: &Value| it["attrs"]["done"].is_boolean() && matches!(children(it), [one] if kind(one) == "paragraph");
        let stands_alone = self.open.last().is_some_and(|it| it.kind == "doc");
        if stands_alone && !items.is_empty() && items.iter().all(is_box) {
            self.boxes += 1;
            let list = json!({ "localId": format!("list-{}", self.boxes) });
            let items = items.iter().map(|it| {
                self.boxes += 1;
                let state = if it["attrs"]["done"] == true { "DONE" } else { "TODO" };
                let attrs = json!({ "localId": format!("task-{}", self.boxes), "state": state });
                with_attrs(node("taskItem", children(&children(it)[0]).to_vec()), attrs)
            });
            return with_attrs(node("taskList", items.collect()), list);
        }
        for item in &mut items {
            let Some(done) = item.as_object_mut().and_then(|it| it.remove("attrs")) else { continue };
            let sign = text(if done["done"] == true { "☑ " } else { "☐ " }, &[]);
            if let Some(first) = item["content"][0]["content"].as_array_mut() {
                first.insert(0, sign);
            }
        }
        node("bulletList", items)
    }

    /// Puts a node into what is being written; what may not stand there is said in another way.
    fn append(&mut self, child: Value) {
        let Some(parent) = self.open.last_mut() else { return };
        let narrow = matches!(parent.kind, "blockquote" | "listItem");
        match (narrow, kind(&child)) {
            (true, "blockquote") => parent.content.extend(children(&child).to_vec()),
            (true, "heading") => parent.content.push(node("paragraph", children(&child).iter().map(strong).collect())),
            (true, "rule") => {}
            (true, "table") => {
                let row = |row: &Value| {
                    let cells = children(row).iter().map(super::read::plain).collect::<Vec<_>>().join(" | ");
                    node("paragraph", if cells.is_empty() { Vec::new() } else { vec![text(&cells, &[])] })
                };
                parent.content.extend(children(&child).iter().map(row));
            }
            (_, "text") => match parent.content.last_mut() {
                // Markdown comes in pieces, and what is marked alike is one text.
                Some(last) if kind(last) == "text" && last["marks"] == child["marks"] => {
                    let whole = [&*last, &child].map(|it| it["text"].as_str().unwrap_or_default()).concat();
                    last["text"] = whole.into();
                }
                _ => parent.content.push(child),
            },
            _ => parent.content.push(child),
        }
    }
}

fn strong(inline: &Value) -> Value {
    let mut inline = inline.clone();
    let marks = inline["marks"].as_array().cloned().unwrap_or_default();
    if inline["type"] == "text" && marks.iter().all(|it| it["type"] != "strong" && it["type"] != "code") {
        inline["marks"] = [marks, vec![mark("strong")]].concat().into();
    }
    inline
}

fn number(level: HeadingLevel) -> u8 {
    match level {
        HeadingLevel::H1 => 1,
        HeadingLevel::H2 => 2,
        HeadingLevel::H3 => 3,
        HeadingLevel::H4 => 4,
        HeadingLevel::H5 => 5,
        HeadingLevel::H6 => 6,
    }
}
