//! The signals that stop a program.

/// Completes at SIGINT or SIGTERM, or at Ctrl-C where there are no such signals.
///
/// It sees signals from the moment it is first polled. Await it once more for the second signal:
///
/// ```no_run
/// # async fn example(server: tower_webhook_server::Server, service: axum::Router) {
/// use tower_webhook_server::stop_signal;
///
/// let stop_at_once = async {
///     stop_signal().await;
///     stop_signal().await;
/// };
/// tokio::select! { () = server.serve(service, stop_signal()) => {}, () = stop_at_once => {} }
/// # }
/// ```
pub async fn stop_signal() {
    #[cfg(unix)]
    if let Ok(mut terminate) = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
        tokio::select! { _ = terminate.recv() => return, _ = tokio::signal::ctrl_c() => return }
    }
    let _ = tokio::signal::ctrl_c().await;
}
