//! Block Kit's documented shapes and limits: <https://docs.slack.dev/reference/block-kit>. Stricter than Slack where a
//! property is unknown: what we do not mean to send is a mistake.

use std::collections::HashSet;

use commands::{Group, Message};
use serde_json::{Map, Value};

use crate::chat::{
    FormView,
    slack::{drawn, escape::width, modal},
};

/// What is wrong, each with where it is.
#[derive(Default)]
struct Kit {
    problems: Vec<String>,
    block_ids: HashSet<String>,
    focused: usize,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Surface {
    Message,
    Modal,
}

impl Kit {
    fn wrong(&mut self, at: &str, what: impl AsRef<str>) {
        self.problems.push(format!("{at}: {}", what.as_ref()));
    }

    /// Of an object's properties, those that it may and must have.
    fn object<'a>(&mut self, at: &str, value: &'a Value, required: &[&str], optional: &[&str]) -> &'a Map<String, Value> {
        static NONE: std::sync::LazyLock<Map<String, Value>> = std::sync::LazyLock::new(Map::new);
        let Some(fields) = value.as_object() else {
            self.wrong(at, "is no object");
            return &NONE;
        };
        for name in required.iter().filter(|it| !fields.contains_key(**it)) {
            self.wrong(at, format!("lacks `{name}`"));
        }
        for name in fields.keys().filter(|it| !required.contains(&it.as_str()) && !optional.contains(&it.as_str())) {
            self.wrong(at, format!("has an unknown `{name}`"));
        }
        fields
    }

    fn string(&mut self, at: &str, value: Option<&Value>, range: std::ops::RangeInclusive<usize>) {
        match value {
            None => {}
            Some(Value::String(text)) if range.contains(&width(text)) => {}
            Some(Value::String(text)) => self.wrong(at, format!("has {} characters", width(text))),
            Some(_) => self.wrong(at, "is no string"),
        }
    }

    fn text(&mut self, at: &str, value: Option<&Value>, limit: usize, kinds: &[&str]) {
        let Some(value) = value else { return };
        let kind = value["type"].as_str().unwrap_or_default();
        if !kinds.contains(&kind) {
            self.wrong(at, format!("is a {kind}"));
        }
        let optional: &[&str] = if kind == "mrkdwn" { &["verbatim"] } else { &["emoji"] };
        let fields = self.object(at, value, &["type", "text"], optional);
        self.string(at, fields.get("text"), 1..=limit);
        // Slack refuses a text of nothing but white space in most places.
        if fields.get("text").and_then(Value::as_str).is_some_and(|it| it.trim().is_empty()) {
            self.wrong(at, "says nothing");
        }
    }

    fn items<'a>(&mut self, at: &str, value: Option<&'a Value>, range: std::ops::RangeInclusive<usize>) -> &'a [Value] {
        match value {
            None => &[],
            Some(Value::Array(items)) => {
                if !range.contains(&items.len()) {
                    self.wrong(at, format!("has {} items", items.len()));
                }
                items
            }
            Some(_) => {
                self.wrong(at, "is no list");
                &[]
            }
        }
    }

    fn option(&mut self, at: &str, option: &Value, kinds: &[&str]) {
        let fields = self.object(at, option, &["text", "value"], &["description", "url"]);
        self.text(&format!("{at}/text"), fields.get("text"), 75, kinds);
        self.string(&format!("{at}/value"), fields.get("value"), 1..=150);
        self.text(&format!("{at}/description"), fields.get("description"), 75, kinds);
        self.string(&format!("{at}/url"), fields.get("url"), 1..=3000);
    }

    fn confirm(&mut self, at: &str, confirm: Option<&Value>) {
        let Some(confirm) = confirm else { return };
        let fields = self.object(at, confirm, &["title", "text", "confirm", "deny"], &["style"]);
        for (name, limit) in [("title", 100), ("text", 300), ("confirm", 30), ("deny", 30)] {
            self.text(&format!("{at}/{name}"), fields.get(name), limit, &["plain_text"]);
        }
        self.style(at, fields.get("style"));
    }

    fn style(&mut self, at: &str, style: Option<&Value>) {
        if !matches!(style.map(Value::as_str), None | Some(Some("primary" | "danger"))) {
            self.wrong(at, "has an unknown style");
        }
    }

    fn options(&mut self, at: &str, fields: &Map<String, Value>, range: std::ops::RangeInclusive<usize>, kinds: &[&str]) {
        let mut offered: Vec<&Value> = Vec::new();
        let flat = self.items(&format!("{at}/options"), fields.get("options"), range);
        offered.extend(flat);
        for (index, group) in self.items(&format!("{at}/option_groups"), fields.get("option_groups"), 1..=100).iter().enumerate()
        {
            let at = format!("{at}/option_groups/{index}");
            let group = self.object(&at, group, &["label", "options"], &[]);
            self.text(&at, group.get("label"), 75, &["plain_text"]);
            offered.extend(self.items(&at, group.get("options"), 1..=100));
        }
        for option in &offered {
            self.option(at, option, kinds);
        }
        let initial = fields
            .get("initial_option")
            .into_iter()
            .chain(fields.get("initial_options").and_then(Value::as_array).into_iter().flatten());
        for initial in initial {
            if !offered.contains(&initial) {
                self.wrong(at, "begins with an option that is not offered");
            }
        }
    }

    fn element(&mut self, at: &str, element: &Value, place: &str) {
        let kind = element["type"].as_str().unwrap_or_default();
        const SELECT: &[&str] = &["action_id", "placeholder", "confirm", "focus_on_load"];
        const TEXT: &[&str] = &["action_id", "placeholder", "focus_on_load", "initial_value", "dispatch_action_config"];
        let with = |more: &[&'static str], base: &[&'static str]| [base, more].concat();
        let (allowed, optional, required): (&[&str], Vec<&str>, Vec<&str>) = match kind {
            "button" => (
                &["actions", "accessory"],
                vec!["action_id", "url", "value", "style", "confirm", "accessibility_label"],
                vec!["text"],
            ),
            "overflow" => (&["actions", "accessory"], vec!["action_id", "confirm"], vec!["options"]),
            "checkboxes" => (
                &["actions", "accessory", "input"],
                vec!["action_id", "initial_options", "confirm", "focus_on_load"],
                vec!["options"],
            ),
            "radio_buttons" => (
                &["actions", "accessory", "input"],
                vec!["action_id", "initial_option", "confirm", "focus_on_load"],
                vec!["options"],
            ),
            "static_select" => {
                (&["actions", "accessory", "input"], with(&["options", "option_groups", "initial_option"], SELECT), vec![])
            }
            "multi_static_select" => (
                &["accessory", "input"],
                with(&["options", "option_groups", "initial_options", "max_selected_items"], SELECT),
                vec![],
            ),
            "external_select" => {
                (&["actions", "accessory", "input"], with(&["initial_option", "min_query_length"], SELECT), vec![])
            }
            "multi_external_select" => {
                (&["accessory", "input"], with(&["initial_options", "min_query_length", "max_selected_items"], SELECT), vec![])
            }
            "users_select" => (&["actions", "accessory", "input"], with(&["initial_user"], SELECT), vec![]),
            "multi_users_select" => (&["accessory", "input"], with(&["initial_users", "max_selected_items"], SELECT), vec![]),
            "conversations_select" => (
                &["actions", "accessory", "input"],
                with(&["initial_conversation", "default_to_current_conversation", "response_url_enabled", "filter"], SELECT),
                vec![],
            ),
            "multi_conversations_select" => (
                &["accessory", "input"],
                with(&["initial_conversations", "default_to_current_conversation", "max_selected_items", "filter"], SELECT),
                vec![],
            ),
            "channels_select" => {
                (&["actions", "accessory", "input"], with(&["initial_channel", "response_url_enabled"], SELECT), vec![])
            }
            "multi_channels_select" => {
                (&["accessory", "input"], with(&["initial_channels", "max_selected_items"], SELECT), vec![])
            }
            "datepicker" => (&["actions", "accessory", "input"], with(&["initial_date"], SELECT), vec![]),
            "timepicker" => (&["actions", "accessory", "input"], with(&["initial_time", "timezone"], SELECT), vec![]),
            "datetimepicker" => {
                (&["actions", "input"], vec!["action_id", "initial_date_time", "confirm", "focus_on_load"], vec![])
            }
            "plain_text_input" => (&["input"], with(&["multiline", "min_length", "max_length"], TEXT), vec![]),
            "email_text_input" | "url_text_input" => (&["input"], TEXT.to_vec(), vec![]),
            "number_input" => (&["input"], with(&["min_value", "max_value"], TEXT), vec!["is_decimal_allowed"]),
            "rich_text_input" => (&["input"], TEXT.to_vec(), vec![]),
            "file_input" => (&["input"], vec!["action_id", "filetypes", "max_files"], vec![]),
            "image" => (&["accessory", "context"], vec!["image_url", "slack_file"], vec!["alt_text"]),
            other => return self.wrong(at, format!("is an unknown element `{other}`")),
        };
        if !allowed.contains(&place) {
            self.wrong(at, format!("`{kind}` does not stand in `{place}`"));
        }
        let fields = self.object(at, element, &[&["type"][..], &required].concat(), &optional).clone();
        self.string(at, fields.get("action_id"), 1..=255);
        self.text(at, fields.get("placeholder"), 150, &["plain_text"]);
        self.confirm(&format!("{at}/confirm"), fields.get("confirm"));
        self.focused += usize::from(fields.get("focus_on_load") == Some(&Value::Bool(true)));
        match kind {
            "button" => {
                self.text(at, fields.get("text"), 75, &["plain_text"]);
                self.string(at, fields.get("value"), 1..=2000);
                self.string(at, fields.get("url"), 1..=3000);
                self.string(at, fields.get("accessibility_label"), 1..=75);
                self.style(at, fields.get("style"));
            }
            "overflow" => self.options(at, &fields, 1..=5, &["plain_text"]),
            "checkboxes" | "radio_buttons" => self.options(at, &fields, 1..=10, &["plain_text", "mrkdwn"]),
            "static_select" | "multi_static_select" => {
                if fields.contains_key("options") == fields.contains_key("option_groups") {
                    self.wrong(at, "needs either options or groups of them");
                }
                self.options(at, &fields, 1..=100, &["plain_text"]);
            }
            "external_select" | "multi_external_select" => {
                let initial = fields.get("initial_option").into_iter();
                for option in initial.chain(fields.get("initial_options").and_then(Value::as_array).into_iter().flatten()) {
                    self.option(at, option, &["plain_text"]);
                }
            }
            "plain_text_input" => {
                self.string(at, fields.get("initial_value"), 0..=3000);
                let limit = |name: &str| fields.get(name).and_then(Value::as_u64);
                if limit("max_length").is_some_and(|it| !(1..=3000).contains(&it))
                    || limit("min_length").is_some_and(|it| it > 3000)
                {
                    self.wrong(at, "has a limit beyond 3,000");
                }
                if let (Some(most), Some(given)) = (limit("max_length"), fields.get("initial_value").and_then(Value::as_str))
                    && width(given) as u64 > most
                {
                    self.wrong(at, "begins with more than it takes");
                }
            }
            "file_input" if fields.get("max_files").and_then(Value::as_u64).is_some_and(|it| !(1..=10).contains(&it)) => {
                self.wrong(at, "takes more than 10 files");
            }
            "image" => self.image(at, &fields),
            _ => {}
        }
        if fields.get("max_selected_items").and_then(Value::as_u64) == Some(0) {
            self.wrong(at, "takes nothing");
        }
    }

    fn image(&mut self, at: &str, fields: &Map<String, Value>) {
        if fields.contains_key("image_url") == fields.contains_key("slack_file") {
            self.wrong(at, "needs either an address or a file");
        }
        self.string(at, fields.get("image_url"), 1..=3000);
        self.string(at, fields.get("alt_text"), 1..=2000);
    }

    fn block(&mut self, at: &str, block: &Value, surface: Surface) {
        let kind = block["type"].as_str().unwrap_or_default();
        let (required, optional): (&[&str], &[&str]) = match kind {
            "section" => (&[], &["text", "fields", "accessory", "expand"]),
            "actions" | "context" | "rich_text" => (&["elements"], &[]),
            "header" => (&["text"], &[]),
            "divider" => (&[], &[]),
            "image" => (&["alt_text"], &["image_url", "slack_file", "title"]),
            "input" => (&["label", "element"], &["dispatch_action", "hint", "optional"]),
            "markdown" if surface == Surface::Message => (&["text"], &[]),
            "table" if surface == Surface::Message => (&["rows"], &["column_settings"]),
            other => return self.wrong(at, format!("is an unknown block `{other}`")),
        };
        let fields = self.object(at, block, &[&["type"][..], required].concat(), &[&["block_id"][..], optional].concat()).clone();
        self.string(at, fields.get("block_id"), 1..=255);
        if let Some(id) = fields.get("block_id").and_then(Value::as_str)
            && !self.block_ids.insert(id.to_owned())
        {
            self.wrong(at, format!("`{id}` is the name of another block"));
        }
        match kind {
            "section" => {
                if !fields.contains_key("text") && !fields.contains_key("fields") {
                    self.wrong(at, "has neither text nor fields");
                }
                self.text(at, fields.get("text"), 3000, &["plain_text", "mrkdwn"]);
                for (index, field) in self.items(at, fields.get("fields"), 1..=10).iter().enumerate() {
                    self.text(&format!("{at}/fields/{index}"), Some(field), 2000, &["plain_text", "mrkdwn"]);
                }
                if let Some(accessory) = fields.get("accessory") {
                    self.element(&format!("{at}/accessory"), accessory, "accessory");
                }
            }
            "actions" => {
                let mut ids = HashSet::new();
                for (index, element) in self.items(at, fields.get("elements"), 1..=25).iter().enumerate() {
                    self.element(&format!("{at}/elements/{index}"), element, "actions");
                    if element["action_id"].is_string() && !ids.insert(element["action_id"].clone()) {
                        self.wrong(at, format!("names two elements {}", element["action_id"]));
                    }
                }
            }
            "context" => {
                for (index, element) in self.items(at, fields.get("elements"), 1..=10).iter().enumerate() {
                    let at = format!("{at}/elements/{index}");
                    match element["type"].as_str() {
                        Some("image") => self.element(&at, element, "context"),
                        _ => self.text(&at, Some(element), 2000, &["plain_text", "mrkdwn"]),
                    }
                }
            }
            "header" => self.text(at, fields.get("text"), 150, &["plain_text"]),
            "image" => {
                self.image(at, &fields);
                self.text(at, fields.get("title"), 2000, &["plain_text"]);
            }
            "input" => {
                self.text(at, fields.get("label"), 2000, &["plain_text"]);
                self.text(at, fields.get("hint"), 2000, &["plain_text"]);
                self.element(&format!("{at}/element"), &block["element"], "input");
            }
            "markdown" => self.string(at, fields.get("text"), 1..=12_000),
            "table" => {
                for row in self.items(at, fields.get("rows"), 1..=100) {
                    self.items(at, Some(row), 1..=20);
                }
                self.items(at, fields.get("column_settings"), 0..=20);
            }
            _ => {}
        }
    }

    fn blocks(&mut self, at: &str, blocks: Option<&Value>, surface: Surface) {
        let limit = if surface == Surface::Message { 50 } else { 100 };
        for (index, block) in self.items(at, blocks, 1..=limit).iter().enumerate() {
            self.block(&format!("{at}/{index}"), block, surface);
        }
    }
}

