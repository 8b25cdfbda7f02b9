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
    let drawn = noise(digest.clone()).await;
    assert_eq!(drawn.iter().map(|it| (it.name.as_str(), size(&it.content))).collect::<Vec<_>>(), [("alerts.png", (1280, 520))]);
    assert_ne!(noise(Digest::default()).await[0].content, drawn[0].content);
    // How long it takes is drawn where anything ended.
    let mut hours = Hours { team: "ops".into(), ..Hours::default() };
    hours.to_acknowledge[9] = Some(SignedDuration::from_mins(4));
    hours.to_acknowledge[10] = Some(SignedDuration::from_mins(40));
    digest.by_hour = vec![hours.clone(), Hours { team: "web".into(), ..hours.clone() }];
    let named = |it: &[File]| it.iter().map(|it| it.name.clone()).collect::<Vec<_>>();
    let both = noise(digest.clone()).await;
    assert_eq!(named(&both), ["alerts.png", "acknowledged.png"]);
    digest.by_hour[1].to_resolve[3] = Some(SignedDuration::from_hours(3));
    digest.by_hour[1].to_acknowledge[9] = Some(SignedDuration::from_mins(39));
    let three = noise(digest).await;
    assert_eq!(named(&three), ["alerts.png", "acknowledged.png", "resolved.png"]);
    assert_ne!(three[1].content, both[1].content, "an hour's colour is how long it took");
    if let Some(folder) = std::env::var_os("BELLHOP_PICTURES") {
        for it in &three {
            std::fs::write(std::path::Path::new(&folder).join(&it.name), &it.content).expect("written");
        }
    }
}
