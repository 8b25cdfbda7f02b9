//! The table.

use std::process::ExitCode;

#[derive(Default)]
pub struct Figures(Vec<Row>);

struct Row {
    name: String,
    measured: String,
    goal: String,
    verdict: Verdict,
}

#[derive(PartialEq)]
enum Verdict {
    Pass,
    Fail,
    /// It has no goal.
    None,
}

impl Verdict {
    fn of(holds: bool) -> Verdict {
        if holds { Verdict::Pass } else { Verdict::Fail }
    }
}

impl Figures {
    /// A figure that has to be below its goal.
    pub fn goal(&mut self, name: &str, measured: f64, goal: f64, unit: &str) {
        self.add(name, format!("{measured:.1} {unit}"), format!("< {goal} {unit}"), Verdict::of(measured < goal));
    }

    /// A figure that may not be above its goal.
    pub fn at_most(&mut self, name: &str, measured: f64, goal: f64, unit: &str) {
        self.add(name, format!("{} {unit}", short(measured)), format!("≤ {goal} {unit}"), Verdict::of(measured <= goal));
    }

    /// A figure that may not be below its goal.
    pub fn at_least(&mut self, name: &str, measured: f64, goal: f64, unit: &str) {
        self.add(name, format!("{} {unit}", short(measured)), format!("≥ {goal} {unit}"), Verdict::of(measured >= goal));
    }

    /// A count that has to be exactly this.
    pub fn exactly(&mut self, name: &str, measured: usize, goal: usize) {
        self.add(name, measured.to_string(), format!("= {goal}"), Verdict::of(measured == goal));
    }

    pub fn figure(&mut self, name: &str, measured: f64, unit: &str) {
        self.add(name, format!("{} {unit}", short(measured)).trim_end().to_owned(), String::new(), Verdict::None);
    }

    pub fn note(&mut self, name: &str, note: &str) {
        self.add(name, note.into(), String::new(), Verdict::None);
    }

    fn add(&mut self, name: &str, measured: String, goal: String, verdict: Verdict) {
        let missed = if verdict == Verdict::Fail { format!("  MISSED {goal}") } else { String::new() };
        eprintln!("{name}: {measured}{missed}");
        self.0.push(Row { name: name.into(), measured, goal, verdict });
    }

    /// Prints the table; success when no goal was missed.
    pub fn print(&self) -> ExitCode {
        println!("| figure | measured | goal | |\n|---|---|---|---|");
        for row in &self.0 {
            let verdict = match row.verdict {
                Verdict::Pass => "pass",
                Verdict::Fail => "FAIL",
                Verdict::None => "",
            };
            println!("| {} | {} | {} | {verdict} |", row.name, row.measured, row.goal);
        }
        if self.0.iter().any(|it| it.verdict == Verdict::Fail) { ExitCode::FAILURE } else { ExitCode::SUCCESS }
    }
}

/// Three digits that say something, or all before the point.
fn short(value: f64) -> String {
    match value.abs() {
        it if it >= 1000.0 => format!("{value:.0}"),
        it if it >= 1.0 => format!("{value:.1}"),
        _ => format!("{value:.3}"),
    }
}

/// Measured times.
pub struct Times(Vec<f64>);

impl Times {
    /// Of milliseconds.
    pub fn new(mut all: Vec<f64>) -> Times {
        all.sort_by(f64::total_cmp);
        Times(all)
    }

    /// In milliseconds; infinite where nothing was measured.
    pub fn mean(&self) -> f64 {
        if self.0.is_empty() { f64::INFINITY } else { self.0.iter().sum::<f64>() / self.0.len() as f64 }
    }

    /// In milliseconds; the nearest rank. Infinite where nothing was measured, so that no goal is met.
    pub fn percentile(&self, percent: f64) -> f64 {
        let rank = (percent / 100.0 * self.0.len() as f64).ceil() as usize;
        self.0.get(rank.saturating_sub(1)).copied().unwrap_or(f64::INFINITY)
    }
}
