//! Neutral text as mrkdwn, in pieces that fit where they go.

use commands::{Span, Text};

use super::escape::{Within, link, units, width};

/// The text as mrkdwn in pieces of at most `limit`, broken at line ends where possible; no link or
/// mention is ever broken, and no piece is empty.
pub fn chunks(text: &Text, limit: usize) -> Vec<String> {
    let mut flow = Flow { limit, done: Vec::new(), now: String::new(), used: 0, is_closed: false };
    for span in &text.merged().0 {
        match span {
            Span::Plain(text) => flow.styled(text, Within::Plain, ""),
            Span::Bold(text) => flow.styled(text, Within::Bold, "*"),
            Span::Italic(text) => flow.styled(text, Within::Italic, "_"),
            Span::Code(text) => flow.styled(text, Within::Code, "`"),
            Span::Link { url, label } => flow.whole(&link(url, label, limit)),
            Span::Person { id, name } if is_member_id(id) => {
                let _ = name;
                flow.whole(&format!("<@{id}>"));
            }
            Span::Person { name, .. } => flow.styled(name, Within::Plain, ""),
            Span::Time(at) => flow.whole(&format!(
                "<!date^{}^{{date_short_pretty}} {{time}}|{}>",
                at.as_second(),
                at.strftime("%Y-%m-%d %H:%M UTC")
            )),
        }
    }
    flow.finish()
}

/// Whether it has the form of a member's id, and so can stand in a mention.
pub fn is_member_id(id: &str) -> bool {
    id.starts_with(['U', 'W']) && id.len() <= 32 && id.bytes().all(|it| it.is_ascii_uppercase() || it.is_ascii_digit())
}

struct Flow {
    limit: usize,
    done: Vec<String>,
    now: String,
    used: usize,
    /// A mark ended what is there: behind it Slack wants no letter.
    is_closed: bool,
}

impl Flow {
    /// Appends what must not be broken.
    fn whole(&mut self, token: &str) {
        if token.is_empty() {
            return;
        }
        if std::mem::take(&mut self.is_closed) && token.starts_with(char::is_alphanumeric) && self.used < self.limit {
            self.now.push('\u{200b}');
            self.used += 1;
        }
        let wide = width(token);
        if self.used + wide > self.limit {
            self.turn();
        }
        self.now.push_str(token);
        self.used += wide;
    }

    fn turn(&mut self) {
        self.done.push(std::mem::take(&mut self.now));
        self.used = 0;
    }

    /// Appends text, a line at a time, each between `marks`, which Slack reads only around words.
    fn styled(&mut self, text: &str, within: Within, mark: &str) {
        for line in text.split_inclusive('\n') {
            let (body, end) = match line.strip_suffix('\n') {
                Some(body) => (body, "\n"),
                None => (line, ""),
            };
            let inner = body.trim();
            if mark.is_empty() || inner.is_empty() {
                self.units(units(body, within), "");
            } else {
                let lead = &body[..body.len() - body.trim_start().len()];
                self.units(units(lead, Within::Plain), "");
                if self.now.ends_with(char::is_alphanumeric) {
                    self.whole("\u{200b}");
                }
                self.units(units(inner, within), mark);
                self.is_closed = true;
                self.units(units(&body[body.trim_end().len()..], Within::Plain), "");
            }
            self.whole(end);
        }
    }

    fn units(&mut self, units: Vec<String>, mark: &str) {
        let wide: usize = units.iter().map(|it| width(it)).sum::<usize>() + 2 * mark.len();
        if wide <= self.limit {
            if !units.is_empty() {
                self.whole(&format!("{mark}{}{mark}", units.concat()));
            }
            return;
        }
        // A line that fits no piece: filled up from where we are.
        let room = self.limit - 2 * mark.len();
        let mut piece = String::new();
        let mut used = 0;
        for unit in units {
            let wide = width(&unit);
            if used + wide > room {
                self.whole(&format!("{mark}{piece}{mark}"));
                piece.clear();
                used = 0;
            }
            piece.push_str(&unit);
            used += wide;
        }
        if !piece.is_empty() {
            self.whole(&format!("{mark}{piece}{mark}"));
        }
    }

    fn finish(mut self) -> Vec<String> {
        self.turn();
        self.done.into_iter().map(|it| it.trim_end().to_owned()).filter(|it| !it.trim().is_empty()).collect()
    }
}
