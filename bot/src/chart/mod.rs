//! Pictures of numbers, for chats that show pictures; whoever shows one says the same in words.
//!
//! Drawn by charts-rs with the font it brings along: nothing is asked of the machine. On its own light ground with dark letters a
//! picture reads well in both a light and a dark chat. Drawing takes a few milliseconds in a release build and longer in a debug
//! one, on a thread where it keeps nobody waiting.

#[cfg(test)]
mod tests;

use charts_rs::{HeatmapChart, LineChart};
use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::{
    chat::File,
    health::noise::{Digest, Hours},
};

/// In pixels; twice as many are drawn, for screens that show them.
const SIZE: (u32, u32) = (640, 260);
/// Colours that are told apart by people who see fewer of them (Okabe and Ito).
const COLORS: [&str; 7] = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#444444"];
/// More lines are a tangle.
const LINES: usize = 7;

/// One line of a picture: its name, and a value for each step, where there is one.
#[derive(Clone, Debug, PartialEq)]
pub struct Series {
    pub name: String,
    pub values: Vec<Option<f64>>,
}

/// How scores went: lines over `steps`, from 0 to 100.
pub async fn scores(title: String, steps: Vec<String>, series: Vec<Series>) -> Option<File> {
    drawn("health.png", title.clone(), move || lines(&title, &steps, &series)).await
}

/// When alerts began, by day of the week and hour; and how long they took, by team and hour, where anybody did anything.
pub async fn noise(digest: Digest) -> Vec<File> {
    let title = "When alerts begin (UTC)".to_owned();
    let (acknowledge, resolve) = (digest.by_hour.clone(), digest.by_hour.clone());
    let mut files: Vec<File> = drawn("alerts.png", title.clone(), move || hours(&title, &digest)).await.into_iter().collect();
    type Took = fn(&Hours) -> &[Option<SignedDuration>; 24];
    let pictures: [(&str, &str, Vec<Hours>, Took); 2] = [
        ("acknowledged.png", "Minutes until somebody acknowledges, by team and hour (UTC)", acknowledge, |it| &it.to_acknowledge),
        ("resolved.png", "Minutes until it is over, by team and hour (UTC)", resolve, |it| &it.to_resolve),
    ];
    for (name, title, teams, took) in pictures {
        if teams.iter().flat_map(took).any(Option::is_some) {
            files.extend(drawn(name, title.to_owned(), move || durations(title, &teams, took)).await);
        }
    }
    files
}

/// Draws on a thread of its own; none, and a line in the log, where it cannot be drawn.
async fn drawn(name: &str, title: String, draw: impl FnOnce() -> anyhow::Result<Vec<u8>> + Send + 'static) -> Option<File> {
    match tokio::task::spawn_blocking(draw).await {
        Ok(Ok(content)) => Some(File { name: name.into(), title, content }),
        Ok(Err(err)) => {
            tracing::warn!("A picture cannot be drawn: {err:#}");
            None
        }
        Err(err) => {
            tracing::warn!("A picture cannot be drawn: {err}");
            None
        }
    }
}

/// What all pictures have in common.
fn common(title: &str) -> serde_json::Map<String, Value> {
    let common = json!({
        "width": SIZE.0, "height": SIZE.1, "theme": "light", "margin": 12, "title_text": title, "title_align": "left",
        "title_font_size": 15, "x_axis_font_size": 11, "series_colors": COLORS,
    });
    common.as_object().cloned().unwrap_or_default()
}

fn lines(title: &str, steps: &[String], series: &[Series]) -> anyhow::Result<Vec<u8>> {
    let mut options = common(title);
    let series: Vec<Value> = series.iter().take(LINES).map(|it| json!({ "name": it.name, "data": it.values })).collect();
    options.insert("legend_position".into(), json!("right"));
    options.insert("legend_font_size".into(), json!(12));
    options.insert("legend_show".into(), json!(series.len() > 1));
    options.insert("x_axis_data".into(), json!(steps));
    options.insert("x_boundary_gap".into(), json!(false));
    options.insert(
        "y_axis_configs".into(),
        json!([{ "axis_min": 0, "axis_max": 100, "axis_split_number": 4, "axis_font_size": 11 }]),
    );
    options.insert("series_symbol".into(), Value::Null);
    options.insert("series_list".into(), series.into());
    png(&LineChart::from_json(&Value::Object(options).to_string())?.svg()?)
}

fn hours(title: &str, digest: &Digest) -> anyhow::Result<Vec<u8>> {
    let mut options = common(title);
    let days = ["Sun", "Sat", "Fri", "Thu", "Wed", "Tue", "Mon"];
    // From the bottom up, so that the week begins on top.
    let cells: Vec<Value> = digest
        .hours
        .iter()
        .rev()
        .enumerate()
        .flat_map(|(row, hours)| hours.iter().enumerate().map(move |(hour, count)| json!([row * 24 + hour, count])))
        .collect();
    let most = digest.hours.iter().flatten().max().copied().unwrap_or(0).max(1);
    let hours: Vec<String> = (0..24).map(|it| it.to_string()).collect();
    options.insert("x_axis_data".into(), json!(hours));
    options.insert("y_axis_data".into(), json!(days));
    options
        .insert("series".into(), json!({ "min": 0, "max": most, "min_color": "#F2F5F9", "max_color": "#B03A2E", "data": cells }));
    png(&HeatmapChart::from_json(&Value::Object(options).to_string())?.svg()?)
}

fn durations(title: &str, teams: &[Hours], took: fn(&Hours) -> &[Option<SignedDuration>; 24]) -> anyhow::Result<Vec<u8>> {
    let mut options = common(title);
    let teams: Vec<&Hours> = teams.iter().take(LINES).collect();
    let minutes = |it: &SignedDuration| (it.as_secs().max(0) + 59) / 60;
    // From the bottom up, so that the first stands on top. An hour without any is left empty.
    let cells: Vec<Value> = teams
        .iter()
        .rev()
        .enumerate()
        .flat_map(|(row, team)| {
            let known = took(team).iter().enumerate().filter_map(move |(hour, it)| Some((hour, minutes(it.as_ref()?))));
            known.map(move |(hour, minutes)| json!([row * 24 + hour, minutes]))
        })
        .collect();
    let most = teams.iter().flat_map(|it| took(it)).flatten().map(minutes).max().unwrap_or(0).max(1);
    options.insert("x_axis_data".into(), json!((0..24).map(|it: u8| it.to_string()).collect::<Vec<_>>()));
    options.insert("y_axis_data".into(), json!(teams.iter().rev().map(|it| it.team.clone()).collect::<Vec<_>>()));
    options
        .insert("series".into(), json!({ "min": 0, "max": most, "min_color": "#DCEBF5", "max_color": "#0B4F7D", "data": cells }));
    png(&HeatmapChart::from_json(&Value::Object(options).to_string())?.svg()?)
}

fn png(svg: &str) -> anyhow::Result<Vec<u8>> {
    Ok(charts_rs::svg_to_png_with_size(svg, Some(SIZE.0 * 2), Some(SIZE.1 * 2))?)
}
