//! The board: the pages of apalis-board, a page of dead letters, and the protection of both.
//!
//! The board has no login: anyone who reaches it can read all deliveries and queue tasks. So it listens on an address
//! of its own, which a proxy for the receiver does not publish: loopback, unless `BOARD` names another.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use apalis_board::axum::framework::{ApiBuilder, RegisterRoute};
use apalis_board::axum::sse::{TracingBroadcaster, TracingSubscriber};
use apalis_board::axum::ui::ServeUI;
use axum::extract::{Request, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HOST, ORIGIN, X_CONTENT_TYPE_OPTIONS};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri};
use axum::middleware::{self, Next};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::get;
use axum::{Extension, Router};
use tokio::net::TcpListener;
use tower_webhook_inbox::{Delivery, QUEUE, Queue};
use tower_webhook_server::Server;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer};

mod dead;
mod escape;

/// The pages only work at the root. This turns the entrance `/board` into it.
const ENTER: &str =
    r#"<script>if (location.pathname === "/board") history.replaceState(null, "", "/");</script></head>"#;
const LINK: &str =
    r#"<a href="/board/dead" style="position:fixed;right:1rem;bottom:1rem;z-index:9">Dead letters</a></body>"#;

/// What apalis-board needs: its own files, a program in WebAssembly that a script in the page starts, and styles in the
/// page. A site that shows the board in a frame could make the operator click in it unawares.
const POLICY: &str = "default-src 'self'; script-src 'self' 'unsafe-inline' 'wasm-unsafe-eval'; \
                      style-src 'self' 'unsafe-inline'; img-src 'self' data:; object-src 'none'; base-uri 'self'; \
                      form-action 'self'; frame-ancestors 'none'";

/// The events that the board's page of logs shows.
pub(crate) type Logs = Arc<Mutex<TracingBroadcaster>>;

/// The pages, without protection.
#[derive(Debug)]
pub(crate) struct Board(Router);

impl Board {
    /// The page of dead letters alone, for a store that apalis-board does not know.
    pub(crate) fn of_dead_letters(store: impl Queue) -> Self {
        let to_dead = get(async || Redirect::temporary("/board/dead"));
        Self(
            Router::new()
                .nest("/board/dead", dead::routes(store))
                .route("/board", to_dead),
        )
    }

    /// All pages. The storage is that of the store.
    pub(crate) fn new<B>(store: impl Queue, storage: B, logs: Logs) -> Self
    where
        ApiBuilder<Router>: RegisterRoute<B, Delivery>,
    {
        let api = ApiBuilder::new(Router::new()).register(QUEUE, storage).build();
        let pages = Router::new()
            .nest("/api/v1", api.layer(Extension(logs)))
            .nest("/board/dead", dead::routes(store))
            .fallback(page);
        Self(pages)
    }

    /// Serves the pages, protected, until the shutdown. Without grace: their connections have nothing to lose.
    pub(crate) async fn serve(self, listener: TcpListener, shutdown: impl Future<Output = ()>) {
        // An address that cannot be told is protected as loopback, which is stricter.
        let loopback = listener.local_addr().map_or(true, |address| address.ip().is_loopback());
        let pages = protect(self.0, loopback);
        Server::new(listener).grace(Duration::ZERO).serve(pages, shutdown).await;
    }
}

/// Logs to standard error, by default warnings, and sends the worker's events to the board.
pub(crate) fn log() -> Logs {
    let logs = TracingBroadcaster::create();
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("warn"));
    let stderr = tracing_subscriber::fmt::layer()
        .with_writer(std::io::stderr)
        .with_filter(filter);
    let board = TracingSubscriber::new(&logs)
        .layer()
        .with_filter(EnvFilter::new("tower_webhook_inbox=debug"));
    tracing_subscriber::registry().with(stderr).with(board).init();
    logs
}

/// Protects the board from other sites that the operator's browser visits: they can change nothing, and on loopback no
/// host name of theirs leads here.
fn protect(pages: Router, loopback: bool) -> Router {
    pages.layer(middleware::from_fn_with_state(loopback, guard))
}

async fn guard(State(loopback): State<bool>, request: Request, next: Next) -> Response {
    let mut response = if is_allowed(request.method(), request.headers(), loopback) {
        next.run(request).await
    } else {
        StatusCode::FORBIDDEN.into_response()
    };
    let headers = response.headers_mut();
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    // The page of dead letters has a stricter one.
    headers
        .entry(CONTENT_SECURITY_POLICY)
        .or_insert(HeaderValue::from_static(POLICY));
    response
}

fn is_allowed(method: &Method, headers: &HeaderMap, loopback: bool) -> bool {
    let header = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let host = header(HOST).unwrap_or_default();
    let own = |origin: &str| origin.split_once("://").is_some_and(|(_, origin)| origin == host);
    let reads = matches!(*method, Method::GET | Method::HEAD);
    (!loopback || is_loopback(host)) && (reads || header(ORIGIN).is_none_or(own))
}

fn is_loopback(host: &str) -> bool {
    let name = host.rsplit_once(':').map_or(host, |(name, port)| {
        if port.bytes().all(|byte| byte.is_ascii_digit()) {
            name
        } else {
            host
        }
    });
    matches!(name, "127.0.0.1" | "localhost" | "[::1]")
}

/// Serves a file of apalis-board, or its index.
async fn page(uri: Uri) -> Response {
    let path = uri.path();
    match ServeUI::get_file(path) {
        Some(file) if path.contains('.') => {
            let kind = ServeUI::content_type(path);
            let cache = ServeUI::cache_control(path).unwrap_or("no-cache");
            ([(CONTENT_TYPE, kind), (CACHE_CONTROL, cache)], file.contents().to_vec()).into_response()
        }
        Some(index) if !path.starts_with("/api/") => {
            let html = String::from_utf8_lossy(index.contents());
            Html(html.replacen("</head>", ENTER, 1).replacen("</body>", LINK, 1)).into_response()
        }
        _ => StatusCode::NOT_FOUND.into_response(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_host_names_of_loopback_are_allowed() {
        for host in ["127.0.0.1:5001", "localhost:5001", "localhost", "[::1]:5001", "[::1]"] {
            assert!(is_loopback(host), "{host}");
        }
        for host in [
            "",
            "example.com",
            "127.0.0.1.example.com:5001",
            "localhost:80.example.com",
            "[::2]:1",
        ] {
            assert!(!is_loopback(host), "{host}");
        }
    }
}
