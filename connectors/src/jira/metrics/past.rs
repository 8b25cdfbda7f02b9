//! What an issue was at a moment: its changes, undone from now back to then.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};

use crate::jira::{card, wire};

/// An issue as the numbers see it.
pub(super) struct Past {
    pub key: String,
    pub created: Option<Timestamp>,
    /// Now.
    status: String,
    sprints: BTreeSet<u64>,
    points: Option<f64>,
    /// From the last to the first.
    changes: Vec<Change>,
}

struct Change {
    at: Timestamp,
    field: Changed,
    from: Option<String>,
    to: Option<String>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Changed {
    Status,
    Sprint,
    Points,
}

/// The category of each status, by id.
pub(super) type Categories = BTreeMap<String, String>;

/// The fields in which sprint and estimate are kept.
#[derive(Clone, Debug, Default)]
pub(super) struct Fields {
    pub sprint: Option<String>,
    pub points: Option<String>,
}

impl Past {
    pub fn of(issue: &wire::Issue, histories: &[wire::History], fields: &Fields) -> Past {
        let is = |item: &wire::Item, id: &Option<String>, name: &str| match (&item.field_id, id) {
            (Some(field), Some(id)) => field == id,
            // Data Center's older changes have no id.
            _ => item.field == name,
        };
        let mut changes: Vec<Change> = Vec::new();
        for history in histories {
            let Some(at) = history.at() else { continue };
            for item in &history.items {
                let (field, from, to) = if item.field == "status" {
                    (Changed::Status, &item.from, &item.to)
                } else if is(item, &fields.sprint, "Sprint") {
                    (Changed::Sprint, &item.from, &item.to)
                } else if is(item, &fields.points, "Story Points") {
                    (Changed::Points, &item.from_string, &item.to_string)
                } else {
                    continue;
                };
                changes.push(Change { at, field, from: from.clone(), to: to.clone() });
            }
        }
        changes.sort_by_key(|it| std::cmp::Reverse(it.at));
        let sprints = fields.sprint.as_ref().and_then(|it| issue.fields.get(it)).map(card::sprints).unwrap_or_default();
        Past {
            key: issue.key.clone(),
            created: issue.moment("created"),
            status: issue.status().id,
            sprints: sprints.iter().map(|it| it.id).collect(),
            points: fields.points.as_ref().and_then(|it| issue.number(it)),
            changes,
        }
    }

    fn undone<T>(&self, field: Changed, at: Timestamp, now: T, read: impl Fn(Option<&str>) -> T) -> T {
        let later = self.changes.iter().take_while(|it| it.at > at).filter(|it| it.field == field);
        later.last().map_or(now, |it| read(it.from.as_deref()))
    }

    fn status_at(&self, at: Timestamp) -> String {
        self.undone(Changed::Status, at, self.status.clone(), |it| it.unwrap_or_default().to_owned())
    }

    pub fn is_done_at(&self, at: Timestamp, categories: &Categories) -> bool {
        categories.get(&self.status_at(at)).is_some_and(|it| it == "done")
    }

    pub fn is_in_at(&self, sprint: u64, at: Timestamp) -> bool {
        let read = |text: Option<&str>| ids(text.unwrap_or_default());
        self.created.is_none_or(|it| it <= at) && self.undone(Changed::Sprint, at, self.sprints.clone(), read).contains(&sprint)
    }

    /// What it was estimated at; one an issue where nothing is.
    pub fn points_at(&self, at: Timestamp, counted: Counted) -> f64 {
        match counted {
            Counted::Issues => 1.0,
            Counted::Points => self.undone(Changed::Points, at, self.points, |it| it?.trim().parse().ok()).unwrap_or(0.0),
        }
    }

    /// From the first moment of work to the last of being done; none for what was never under way.
    pub fn cycle(&self, categories: &Categories) -> Option<SignedDuration> {
        let category = |status: &Option<String>| status.as_ref().and_then(|it| categories.get(it)).map(String::as_str);
        let moves = || self.changes.iter().rev().filter(|it| it.field == Changed::Status);
        let begun = moves().find(|it| category(&it.to) == Some("indeterminate"))?.at;
        let done = moves().rfind(|it| category(&it.to) == Some("done"))?.at;
        (done >= begun).then(|| done.duration_since(begun))
    }

