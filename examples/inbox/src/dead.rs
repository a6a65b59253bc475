//! The page of dead letters, with buttons to try one or all of them again.

use std::error::Error;
use std::fmt::Display;

use apalis::prelude::{Backend, BoxDynError, Codec, FetchById, Status, Task, TaskBuilder, TaskId};
use apalis_core::backend::WireFormatBackend;
use axum::Router;
use axum::extract::{Form, State};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use knowrithm_events::Event;
use serde::Deserialize;
use tower_webhook_inbox::{Delivery, QUEUE, Store};

use crate::letters::Letters;

/// How many the page shows.
const SHOWN: u32 = 100;

/// A backend that holds deliveries and finds a task by its id.
pub(crate) trait Tasks:
    WireFormatBackend<Compact = Vec<u8>, Codec: Codec<Delivery, Compact = Vec<u8>, Error: Error + Send + Sync>>
    + Backend<Task = Task<Vec<u8>>, Error: Error>
    + FetchById
    + Clone
    + Send
    + Sync
    + 'static
{
}

impl<B> Tasks for B where
    B: WireFormatBackend<Compact = Vec<u8>, Codec: Codec<Delivery, Compact = Vec<u8>, Error: Error + Send + Sync>>
        + Backend<Task = Task<Vec<u8>>, Error: Error>
        + FetchById
        + Clone
        + Send
        + Sync
        + 'static
{
}

/// `GET` lists the dead letters. `POST` with the `id` of one puts its delivery into the queue again, at most once.
/// `POST` to `all` does so for all that were not put again before.
///
/// The pages of apalis-board show failed tasks, but cannot put them into the queue again.
pub(crate) fn routes<S: Letters, B: Tasks>(store: S, backend: B) -> Router {
    Router::new()
        .route("/", get(list::<S, B>).post(again::<S, B>))
        .route("/all", post(all::<S, B>))
        .with_state((store, backend))
}

async fn list<S: Letters, B: Tasks>(State((store, mut backend)): State<(S, B)>) -> Response {
    let letters = match store.dead(SHOWN).await {
        Ok(letters) => letters,
        Err(error) => return failed(error),
    };
    let mut rows = String::new();
    for letter in &letters {
        let Some(id) = letter.task_id() else {
            continue;
        };
        let delivery = match backend.codec().decode(&letter.args) {
            Ok(delivery) => delivery,
            Err(error) => {
                rows += &unreadable(id, letter.attempt(), error);
                continue;
            }
        };
        let again = match next(id) {
            Some(next) => backend.fetch_by_id(&next).await,
            None => Ok(None),
        };
        match again {
            Ok(again) => rows += &row(id, letter.attempt(), &delivery, again.map(|task| task.status())),
            Err(error) => return failed(error),
        }
    }
    Html(format!(include_str!("dead.html"), shown = SHOWN, rows = rows)).into_response()
}

fn row(id: &TaskId, attempts: usize, delivery: &Delivery, again: Option<Status>) -> String {
    let name = Event::from_slice(delivery.bytes()).map_or_else(
        |_| "no event".to_owned(),
        |event| event.name().unwrap_or("-").to_owned(),
    );
    let again = match again {
        Some(status) => format!("Tried again: {status}"),
        None => format!(
            "<form method=post><button name=id value=\"{}\">Try again</button></form>",
            escape(&id.to_string())
        ),
    };
    format!(
        "<tr><td>{}<td>{}<td>{attempts}<td>{}<td>{again}\n",
        escape(&name),
        delivery.received_at(),
        &delivery.key().to_string()[..16],
    )
}

/// The row of a task that cannot be decoded, and so not be tried again. Its id leads to its bytes in the store.
fn unreadable(id: &TaskId, attempts: usize, error: impl Display) -> String {
    let (id, error) = (escape(&id.to_string()), escape(&error.to_string()));
    format!("<tr><td>-<td>-<td>{attempts}<td>-<td>{id} cannot be read: {error}\n")
}

/// The id of the task that tries this one again. It is derived, so that the task can be looked up.
fn next(id: &TaskId) -> Option<TaskId> {
    let next = id.as_ulid()?.increment().unwrap_or_else(|carried| carried);
    Some(TaskId::from_ulid(next))
}

#[derive(Deserialize)]
struct Chosen {
    id: String,
}

async fn again<S: Store, B: Tasks>(State((store, mut backend)): State<(S, B)>, Form(chosen): Form<Chosen>) -> Response {
    let Ok(id) = chosen.id.parse::<TaskId>() else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    let letter = match backend.fetch_by_id(&id).await {
        Ok(Some(letter)) if letter.queue().is_none_or(|queue| queue.as_ref() == QUEUE) => letter,
        Ok(_) => return StatusCode::NOT_FOUND.into_response(),
        Err(error) => return failed(error),
    };
    // A done delivery would be done twice, and a failed one that is not killed is tried again anyway.
    if letter.status() != Status::Killed {
        return StatusCode::CONFLICT.into_response();
    }
    let delivery = match backend.codec().decode(&letter.args) {
        Ok(delivery) => delivery,
        Err(error) => return failed(error),
    };
    match put_again(&store, &mut backend, &id, delivery).await {
        Ok(()) => Redirect::to("/board/dead").into_response(),
        Err(error) => failed(error),
    }
}

async fn all<S: Letters, B: Tasks>(State((store, mut backend)): State<(S, B)>) -> Response {
    let ids = match store.all_dead().await {
        Ok(ids) => ids,
        Err(error) => return failed(error),
    };
    let mut unreadable = 0;
    for id in ids.iter().filter_map(|id| id.parse().ok()) {
        let letter = match backend.fetch_by_id(&id).await {
            Ok(Some(letter)) => letter,
            // The set in Redis keeps the ids of vacuumed tasks.
            Ok(None) => continue,
            Err(error) => return failed(error),
        };
        // An unreadable task must not keep the others back.
        let Ok(delivery) = backend.codec().decode(&letter.args) else {
            unreadable += 1;
            continue;
        };
        // A failing backend would fail for the others too. The next press leaves those that were put again alone.
        if let Err(error) = put_again(&store, &mut backend, &id, delivery).await {
            return failed(error);
        }
    }
    if unreadable > 0 {
        return failed(format_args!("{unreadable} cannot be read; all others are tried again"));
    }
    Redirect::to("/board/dead").into_response()
}

/// Puts the delivery of this dead letter into the queue again, unless that was done before.
async fn put_again<S: Store, B: Tasks>(
    store: &S,
    backend: &mut B,
    id: &TaskId,
    delivery: Delivery,
) -> Result<(), BoxDynError> {
    let Some(next) = next(id) else {
        return Ok(());
    };
    // Another key, because the delivery key stays with the first task: it marks the sender's retries as duplicates.
    let task = TaskBuilder::new(delivery)
        .task_id(next.clone())
        .idempotency_key(format!("again:{id}"))
        .build();
    // Of simultaneous presses, PostgreSQL refuses all but one, for their id instead of their key.
    match store.store(task).await {
        Err(error) if !matches!(backend.fetch_by_id(&next).await, Ok(Some(_))) => Err(error.into()),
        _ => Ok(()),
    }
}

/// The board is for the operator, who may see the reason.
fn failed(why: impl Display) -> Response {
    (StatusCode::INTERNAL_SERVER_ERROR, why.to_string()).into_response()
}

/// Escapes text for HTML. The names come from senders.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for char in text.chars() {
        match char {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '"' => escaped.push_str("&quot;"),
            other => escaped.push(other),
        }
    }
    escaped
}
