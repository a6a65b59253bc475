//! `doctor`, against receivers in this process: sound ones of every scheme, and some that answer what they are told.

mod duplicates;
mod kinds;
mod refusals;
mod sound;
mod stopped;

use std::io::{BufRead, BufReader, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::process::{Command, Output};
use std::sync::Arc;
use std::thread;

use serde_json::Value;

use crate::process::command;

/// A secret that every scheme takes.
const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// The doctor with these arguments, and the secret in `TEST_SECRET`.
fn doctor(url: &str, arguments: &[&str]) -> Command {
    let mut command = command(&["doctor", "--url", url, "--secret-env", "TEST_SECRET"]);
    command.args(arguments).env("TEST_SECRET", SECRET);
    command
}

fn document(output: &Output) -> Value {
    let stderr = String::from_utf8_lossy(&output.stderr);
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {stderr}"))
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// Serves until the end of the test: the answer to the connection of each number; `None` is silence.
fn answering(answer: impl Fn(usize) -> Option<&'static str> + Send + Sync + 'static) -> SocketAddr {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let address = listener.local_addr().unwrap();
    let answer = Arc::new(answer);
    thread::spawn(move || {
        let mut requests = 0;
        let mut silent = Vec::new();
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            if !has_request(&stream) {
                continue;
            }
            match answer(requests) {
                // The peer may have closed the connection.
                Some(answer) => drop(stream.write_all(answer.as_bytes())),
                None => silent.push(stream),
            }
            requests += 1;
        }
    });
    address
}

/// Reads a request with a `Content-Length`; the doctor also connects once without a request.
fn has_request(stream: &TcpStream) -> bool {
    let mut reader = BufReader::new(stream);
    let mut length = 0;
    loop {
        let mut line = Vec::new();
        if reader.read_until(b'\n', &mut line).unwrap_or(0) == 0 {
            return false;
        }
        let line = String::from_utf8_lossy(&line);
        if let Some(value) = line.strip_prefix("Content-Length: ") {
            length = value.trim().parse().unwrap();
        }
        if line == "\r\n" {
            return std::io::Read::read_exact(&mut reader, &mut vec![0; length]).is_ok();
        }
    }
}
