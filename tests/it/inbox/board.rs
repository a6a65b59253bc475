//! The board, as a browser has it: its page of dead letters, and whom it lets in.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use super::process::PATIENCE;
use crate::receivers::child::Receiver;
use crate::sockets::raw::{Answer, Raw};

/// Where the board of a process is.
#[derive(Clone, Copy)]
pub(super) struct Board(SocketAddr);

/// A line of the page of dead letters.
#[derive(Debug)]
pub(super) struct Letter {
    pub(super) event: String,
    pub(super) attempts: usize,
    /// What its button sends, or what is there instead.
    pub(super) again: Result<String, String>,
}

impl Board {
    /// That of a process which has just been started.
    pub(super) fn of(receiver: &Receiver) -> Self {
        let line = receiver.line();
        let url = line.strip_prefix("Board on http://").expect(&line);
        Self(url.strip_suffix("/board").expect(&line).parse().unwrap())
    }

    /// Waits until there are so many dead letters, the last to die first.
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

    /// Presses the button of this letter, on a page of this origin.
    pub(super) async fn try_again(self, id: &str, origin: &str) -> u16 {
        let lines = format!(
            "POST /board/dead HTTP/1.1\r\nhost: {}\r\norigin: {origin}\r\n\
             content-type: application/x-www-form-urlencoded",
            self.0
        );
        self.send(&lines, &format!("id={id}")).await.status
    }

    pub(super) fn origin(self) -> String {
        format!("http://{}", self.0)
    }

    async fn get(self, path: &str) -> Answer {
        self.send(&format!("GET {path} HTTP/1.1\r\nhost: {}", self.0), "").await
    }

    /// Sends a request of these lines and this body, by hand: no client would say what other sites' pages do.
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