    pub fn done(&self, categories: &Categories) -> Option<Timestamp> {
        let is_done = |it: &&Change| {
            it.field == Changed::Status && it.to.as_ref().and_then(|it| categories.get(it)).is_some_and(|it| it == "done")
        };
        self.changes.iter().find(is_done).map(|it| it.at)
    }
}

/// What is summed up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Counted {
    Points,
    Issues,
}

/// `3, 4`.
fn ids(text: &str) -> BTreeSet<u64> {
    text.split(',').filter_map(|it| it.trim().parse().ok()).collect()
}

/// The value that this part of all are below (nearest rank); none of none.
pub(super) fn percentile(sorted: &[SignedDuration], percent: usize) -> Option<SignedDuration> {
    let rank = (sorted.len() * percent).div_ceil(100).max(1);
    sorted.get(rank - 1).copied()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn issue() -> Past {
        let issue: wire::Issue = serde_json::from_value(json!({
            "id": "1", "key": "APO-7", "fields": {
                "created": "2026-11-01T09:00:00.000+0000", "status": { "id": "5", "name": "Done" },
                "customfield_1": [{ "id": 3, "name": "Three" }, { "id": 4, "name": "Four" }], "customfield_2": 8 },
            "changelog": { "total": 5, "histories": [
                { "created": "2026-11-05T09:00:00.000+0000", "items": [{ "field": "status", "from": "1", "to": "3" }] },
                { "created": "2026-11-03T09:00:00.000+0000", "items": [{ "field": "Sprint", "fieldId": "customfield_1", "from": "", "to": "3" }] },
                { "created": "2026-11-09T09:00:00.000+0000", "items": [{ "field": "Sprint", "fieldId": "customfield_1", "from": "3", "to": "3, 4" }] },
                { "created": "2026-11-06T09:00:00.000+0000", "items": [{ "field": "Story Points", "fieldId": "customfield_2", "fromString": "5", "toString": "8" }] },
                { "created": "2026-11-10T21:00:00.000+0000", "items": [{ "field": "status", "from": "3", "to": "5" }] } ] } }))
        .unwrap();
        let fields = Fields { sprint: Some("customfield_1".into()), points: Some("customfield_2".into()) };
        Past::of(&issue, &issue.changelog.clone().unwrap().histories, &fields)
    }

    fn at(day: i8) -> Timestamp {
        jiff::civil::date(2026, 11, day).at(12, 0, 0, 0).to_zoned(jiff::tz::TimeZone::UTC).unwrap().timestamp()
    }

    #[test]
    fn an_issue_is_what_it_was() {
        let categories =
            Categories::from([("1".into(), "new".into()), ("3".into(), "indeterminate".into()), ("5".into(), "done".into())]);
        let issue = issue();
        let sprints = |day| [3, 4].map(|it| issue.is_in_at(it, at(day)));
        assert_eq!([2, 4, 10].map(sprints), [[false, false], [true, false], [true, true]]);
        assert_eq!([5, 7].map(|it| issue.points_at(at(it), Counted::Points)), [5.0, 8.0]);
        assert_eq!([10, 11].map(|it| issue.is_done_at(at(it), &categories)), [false, true]);
        assert_eq!(issue.cycle(&categories), Some(SignedDuration::from_hours(5 * 24 + 12)));
        assert_eq!(issue.done(&categories), Some("2026-11-10T21:00:00Z".parse().unwrap()));
    }

    #[test]
    fn percentiles_are_of_the_nearest_rank() {
        let all: Vec<_> = (1..=10).map(SignedDuration::from_hours).collect();
        assert_eq!([50, 85, 100].map(|it| percentile(&all, it)), [5, 9, 10].map(|it| Some(SignedDuration::from_hours(it))));
        assert_eq!(percentile(&[], 50), None);
    }
}
