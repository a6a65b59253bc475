//! The page of dead letters, with buttons to try one or all of them again.

use std::fmt::Display;

use axum::Router;
use axum::extract::{Form, State};
use axum::http::header::CONTENT_SECURITY_POLICY;
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::map_response;
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use knowrithm_events::Event;
use serde::Deserialize;
use tower_webhook_inbox::{DeadLetter, Queue};

use super::escape::html;

/// How many the page shows.
const SHOWN: u32 = 100;

/// Forbids everything that the page does not need: it has one style, named by its hash, and forms for its own origin.
const POLICY: &str = "default-src 'none'; style-src 'sha256-WrOFJyX9PfpLBuR43U7VXRBLfeYbTgTLQTN/0Sbf+Z4='; \
                      form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// `GET` lists the dead letters. `POST` with the `id` of one puts it back into the queue. `POST` to `all` does so for
/// all.
///
/// The pages of apalis-board show failed tasks, but cannot put them back.
pub(super) fn routes<S: Queue>(store: S) -> Router {
    Router::new()
        .route("/", get(list::<S>).post(again::<S>))
        .route("/all", post(all::<S>))
        .with_state(store)
        .layer(map_response(locked))
}

async fn list<S: Queue>(State(store): State<S>) -> Response {
    match store.dead_letters(SHOWN).await {
        Ok(letters) => Html(page(&letters.iter().map(row).collect::<String>())).into_response(),
        Err(error) => failed(error),
    }
}

fn page(rows: &str) -> String {
    format!(include_str!("dead.html"), shown = SHOWN, rows = rows)
}

fn row(letter: &DeadLetter) -> String {
    let (id, error, attempts) = (html(letter.id()), html(letter.error()), letter.attempts());
    let [event, received, key] = match letter.delivery() {
        Some(delivery) => {
            let event = Event::from_slice(delivery.bytes());
            let name = event.as_ref().map_or("no event", |event| event.name().unwrap_or("-"));
            [
                html(name),
                delivery.received_at().to_string(),
                delivery.key().to_string(),
            ]
        }
        // Its id leads to its bytes in the store.
        None => ["cannot be read".to_owned(), "-".to_owned(), id.clone()],
    };
    let button = format!("<form method=post><button name=id value=\"{id}\">Try again</button></form>");
    format!("<tr><td>{event}<td>{received}<td>{attempts}<td>{key}<td>{error}<td>{button}\n")
}

#[derive(Deserialize)]
struct Chosen {
    id: String,
}

/// The page then shows what is left, also when somebody else was faster.
async fn again<S: Queue>(State(store): State<S>, Form(chosen): Form<Chosen>) -> Response {
    match store.retry(&chosen.id).await {
        Ok(_) => Redirect::to("/board/dead").into_response(),
        Err(error) => failed(error),
    }
}

async fn all<S: Queue>(State(store): State<S>) -> Response {
    match store.retry_all().await {
        Ok(_) => Redirect::to("/board/dead").into_response(),
        Err(error) => failed(error),
    }
}

/// The board is for the operator, who may see the reason.
fn failed(why: impl Display) -> Response {
    (StatusCode::INTERNAL_SERVER_ERROR, why.to_string()).into_response()
}

/// The page runs nothing and loads nothing. Its texts come from senders.
async fn locked(mut response: Response) -> Response {
    let policy = HeaderValue::from_static(POLICY);
    response.headers_mut().insert(CONTENT_SECURITY_POLICY, policy);
    response
}

#[cfg(test)]
mod tests {
    use base64::prelude::{BASE64_STANDARD, Engine};
    use sha2::{Digest, Sha256};

    use super::*;

    #[test]
    fn the_policy_allows_the_style_of_the_page() {
        let page = page("");
        let (_, style) = page.split_once("<style>").expect("it has a style");
        let (style, _) = style.split_once("</style>").expect("it ends");
        let hash = BASE64_STANDARD.encode(Sha256::digest(style));
        assert!(POLICY.contains(&format!("style-src 'sha256-{hash}';")), "{hash}");
    }
}
