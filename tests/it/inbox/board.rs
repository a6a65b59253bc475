//! The board of the example as a browser sees it: its page of dead letters, and the requests that it refuses.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::Request;
use http_body_util::Empty;

use super::database::Backend;
use super::process::{Inbox, PATIENCE, deliver, delivery};
use crate::receivers::child::Receiver;
use crate::sockets::client::Protocol;
use crate::sockets::raw::{Answer, Raw};

/// The board of a process, by its address.
#[derive(Clone, Copy)]
pub(super) struct Board(SocketAddr);

/// A row of the page of dead letters.
#[derive(Debug)]
pub(super) struct Letter {
    pub(super) event: String,
    pub(super) attempts: usize,
    pub(super) error: String,
    /// The id that its button sends.
    pub(super) id: String,
}

impl Board {
    /// The board of a process that has just been started.
    pub(super) fn of(receiver: &Receiver) -> Self {
        let line = receiver.line();
        let url = line.strip_prefix("Board on http://").expect(&line);
        Self(url.strip_suffix("/board").expect(&line).parse().unwrap())
    }

    /// Waits until the page shows `N` dead letters, and returns them, the newest first.
    pub(super) async fn letters<const N: usize>(self) -> [Letter; N] {
        let start = Instant::now();
        loop {
            let page = self.get("/board/dead").await;
            assert_eq!(page.status, 200, "{page:?}");
            let rows = page.body.lines().filter(|line| line.starts_with("<tr><td>"));
            let letters: Vec<_> = rows.map(Letter::read).collect();
            match letters.try_into() {
                Ok(letters) => return letters,
                Err(letters) => assert!(start.elapsed() < PATIENCE, "{letters:?}"),
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    /// Presses the button of this letter on a page of this origin, and returns the status.
    pub(super) async fn try_again(self, id: &str, origin: &str) -> u16 {
        let lines = format!(
            "POST /board/dead HTTP/1.1\r\nhost: {}\r\norigin: {origin}\r\n\
             content-type: application/x-www-form-urlencoded",
            self.0
        );
        self.send(&lines, &format!("id={id}")).await.status
    }

    /// Presses the button for all letters on a page of this origin, and returns the status.
    pub(super) async fn try_all_again(self, origin: &str) -> u16 {
        let lines = format!("POST /board/dead/all HTTP/1.1\r\nhost: {}\r\norigin: {origin}", self.0);
        self.send(&lines, "").await.status
    }

    pub(super) fn origin(self) -> String {
        format!("http://{}", self.0)
    }

    async fn get(self, path: &str) -> Answer {
        self.send(&format!("GET {path} HTTP/1.1\r\nhost: {}", self.0), "").await
    }

    /// Sends a request with these lines and this body. It is written by hand, because an HTTP client sets `host`
    /// itself.
    async fn send(self, lines: &str, body: &str) -> Answer {
        let mut raw = Raw::connect(self.0).await;
        let length = body.len();
        raw.send(format!("{lines}\r\ncontent-length: {length}\r\n\r\n{body}"))
            .await;
        raw.answer().await.unwrap()
    }
}

impl Letter {
    fn read(row: &str) -> Self {
        let cells: Vec<_> = row.split("<td>").collect();
        let (_, button) = cells[6].split_once("value=\"").expect(row);
        Self {
            event: cells[1].to_owned(),
            attempts: cells[3].parse().unwrap(),
            error: cells[5].to_owned(),
            id: button.split('"').next().unwrap().to_owned(),
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_of_other_sites_can_neither_read_nor_change_the_board() {
    let database = Backend::Sqlite.database().await.unwrap();
    let sound = Inbox::new(&database.url, database.folder.path());
    let receiver = sound.clone().failing(1.0).start();
    deliver(receiver.address, &delivery(0)).await;
    let [Letter { id, .. }] = Board::of(&receiver).letters().await;
    drop(receiver);

    let receiver = sound.start();
    let board = Board::of(&receiver);
    for path in ["/", "/board/dead", "/api/v1/queues"] {
        for (host, status) in [(board.0.to_string().as_str(), 200), ("example.com", 403)] {
            let answer = board.send(&format!("GET {path} HTTP/1.1\r\nhost: {host}"), "").await;
            assert_eq!(answer.status, status, "{host}{path}");
            assert_eq!(answer.body.is_empty(), status == 403, "{host}{path}");
        }
    }
    for origin in ["http://example.com", "null", "http://127.0.0.1:1"] {
        assert_eq!(board.try_again(&id, origin).await, 403, "{origin}");
        assert_eq!(board.try_all_again(origin).await, 403, "{origin}");
    }
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert_eq!(sound.effects().len(), 0, "it was tried again");
    assert_eq!(board.try_again(&id, &board.origin()).await, 303);
    sound.wait_for(1).await;
    let [] = board.letters().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_of_dead_letters_shows_the_text_of_senders_and_runs_none_of_it() {
    let database = Backend::Sqlite.database().await.unwrap();
    let inbox = Inbox::new(&database.url, database.folder.path()).failing(1.0);
    let receiver = inbox.start();
    let board = Board::of(&receiver);
    let event = r#"{"event":"<script>\u202egpj\u0000\n\u009b"}"#;
    deliver(receiver.address, event).await;
    let [letter] = board.letters().await;
    assert_eq!(letter.event, r"&lt;script&gt;\u{202e}gpj\0\n\u{9b}");
    assert_eq!(letter.error, "FAIL_RATE made it fail");

    let get = |path: &str| Protocol::Http1.send(board.0, Request::get(path).body(Empty::<Bytes>::new()).unwrap());
    for (path, allowed) in [("/board/dead", "default-src 'none'"), ("/", "default-src 'self'")] {
        let answer = get(path).await.unwrap();
        assert_eq!(answer.status(), 200, "{path}");
        let headers = answer.headers();
        assert_eq!(headers["x-content-type-options"], "nosniff", "{path}");
        let policies: Vec<_> = headers.get_all("content-security-policy").iter().collect();
        let [policy] = policies[..] else { panic!("{policies:?}") };
        let policy = policy.to_str().unwrap();
        assert!(
            policy.starts_with(allowed) && policy.ends_with("frame-ancestors 'none'"),
            "{path}: {policy}"
        );
    }
}
