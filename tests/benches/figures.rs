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

impl Figures {
    /// A figure that has to be below its goal.
    pub fn goal(&mut self, name: &str, measured: f64, goal: f64, unit: &str) {
        let verdict = if measured < goal { Verdict::Pass } else { Verdict::Fail };
        self.add(name, format!("{measured:.1} {unit}"), format!("< {goal} {unit}"), verdict);
    }

    /// A count that has to be exactly this.
    pub fn exactly(&mut self, name: &str, measured: usize, goal: usize) {
        let verdict = if measured == goal { Verdict::Pass } else { Verdict::Fail };
        self.add(name, measured.to_string(), format!("= {goal}"), verdict);
    }

    pub fn figure(&mut self, name: &str, measured: f64, unit: &str) {
        self.add(name, format!("{measured:.1} {unit}"), String::new(), Verdict::None);
    }

    pub fn note(&mut self, name: &str, note: &str) {
        self.add(name, note.into(), String::new(), Verdict::None);
    }

    fn add(&mut self, name: &str, measured: String, goal: String, verdict: Verdict) {
        eprintln!("{name}: {measured}");
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
