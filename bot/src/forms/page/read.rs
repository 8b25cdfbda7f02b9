//! What a browser sends: pairs of names and texts, and files.

use commands::{Download, Field, FieldKind};
use serde_json::{Map, Value};

use crate::forms::{Form, Forms};

/// What was filled in.
#[derive(Debug, Default)]
pub struct Sent {
    pub pairs: Vec<(String, String)>,
    pub files: Vec<(String, Download)>,
}

impl Sent {
    pub fn urlencoded(body: &[u8]) -> Sent {
        Sent { pairs: url::form_urlencoded::parse(body).into_owned().collect(), files: Vec::new() }
    }

    pub fn has(&self, name: &str) -> bool {
        self.pairs.iter().any(|it| it.0 == name)
    }

    /// Takes out the value of that name.
    pub fn take(&mut self, name: &str) -> String {
        let at = self.pairs.iter().position(|it| it.0 == name);
        at.map(|at| self.pairs.remove(at).1).unwrap_or_default()
    }

    /// Stores the files, which become texts that name them.
    pub async fn keep_files(&mut self, forms: &Forms, form: &Form) -> anyhow::Result<()> {
        for (field, file) in std::mem::take(&mut self.files) {
            self.pairs.push((field, forms.keep_file(form, &file).await?));
        }
        Ok(())
    }

    /// The page's values: strings, or lists of strings, of the fields that there are.
    pub fn values(&self, fields: &[Field]) -> Map<String, Value> {
        let mut values = Map::new();
        for field in fields.iter().filter(|it| !it.hidden) {
            let given = self.pairs.iter().filter(|(name, _)| *name == field.name).map(|(_, value)| value.replace("\r\n", "\n"));
            let value = if field.many {
                let lines: Vec<String> = match &field.kind {
                    FieldKind::Choice(_) => given.collect(),
                    _ => given.flat_map(|it| it.lines().map(|it| it.trim().to_owned()).collect::<Vec<_>>()).collect(),
                };
                Value::from(lines.into_iter().filter(|it| !it.is_empty()).collect::<Vec<_>>())
            } else {
                // A file is given by its box or by the one for its link.
                let given: Vec<String> = given.collect();
                Value::String(given.iter().rev().find(|it| !it.is_empty()).cloned().unwrap_or_default())
            };
            values.insert(field.name.clone(), value);
        }
        values
    }
}

/// The last part of a name: some browsers send where the file was.
pub fn file_name(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let clean: String = last.chars().filter(|it| !it.is_control()).take(200).collect();
    if clean.is_empty() { "file".into() } else { clean }
}
