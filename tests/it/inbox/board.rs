//! The board of the example as a browser sees it: its page of dead letters, and the requests that it refuses.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use super::database::{Backend, Database};
use super::process::{Inbox, PATIENCE, deliver};
use crate::receivers::child::Receiver;
use crate::sockets::raw::{Answer, Raw};

/// The board of a process, by its address.
#[derive(Clone, Copy)]
pub(super) struct Board(SocketAddr);

/// A row of the page of dead letters.
#[derive(Debug)]
pub(super) struct Letter {
    pub(super) event: String,
    pub(super) attempts: usize,
    /// The id that its button sends, or the text in place of the button.
    pub(super) again: Result<String, String>,
}

impl Board {
    /// The board of a process that has just been started.
    pub(super) fn of(receiver: &Receiver) -> Self {
        let line = receiver.line();
        let url = line.strip_prefix("Board on http://").expect(&line);
        Self(url.strip_suffix("/board").expect(&line).parse().unwrap())
    }

    /// Waits until there are `N` dead letters, and returns them, the newest first.
    pub(super) async fn letters<const N: usize>(self) -> [Letter; N] {
        let start = Instant::now();
        loop {
            let page = self.get("/board/dead").await;
            assert_eq!(page.status, 200, "{page:?}");
            let rows = page.body.lines().filter(|line| line.starts_with("<tr><td>"));
            let letters: Vec<_> = rows.map(Letter::read).collect();
            assert!(letters.len() <= N, "{letters:?}");
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
        self.press_all(origin).await.status
    }

    /// Presses the button for all letters on a page of this origin, and returns the answer.
    pub(super) async fn press_all(self, origin: &str) -> Answer {
        let lines = format!("POST /board/dead/all HTTP/1.1\r\nhost: {}\r\norigin: {origin}", self.0);
        self.send(&lines, "").await
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
        Self {
            event: cells[1].to_owned(),
            attempts: cells[3].parse().unwrap(),
            again: match cells[5].split_once("value=\"") {
                Some((_, button)) => Ok(button.split('"').next().unwrap().to_owned()),
                None => Err(cells[5].to_owned()),
            },
        }
    }
}

/// Starts a process with one dead letter, and returns the id of that letter too.
pub(super) async fn with_a_dead_letter() -> (Database, Receiver, Board, String) {
    let database = Backend::Sqlite.database().await.unwrap();
    let receiver = Inbox::new(&database.url, database.folder.path()).start();
    let board = Board::of(&receiver);
    deliver(receiver.address, "signed, and no event").await;
    let [letter] = board.letters::<1>().await;
    (database, receiver, board, letter.again.unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_of_other_sites_can_neither_read_nor_change_the_board() {
    let (database, _receiver, board, id) = with_a_dead_letter().await;
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
    assert_eq!(database.tasks().await, 1);
    assert_eq!(board.try_again(&id, &board.origin()).await, 303);
    board.letters::<2>().await;
}
