//! Where things are going: a line through points of which some are wrong (Theil–Sen), and when it ends.
//!
//! The slope is the median of the slopes between all pairs of points, so that a quarter of wild ones changes little
//! (<https://en.wikipedia.org/wiki/Theil%E2%80%93Sen_estimator>). A forecast is only made where the line is good: enough
//! points, most of what varies explained by it, and pairs that agree on where it goes.

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

/// More points are thinned out: pairs grow with their square.
const MOST: usize = 200;
/// Fewer say nothing.
const LEAST: usize = 8;
/// So much of the variation must be explained by the line.
const EXPLAINED: f64 = 0.8;
/// So many of the pairs must agree on its direction.
const AGREED: f64 = 0.9;
/// Nobody plans for what is further ahead.
const AHEAD: SignedDuration = SignedDuration::from_hours(14 * 24);

/// A straight line through points.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Line {
    /// A second.
    pub slope: f64,
    /// At the last point's time.
    pub last: f64,
    /// The last point's time, in seconds.
    pub at: f64,
    /// From 0 to 1: how much of the variation it explains.
    pub explained: f64,
    /// From 0 to 1: how many of the pairs go the same way.
    pub agreed: f64,
    points: usize,
}

/// The line through `points`, which are seconds and values in order of time; none through fewer than two moments.
pub fn line(points: &[(f64, f64)]) -> Option<Line> {
    let step = points.len().div_ceil(MOST).max(1);
    let points: Vec<(f64, f64)> = points.iter().rev().step_by(step).rev().copied().collect();
    let mut slopes = Vec::new();
    for (nth, a) in points.iter().enumerate() {
        slopes.extend(points[nth + 1..].iter().filter(|b| b.0 > a.0).map(|b| (b.1 - a.1) / (b.0 - a.0)));
    }
    let slope = median(&mut slopes)?;
    let at = points.last()?.0;
    let mut lasts: Vec<f64> = points.iter().map(|it| it.1 + slope * (at - it.0)).collect();
    let last = median(&mut lasts)?;
    let spread = |mut values: Vec<f64>| -> f64 {
        let middle = median(&mut values).unwrap_or(0.0);
        let mut off: Vec<f64> = values.iter().map(|it| (it - middle).abs()).collect();
        median(&mut off).unwrap_or(0.0)
    };
    let varies = spread(points.iter().map(|it| it.1).collect());
    let rest = spread(points.iter().map(|it| it.1 - last - slope * (it.0 - at)).collect());
    let explained = if varies > 0.0 { (1.0 - rest / varies).max(0.0) } else { 0.0 };
    let same = slopes.iter().filter(|it| it.signum() == slope.signum() && **it != 0.0).count();
    Some(Line { slope, last, at, explained, agreed: same as f64 / slopes.len() as f64, points: points.len() })
}

fn median(values: &mut [f64]) -> Option<f64> {
    if values.is_empty() {
        return None;
    }
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    Some(if values.len().is_multiple_of(2) { f64::midpoint(values[middle - 1], values[middle]) } else { values[middle] })
}

impl Line {
    /// When the line reaches `value`; none where it is not good enough to say, leads elsewhere, or takes too long.
    pub fn reaches(&self, value: f64) -> Option<Timestamp> {
        let is_good = self.points >= LEAST && self.explained >= EXPLAINED && self.agreed >= AGREED;
        let ahead = (value - self.last) / self.slope;
        if !is_good || !ahead.is_finite() || ahead < 0.0 || ahead > AHEAD.as_secs_f64() {
            return None;
        }
        Timestamp::from_second((self.at + ahead) as i64).ok()
    }
}

/// Whether something gets better.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Trend {
    Up,
    #[default]
    Steady,
    Down,
}

impl Trend {
    /// Of scores: by less than so much over the whole time is steady.
    pub fn of(points: &[(f64, f64)]) -> Trend {
        const LITTLE: f64 = 5.0;
        let (Some(first), Some(line)) = (points.first(), line(points)) else { return Trend::Steady };
        let change = line.slope * (line.at - first.0);
        match change {
            it if it >= LITTLE => Trend::Up,
            it if it <= -LITTLE => Trend::Down,
            _ => Trend::Steady,
        }
    }

