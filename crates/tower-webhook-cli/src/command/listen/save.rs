//! Keeps the last requests in a folder, as HTTP/1.1 messages with the exact bytes of their bodies.

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, ErrorKind, Write};
use std::path::PathBuf;

use http::request::Parts;
use jiff::civil::DateTime;
use jiff::{SignedDuration, Timestamp};
use tempfile::NamedTempFile;

use crate::message::http1;
use crate::outcome::{Failure, Result};

const BEGIN: &str = "request-";
const END: &str = ".http";
/// Of a name: `request-20240521T103000.000000Z.http`.
const TIME: &str = "%Y%m%dT%H%M%S.%6fZ";

/// A folder with the last requests. Their names say when they came, and so sort by time.
pub(super) struct Folder {
    path: PathBuf,
    keep: usize,
    names: BTreeSet<String>,
}

impl Folder {
    /// Uses a folder, which is made when it is missing, for its owner alone.
    ///
    /// # Errors
    ///
    /// A failure of usage when no file can be written there.
    pub(super) fn open(path: PathBuf, keep: usize) -> Result<Self> {
        let opened = make(&path).and_then(|()| {
            // To learn it now, and not when the first request comes.
            temporary(&path)?;
            let mut names = BTreeSet::new();
            for entry in fs::read_dir(&path)? {
                let entry = entry?;
                let name = entry.file_name().into_string();
                names.extend(
                    name.ok()
                        .filter(|name| is_ours(name) && entry.file_type().is_ok_and(|kind| kind.is_file())),
                );
            }
            Ok(names)
        });
        match opened {
            Ok(names) => Ok(Self { path, keep, names }),
            Err(error) => Err(Failure::io(path.display(), &error)),
        }
    }

    /// Writes a request, and removes the oldest files of this kind. Returns the name.
    pub(super) fn save(&mut self, at: Timestamp, head: &Parts, body: &[u8]) -> io::Result<String> {
        let mut file = temporary(&self.path)?;
        let mut out = io::BufWriter::new(file.as_file_mut());
        http1::write(head, body, &mut out)?;
        out.flush()?;
        drop(out);
        let mut at = at;
        let name = loop {
            let name = name(at);
            match file.persist_noclobber(self.path.join(&name)) {
                Ok(_) => break name,
                // Another request of the same microsecond.
                Err(error) if error.error.kind() == ErrorKind::AlreadyExists => file = error.file,
                Err(error) => return Err(error.error),
            }
            at = at.saturating_add(SignedDuration::from_micros(1)).unwrap_or(at);
        };
        self.names.insert(name.clone());
        while self.names.len() > self.keep
            && let Some(oldest) = self.names.pop_first()
        {
            match fs::remove_file(self.path.join(&oldest)) {
                Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
                _ => {}
            }
        }
        Ok(name)
    }
}

fn make(path: &PathBuf) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.recursive(true).create(path)
}

/// A file for its owner alone. It is removed unless it gets a name.
fn temporary(folder: &PathBuf) -> io::Result<NamedTempFile> {
    tempfile::Builder::new()
        .prefix(".request-")
        .suffix(".tmp")
        .tempfile_in(folder)
}

fn name(at: Timestamp) -> String {
    format!("{BEGIN}{}{END}", at.strftime(TIME))
}

/// Whether a name is exactly one that [`name`] makes.
fn is_ours(file: &str) -> bool {
    let time = file.strip_prefix(BEGIN).and_then(|rest| rest.strip_suffix(END));
    let time = time.and_then(|time| DateTime::strptime(TIME, time).ok());
    time.is_some_and(|time| format!("{BEGIN}{}{END}", time.strftime(TIME)) == file)
}

#[cfg(test)]
mod tests {
    use http::Request;

    use super::*;

    fn head() -> Parts {
        Request::post("/hook")
            .header("x-a", "1")
            .body(())
            .unwrap()
            .into_parts()
            .0
    }

    fn listing(path: &PathBuf) -> Vec<String> {
        let entries = fs::read_dir(path).unwrap();
        let mut names: Vec<_> = entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn the_last_ones_are_kept_for_the_owner_alone_and_other_files_stay() {
        let parent = tempfile::tempdir().unwrap();
        let path = parent.path().join("a/b");
        let mut folder = Folder::open(path.clone(), 3).unwrap();
        let others = [
            "notes.txt",
            "request-20240521T103000.000000Z.http.bak",
            "request-x.http",
            ".request-1.tmp",
        ];
        for other in others {
            fs::write(path.join(other), "mine").unwrap();
        }
        fs::create_dir(path.join("request-20000101T000000.000000Z.http")).unwrap();
        let at: Timestamp = "2024-05-21T10:30:00.000001Z".parse().unwrap();
        for _ in 0..2 {
            folder.save(at, &head(), b"\xff\r\n").unwrap();
        }
        // Another run knows the files of the first.
        let mut folder = Folder::open(path.clone(), 3).unwrap();
        for second in 1..=2 {
            let later = at + SignedDuration::from_secs(second);
            folder.save(later, &head(), b"\xff\r\n").unwrap();
        }
        let mut expected: Vec<_> = others.map(str::to_owned).to_vec();
        expected.push("request-20000101T000000.000000Z.http".to_owned());
        let kept = ["0.000002", "1.000001", "2.000001"];
        expected.extend(kept.map(|time| format!("request-20240521T10300{time}Z.http")));
        expected.sort();
        assert_eq!(listing(&path), expected);
        let newest = path.join(expected.iter().rfind(|name| name.contains("2.000001")).unwrap());
        assert_eq!(
            fs::read(&newest).unwrap(),
            b"POST /hook HTTP/1.1\r\nx-a: 1\r\n\r\n\xff\r\n"
        );
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = |path: &PathBuf| fs::metadata(path).unwrap().permissions().mode() & 0o777;
            assert_eq!((mode(&path), mode(&newest)), (0o700, 0o600));
        }
    }

    #[test]
    fn a_place_that_is_no_folder_is_an_error_at_once() {
        let parent = tempfile::tempdir().unwrap();
        let path = parent.path().join("file");
        fs::write(&path, "").unwrap();
        assert!(Folder::open(path, 3).is_err());
    }
}
