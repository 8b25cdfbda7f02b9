//! What a filter would have told of what was reported already.

use std::collections::{HashMap, HashSet};

use commands::{
    Event, Message, Text,
    filter::{Filter, Verdict},
};
use jiff::Timestamp;

use super::{
    card::line,
    late::{LOOKS_AGAIN, Standing, overtakes},
    news::Kept,
    people::Names,
};
use crate::app::App;

/// The newest events that are looked at.
const MOST: usize = 20_000;
/// Events that are read at once.
const AT_ONCE: i64 = 1_000;
/// Examples of what would have been posted, and as many of what would have been held.
const EXAMPLES: usize = 5;

/// What a filter would have made of the events of some days.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rehearsal {
    pub posted: usize,
    pub held: usize,
    /// The newest of both, what was posted first; of the held ones, one a reason as far as there are reasons.
    pub examples: Vec<Example>,
    /// There were more events, and only the newest were looked at.
    pub cut_short: bool,
}

/// An event, and what the filter makes of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Example {
    pub event: Event,
    pub verdict: Verdict,
}

impl App {
    /// What `filter` would have made of what `source` reported since then: for `subscribe --dry-run`, its form, and
    /// `why --dry-run` of a subscription that there is (`app.rehearse(&subscription.filter, &subscription.from, since)`).
    /// Late labels count as they would have.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn rehearse(&self, filter: &Filter, source: &str, since: Timestamp) -> anyhow::Result<Rehearsal> {
        let mut news: Vec<Kept> = Vec::new();
        let mut before = i64::MAX;
        let cut_short = loop {
            let page = self.store.news_before(source, since, before, AT_ONCE).await?;
            let Some(last) = page.last() else { break false };
            before = last.id;
            news.extend(page);
            if news.len() >= MOST {
                break true;
            }
            tokio::task::yield_now().await;
        };
        news.reverse();
        Ok(Rehearsal { cut_short, ..rehearse(filter, &news) })
    }
}

/// The news are the oldest first.
fn rehearse(filter: &Filter, news: &[Kept]) -> Rehearsal {
    let mut verdicts: Vec<Verdict> = news.iter().map(|it| filter.judge(&it.news.event)).collect();
    if filter.waits_for_more() {
        let mut of_object: HashMap<(&str, &str), Vec<usize>> = HashMap::new();
        for (nth, it) in news.iter().enumerate() {
            let object = &it.news.event.object;
            let earlier = of_object.entry((&object.key, object.place.as_deref().unwrap_or_default())).or_default();
            earlier.retain(|before| it.at.duration_since(news[*before].at) <= LOOKS_AGAIN);
            if overtakes(&it.news.event) {
                let mut standing = Standing::default();
                earlier.iter().for_each(|before| standing.add(&news[*before].news.event));
                standing.add(&it.news.event);
                for before in earlier.iter().filter(|before| !verdicts[**before].is_passed()).copied().collect::<Vec<_>>() {
                    let again = filter.judge(&standing.of(&news[before].news.event));
                    if again.is_passed() {
                        verdicts[before] = again;
                    }
                }
            }
            earlier.push(nth);
        }
    }
    let posted = verdicts.iter().filter(|it| it.is_passed()).count();
    let newest = || verdicts.iter().enumerate().rev();
    let mut examples: Vec<usize> = newest().filter(|(_, it)| it.is_passed()).take(EXAMPLES).map(|it| it.0).collect();
    let held: Vec<usize> = newest().filter(|(_, it)| !it.is_passed()).map(|it| it.0).collect();
    // Many are held for one reason, and the others are what people want to see.
    let mut reasons: HashSet<&str> = HashSet::new();
    let (new, known): (Vec<usize>, Vec<usize>) =
        held.into_iter().partition(|nth| reasons.insert(verdicts[*nth].reasons().first().map_or("", |it| &it.part)));
    examples.extend(new.into_iter().chain(known).take(EXAMPLES));
    let example = |nth: usize| Example { event: news[nth].news.event.clone(), verdict: verdicts[nth].clone() };
    Rehearsal { posted, held: verdicts.len() - posted, examples: examples.into_iter().map(example).collect(), cut_short: false }
}

impl Rehearsal {
    /// `Of the last 7 days' events it would have posted 14, held 61.`
    pub fn sums(&self) -> String {
        let looked_at = self.posted + self.held;
        let of = match self.cut_short {
            true => format!("Of the newest {looked_at} events"),
            false => "Of the last 7 days' events".to_owned(),
        };
        match (self.posted, self.held) {
            (0, 0) => "Nothing was reported in the last 7 days that it could be tried on.".into(),
            (posted, 0) => format!("{of} it would have posted all {posted}."),
            (0, held) => format!("{of} it would have posted none, held {held}."),
            (posted, held) => format!("{of} it would have posted {posted}, held {held}."),
        }
    }

    /// In a form: `In the last 7 days: would have posted 14, held 61.`, and a few of them.
    pub fn at_a_glance(&self, most: usize) -> Message {
        if self.posted + self.held == 0 {
            return Message::text(self.sums());
        }
        let since = if self.cut_short { "Of the newest events" } else { "In the last 7 days" };
        let text = Text::new().plain(format!("{since}: would have posted ")).bold(self.posted.to_string());
        let text = text.plain(", held ").bold(self.held.to_string()).plain(".");
        let few = Rehearsal { examples: self.few(most), ..self.clone() };
        few.shown_in(Message::text(text))
    }

    /// So many of the examples, one of either at least where there are both.
    fn few(&self, most: usize) -> Vec<Example> {
        let (posted, held): (Vec<&Example>, Vec<&Example>) = self.examples.iter().partition(|it| it.verdict.is_passed());
        let of_held = held.len().min(most.saturating_sub(posted.len()).max(usize::from(most > 1)));
        posted.iter().take(most - of_held).chain(held.iter().take(of_held)).map(|it| (*it).clone()).collect()
    }

