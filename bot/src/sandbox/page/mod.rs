//! The sandbox's page.

use axum::Router;

pub fn routes() -> Router {
    Router::new()
}