/// What is wrong with the arguments of `chat.postMessage`.
pub fn message(fields: &Map<String, Value>) -> Vec<String> {
    let mut kit = Kit::default();
    let known = [
        "text",
        "blocks",
        "attachments",
        "unfurl_links",
        "unfurl_media",
        "parse",
        "link_names",
        "metadata",
        "thread_ts",
        "reply_broadcast",
        "channel",
    ];
    let fields = kit.object("", &Value::Object(fields.clone()), &[], &known).clone();
    kit.string("/text", fields.get("text"), 1..=40_000);
    kit.blocks("/blocks", fields.get("blocks"), Surface::Message);
    for (index, attachment) in kit.items("/attachments", fields.get("attachments"), 1..=100).iter().enumerate() {
        let at = format!("/attachments/{index}");
        let attachment = kit.object(&at, attachment, &["blocks"], &["color", "fallback"]).clone();
        kit.string(&at, attachment.get("fallback"), 1..=40_000);
        kit.blocks(&format!("{at}/blocks"), attachment.get("blocks"), Surface::Message);
    }
    if !fields.contains_key("blocks") && !fields.contains_key("attachments") {
        kit.wrong("", "has no blocks");
    }
    kit.problems
}

/// What is wrong with a modal: <https://docs.slack.dev/reference/views/modal-views>.
pub fn view(view: &Value) -> Vec<String> {
    let mut kit = Kit::default();
    let optional = [
        "close",
        "submit",
        "private_metadata",
        "callback_id",
        "clear_on_close",
        "notify_on_close",
        "external_id",
        "submit_disabled",
    ];
    let fields = kit.object("", view, &["type", "title", "blocks"], &optional).clone();
    for name in ["title", "close", "submit"] {
        kit.text(name, fields.get(name), 24, &["plain_text"]);
    }
    kit.string("private_metadata", fields.get("private_metadata"), 0..=3000);
    kit.string("callback_id", fields.get("callback_id"), 1..=255);
    kit.string("external_id", fields.get("external_id"), 1..=255);
    kit.blocks("/blocks", fields.get("blocks"), Surface::Modal);
    let asks = fields.get("blocks").and_then(Value::as_array).is_some_and(|it| it.iter().any(|it| it["type"] == "input"));
    if asks && !fields.contains_key("submit") {
        kit.wrong("", "asks and has no button to answer with");
    }
    if kit.focused > 1 {
        kit.wrong("", "begins in more than one field");
    }
    kit.problems
}

