//! The body that is signed: in memory when it is small, in a file when it is not.

mod outgoing;
mod stored;

use std::fs::File;
use std::io::{self, Cursor, Read, Seek, SeekFrom, Write};
use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use http::request::Parts;
use http::{HeaderMap, Request};
use indicatif::ProgressBar;
use tower_webhook::sign::Signer;

pub(crate) use self::outgoing::{Outgoing, Sent};
use self::stored::Stored;
use crate::outcome::{Failure, Result};
use crate::term::Plain;

/// A larger body stays in its file, or goes into a temporary one.
const MAX_IN_MEMORY: u64 = 8 * 1024 * 1024;

/// The exact bytes that are signed and sent. Clones share them.
#[derive(Clone)]
pub(crate) enum Payload {
    Memory(Bytes),
    File(Arc<Stored>),
}

impl Payload {
    /// The bytes of a file, or of stdin for `-`.
    ///
    /// # Errors
    ///
    /// A failure of usage when it cannot be read, or a temporary file cannot be written.
    pub(crate) fn open(path: &Path) -> Result<Self> {
        if path == Path::new("-") {
            return Self::spool(io::stdin().lock(), "stdin");
        }
        let place = Plain(&path.to_string_lossy()).to_string();
        let file = File::open(path).map_err(|error| Failure::io(&place, &error))?;
        let about = file.metadata().map_err(|error| Failure::io(&place, &error))?;
        if about.is_dir() {
            return Err(Failure::usage(format_args!("{place}: is a folder")));
        }
        if about.is_file() && about.len() > MAX_IN_MEMORY {
            Ok(Self::File(Arc::new(Stored::new(file, place)?)))
        } else {
            Self::spool(file, &place)
        }
    }

    /// The bytes up to the end. What does not fit into memory goes into a temporary file, which has no name and so
    /// cannot outlive the program.
    ///
    /// # Errors
    ///
    /// A failure of usage when they cannot be read, or the temporary file cannot be written.
    pub(crate) fn spool(mut input: impl Read, place: &str) -> Result<Self> {
        let at = |error: io::Error| Failure::io(place, &error);
        let mut first = Vec::new();
        let read = (&mut input).take(MAX_IN_MEMORY + 1).read_to_end(&mut first);
        if read.map_err(at)? as u64 <= MAX_IN_MEMORY {
            return Ok(Self::Memory(first.into()));
        }
        let spooled = tempfile::tempfile().and_then(|mut file| {
            file.write_all(&first)?;
            drop(first);
            io::copy(&mut input, &mut file)?;
            file.seek(SeekFrom::Start(0))?;
            Ok(file)
        });
        let file = spooled.map_err(|error| Failure::io(format_args!("{place}, in a temporary file"), &error))?;
        Ok(Self::File(Arc::new(Stored::new(file, place.to_owned())?)))
    }

    pub(crate) fn len(&self) -> u64 {
        match self {
            Self::Memory(bytes) => bytes.len() as u64,
            Self::File(stored) => stored.len(),
        }
    }

    /// The headers that sign it, in a request with this head. The bar shows how much was read.
    pub(crate) fn sign(&self, signer: &Signer, head: &Parts, bar: &ProgressBar) -> Result<HeaderMap> {
        match self {
            Self::Memory(bytes) => {
                let headers = signer.headers_of_reader(head, Cursor::new(bytes));
                headers.map_err(|error| Failure::io("the body", &error))
            }
            Self::File(stored) => stored.sign(signer, head, bar),
        }
    }

    /// The request with this head and these bytes, signed by a scheme that reads them: it may put the signature there.
    ///
    /// # Errors
    ///
    /// A failure of usage when they are too many for memory, or the scheme cannot sign them.
    pub(crate) fn sign_whole(&self, signer: &Signer, head: Parts) -> Result<Request<Bytes>> {
        let Self::Memory(bytes) = self else {
            return Err(Failure::usage(
                "the scheme signs what it reads in the body: give it one of at most 8 MiB",
            ));
        };
        signer
            .sign_body(Request::from_parts(head, bytes))
            .map_err(Failure::usage)
    }

    /// Why its bytes could not be sent, if it was its own fault: its file changed, for example.
    pub(crate) fn failure(&self) -> Option<Failure> {
        match self {
            Self::Memory(_) => None,
            Self::File(stored) => stored.failure(),
        }
    }
}

#[cfg(test)]
mod tests;
