//! A receiver on loopback that keeps what it gets, and answers as it is told.

use std::convert::Infallible;
use std::sync::{Arc, Mutex, mpsc};
use std::thread::JoinHandle;

use bytes::Bytes;
use http::request::Parts;
use http::{Request, Response};
use http_body_util::{BodyExt, Full};
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tower::service_fn;
use tower_webhook_server::{Body, Server};

pub(crate) struct Receiver {
    pub(crate) url: String,
    seen: Arc<Mutex<Vec<Seen>>>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Clone)]
pub(crate) struct Seen {
    pub(crate) head: Parts,
    pub(crate) body: Bytes,
}

impl Receiver {
    /// Answers each request with what `answer` makes of it and of its number, which begins with zero.
    pub(crate) fn start(answer: impl Fn(usize, &Seen) -> Response<Bytes> + Send + Sync + 'static) -> Self {
        Self::serve(true, answer)
    }

    /// Answers 413 before it has read a body, as the library does when it refuses a head.
    pub(crate) fn refusing_early() -> Self {
        Self::serve(false, |_, _| answer(413, ""))
    }

    fn serve(reads: bool, answer: impl Fn(usize, &Seen) -> Response<Bytes> + Send + Sync + 'static) -> Self {
        let seen = Arc::<Mutex<Vec<Seen>>>::default();
        let (stop, stopped) = oneshot::channel();
        let (address, addressed) = mpsc::channel();
        let (answer, kept) = (Arc::new(answer), Arc::clone(&seen));
        let thread = std::thread::spawn(move || {
            let service = service_fn(move |request: Request<Body>| {
                let (answer, kept) = (Arc::clone(&answer), Arc::clone(&kept));
                async move {
                    let (head, body) = request.into_parts();
                    let body = if reads {
                        body.collect().await.unwrap().to_bytes()
                    } else {
                        Bytes::new()
                    };
                    let seen = Seen { head, body };
                    let number = {
                        let mut all = kept.lock().unwrap();
                        all.push(seen.clone());
                        all.len() - 1
                    };
                    Ok::<_, Infallible>(answer(number, &seen).map(Full::new))
                }
            });
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.unwrap().block_on(async {
                let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
                address.send(listener.local_addr().unwrap()).unwrap();
                Server::new(listener)
                    .serve(service, async { drop(stopped.await) })
                    .await;
            });
        });
        Self {
            url: format!("http://{}/hook?tenant=acme", addressed.recv().unwrap()),
            seen,
            stop: Some(stop),
            thread: Some(thread),
        }
    }

    /// Answers each request with this status.
    pub(crate) fn answering(status: u16) -> Self {
        Self::start(move |_, _| answer(status, ""))
    }

    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }

    pub(crate) fn only(&self) -> Seen {
        let mut seen = self.seen();
        assert_eq!(seen.len(), 1);
        seen.remove(0)
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        drop(self.stop.take());
        self.thread.take().unwrap().join().unwrap();
    }
}

pub(crate) fn answer(status: u16, body: impl Into<Bytes>) -> Response<Bytes> {
    Response::builder().status(status).body(body.into()).unwrap()
}
