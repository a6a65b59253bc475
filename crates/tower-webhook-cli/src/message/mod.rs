//! Requests in files: as `listen --save` writes them, as browsers export them, or as `curl -v` prints them.
//!
//! | form | recognised by | body |
//! |---|---|---|
//! | [an HTTP/1.1 message](http1) | a request line such as `POST /hook HTTP/1.1` | all bytes after the empty line |
//! | the same of another version | `POST /hook HTTP/2`, with bytes after the empty line | these bytes |
//! | [a HAR file, or one of its entries](har) | JSON with `log` or `request` | `postData.text` |
//! | [what `curl -v` prints](lines) | lines that begin with `> ` | none: it does not print the body |
//! | [lines of headers](lines) | `Name: value` | none |

pub(crate) mod har;
pub(crate) mod http1;
pub(crate) mod lines;

use std::fs::File;
use std::io::{self, BufRead, BufReader, Cursor, Read};
use std::path::Path;

use http::request::Parts;
use http::{HeaderMap, HeaderName, HeaderValue};

use crate::outcome::{Failure, Result};

/// How long a head may be; servers admit 8 to 64 KiB.
pub(crate) const MAX_HEAD: usize = 256 * 1024;
/// How many headers a head may have; servers admit about a hundred.
const MAX_HEADERS: usize = 256;
/// How long a request in JSON or in lines may be: it is read as a whole.
const MAX_TEXT: u64 = 256 * 1024 * 1024;

/// A request whose body has not been read yet.
pub(crate) struct Saved {
    pub(crate) head: Parts,
    /// `None` when the form contains no body.
    pub(crate) body: Option<Box<dyn Read + Send>>,
}

/// Opens a file, or stdin for `-`.
pub(crate) fn open(path: &Path) -> Result<Box<dyn Read + Send>> {
    if path == Path::new("-") {
        return Ok(Box::new(io::stdin()));
    }
    let file = File::open(path).map_err(|error| Failure::io_at(path, &error))?;
    if file.metadata().is_ok_and(|about| about.is_dir()) {
        return Err(Failure::at(path, "is a folder: name a file in it"));
    }
    Ok(Box::new(file))
}

/// Reads the head of a request from a file in any of the forms; `-` is stdin.
pub(crate) fn read(path: &Path) -> Result<Saved> {
    let at = |message: String| Failure::at(path, message);
    let mut input = BufReader::new(open(path)?);
    let first = first_line(&mut input).map_err(|error| Failure::io_at(path, &error))?;
    // Blank lines before a request are no end of its head.
    let first = first.trim_ascii_start().to_vec();
    let form = Form::of(&first);
    let input = Cursor::new(first).chain(input);
    match form {
        Form::Http1 => http1::read(input).map_err(at),
        Form::OtherVersion => http1::read_other(input).map_err(at),
        form => {
            let mut text = Vec::new();
            let read = input.take(MAX_TEXT + 1).read_to_end(&mut text);
            read.map_err(|error| Failure::io_at(path, &error))?;
            if text.len() as u64 > MAX_TEXT {
                return Err(at(
                    "is longer than 256 MiB: save the request as HTTP/1.1, or name its body with --body".to_owned(),
                ));
            }
            let saved = match form {
                Form::Har => har::parse(&text).map(|(head, body)| Saved {
                    head,
                    body: body.map(|body| Box::new(Cursor::new(body)) as _),
                }),
                _ => lines::parse(&text).map(|head| Saved { head, body: None }),
            };
            saved.map_err(at)
        }
    }
}

/// Reads the lines up to the first one that is not blank, of at most [`MAX_HEAD`] bytes in all.
fn first_line(input: impl BufRead) -> io::Result<Vec<u8>> {
    let mut input = input.take(MAX_HEAD as u64);
    let mut first = Vec::new();
    while input.read_until(b'\n', &mut first)? > 0 && first.trim_ascii_start().is_empty() {}
    Ok(first)
}

/// Adds a header, unless there are too many.
fn add(headers: &mut HeaderMap, name: HeaderName, value: HeaderValue) -> std::result::Result<(), String> {
    if headers.len() == MAX_HEADERS {
        return Err(too_many_headers());
    }
    headers.append(name, value);
    Ok(())
}

fn too_many_headers() -> String {
    format!("it has more than {MAX_HEADERS} headers")
}

enum Form {
    Http1,
    OtherVersion,
    Har,
    Lines,
}

impl Form {
    /// The form of a file that begins with these bytes.
    fn of(text: &[u8]) -> Self {
        if text.starts_with(b"{") || text.starts_with(b"[") {
            return Self::Har;
        }
        let line = text
            .split(|&byte| byte == b'\n')
            .next()
            .unwrap_or_default()
            .trim_ascii_end();
        if line.starts_with(b">") {
            return Self::Lines;
        }
        if line.ends_with(b" HTTP/1.1") {
            return Self::Http1;
        }
        match lines::request_line(line) {
            Some(_) => Self::OtherVersion,
            None => Self::Lines,
        }
    }
}

#[cfg(test)]
mod tests;