/// What is wrong with what a message becomes.
pub fn drawn_message(message: &Message) -> Vec<String> {
    let drawn = drawn(message, &super::print);
    let mut problems: Vec<String> = drawn.messages.into_iter().flat_map(|it| self::message(&it.into_fields())).collect();
    problems.extend(
        drawn.files.iter().filter(|it| it.name.is_empty() || it.text.is_empty()).map(|it| format!("an empty file `{}`", it.name)),
    );
    problems
}

#[test]
fn every_message_of_the_set_is_block_kit() {
    for (name, message) in crate::chat::tests::all() {
        let problems = drawn_message(&message);
        assert!(problems.is_empty(), "{name}: {problems:?}");
        let one = self::message(&crate::chat::slack::render::render(&message, &super::print).into_fields());
        assert!(one.is_empty(), "{name} as one message: {one:?}");
    }
}

#[test]
fn every_form_is_block_kit() {
    let groups: Vec<Group> = connectors::ALL.iter().map(|it| it.group(it.name, None)).chain([crate::builtins::group()]).collect();
    let mut count = 0;
    for (group, spec) in groups.iter().flat_map(|group| group.actions.iter().map(move |spec| (group, spec))) {
        let fields: Vec<_> = spec.fields().to_vec();
        for problems in
            [Vec::new(), fields.iter().map(|it| commands::FieldProblem::new(it.name.clone(), "is wrong ".repeat(80))).collect()]
        {
            let form = FormView {
                id: "f".repeat(64),
                title: format!("{} {}", group.title, spec.name),
                help: spec.summary().to_owned(),
                fields: fields.clone(),
                values: Map::new(),
                problems,
                step: 1,
                steps: 2,
                submit: "Create".into(),
                preview: None,
            };
            let problems = view(&modal::modal(&form));
            assert!(problems.is_empty(), "{} {}: {problems:?}", group.name, spec.name);
            count += 1;
        }
    }
    assert!(count > 50);
}

