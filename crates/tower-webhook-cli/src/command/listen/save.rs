//! Keeps the last requests in a folder, as HTTP/1.1 messages with the exact bytes of their bodies.
//!
//! A file gets its name only when it is complete, and never in place of another one or through a symbolic link. Only
//! files that this run wrote are removed.

use std::collections::VecDeque;
use std::fs;
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

use http::request::Parts;
use jiff::{SignedDuration, Timestamp};
use tempfile::NamedTempFile;

use crate::message::http1;
use crate::outcome::{Failure, Result};
use crate::term::PlainBytes;

/// A folder with the last requests. Their names say when they came, and so sort by time.
pub(super) struct Folder {
    path: PathBuf,
    keep: usize,
    /// Genuine and refused ones are kept apart: a flood of forgeries removes no genuine request.
    genuine: VecDeque<String>,
    refused: VecDeque<String>,
}

impl Folder {
    /// Uses a folder, which is made when it is missing, for its owner alone.
    ///
    /// # Errors
    ///
    /// A failure of usage when no file can be written there, or it is a symbolic link.
    pub(super) fn open(path: &Path, keep: usize) -> Result<Self> {
        let place = PlainBytes(path.as_os_str().as_encoded_bytes());
        // Without a slash at its end, which would lead through the link.
        let path = path.components().as_path().to_owned();
        if path.is_symlink() {
            return Err(Failure::usage(format_args!(
                "{place} is a symbolic link: name the folder that it leads to"
            )));
        }
        // A file is made to learn it now, and not when the first request comes.
        match make(&path).and_then(|()| temporary(&path)) {
            Err(error) => Err(Failure::io(place, &error)),
            Ok(_) => Ok(Self {
                path,
                keep,
                genuine: VecDeque::new(),
                refused: VecDeque::new(),
            }),
        }
    }

    /// Writes a request, and removes the oldest one of its kind that this run wrote when there are too many. Returns
    /// the name.
    pub(super) fn save(&mut self, at: Timestamp, is_genuine: bool, head: &Parts, body: &[u8]) -> io::Result<String> {
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
        let names = if is_genuine {
            &mut self.genuine
        } else {
            &mut self.refused
        };
        names.push_back(name.clone());
        while names.len() > self.keep
            && let Some(oldest) = names.pop_front()
        {
            match fs::remove_file(self.path.join(&oldest)) {
                Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
                _ => {}
            }
        }
        Ok(name)
    }
}

fn make(path: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.recursive(true).create(path)
}

/// A file for its owner alone. It is removed unless it gets a name.
fn temporary(folder: &Path) -> io::Result<NamedTempFile> {
    tempfile::Builder::new()
        .prefix(".request-")
        .suffix(".tmp")
        .tempfile_in(folder)
}

/// For example `request-20240521T103000.000000Z.http`.
fn name(at: Timestamp) -> String {
    format!("request-{}.http", at.strftime("%Y%m%dT%H%M%S.%6fZ"))
}

#[cfg(test)]
mod tests {
    use http::Request;

    use super::*;
    use crate::listing::listing;

    const FIRST: &str = "2024-05-21T10:30:00.000001Z";

    fn head() -> Parts {
        Request::post("/hook")
            .header("x-a", "1")
            .body(())
            .unwrap()
            .into_parts()
            .0
    }

    /// Saves a request that was received so many seconds after the first.
    fn save(folder: &mut Folder, seconds: i64, is_genuine: bool) -> String {
        let at: Timestamp = FIRST.parse().unwrap();
        let at = at + SignedDuration::from_secs(seconds);
        folder.save(at, is_genuine, &head(), b"\xff\r\n").unwrap()
    }

    #[test]
    fn files_are_whole_for_the_owner_alone_and_never_in_place_of_others() {
        let parent = tempfile::tempdir().unwrap();
        let path = parent.path().join("a/b");
        let mut folder = Folder::open(&path, 3).unwrap();
        let first = save(&mut folder, 0, true);
        assert_eq!(first, "request-20240521T103000.000001Z.http");
        assert_eq!(save(&mut folder, 0, true), "request-20240521T103000.000002Z.http");
        let file = path.join(first);
        assert_eq!(
            fs::read(&file).unwrap(),
            b"POST /hook HTTP/1.1\r\nx-a: 1\r\n\r\n\xff\r\n"
        );
        assert_eq!(listing(&path).len(), 2);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
            assert_eq!((mode(&path), mode(&file)), (0o700, 0o600));
        }
    }

    #[test]
    fn the_last_genuine_and_the_last_refused_ones_of_this_run_are_kept_and_other_files_stay() {
        let parent = tempfile::tempdir().unwrap();
        let path = parent.path().to_owned();
        let mut earlier = Folder::open(&path, 2).unwrap();
        let mut expected = vec![save(&mut earlier, 0, true), save(&mut earlier, 1, false)];
        let mut folder = Folder::open(&path, 2).unwrap();
        expected.push(save(&mut folder, 2, true));
        for second in 3..10 {
            let name = save(&mut folder, second, false);
            expected.extend((second > 7).then_some(name));
        }
        assert_eq!(listing(&path), expected);
    }

    #[cfg(unix)]
    #[test]
    fn nothing_is_written_through_a_symbolic_link() {
        use std::os::unix::fs::symlink;

        let parent = tempfile::tempdir().unwrap();
        let path = parent.path().join("requests");
        let victim = parent.path().join("victim");
        let mut folder = Folder::open(&path, 1).unwrap();
        symlink(&victim, path.join("request-20240521T103000.000001Z.http")).unwrap();
        assert_eq!(save(&mut folder, 0, true), "request-20240521T103000.000002Z.http");
        assert!(!victim.exists());

        let link = parent.path().join("link");
        symlink(&path, &link).unwrap();
        for link in [&link, &parent.path().join("link/")] {
            assert!(Folder::open(link, 1).is_err(), "{}", link.display());
        }
    }

    #[test]
    fn a_place_that_is_no_folder_is_an_error_at_once() {
        let parent = tempfile::tempdir().unwrap();
        let path = parent.path().join("file");
        fs::write(&path, "").unwrap();
        assert!(Folder::open(&path, 3).is_err());
    }
}
