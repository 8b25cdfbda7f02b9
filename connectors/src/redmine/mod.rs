//! Redmine: issues, time, projects, people.

use commands::{ActionDef, Result, param::Secret};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::{Check, Connector, Http, standin::Standin};

pub struct Redmine {
    #[expect(dead_code)]
    http: Http,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Where Redmine is, such as `https://redmine.example.org`.
    pub url: String,
    /// API access key of the bot's user: My account → API access key.
    pub api_key: Secret,
}

impl Connector for Redmine {
    const NAME: &str = "redmine";
    const TITLE: &str = "Redmine";
    const NOUN: Option<&str> = Some("issue");
    const SHOW: Option<&str> = Some("issue show");
    type Config = Config;
    const ACTIONS: &[ActionDef<Redmine>] = &[];
    const STANDIN: fn() -> Box<dyn Standin> = || unimplemented!();
    const DOCS: &str = "";

    fn connect(_: Config, http: Http) -> Result<Redmine> {
        Ok(Redmine { http })
    }

    async fn health(&self) -> Vec<Check> {
        Vec::new()
    }
}