    pub fn arrow(self) -> &'static str {
        match self {
            Trend::Up => "↗",
            Trend::Steady => "→",
            Trend::Down => "↘",
        }
    }
}

/// The points since the last time that what is left was given back: a quota falls until it is renewed.
pub fn since_renewed(points: &[(f64, f64)]) -> &[(f64, f64)] {
    let renewed = points.windows(2).rposition(|pair| pair[1].1 > pair[0].1);
    &points[renewed.map_or(0, |it| it + 1)..]
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn falling(count: usize, wild: &[usize]) -> Vec<(f64, f64)> {
        let value = |nth: usize| if wild.contains(&nth) { 5_000.0 } else { 1_000.0 - 10.0 * nth as f64 };
        (0..count).map(|nth| (60.0 * nth as f64, value(nth))).collect()
    }

    #[test]
    fn a_quota_that_falls_steadily_has_an_end() {
        let line = line(&falling(20, &[])).expect("a line");
        // 10 a minute, of which 810 are left at minute 19.
        assert_eq!(line.reaches(0.0).map(|it| it.as_second()), Some(60 * 100));
    }

    #[test]
    fn a_quarter_of_wild_points_changes_little() {
        let line = line(&falling(40, &[3, 9, 17, 22, 31])).expect("a line");
        assert!((line.slope + 10.0 / 60.0).abs() < 0.01, "{line:?}");
    }

    #[test]
    fn nothing_is_said_where_nothing_can_be() {
        assert_eq!(line(&[]), None);
        assert_eq!(line(&[(1.0, 1.0), (1.0, 2.0)]), None, "one moment");
        let few = line(&falling(7, &[])).expect("a line");
        assert_eq!(few.reaches(0.0), None, "too few points");
        let zigzag: Vec<(f64, f64)> = (0..40).map(|it| (f64::from(it), f64::from(it % 7) * 10.0)).collect();
        assert_eq!(line(&zigzag).and_then(|it| it.reaches(0.0)), None);
        let level: Vec<(f64, f64)> = (0..40).map(|it| (f64::from(it), 7.0)).collect();
        assert_eq!(line(&level).and_then(|it| it.reaches(0.0)), None);
        let slow: Vec<(f64, f64)> = (0..40).map(|it| (f64::from(it), 1e9 - f64::from(it))).collect();
        assert_eq!(line(&slow).and_then(|it| it.reaches(0.0)), None, "in thirty years");
    }

    #[test]
    fn only_what_came_since_the_renewal_counts() {
        let points = [(0.0, 10.0), (1.0, 5.0), (2.0, 100.0), (3.0, 90.0)];
        assert_eq!(since_renewed(&points), &points[2..]);
        assert_eq!(since_renewed(&points[2..]), &points[2..]);
        assert!(since_renewed(&[]).is_empty());
    }

    #[test]
    fn trends_are_of_days_not_of_noise() {
        let scores = |slope: f64| -> Vec<(f64, f64)> {
            (0..48).map(|hour| (3600.0 * f64::from(hour), 80.0 + slope * f64::from(hour) + f64::from(hour % 3))).collect()
        };
        assert_eq!(
            [Trend::of(&scores(0.3)), Trend::of(&scores(0.0)), Trend::of(&scores(-0.3)), Trend::of(&[])],
            [Trend::Up, Trend::Steady, Trend::Down, Trend::Steady]
        );
    }

    proptest! {
        #[test]
        fn a_straight_line_is_found(slope in -100.0_f64..100.0, start in -1e6_f64..1e6, count in 2_usize..300) {
            let points: Vec<(f64, f64)> = (0..count).map(|nth| (nth as f64, start + slope * nth as f64)).collect();
            let line = line(&points).expect("a line");
            prop_assert!((line.slope - slope).abs() < 1e-6 * (1.0 + slope.abs() + start.abs()), "{:?}", line);
        }
    }
}
