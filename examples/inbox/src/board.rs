//! The board: the pages of apalis-board, a page of dead letters, and the protection of both.
//!
//! The board has no login: anyone who reaches it can read all deliveries and queue tasks. So it listens on an address
//! of its own, which a proxy for the receiver does not publish: loopback, unless `BOARD` names another.

use std::net::SocketAddr;

use apalis_board::axum::ui::ServeUI;
use axum::extract::{Request, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HOST, ORIGIN};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri};
use axum::middleware::{self, Next};
use axum::response::{Html, IntoResponse, Response};
use axum::{Extension, Router};

use crate::setup::Events;

/// The pages only work at the root. This turns the entrance `/board` into it.
const ENTER: &str =
    r#"<script>if (location.pathname === "/board") history.replaceState(null, "", "/");</script></head>"#;
const LINK: &str =
    r#"<a href="/board/dead" style="position:fixed;right:1rem;bottom:1rem;z-index:9">Dead letters</a></body>"#;

/// Combines this API and this page of dead letters with the pages of apalis-board.
pub(crate) fn router(api: Router, dead: Router, events: Events) -> Router {
    Router::new()
        .nest("/api/v1", api.layer(Extension(events)))
        .nest("/board/dead", dead)
        .fallback(page)
}

/// Protects the board from other sites that the operator's browser visits: they can change nothing, and on loopback no
/// host name of theirs leads here.
pub(crate) fn protect(board: Router, address: SocketAddr) -> Router {
    board.layer(middleware::from_fn_with_state(address.ip().is_loopback(), guard))
}

async fn guard(State(loopback): State<bool>, request: Request, next: Next) -> Response {
    let mut response = if is_allowed(request.method(), request.headers(), loopback) {
        next.run(request).await
    } else {
        StatusCode::FORBIDDEN.into_response()
    };
    // A site that shows the board in a frame could make the operator click in it unawares.
    let unframed = HeaderValue::from_static("frame-ancestors 'none'");
    response.headers_mut().insert(CONTENT_SECURITY_POLICY, unframed);
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