    /// `message`, and below it the examples, each with why.
    pub fn shown_in(&self, mut message: Message) -> Message {
        let told = |it: &Example| {
            line(&it.event, &Names::none()).plain(" · ").time(it.event.at).plain(" · ").italic(it.verdict.to_string())
        };
        let (posted, held): (Vec<&Example>, Vec<&Example>) = self.examples.iter().partition(|it| it.verdict.is_passed());
        for (title, examples) in [("It would have posted", posted), ("It would have held", held)] {
            if !examples.is_empty() {
                let list: Vec<Text> = examples.into_iter().map(told).collect();
                message = message.paragraph(Text::new().bold(title)).list(list);
            }
        }
        message
    }
}

#[cfg(test)]
mod tests {
    use commands::event::{Change, Object};
    use expect_test::expect;

    use super::*;
    use crate::notify::news::News;

    fn at(minute: i64) -> Timestamp {
        Timestamp::from_second(1_795_254_000 + 60 * minute).expect("a moment")
    }

    fn kept(minute: i64, kind: &str, key: &str, actor: &str, labels: &[&str]) -> Kept {
        let object = Object { key: key.into(), title: "Paper jam".into(), place: Some("demo".into()), ..Object::default() };
        let labels: Vec<String> = labels.iter().map(|it| (*it).to_owned()).collect();
        let event = Event { kind: kind.into(), at: at(minute), actor: Some(actor.into()), object, labels, ..Event::default() };
        Kept { id: minute, at: at(minute), news: News { event, delivery: None, decisions: Vec::new() } }
    }

    fn said(filter: &str, news: &[Kept]) -> String {
        let rehearsal = rehearse(&Filter::parse(filter).expect("a filter"), news);
        rehearsal.shown_in(Message::text(rehearsal.sums())).to_plain(&[])
    }

    #[test]
    fn a_rehearsal_counts_and_gives_examples_with_reasons() {
        let mut news: Vec<Kept> = (0..20).map(|it| kept(it, "issue.commented", "#1", "robot[bot]", &[])).collect();
        news.push(kept(20, "issue.opened", "#2", "Ana", &[]));
        news.push(kept(21, "push.pushed", "main", "Ben", &[]));
        expect![[r#"
            Of the last 7 days' events it would have posted 1, held 21.

            It would have posted

            - Ana opened issue #2 Paper jam in demo · 2026-11-21 10:00 UTC · issues: it is `issue.opened`; -author:*[bot]: the author is Ana

            It would have held

            - Ben pushed Paper jam to main in demo · 2026-11-21 10:01 UTC · issues: it is `push.pushed`
            - robot[bot] commented on #1 Paper jam in demo · 2026-11-21 09:59 UTC · -author:*[bot]: the author is robot[bot]
            - robot[bot] commented on #1 Paper jam in demo · 2026-11-21 09:58 UTC · -author:*[bot]: the author is robot[bot]
            - robot[bot] commented on #1 Paper jam in demo · 2026-11-21 09:57 UTC · -author:*[bot]: the author is robot[bot]
            - robot[bot] commented on #1 Paper jam in demo · 2026-11-21 09:56 UTC · -author:*[bot]: the author is robot[bot]"#]]
        .assert_eq(said("issues -author:*[bot]", &news).trim_end());
        expect![[r#"Nothing was reported in the last 7 days that it could be tried on."#]].assert_eq(said("issues", &[]).trim());
    }

    #[test]
    fn a_glance_shows_some_of_either() {
        let news: Vec<Kept> = (0..6).map(|it| kept(it, "issue.opened", &format!("#{it}"), "Ana", &[])).collect();
        let mixed: Vec<Kept> = news.iter().cloned().chain([kept(9, "push.pushed", "main", "Ben", &[])]).collect();
        let said = |filter: &str, news: &[Kept]| {
            let plain = rehearse(&Filter::parse(filter).expect("a filter"), news).at_a_glance(3).to_plain(&[]);
            let listed = plain.lines().filter(|it| it.starts_with("- ")).count();
            (plain.lines().next().unwrap_or_default().to_owned(), listed)
        };
        assert_eq!(said("issues", &mixed), ("In the last 7 days: would have posted 6, held 1.".into(), 3));
        assert_eq!(said("pushes", &mixed), ("In the last 7 days: would have posted 1, held 6.".into(), 3));
        assert_eq!(said("issues", &news), ("In the last 7 days: would have posted 6, held 0.".into(), 3));
        assert_eq!(said("pulls", &news[..1]), ("In the last 7 days: would have posted 0, held 1.".into(), 1));
        assert_eq!(said("", &[]).0, "Nothing was reported in the last 7 days that it could be tried on.");
    }

    #[test]
    fn late_labels_count_for_ten_minutes() {
        let labeled = |minute| {
            let mut it = kept(minute, "issue.labeled", "#1", "Ana", &["urgent"]);
            it.news.event.changes = vec![Change { field: "label".into(), from: None, to: Some("urgent".into()) }];
            it
        };
        let posted = |news: &[Kept]| rehearse(&Filter::parse("issue.opened label:urgent").expect("a filter"), news).posted;
        assert_eq!(posted(&[kept(0, "issue.opened", "#1", "Ana", &[]), labeled(9)]), 1);
        assert_eq!(posted(&[kept(0, "issue.opened", "#1", "Ana", &[]), labeled(11)]), 0);
        assert_eq!(posted(&[kept(0, "issue.opened", "#2", "Ana", &[]), labeled(1)]), 0);
    }
}
