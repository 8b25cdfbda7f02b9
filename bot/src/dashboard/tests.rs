//! Links and browsers over time, on both databases; and what is drawn of what people wrote. (M05)

use std::{sync::Arc, time::Duration};

use axum::http::{HeaderMap, HeaderValue, header};
use commands::{Actor, Ctx};

use super::*;
use crate::{
    app::OWN,
    chat::Place,
    cli::start,
    config,
    people::authority::COMMAND_LINE,
    store::testing::{Bench, on_each},
};

async fn bot(bench: &Bench, server: &str) -> Arc<App> {
    let config = config::read(&format!("[server]\n{server}\n"), &|_| None).unwrap_or_else(|problems| panic!("{problems:?}"));
    start::assemble_on(bench.store.clone(), config).await.expect("a bot").0
}

const HERE: &str = "public_url = \"https://bot.example.org/chatops\"";

/// Whoever runs the program, whom no chat has to be asked about.
fn asks(app: &App) -> Ctx {
    let place = Place { platform: COMMAND_LINE.into(), workspace: String::new(), channel: String::new(), thread: None };
    let actor = Actor {
        platform: COMMAND_LINE.into(),
        workspace: String::new(),
        id: "root".into(),
        name: "root".into(),
        email: None,
        admin: true,
    };
    app.ctx(actor, OWN, "r-1", &place)
}

async fn invited(app: &App) -> String {
    let link = app.invite_to_dashboard(&asks(app)).await.expect("a link");
    link.strip_prefix("https://bot.example.org/chatops/dashboard/open/").expect("our address").to_owned()
}

/// A browser that sends the cookie which it was given.
fn browser(cookie: &HeaderValue) -> HeaderMap {
    let given = cookie.to_str().expect("text").split(';').next().expect("a value").to_owned();
    let other = "theme=dark; ".to_owned();
    HeaderMap::from_iter([(header::COOKIE, HeaderValue::from_str(&(other + &given)).expect("a header"))])
}

#[tokio::test]
async fn a_link_is_good_once_and_for_ten_minutes() {
    on_each(|bench| async move {
        let app = bot(&bench, HERE).await;
        let (first, second, third) = (invited(&app).await, invited(&app).await, invited(&app).await);
        // Looking uses nothing up.
        for _ in 0..3 {
            assert_eq!(app.dashboard_link(&first).await.expect("read").expect("it is good").name, "root");
        }
        let cookie = app.open_dashboard(&first, "r-2").await.expect("written").expect("it is good");
        let text = cookie.to_str().expect("text");
        assert!(text.contains("; Path=/chatops/; ") && text.ends_with("; HttpOnly; SameSite=Lax; Secure"), "{text}");
        assert!(app.dashboard_link(&first).await.expect("read").is_none());
        assert!(app.open_dashboard(&first, "r-3").await.expect("written").is_none(), "it was used");
        assert!(app.open_dashboard("a-guess", "r-4").await.expect("written").is_none());
        // Of two at the same moment one gets in.
        let both = tokio::join!(app.open_dashboard(&second, "r-5"), app.open_dashboard(&second, "r-6"));
        let got_in = [both.0, both.1].into_iter().filter(|it| matches!(it, Ok(Some(_)))).count();
        assert_eq!(got_in, 1);
        bench.clock.advance(Duration::from_secs(601));
        assert!(app.dashboard_link(&third).await.expect("read").is_none());
        assert!(app.open_dashboard(&third, "r-7").await.expect("written").is_none(), "it is too old");
        // What is kept opens nothing.
        let kept = crate::store::sql("SELECT link, session FROM dashboard_session").all(bench.store.read()).await.expect("rows");
        let kept: Vec<String> = kept.iter().flat_map(|it| [it.text(0).ok(), it.maybe_text(1).ok().flatten()]).flatten().collect();
        assert_eq!(kept.len(), 5);
        assert!(kept.iter().all(|it| !text.contains(it.as_str()) && ![&first, &second, &third].contains(&it)));
        // Opening one is written down.
        let lines = crate::audit::list(&bench.store, 10, &crate::audit::Filter::default()).await.expect("lines");
        assert_eq!(lines[0].action, "[opened in a browser] bellhop dashboard");
        assert_eq!((lines.len(), lines[0].actor.as_str()), (2, "cli::root"));
    })
    .await;
}

