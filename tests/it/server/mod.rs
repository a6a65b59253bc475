//! `tower-webhook-server` over real sockets: each limit, with short times, and what must not be cut off by it.

mod cap;
mod early;
mod heads;
mod services;
mod shutdown;
pub(crate) mod tls;
mod writes;

use std::convert::Infallible;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use bytes::Bytes;
use futures_util::stream;
use http::{Request, Response};
use http_body::Frame;
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt, Full, StreamBody};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};
use tower::service_fn;
use tower_webhook_server::{Body, PeerAddress, Server};

/// The deadline under test, where it is the only one.
const LIMIT: Duration = Duration::from_millis(500);

/// What a test waits for what must happen.
const PATIENCE: Duration = Duration::from_secs(20);

/// The length of the answer of `/large`: more than all buffers between the server and a client that does not read.
const LARGE: usize = 64 * 1024 * 1024;

/// How often `/count` was served, for the one test that asks for it.
static COUNTED: AtomicUsize = AtomicUsize::new(0);

const GET: &str = "GET / HTTP/1.1\r\nHost: test\r\n\r\n";

/// A server that runs.
struct Running {
    address: SocketAddr,
    stop: oneshot::Sender<()>,
    serving: JoinHandle<()>,
}

impl Running {
    /// Serves [`answer`] with the limits that `limits` sets.
    async fn start(limits: impl FnOnce(Server) -> Server) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel();
        let server = limits(Server::new(listener));
        let serving = tokio::spawn(server.serve(service_fn(answer), async { drop(stopped.await) }));
        Self { address, stop, serving }
    }

    async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).await.unwrap()
    }

    /// Begins the shutdown, and waits for its end.
    async fn stop(self) {
        let _ = self.stop.send(());
        timeout(PATIENCE, self.serving).await.unwrap().unwrap();
    }
}

/// Answers by the path, without a look at the body unless it says so.
async fn answer(request: Request<Body>) -> Result<Response<BoxBody<Bytes, Infallible>>, Infallible> {
    let full = |text: String| Full::from(text).boxed();
    Ok(match request.uri().path() {
        "/refuse" => Response::builder().status(403).body(full(String::new())).unwrap(),
        "/count" => {
            COUNTED.fetch_add(1, Ordering::Relaxed);
            Response::new(full(String::new()))
        }
        "/slow" => {
            sleep(LIMIT * 3).await;
            Response::new(full("slow".to_owned()))
        }
        "/never" => std::future::pending().await,
        "/slow-body" => {
            let (sender, mut frames) = tokio::sync::mpsc::channel(1);
            tokio::spawn(async move {
                for text in ["slow", "body"] {
                    sleep(LIMIT * 3).await;
                    let _ = sender.send(Ok(Frame::data(Bytes::from(text)))).await;
                }
            });
            Response::new(StreamBody::new(stream::poll_fn(move |context| frames.poll_recv(context))).boxed())
        }
        "/large" => {
            let piece = Bytes::from(vec![b'x'; 1024 * 1024]);
            let frames = stream::iter((0..LARGE / piece.len()).map(move |_| Ok(Frame::data(piece.clone()))));
            Response::new(StreamBody::new(frames).boxed())
        }
        "/whole" => Response::new(Full::from(vec![b'x'; LARGE]).boxed()),
        "/peer" => Response::new(full(request.extensions().get::<PeerAddress>().unwrap().0.to_string())),
        "/panic" => panic!("the service panics, as the test asks it to"),
        "/length" => {
            let read = request.into_body().collect().await;
            Response::new(full(read.map_or(0, |body| body.to_bytes().len()).to_string()))
        }
        _ => Response::new(full("ok".to_owned())),
    })
}

/// Sends these bytes and reads until the server closes; returns what was read.
async fn until_closed(stream: &mut TcpStream, bytes: impl AsRef<[u8]>) -> Vec<u8> {
    stream.write_all(bytes.as_ref()).await.unwrap();
    let mut answer = Vec::new();
    let closed = timeout(PATIENCE, stream.read_to_end(&mut answer)).await;
    // A reset is as good an end.
    let _ = closed.expect("the server closes the connection");
    answer
}
