//! Channels in trouble and channels beside them. How fast the others stay is measured by
//! `cargo run -p tests --bin faults`; here is held that nobody loses anything.

use std::time::Duration;

use tests::{
    flow::{Accepted, Channel, Chat, Flow, posted_to},
    proxy::{Reaches::Nobody, Trouble},
};

#[tokio::test]
async fn channels_in_trouble_do_not_concern_the_others() {
    let channels: Vec<_> = (0..20).map(|number| Channel { chat: Chat::Slack, number }).collect();
    let flow = Flow::start(&channels).await;
    let troubles = [Trouble::Hang, Trouble::Drip, Trouble::status(503)];
    for (number, trouble) in troubles.into_iter().enumerate() {
        flow.slack.always(trouble, Nobody, move |it| posted_to(it).is_some_and(|it| it.number == number));
    }
    let accepted = flow.steady(&channels, Duration::from_secs(20), 1.0).await;
    assert_eq!(accepted.len(), 400);
    let (faulty, healthy): (Vec<Accepted>, Vec<Accepted>) =
        accepted.into_iter().partition(|it| it.channel.number < troubles.len());
    for it in &healthy {
        flow.hears(it.channel, &it.subject).await;
    }
    for it in &faulty {
        assert_eq!(flow.copies(it.channel, &it.subject), (0, 0), "{it:?} cannot be there yet");
    }
    println!("beside hang, 1 byte/s and 503: {:?}", flow.latency(&healthy));
    flow.slack.heal();
    for it in &faulty {
        flow.hears(it.channel, &it.subject).await;
    }
    for it in healthy.iter() {
        assert_eq!(flow.copies(it.channel, &it.subject), (1, 0), "{it:?}");
    }
    for it in &faulty {
        let (plain, marked) = flow.copies(it.channel, &it.subject);
        assert!(plain <= 1 && plain + marked >= 1, "{it:?}: {plain} and {marked} marked");
    }
    // Each channel's messages are there in their order, whatever they met.
    for channel in channels {
        let arrivals = flow.slack.arrivals();
        let of_it = arrivals.iter().filter(|it| it.met.is_none() && posted_to(&it.request) == Some(channel));
        let events: Vec<&str> = of_it.filter_map(|it| it.request.body.split_once("Event ")?.1.get(..3)).collect();
        assert!(events.is_sorted(), "{}: {events:?}", channel.name());
    }
}