#[tokio::test]
async fn a_browser_stays_in_while_somebody_looks_and_a_week_at_most() {
    on_each(|bench| async move {
        let app = bot(&bench, HERE).await;
        let cookie = app.open_dashboard(&invited(&app).await, "r-1").await.expect("written").expect("it is good");
        let looks = async || app.visitor(&browser(&cookie)).await.expect("read");
        let visitor = looks().await.expect("they are in");
        assert_eq!((visitor.actor.id.as_str(), visitor.actor.admin), ("root", true));
        assert!(visitor.sent(&visitor.form) && !visitor.sent("") && !visitor.sent("another"));
        assert!(app.visitor(&HeaderMap::new()).await.expect("read").is_none());
        let wrong = HeaderValue::from_static("bellhop_dashboard=a-guess; Path=/");
        assert!(app.visitor(&browser(&wrong)).await.expect("read").is_none());
        for _ in 0..15 {
            bench.clock.advance(Duration::from_hours(11));
            assert!(looks().await.is_some(), "somebody looks twice a day");
        }
        bench.clock.advance(Duration::from_hours(4));
        assert!(looks().await.is_none(), "a week is over");
        let cookie = app.open_dashboard(&invited(&app).await, "r-2").await.expect("written").expect("it is good");
        bench.clock.advance(Duration::from_hours(13));
        assert!(app.visitor(&browser(&cookie)).await.expect("read").is_none(), "nobody looked");
        bench.store.prune().await.expect("pruned");
        bench.clock.advance(Duration::from_hours(12));
        bench.store.prune().await.expect("pruned");
        let left = crate::store::sql("SELECT link FROM dashboard_session").all(bench.store.read()).await.expect("rows");
        assert!(left.is_empty());
    })
    .await;
}

#[tokio::test]
async fn who_leaves_is_out_and_all_browsers_can_be_closed() {
    on_each(|bench| async move {
        let app = bot(&bench, HERE).await;
        let mut cookies = Vec::new();
        for _ in 0..3 {
            let token = invited(&app).await;
            cookies.push(app.open_dashboard(&token, "r-1").await.expect("written").expect("it is good"));
        }
        let visitor = app.visitor(&browser(&cookies[0])).await.expect("read").expect("they are in");
        let taken = app.leave_dashboard(&visitor).await.expect("left");
        assert!(
            taken.to_str().expect("text").starts_with("bellhop_dashboard=; ")
                && taken.to_str().expect("text").contains("Max-Age=0")
        );
        assert!(app.visitor(&browser(&cookies[0])).await.expect("read").is_none());
        assert!(app.still(&visitor).await.expect("read").is_none());
        let unused = invited(&app).await;
        let closed = app.close_dashboards(&(&visitor.actor).into()).await.expect("closed");
        assert_eq!(closed, 2);
        for cookie in &cookies {
            assert!(app.visitor(&browser(cookie)).await.expect("read").is_none());
        }
        assert!(app.open_dashboard(&unused, "r-2").await.expect("written").is_none());
    })
    .await;
}

#[tokio::test]
async fn without_an_address_it_says_what_to_write() {
    on_each(|bench| async move {
        let app = bot(&bench, "listen = \"127.0.0.1:0\"").await;
        let refused = app.invite_to_dashboard(&asks(&app)).await.expect_err("there is no address");
        assert!(refused.message.contains("public_url"), "{}", refused.message);
    })
    .await;
}

/// What the policy forbids would silently not run.
#[test]
fn pages_need_nothing_inline() {
    for path in Assets::iter() {
        let text = String::from_utf8(Assets::get(&path).expect("a file").data.into_owned()).expect("text");
        for wrong in ["eval(", " onclick=", " style=\"", "<style", "http://", "@import"] {
            assert!(!text.replace("http://www.w3.org/", "").contains(wrong), "{path}: {wrong}");
        }
    }
}
