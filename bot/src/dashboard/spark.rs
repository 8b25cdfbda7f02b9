//! Small pictures in the page itself: SVG of numbers only, in the page's colours.

use maud::{Markup, html};

const WIDTH: f64 = 120.0;
const HEIGHT: f64 = 24.0;

/// A line through values from 0 to `most`, evenly spaced; a gap where there are none. `words` say what it shows.
pub fn line(values: &[Option<f64>], most: f64, words: &str) -> Markup {
    let step = WIDTH / (values.len().max(2) - 1) as f64;
    let y = |value: f64| 1.0 + (HEIGHT - 2.0) * (1.0 - (value / most).clamp(0.0, 1.0));
    let mut path = String::new();
    let mut before = None;
    for (at, value) in values.iter().enumerate() {
        if let Some(value) = value {
            let word = if before.is_some() { 'L' } else { 'M' };
            path.push_str(&format!("{word}{:.1} {:.1}", at as f64 * step, y(*value)));
            // A value between two gaps is a point.
            if before.is_none() && values.get(at + 1).is_none_or(Option::is_none) {
                path.push_str("h0.1");
            }
        }
        before = *value;
    }
    html! {
        svg.spark role="img" aria-label=(words) viewBox=(format!("0 0 {WIDTH} {HEIGHT}")) preserveAspectRatio="none" {
            title { (words) }
            path d=(path) {}
        }
    }
}

/// A bar for each value; the highest one is as high as the picture, and what is not known has none.
pub fn bars(values: &[Option<u64>], words: &str) -> Markup {
    let most = values.iter().flatten().copied().max().unwrap_or(0).max(1) as f64;
    let step = WIDTH / values.len().max(1) as f64;
    html! {
        svg.bars role="img" aria-label=(words) viewBox=(format!("0 0 {WIDTH} {HEIGHT}")) preserveAspectRatio="none" {
            title { (words) }
            @for (at, value) in values.iter().enumerate() {
                @if let Some(value) = value.filter(|it| *it > 0) {
                    // The smallest is still seen.
                    @let height = (HEIGHT * value as f64 / most).max(1.5);
                    rect x=(format!("{:.1}", at as f64 * step)) y=(format!("{:.1}", HEIGHT - height))
                        width=(format!("{:.1}", step * 0.8)) height=(format!("{height:.1}")) {}
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_breaks_where_nothing_is_known() {
        let drawn = line(&[Some(0.0), Some(100.0), None, Some(50.0)], 100.0, "a <score>").into_string();
        assert!(drawn.contains(r#"<path d="M0.0 23.0L40.0 1.0M120.0 12.0h0.1">"#), "{drawn}");
        assert!(drawn.contains("a &lt;score&gt;"), "{drawn}");
        // Wilder values than there can be stay in the picture.
        assert!(line(&[Some(-5.0), Some(900.0)], 100.0, "").into_string().contains("M0.0 23.0L120.0 1.0"));
    }

    #[test]
    fn bars_are_as_high_as_what_they_count() {
        let drawn = bars(&[None, Some(0), Some(1), Some(4)], "jobs").into_string();
        assert_eq!(drawn.matches("<rect").count(), 2, "{drawn}");
        assert!(drawn.contains(r#"height="6.0""#) && drawn.contains(r#"height="24.0""#), "{drawn}");
        assert!(bars(&[], "nothing").into_string().contains("<svg"));
    }
}
