//! Block Kit's rules, as the API enforces them: a rich message that Slack would refuse is refused here.
//!
//! Limits: <https://docs.slack.dev/reference/block-kit/blocks> and its pages of elements and
//! composition objects. A problem reads like Slack's: what is wrong, and a JSON pointer.

use std::collections::HashSet;

use serde_json::{Map, Value};

/// What is wrong with blocks or a view: `[ERROR] must be less than 151 characters [json-pointer:/blocks/0/text/text]`.
#[derive(Default)]
pub struct Problems {
    pub messages: Vec<String>,
    ids: HashSet<String>,
}

impl Problems {
    fn add(&mut self, at: &str, what: impl AsRef<str>) {
        self.messages.push(format!("[ERROR] {} [json-pointer:{at}]", what.as_ref()));
    }

    fn length(&mut self, at: &str, text: &str, limit: usize) {
        if text.chars().count() > limit {
            self.add(at, format!("must be less than {} characters", limit + 1));
        }
    }

    fn string(&mut self, at: &str, object: &Value, name: &str, limit: usize, need: Need) {
        let at = format!("{at}/{name}");
        match &object[name] {
            Value::Null if need == Need::Optional => {}
            Value::Null => self.add(&at, format!("missing required field: {name}")),
            Value::String(text) if text.is_empty() && need == Need::Required => self.add(&at, "must be more than 0 characters"),
            Value::String(text) => self.length(&at, text, limit),
            _ => self.add(&at, "must provide a string"),
        }
    }

    fn text(&mut self, at: &str, object: &Value, name: &str, (limit, plain): (usize, Text), need: Need) {
        let at = format!("{at}/{name}");
        let text = &object[name];
        if text.is_null() {
            if need == Need::Required {
                self.add(&at, format!("missing required field: {name}"));
            }
            return;
        }
        match text["type"].as_str() {
            Some("plain_text") => {}
            Some("mrkdwn") if plain == Text::Any => {}
            _ => self.add(&format!("{at}/type"), "must be plain_text"),
        }
        let known = ["type", "text", "emoji", "verbatim"];
        for name in text.as_object().into_iter().flat_map(Map::keys).filter(|it| !known.contains(&it.as_str())) {
            self.add(&at, format!("no more than 4 properties allowed: {name}"));
        }
        self.string(&at, text, "text", limit, Need::Required);
    }

