//! A value of one kind of field as one of another kind.

use connectors::FieldKind;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A value that the other side cannot hold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unfit {
    /// Of the side that cannot hold it.
    pub field: String,
    /// A sentence without its period.
    pub why: String,
}

/// `value` as the kind `to` holds it; `named` is what a word is called there.
///
/// # Errors
/// Why it cannot be said there.
pub fn convert(
    value: &Value,
    (from, to): (&FieldKind, &FieldKind),
    named: &dyn Fn(&str) -> Option<String>,
) -> Result<Value, String> {
    let words: Vec<String> = match value {
        Value::Null => return Ok(Value::Null),
        Value::Array(items) => items.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        Value::String(text) if *to == FieldKind::Labels && is_plain(from) => {
            text.split(',').map(|it| it.trim().to_owned()).filter(|it| !it.is_empty()).collect()
        }
        Value::String(text) => vec![text.clone()],
        Value::Bool(flag) => vec![if *flag { "yes" } else { "no" }.to_owned()],
        other => vec![other.to_string()],
    };
    let words: Vec<String> = words.into_iter().map(|it| named(&it).unwrap_or(it)).collect();
    if *to == FieldKind::Labels {
        return Ok(Value::from(words));
    }
    let text = words.join(", ");
    if text.trim().is_empty() {
        return Ok(Value::Null);
    }
    match to {
        FieldKind::Markdown | FieldKind::Person | FieldKind::Labels => Ok(text.into()),
        // One line.
        FieldKind::Text => Ok(text.split_whitespace().collect::<Vec<_>>().join(" ").into()),
        FieldKind::Number => match text.trim().replace(',', ".").parse::<f64>() {
            Ok(number) if number.fract() == 0.0 && number.abs() < 9e15 => Ok(Value::from(number as i64)),
            Ok(number) => Ok(number.into()),
            Err(_) => Err(format!("`{text}` is no number")),
        },
        FieldKind::Flag => match text.trim().to_lowercase().as_str() {
            "yes" | "true" | "1" | "on" => Ok(true.into()),
            "no" | "false" | "0" | "off" => Ok(false.into()),
            _ => Err(format!("`{text}` is neither yes nor no")),
        },
        FieldKind::Date => {
            let date = text.trim().get(..10).and_then(|it| it.parse::<jiff::civil::Date>().ok());
            date.map(|it| it.to_string().into()).ok_or_else(|| format!("`{text}` is no date such as 2026-11-21"))
        }
        FieldKind::Choice(options) => {
            let found = words.iter().find_map(|word| options.iter().find(|it| it.eq_ignore_ascii_case(word.trim())));
            found
                .map(|it| Value::from(it.as_str()))
                .ok_or_else(|| format!("`{text}` is none of {}: say in the mapping what it is called there", options.join(", ")))
        }
    }
}

fn is_plain(kind: &FieldKind) -> bool {
    matches!(kind, FieldKind::Text | FieldKind::Markdown)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn values_become_what_the_other_side_holds() {
        let choice = FieldKind::Choice(vec!["To Do".into(), "Done".into()]);
        let named = |word: &str| (word == "Closed").then(|| "Done".to_owned());
        let cases = [
            (json!("Closed"), FieldKind::Text, choice.clone(), Ok(json!("Done"))),
            (json!("to do"), FieldKind::Text, choice.clone(), Ok(json!("To Do"))),
            (
                json!("Lost"),
                FieldKind::Text,
                choice.clone(),
                Err("`Lost` is none of To Do, Done: say in the mapping what it is called there"),
            ),
            (json!(["x", "Done"]), FieldKind::Labels, choice, Ok(json!("Done"))),
            (json!("a, b"), FieldKind::Text, FieldKind::Labels, Ok(json!(["a", "b"]))),
            (json!("a, b"), FieldKind::Choice(vec!["a, b".into()]), FieldKind::Labels, Ok(json!(["a, b"]))),
            (json!(["a", "b"]), FieldKind::Labels, FieldKind::Text, Ok(json!("a, b"))),
            (json!([]), FieldKind::Labels, FieldKind::Text, Ok(json!(null))),
            (json!("two\nlines"), FieldKind::Markdown, FieldKind::Text, Ok(json!("two lines"))),
            (json!("4.0"), FieldKind::Text, FieldKind::Number, Ok(json!(4))),
            (json!("2,5"), FieldKind::Text, FieldKind::Number, Ok(json!(2.5))),
            (json!("four"), FieldKind::Text, FieldKind::Number, Err("`four` is no number")),
            (json!(3), FieldKind::Number, FieldKind::Text, Ok(json!("3"))),
            (json!("2026-11-21T10:00:00Z"), FieldKind::Text, FieldKind::Date, Ok(json!("2026-11-21"))),
            (json!("soon"), FieldKind::Text, FieldKind::Date, Err("`soon` is no date such as 2026-11-21")),
            (json!(true), FieldKind::Flag, FieldKind::Text, Ok(json!("yes"))),
            (json!("maybe"), FieldKind::Text, FieldKind::Flag, Err("`maybe` is neither yes nor no")),
            (json!(null), FieldKind::Text, FieldKind::Number, Ok(json!(null))),
            (json!("ana@example.org"), FieldKind::Person, FieldKind::Text, Ok(json!("ana@example.org"))),
        ];
        for (value, from, to, expected) in cases {
            assert_eq!(convert(&value, (&from, &to), &named), expected.map_err(str::to_owned), "{value} from {from:?} to {to:?}");
        }
    }
}
