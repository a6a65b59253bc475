//! A client for each version of HTTP, with one connection for each request.

use std::net::SocketAddr;

use bytes::Bytes;
use http::{HeaderValue, Request, Response, Uri};
use http_body::Body;
use http_body_util::BodyExt;
use hyper::body::Incoming;
use hyper::client::conn::{http1, http2};
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::net::TcpStream;

type Error = Box<dyn std::error::Error + Send + Sync>;

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Protocol {
    Http1,
    /// With prior knowledge: without TLS and without an upgrade.
    Http2,
}

pub(crate) const PROTOCOLS: [Protocol; 2] = [Protocol::Http1, Protocol::Http2];

impl Protocol {
    pub(crate) async fn send<B>(self, to: SocketAddr, mut request: Request<B>) -> Result<Response<Bytes>, Error>
    where
        B: Body + Unpin + Send + 'static,
        B::Data: Send,
        B::Error: Into<Error>,
    {
        let io = TokioIo::new(TcpStream::connect(to).await?);
        let response = match self {
            Self::Http1 => {
                let host = HeaderValue::try_from(to.to_string())?;
                request.headers_mut().insert("host", host);
                let (mut sender, connection) = http1::handshake(io).await?;
                tokio::spawn(connection);
                sender.send_request(request).await?
            }
            Self::Http2 => {
                let target = request.uri().path_and_query().ok_or("a request without a path")?;
                *request.uri_mut() = Uri::try_from(format!("http://{to}{target}"))?;
                let (mut sender, connection) = http2::handshake(TokioExecutor::new(), io).await?;
                tokio::spawn(connection);
                sender.send_request(request).await?
            }
        };
        whole(response).await
    }
}

async fn whole(response: Response<Incoming>) -> Result<Response<Bytes>, Error> {
    let (head, body) = response.into_parts();
    Ok(Response::from_parts(head, body.collect().await?.to_bytes()))
}
