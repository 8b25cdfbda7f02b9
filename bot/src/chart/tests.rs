//! Pictures are pictures, of the size they should be, and not blank.

use super::*;

/// Width, height, and whether it is a PNG: <https://www.w3.org/TR/png-3/#11IHDR>.
fn size(png: &[u8]) -> (u32, u32) {
    assert!(png.starts_with(b"\x89PNG\r\n\x1a\n"), "it is no PNG");
    let number = |at: usize| u32::from_be_bytes(png[at..at + 4].try_into().expect("four bytes"));
    (number(16), number(20))
}

#[tokio::test]
async fn scores_are_drawn_with_gaps_and_without_any_font_of_the_machine() {
    let steps: Vec<String> = (0..48).map(|it| format!("{it:02}:00")).collect();
    let series = |name: &str, low: f64| Series {
        name: name.into(),
        values: (0..48).map(|it| (it % 7 != 3).then(|| low + f64::from(it) / 2.0)).collect(),
    };
    let drawn =
        scores("Health".into(), steps.clone(), vec![series("redmine", 60.0), series("slack", 10.0)]).await.expect("a picture");
    assert_eq!((drawn.name.as_str(), size(&drawn.content)), ("health.png", (1280, 520)));
    let empty = scores("Health".into(), steps, vec![series("redmine", 60.0)]).await.expect("a picture");
    assert_ne!(drawn.content, empty.content);
    assert!(drawn.content.len() > 5_000, "letters and lines take more than {} bytes", drawn.content.len());
}

#[tokio::test]
async fn a_week_of_alerts_is_drawn() {
    let mut digest = Digest::default();
    digest.hours[0][9] = 12;
    let drawn = noise(digest).await.expect("a picture");
    assert_eq!(size(&drawn.content), (1280, 520));
    assert_ne!(noise(Digest::default()).await.expect("a picture").content, drawn.content);
}
