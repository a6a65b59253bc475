//! A proxy in front of a PostgreSQL server that notes the statements that pass.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt, copy};
use tokio::net::tcp::OwnedReadHalf;
use tokio::net::{TcpListener, TcpStream};

/// A statement with parameters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Statement {
    pub(super) sql: String,
    /// What began the transaction in which it ran. Empty without a transaction.
    pub(super) begin: String,
}

pub(super) struct Tap {
    address: SocketAddr,
    statements: Arc<Mutex<Vec<Statement>>>,
}

impl Tap {
    /// Starts a proxy in front of this server, `host:port`.
    pub(super) async fn start(server: String) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let statements = Arc::new(Mutex::new(Vec::new()));
        let noted = statements.clone();
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let server = TcpStream::connect(&server).await.unwrap();
                let (asked, mut answered) = client.into_split();
                let (mut answers, questions) = server.into_split();
                tokio::spawn(async move { copy(&mut answers, &mut answered).await });
                tokio::spawn(pass_on(asked, questions, noted.clone()));
            }
        });
        Self { address, statements }
    }

    /// The URL of a database behind the proxy.
    pub(super) fn url(&self, url: &str) -> String {
        let (start, name) = url.rsplit_once('/').unwrap();
        let user = start.rsplit_once('@').map_or("postgres://", |(user, _)| user);
        format!("{user}@{}/{name}", self.address)
    }

    /// Each statement that has passed, once, in the order of their first time.
    pub(super) fn statements(&self) -> Vec<Statement> {
        let mut seen = Vec::new();
        for statement in &*self.statements.lock().unwrap() {
            if !seen.contains(statement) {
                seen.push(statement.clone());
            }
        }
        seen
    }
}

async fn pass_on(
    mut client: OwnedReadHalf,
    mut server: tokio::net::tcp::OwnedWriteHalf,
    noted: Arc<Mutex<Vec<Statement>>>,
) {
    let mut begin = String::new();
    // The first message has no type.
    let mut kind = None;
    loop {
        let mut header = vec![0; 4 + usize::from(kind.is_some())];
        if client.read_exact(&mut header).await.is_err() {
            return;
        }
        let length: [u8; 4] = header[header.len() - 4..].try_into().unwrap();
        let mut body = vec![0; u32::from_be_bytes(length) as usize - 4];
        if client.read_exact(&mut body).await.is_err() {
            return;
        }
        let texts: Vec<_> = body.split(|&byte| byte == 0).map(String::from_utf8_lossy).collect();
        match (kind, header[0]) {
            (Some(()), b'Q') => {
                begin = if texts[0].starts_with("BEGIN") {
                    texts[0].to_string()
                } else {
                    String::new()
                };
            }
            // The name of the prepared statement comes first.
            (Some(()), b'P') => noted.lock().unwrap().push(Statement {
                sql: texts[1].to_string(),
                begin: begin.clone(),
            }),
            _ => {}
        }
        kind = Some(());
        if server.write_all(&[header, body].concat()).await.is_err() {
            return;
        }
    }
}
