//! A body in a file, which must not change between signing and sending.

use std::fs::File;
use std::io::{self, ErrorKind, Read, Seek, SeekFrom};
use std::sync::OnceLock;
use std::time::SystemTime;

use http::HeaderMap;
use http::request::Parts;
use indicatif::ProgressBar;
use tower_webhook::sign::Signer;

use crate::outcome::{Failure, Result};

/// A file that was opened once. It is read at positions, so that many requests can send it at a time.
pub(crate) struct Stored {
    file: File,
    length: u64,
    modified: Option<SystemTime>,
    place: String,
    failure: OnceLock<String>,
}

impl Stored {
    pub(super) fn new(file: File, place: String) -> Result<Self> {
        let about = file.metadata().map_err(|error| Failure::io(&place, &error))?;
        Ok(Self {
            length: about.len(),
            modified: about.modified().ok(),
            file,
            place,
            failure: OnceLock::new(),
        })
    }

    pub(super) fn len(&self) -> u64 {
        self.length
    }

    pub(super) fn sign(&self, signer: &Signer, head: &Parts, bar: &ProgressBar) -> Result<HeaderMap> {
        let body = Reader {
            stored: self,
            at: 0,
            bar,
        };
        let headers = signer
            .headers_of_reader(head, body)
            .and_then(|headers| self.must_be_unchanged().map(|()| headers));
        headers.map_err(|error| Failure::io(&self.place, &error))
    }

    /// Fills the buffer from this position. The last bytes are returned only while the file is as it was: whoever has
    /// all of them has what was signed.
    pub(super) fn read(&self, buffer: &mut [u8], at: u64) -> io::Result<()> {
        let result = self.fill(buffer, at).and_then(|()| match at + buffer.len() as u64 {
            end if end >= self.length => self.must_be_unchanged(),
            _ => Ok(()),
        });
        if let Err(error) = &result {
            let _ = self.failure.set(error.to_string());
        }
        result
    }

    pub(super) fn failure(&self) -> Option<Failure> {
        let message = self.failure.get()?;
        Some(Failure::usage(format_args!("{}: {message}", self.place)))
    }

    fn fill(&self, mut buffer: &mut [u8], mut at: u64) -> io::Result<()> {
        while !buffer.is_empty() {
            match read_at(&self.file, buffer, at) {
                Ok(0) => return Err(changed()),
                Ok(length) => {
                    buffer = &mut buffer[length..];
                    at += length as u64;
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    fn must_be_unchanged(&self) -> io::Result<()> {
        let about = self.file.metadata()?;
        if about.len() == self.length && about.modified().ok() == self.modified {
            Ok(())
        } else {
            Err(changed())
        }
    }
}

fn changed() -> io::Error {
    io::Error::other("it was changed while it was signed and sent: try again when nobody writes to it")
}

/// The first [`length`](Stored::len) bytes of a file.
struct Reader<'a> {
    stored: &'a Stored,
    at: u64,
    bar: &'a ProgressBar,
}

impl Read for Reader<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = usize::try_from(self.stored.length - self.at).unwrap_or(usize::MAX);
        let length = buffer.len().min(left);
        self.stored.fill(&mut buffer[..length], self.at)?;
        self.at += length as u64;
        self.bar.inc(length as u64);
        Ok(length)
    }
}

/// Only to places counted from the start, which is all that a signer needs.
impl Seek for Reader<'_> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        match to {
            SeekFrom::Start(at) if at <= self.stored.length => {
                self.at = at;
                Ok(at)
            }
            _ => Err(ErrorKind::Unsupported.into()),
        }
    }
}

#[cfg(unix)]
fn read_at(file: &File, buffer: &mut [u8], at: u64) -> io::Result<usize> {
    std::os::unix::fs::FileExt::read_at(file, buffer, at)
}

#[cfg(windows)]
fn read_at(file: &File, buffer: &mut [u8], at: u64) -> io::Result<usize> {
    std::os::windows::fs::FileExt::seek_read(file, buffer, at)
}
