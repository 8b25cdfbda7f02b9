//! What a wall clock shows, as moments.

use jiff::{
    SignedDuration, Timestamp,
    civil::DateTime,
    tz::{AmbiguousOffset, TimeZone},
};

/// The first moment at which the wall clock shows `wall` or later: of a time that comes twice its first, of one that the clocks
/// skip the moment at which they are put forward.
pub fn first(wall: DateTime, zone: &TimeZone) -> Option<Timestamp> {
    match zone.to_ambiguous_timestamp(wall).offset() {
        AmbiguousOffset::Unambiguous { offset } => offset.to_timestamp(wall).ok(),
        AmbiguousOffset::Fold { before, .. } => before.to_timestamp(wall).ok(),
        AmbiguousOffset::Gap { before, after } => {
            let early = after.to_timestamp(wall).ok()?;
            let late = before.to_timestamp(wall).ok()?;
            // The change lies between the two readings; a zone whose table ends there has the later one.
            zone.following(early).next().map(|it| it.timestamp()).filter(|it| *it <= late).or(Some(late))
        }
    }
}

/// All moments at which the wall clock shows `wall`, or is put forward over it.
pub fn all(wall: DateTime, zone: &TimeZone) -> impl Iterator<Item = Timestamp> {
    let again = match zone.to_ambiguous_timestamp(wall).offset() {
        AmbiguousOffset::Fold { after, .. } => after.to_timestamp(wall).ok(),
        AmbiguousOffset::Unambiguous { .. } | AmbiguousOffset::Gap { .. } => None,
    };
    first(wall, zone).into_iter().chain(again)
}

/// The clocks' last change at or before `at`.
pub fn changed_before(at: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
    let next = at.checked_add(SignedDuration::from_secs(1)).ok()?;
    zone.preceding(next).map(|it| it.timestamp()).find(|it| *it <= at)
}

/// The clocks' first change after `at`.
pub fn changed_after(at: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
    zone.following(at).map(|it| it.timestamp()).find(|it| *it > at)
}