    fn list<'a>(
        &mut self,
        at: &str,
        object: &'a Value,
        name: &str,
        range: std::ops::RangeInclusive<usize>,
    ) -> Vec<(String, &'a Value)> {
        let at = format!("{at}/{name}");
        match object[name].as_array() {
            None => {
                self.add(&at, format!("missing required field: {name}"));
                Vec::new()
            }
            Some(items) => {
                if items.len() < *range.start() {
                    self.add(&at, format!("no fewer than {} items allowed", range.start()));
                } else if items.len() > *range.end() {
                    self.add(&at, format!("no more than {} items allowed", range.end()));
                }
                items.iter().enumerate().map(|(index, item)| (format!("{at}/{index}"), item)).collect()
            }
        }
    }

    fn options(&mut self, at: &str, object: &Value, limit: usize) {
        for (at, option) in self.list(at, object, "options", 1..=limit) {
            self.text(&at, option, "text", (75, Text::Any), Need::Required);
            self.string(&at, option, "value", 150, Need::Required);
            self.text(&at, option, "description", (75, Text::Any), Need::Optional);
        }
    }

    fn element(&mut self, at: &str, element: &Value, place: Place) {
        let kind = element["type"].as_str().unwrap_or_default();
        let in_input = matches!(
            kind,
            "plain_text_input" | "email_text_input" | "url_text_input" | "number_input" | "file_input" | "rich_text_input"
        );
        let allowed = match place {
            Place::Input => in_input || is_choice(kind),
            Place::Actions => !in_input && (is_choice(kind) || matches!(kind, "button" | "overflow" | "workflow_button")),
            Place::Accessory => {
                !in_input && (is_choice(kind) || matches!(kind, "button" | "overflow" | "image" | "workflow_button"))
            }
        };
        if !allowed {
            return self.add(&format!("{at}/type"), format!("unsupported type: {kind}"));
        }
        self.string(at, element, "action_id", 255, Need::Optional);
        self.text(at, element, "placeholder", (150, Text::Plain), Need::Optional);
        if !element["confirm"].is_null() {
            let at = format!("{at}/confirm");
            self.text(&at, &element["confirm"], "title", (100, Text::Plain), Need::Required);
            self.text(&at, &element["confirm"], "text", (300, Text::Any), Need::Required);
            self.text(&at, &element["confirm"], "confirm", (30, Text::Plain), Need::Optional);
            self.text(&at, &element["confirm"], "deny", (30, Text::Plain), Need::Optional);
        }
        match kind {
            "button" => {
                self.text(at, element, "text", (75, Text::Plain), Need::Required);
                self.string(at, element, "value", 2000, Need::Optional);
                self.string(at, element, "url", 3000, Need::Optional);
                if !matches!(element["style"].as_str(), None | Some("primary" | "danger")) {
                    self.add(&format!("{at}/style"), "must be one of primary, danger");
                }
            }
            "overflow" => self.options(at, element, 5),
            "checkboxes" | "radio_buttons" => self.options(at, element, 10),
            "static_select" | "multi_static_select" if element["option_groups"].is_null() => self.options(at, element, 100),
            "static_select" | "multi_static_select" => {
                for (at, group) in self.list(at, element, "option_groups", 1..=100) {
                    self.text(&at, group, "label", (75, Text::Plain), Need::Required);
                    self.options(&at, group, 100);
                }
            }
            "datetimepicker" if element["initial_date_time"].as_i64().is_some_and(|it| it.to_string().len() != 10) => {
                self.add(&format!("{at}/initial_date_time"), "must be a UNIX timestamp of 10 digits");
            }
            "timepicker" if element["initial_time"].as_str().is_some_and(|it| it.len() != 5) => {
                self.add(&format!("{at}/initial_time"), "must be in the format HH:mm");
            }
            "rich_text_input" if !element["initial_value"].is_null() && element["initial_value"]["type"] != "rich_text" => {
                self.add(&format!("{at}/initial_value"), "must be a rich_text block");
            }
            "file_input" if element["max_files"].as_i64().is_some_and(|it| !(1..=10).contains(&it)) => {
                self.add(&format!("{at}/max_files"), "must be from 1 to 10");
            }
            "image" => self.image(at, element),
            "number_input" if !element["is_decimal_allowed"].is_boolean() => {
                self.add(&format!("{at}/is_decimal_allowed"), "missing required field: is_decimal_allowed");
            }
            "plain_text_input" => {
                self.string(at, element, "initial_value", 3000, Need::Optional);
                if element["max_length"].as_i64().is_some_and(|it| !(1..=3000).contains(&it)) {
                    self.add(&format!("{at}/max_length"), "must be less or equal to 3000");
                }
            }
            _ => {}
        }
        for initial in element["initial_options"].as_array().into_iter().flatten() {
            let is_offered = offered(element).any(|option| option["value"] == initial["value"]);
            if matches!(kind, "checkboxes" | "multi_static_select") && !is_offered {
                self.add(&format!("{at}/initial_options"), "initial_options were not found in options");
            }
        }
        if let Some(initial) = element.get("initial_option").filter(|it| it.is_object())
            && matches!(kind, "static_select" | "radio_buttons")
            && !offered(element).any(|option| option["value"] == initial["value"])
        {
            self.add(&format!("{at}/initial_option"), "initial_option was not found in options");
        }
    }

    fn image(&mut self, at: &str, image: &Value) {
        if image["slack_file"].is_null() {
            self.string(at, image, "image_url", 3000, Need::Required);
        }
        self.string(at, image, "alt_text", 2000, Need::Required);
    }

    fn block(&mut self, at: &str, block: &Value, surface: Surface) {
        self.string(at, block, "block_id", 255, Need::Optional);
        if let Some(id) = block["block_id"].as_str().filter(|id| !id.is_empty())
            && !self.ids.insert(id.to_owned())
        {
            self.add(&format!("{at}/block_id"), format!("`block_id` must be unique: {id}"));
        }
        match block["type"].as_str().unwrap_or_default() {
            "section" => {
                let need = if block["fields"].is_null() { Need::Required } else { Need::Optional };
                self.text(at, block, "text", (3000, Text::Any), need);
                if !block["fields"].is_null() {
                    for (at, _) in self.list(at, block, "fields", 1..=10) {
                        // The pointer's last part is the field's index in its list.
                        let (list, index) = at.rsplit_once('/').unwrap_or((&at, "0"));
                        let fields = &block["fields"];
                        let field = index.parse::<usize>().map_or(&Value::Null, |index| &fields[index]);
                        self.text(list, &serde_json::json!({index: field}), index, (2000, Text::Any), Need::Required);
                    }
                }
                if !block["accessory"].is_null() {
                    self.element(&format!("{at}/accessory"), &block["accessory"], Place::Accessory);
                }
            }
            "actions" => {
                for (at, element) in self.list(at, block, "elements", 1..=25) {
                    self.element(&at, element, Place::Actions);
                }
            }
            "context" => {
                for (at, element) in self.list(at, block, "elements", 1..=10) {
                    match element["type"].as_str() {
                        Some("image") => self.image(&at, element),
                        Some("mrkdwn" | "plain_text") => self.string(&at, element, "text", 3000, Need::Required),
                        _ => self.add(&format!("{at}/type"), "unsupported type"),
                    }
                }
            }
            "header" => self.text(at, block, "text", (150, Text::Plain), Need::Required),
            "image" => {
                self.image(at, block);
                self.text(at, block, "title", (2000, Text::Plain), Need::Optional);
            }
            "input" => {
                self.text(at, block, "label", (2000, Text::Plain), Need::Required);
                self.text(at, block, "hint", (2000, Text::Plain), Need::Optional);
                match block["element"].is_object() {
                    true => self.element(&format!("{at}/element"), &block["element"], Place::Input),
                    false => self.add(&format!("{at}/element"), "missing required field: element"),
                }
            }
            "divider" | "call" | "contact_card" => {}
            "markdown" if surface == Surface::Message => self.string(at, block, "text", 12000, Need::Required),
            "table" if surface == Surface::Message => {
                for (at, row) in self.list(at, block, "rows", 1..=100) {
                    if row.as_array().is_none_or(|cells| cells.is_empty() || cells.len() > 20) {
                        self.add(&at, "no more than 20 items allowed");
                    }
                }
            }
            "rich_text" => {
                self.list(at, block, "elements", 0..=usize::MAX);
            }
            "video" => {
                self.string(at, block, "video_url", 3000, Need::Required);
                self.string(at, block, "thumbnail_url", 3000, Need::Required);
            }
            "file" if surface == Surface::Message => self.string(at, block, "external_id", 255, Need::Required),
            other => self.add(&format!("{at}/type"), format!("unsupported type: {other}")),
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Need {
    Required,
    Optional,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Text {
    Plain,
    Any,
}

#[derive(Clone, Copy)]
enum Place {
    Input,
    Actions,
    Accessory,
}

/// Where blocks are shown.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Surface {
    Message,
    View,
}

fn is_choice(kind: &str) -> bool {
    kind.ends_with("_select") || matches!(kind, "checkboxes" | "radio_buttons" | "datepicker" | "timepicker" | "datetimepicker")
}

/// All options of an element, with those in groups.
pub fn offered(element: &Value) -> impl Iterator<Item = &Value> {
    let groups = element["option_groups"].as_array().into_iter().flatten();
    let grouped = groups.flat_map(|group| group["options"].as_array().into_iter().flatten());
    element["options"].as_array().into_iter().flatten().chain(grouped)
}

/// Checks the blocks of a message or view. Pointers start at `prefix`.
pub fn check(prefix: &str, blocks: &[Value], surface: Surface) -> Vec<String> {
    let mut problems = Problems::default();
    let limit = if surface == Surface::Message { 50 } else { 100 };
    if blocks.len() > limit {
        problems.add(prefix, format!("no more than {limit} items allowed"));
    }
    for (index, block) in blocks.iter().enumerate() {
        problems.block(&format!("{prefix}/{index}"), block, surface);
    }
    problems.messages
}

/// Checks a modal or a Home tab. <https://docs.slack.dev/reference/views/modal-views>
pub fn check_view(view: &Value) -> Vec<String> {
    let mut problems = Problems::default();
    let blocks = view["blocks"].as_array();
    if blocks.is_none() {
        problems.add("/view/blocks", "missing required field: blocks");
    }
    let known = [
        "type",
        "title",
        "blocks",
        "close",
        "submit",
        "private_metadata",
        "callback_id",
        "clear_on_close",
        "notify_on_close",
        "external_id",
        "submit_disabled",
    ];
    for name in view.as_object().into_iter().flat_map(Map::keys).filter(|it| !known.contains(&it.as_str())) {
        problems.add("/view", format!("must not contain the field: {name}"));
    }
    match view["type"].as_str() {
        Some("modal") => {
            problems.text("/view", view, "title", (24, Text::Plain), Need::Required);
            problems.text("/view", view, "close", (24, Text::Plain), Need::Optional);
            problems.text("/view", view, "submit", (24, Text::Plain), Need::Optional);
            if blocks.into_iter().flatten().any(|block| block["type"] == "input") && view["submit"].is_null() {
                problems.add("/view/submit", "must provide a submit button when the view has input blocks");
            }
        }
        Some("home") => {}
        _ => problems.add("/view/type", "must be one of modal, home"),
    }
    problems.string("/view", view, "private_metadata", 3000, Need::Optional);
    problems.string("/view", view, "callback_id", 255, Need::Optional);
    problems.string("/view", view, "external_id", 255, Need::Optional);
    problems.messages.extend(check("/view/blocks", blocks.map_or(&[], Vec::as_slice), Surface::View));
    problems.messages
}

/// Gives every block a `block_id` and every element an `action_id`, as Slack does where the app did not.
pub fn name(blocks: &mut [Value], ids: &mut crate::standin::chat::ids::Ids) {
    for block in blocks {
        if block["block_id"].as_str().is_none_or(str::is_empty) {
            block["block_id"] = Value::String(ids.alphanumeric(5));
        }
        if !matches!(block["type"].as_str(), Some("section" | "actions" | "input")) {
            continue;
        }
        for slot in ["element", "accessory"] {
            if block[slot].is_object() {
                name_element(&mut block[slot], ids);
            }
        }
        if let Some(elements) = block["elements"].as_array_mut() {
            elements.iter_mut().for_each(|element| name_element(element, ids));
        }
    }
}

fn name_element(element: &mut Value, ids: &mut crate::standin::chat::ids::Ids) {
    if element["type"] != "image" && element["action_id"].as_str().is_none_or(str::is_empty) {
        element["action_id"] = Value::String(ids.alphanumeric(5));
    }
}

/// Every interactive element with its `block_id`.
pub fn elements(blocks: &[Value]) -> impl Iterator<Item = (&str, &Value)> {
    blocks.iter().flat_map(|block| {
        let id = block["block_id"].as_str().unwrap_or_default();
        let single = ["element", "accessory"].into_iter().filter_map(|slot| block.get(slot));
        let many = block["elements"].as_array().into_iter().flatten();
        single.chain(many).filter(|element| element["action_id"].is_string()).map(move |element| (id, element))
    })
}

/// The element of that name.
pub fn find<'a>(blocks: &'a [Value], block_id: &str, action_id: &str) -> Option<&'a Value> {
    elements(blocks).find(|(block, element)| *block == block_id && element["action_id"] == action_id).map(|(_, element)| element)
}