/// The validator itself refuses what Slack refuses.
#[test]
fn the_validator_validates() {
    use serde_json::json;
    let refused = |block: Value| {
        let fields = Map::from_iter([("blocks".to_owned(), json!([block]))]);
        !message(&fields).is_empty()
    };
    let plain = |text: &str| json!({ "type": "plain_text", "text": text });
    let option = json!({ "text": plain("x"), "value": "x" });
    assert!(!refused(json!({ "type": "divider" })));
    for block in [
        json!({ "type": "section" }),
        json!({ "type": "section", "text": plain(&"x".repeat(3001)) }),
        json!({ "type": "section", "text": plain(" ") }),
        json!({ "type": "section", "fields": vec![plain("x"); 11] }),
        json!({ "type": "header", "text": { "type": "mrkdwn", "text": "x" } }),
        json!({ "type": "header", "text": plain(&"x".repeat(151)) }),
        json!({ "type": "actions", "elements": [] }),
        json!({ "type": "actions", "elements": vec![json!({ "type": "button", "text": plain("x") }); 26] }),
        json!({ "type": "actions", "elements": [{ "type": "button", "text": plain("x"), "value": "x".repeat(2001) }] }),
        json!({ "type": "actions", "elements": [{ "type": "button", "text": plain("x"), "style": "loud" }] }),
        json!({ "type": "actions", "elements": [{ "type": "plain_text_input" }] }),
        json!({ "type": "actions", "elements": [{ "type": "static_select", "options": vec![option.clone(); 101] }] }),
        json!({ "type": "context", "elements": vec![plain("x"); 11] }),
        json!({ "type": "image", "alt_text": "x" }),
        json!({ "type": "image", "image_url": "https://example.org" }),
        json!({ "type": "divider", "text": "x" }),
        json!({ "type": "divider", "block_id": "x".repeat(256) }),
        json!({ "type": "unheard_of" }),
        json!({ "type": "table", "rows": vec![json!([plain("x")]); 101] }),
    ] {
        assert!(refused(block.clone()), "{block}");
    }
    assert!(!message(&Map::from_iter([("blocks".to_owned(), json!(vec![json!({ "type": "divider" }); 51]))])).is_empty());
}
