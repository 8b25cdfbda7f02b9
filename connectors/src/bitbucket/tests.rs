//! Every command against the simulated Bitbucket, over real HTTP, at both of its doors.

use commands::{Call, ErrorKind};
use expect_test::expect;
use serde_json::json;

use super::{
    Bitbucket,
    standin::{Door, Simulated},
};
use crate::{
    Kind,
    tests::desk::{Desk, NOW, read},
};

mod builds;
mod center;
mod center_code;
mod center_reviews;
mod code;
mod cuts;
mod discussions;
mod failures;
mod happenings;
mod hooks;
mod lists;
mod news;
mod people;
mod pulls;
mod repositories;
mod reviews;

fn contract(path: &str) -> Option<&'static str> {
    match path {
        // The vendor's file of Data Center leaves its plugins for branches and git out.
        it if it.starts_with("/rest/branch-utils/") || it.starts_with("/rest/git/") => None,
        it if it.starts_with("/rest/") => Some("bitbucket-dc"),
        // The shortened description of Cloud leaves downloads out: developer.atlassian.com/cloud/bitbucket/rest/api-group-downloads.
        it if it.starts_with("/2.0/") && it.contains("/downloads") => None,
        it if it.starts_with("/2.0/") => Some("bitbucket"),
        _ => None,
    }
}

async fn desk(door: Door) -> Desk<Simulated> {
    let standin = Simulated::at(door);
    standin.state().clock = Some(NOW.parse().expect("a time"));
    Desk::new(Kind::of::<Bitbucket>(), contract, standin).await
}

async fn cloud() -> Desk<Simulated> {
    desk(Door::Cloud).await
}

async fn center() -> Desk<Simulated> {
    desk(Door::Center).await
}
