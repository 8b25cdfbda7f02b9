//! The connector's own stand-in, written down.

use std::sync::Arc;

use axum::{
    Router,
    body::{Body, to_bytes},
    extract::Request,
    http::{Method, StatusCode},
    middleware::{self, Next},
    response::{IntoResponse, Response},
};
use serde_json::{Map, Value};

use super::{FarEnd, serial_in, to_the_end};
use crate::oracle::Event;

pub fn router(far_end: Arc<FarEnd>) -> (Router, Map<String, Value>) {
    let standin = (connectors::find("redmine").expect("the connector is there").standin)();
    let connection = standin.connection(&far_end.url);
    let routes = standin.router().layer(middleware::from_fn(move |request: Request, next: Next| {
        let far_end = far_end.clone();
        to_the_end(async move { far_end.clone().answer(work(far_end, request, next)).await })
    }));
    (routes, connection)
}

async fn work(far_end: Arc<FarEnd>, request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let Ok(body) = to_bytes(body, 1 << 20).await else { return StatusCode::BAD_REQUEST.into_response() };
    let creates = parts.method == Method::POST && parts.uri.path() == "/issues.json";
    let serial = creates.then(|| serial_in(&String::from_utf8_lossy(&body))).flatten();
    let response = next.run(Request::from_parts(parts, Body::from(body))).await;
    if let Some(serial) = serial.filter(|_| response.status() == StatusCode::CREATED) {
        far_end.journal.note(Event::Created { serial });
    }
    response
}
