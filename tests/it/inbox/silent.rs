//! Connections to the backend fall silent, as when a firewall forgets them, and new ones work. Deliveries are done
//! soon.
#![cfg(unix)]

use std::future::pending;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

use super::database::Backend;
use super::process::{Inbox, deliver, delivery};

/// The patience of the worker, and one deadline of the inbox for each connection that may be tried first.
const SOON: Duration = Duration::from_secs(40);
/// The number of connections in the pool to PostgreSQL.
const AT_ONCE: usize = 10;

#[tokio::test(flavor = "multi_thread")]
async fn deliveries_are_done_soon_after_connections_to_postgres_fall_silent() {
    recovers(Backend::Postgres).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn deliveries_are_done_soon_after_the_connection_to_redis_falls_silent() {
    recovers(Backend::Redis).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn deliveries_are_done_soon_after_the_connection_to_nats_falls_silent() {
    recovers(Backend::Nats).await;
}

async fn recovers(backend: Backend) {
    let Some(database) = backend.database().await else {
        return;
    };
    let (server, rest) = database.url.rsplit_once('/').unwrap();
    let (start, server) = server.split_at(server.rfind(['@', '/']).unwrap() + 1);
    let proxy = Proxy::start(server.to_owned()).await;
    let inbox = Inbox::new(&format!("{start}{}/{rest}", proxy.address), database.folder.path());
    let receiver = inbox.start();
    let post = async |from: usize| {
        let posts = (from..from + AT_ONCE).map(async |number| deliver(receiver.address, &delivery(number)).await);
        join_all(posts).await;
    };
    post(0).await;
    inbox.wait_for(AT_ONCE).await;

    // The worker is in the middle of a command, where no pool checks the connection.
    proxy.silence(Silence::WithWorkers);
    tokio::time::sleep(Duration::from_secs(1)).await;
    proxy.silence(Silence::WithAll);
    let silent = Instant::now();
    post(AT_ONCE).await;
    inbox.wait_for(2 * AT_ONCE).await;
    let took = silent.elapsed();
    assert!(took < SOON, "{took:?}");
    drop(receiver);
    database.drop().await;
}

/// How a proxy silences the connections that are open at that time. Later connections work.
#[derive(Clone, Copy)]
enum Silence {
    /// A connection falls silent when a worker next sends its name on it.
    WithWorkers,
    /// All connections fall silent.
    WithAll,
}

struct Proxy {
    address: SocketAddr,
    silence: watch::Sender<Option<Silence>>,
}

impl Proxy {
    async fn start(server: String) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let silence = watch::Sender::new(None);
        let sender = silence.clone();
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(pass_on(client, server.clone(), sender.subscribe()));
            }
        });
        Self { address, silence }
    }

    fn silence(&self, silence: Silence) {
        self.silence.send_replace(Some(silence));
    }
}

async fn pass_on(mut client: TcpStream, server: String, mut silence: watch::Receiver<Option<Silence>>) {
    let mut server = TcpStream::connect(server).await.unwrap();
    let (mut asked, mut answered) = (vec![0; 1 << 16], vec![0; 1 << 16]);
    let mut with_workers = false;
    loop {
        tokio::select! {
            length = client.read(&mut asked) => {
                let Ok(length @ 1..) = length else { return };
                if with_workers && asked[..length].windows(6).any(|name| name == b"inbox-") {
                    break;
                }
                server.write_all(&asked[..length]).await.unwrap();
            }
            length = server.read(&mut answered) => {
                let Ok(length @ 1..) = length else { return };
                if client.write_all(&answered[..length]).await.is_err() {
                    return;
                }
            }
            Ok(()) = silence.changed() => match *silence.borrow_and_update() {
                Some(Silence::WithWorkers) => with_workers = true,
                Some(Silence::WithAll) => break,
                None => {}
            },
        }
    }
    // Both connections stay open.
    pending::<()>().await;
}
